-- Exports as durable jobs, and what they could not write.

CREATE TABLE exports (
    id BLOB PRIMARY KEY,
    organization BLOB NOT NULL REFERENCES organizations (id),
    project BLOB NOT NULL REFERENCES projects (id),
    created_by BLOB NOT NULL,
    -- json | ndjson | coco | masks
    format TEXT NOT NULL,
    -- JSON, written and read by the exporter: which tasks, and how.
    options TEXT NOT NULL,
    -- What the file is called where somebody keeps it.
    file_name TEXT NOT NULL,
    state TEXT NOT NULL,
    state_reason TEXT,
    -- JSON, written and read by the exporter: where to continue.
    checkpoint TEXT,
    tasks_total INTEGER NOT NULL,
    tasks_done INTEGER NOT NULL,
    bytes_written INTEGER NOT NULL,
    -- Rows of export_problems behind the checkpoint.
    problems INTEGER NOT NULL,
    -- JSON: {"code","message"}
    error TEXT,
    cancel_requested INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    -- When its file goes; none where there is no file.
    expires_at INTEGER
);
CREATE INDEX exports_by_project ON exports (project, id);
CREATE INDEX exports_unfinished ON exports (id) WHERE finished_at IS NULL;
CREATE INDEX exports_by_expiry ON exports (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE export_problems (
    export BLOB NOT NULL,
    -- Counts the problems of an export from 0.
    position INTEGER NOT NULL,
    -- 1 for what was only worth a word: it was exported.
    is_notice INTEGER NOT NULL,
    task BLOB NOT NULL,
    external_id TEXT NOT NULL,
    -- The object's id, or empty for the whole task.
    object TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (export, position)
) WITHOUT ROWID;
