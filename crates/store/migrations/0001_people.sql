-- Organizations, the people in them, and how they prove who they are. Times are milliseconds since 1970.

CREATE TABLE organizations (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE users (
    id BLOB PRIMARY KEY,
    email TEXT NOT NULL,
    -- The address in lower case: two people never share it.
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL
);

CREATE TABLE members (
    organization BLOB NOT NULL REFERENCES organizations (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization, user_id)
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id, created_at);

CREATE TABLE invitations (
    id BLOB PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    token_hash BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL,
    -- JSON: [{"projectId","projectRole"}]
    projects TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    accepted_at INTEGER,
    revoked_at INTEGER
);
CREATE INDEX invitations_by_organization ON invitations (organization, id);

CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Links that sign somebody in once.
CREATE TABLE sign_in_links (
    token_hash BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
);

CREATE TABLE api_keys (
    id BLOB PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    key_hash BLOB NOT NULL UNIQUE,
    -- The beginning of the key, to recognise it by.
    prefix TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
);
CREATE INDEX api_keys_by_user ON api_keys (organization, user_id, id);

CREATE TABLE audit_records (
    id BLOB PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    -- Nobody (null) where the hub itself acted.
    actor BLOB,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- JSON
    details TEXT NOT NULL
);
CREATE INDEX audit_records_by_organization ON audit_records (organization, id);
