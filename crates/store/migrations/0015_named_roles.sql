-- Which organizations name a role or ever did. Whoever named one first might own it, also after its storage has another or
-- is gone.
CREATE TABLE named_roles (
    role_arn TEXT NOT NULL,
    organization BLOB NOT NULL REFERENCES organizations (id),
    PRIMARY KEY (role_arn, organization)
) WITHOUT ROWID;

INSERT INTO named_roles (role_arn, organization)
SELECT DISTINCT role_arn, organization FROM storages WHERE role_arn IS NOT NULL;
