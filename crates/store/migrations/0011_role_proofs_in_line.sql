-- Proofs of roles: what an upgrade does not interrupt, who is waited for, and which storages share a role.

-- Whether somebody waits for it: those are tried in a line of their own, whatever else is due.
ALTER TABLE role_proofs ADD COLUMN is_waited_for INTEGER NOT NULL DEFAULT 0;
DROP INDEX role_proofs_due;
CREATE INDEX role_proofs_due ON role_proofs (is_waited_for, due_at);
CREATE INDEX role_proofs_by_organization ON role_proofs (organization);
CREATE INDEX storages_by_role ON storages (role_arn);

-- state may also be grandfathered: the storage was used before roles were tried, and goes on until a try finds
-- something. Whatever nobody has tried yet is older than the trying, or was made in the moment before the upgrade.
UPDATE role_proofs SET state = 'grandfathered' WHERE state = 'pending' AND checked_at IS NULL;

-- Nobody overrides what another organization has to say of its role, whoever named it first.
UPDATE role_proofs SET overridden_by = NULL, overridden_at = NULL
WHERE overridden_by IS NOT NULL AND EXISTS (
    SELECT 1 FROM storages mine JOIN storages theirs ON theirs.role_arn = mine.role_arn
    WHERE mine.id = role_proofs.storage AND theirs.organization <> mine.organization);
