-- External IDs that somebody typed are an organization's once a role of it was let in with them. Those that were only typed
-- keep nobody else out any more.
DELETE FROM external_ids WHERE source = 'customer' AND NOT EXISTS (
    SELECT 1 FROM storages s
    LEFT JOIN role_proofs p ON p.storage = s.id
    LEFT JOIN named_roles n ON n.role_arn = s.role_arn AND n.organization = s.organization
    WHERE s.id = external_ids.storage AND (p.verified_at IS NOT NULL OR n.organization IS NOT NULL)
);
