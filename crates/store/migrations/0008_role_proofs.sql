-- Whether the roles of storages were seen to insist on their external IDs. One row per storage that has a role.

CREATE TABLE role_proofs (
    storage BLOB PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    -- pending | verified | unverified
    state TEXT NOT NULL,
    -- Why it is not verified, or what the last try met that proves nothing.
    code TEXT,
    message TEXT,
    -- When it was last tried, and when it was last verified.
    checked_at INTEGER,
    verified_at INTEGER,
    -- The owner who lets the storage be used unverified.
    overridden_by BLOB,
    overridden_at INTEGER,
    -- Takes the external ID's place once it is verified.
    next_external_id TEXT,
    -- Tries in a row that did not verify it.
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER NOT NULL
);
CREATE INDEX role_proofs_due ON role_proofs (due_at);

INSERT INTO role_proofs (storage, organization, state, attempts, due_at, lease_until)
SELECT id, organization, 'pending', 0, 0, 0 FROM storages WHERE access_type = 'IAM_DELEGATED' AND deleted_at IS NULL;
