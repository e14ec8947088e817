-- Changes of all assets that a filter lets through, as durable jobs.

CREATE TABLE asset_changes (
    id BLOB PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    project BLOB NOT NULL REFERENCES projects (id),
    created_by BLOB NOT NULL,
    -- JSON: what is done to each asset.
    change TEXT NOT NULL,
    -- JSON: which assets.
    filter TEXT NOT NULL,
    -- Assets from this place on came later and are left alone.
    end_place INTEGER NOT NULL,
    -- The place of the last asset that was changed; 0: none yet.
    last_place INTEGER NOT NULL,
    state TEXT NOT NULL,
    assets_total INTEGER NOT NULL,
    assets_done INTEGER NOT NULL,
    -- JSON: {"code","message"}
    error TEXT,
    cancel_requested INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
);
CREATE INDEX asset_changes_by_project ON asset_changes (project, id);
CREATE INDEX asset_changes_unfinished ON asset_changes (id) WHERE finished_at IS NULL;
