-- Projects with their batches and members, and the organization's storages.

CREATE TABLE projects (
    -- What rows of assets call the project: small, and the upper part of their keys.
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    organization BLOB NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- JSON
    category_schema TEXT NOT NULL,
    -- JSON
    settings TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX projects_by_organization ON projects (organization, id);

CREATE TABLE project_members (
    project BLOB NOT NULL REFERENCES projects (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project, user_id)
) WITHOUT ROWID;
CREATE INDEX project_members_by_user ON project_members (user_id);

CREATE TABLE batches (
    id BLOB PRIMARY KEY,
    project BLOB NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project, name)
);

CREATE TABLE storages (
    id BLOB PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- The name in lower case while the storage exists, its id afterwards: a deleted storage frees its name.
    name_key TEXT NOT NULL,
    provider TEXT NOT NULL,
    access_type TEXT NOT NULL,
    region TEXT NOT NULL,
    endpoint TEXT,
    public_key TEXT,
    private_key_sealed BLOB,
    role_arn TEXT,
    external_id TEXT,
    -- hub | customer
    external_id_source TEXT,
    -- JSON: ["bucket/prefix"]
    prefixes TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    -- Counts changes, so that caches of credentials notice them.
    revision INTEGER NOT NULL,
    UNIQUE (organization, name_key)
);
CREATE INDEX storages_by_organization ON storages (organization, id);

-- Every external ID of a role that was ever made or used here: no two storages share one, not even after deletion,
-- or one customer could point at the other's role.
CREATE TABLE external_ids (
    external_id TEXT PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    storage BLOB,
    -- hub | customer
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
