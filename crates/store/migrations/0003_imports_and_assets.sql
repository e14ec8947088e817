-- Imports as durable jobs, and assets: made for tens of millions of rows per project.

CREATE TABLE imports (
    -- What rows of assets, extents and refusals call the import.
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    -- The first eight bytes of the ids of its assets.
    asset_prefix BLOB NOT NULL UNIQUE,
    organization BLOB NOT NULL REFERENCES organizations (id),
    project BLOB NOT NULL REFERENCES projects (id),
    created_by BLOB NOT NULL,
    name TEXT NOT NULL,
    storage BLOB,
    -- JSON: ["<batch id>"]
    batches TEXT NOT NULL,
    priority INTEGER NOT NULL,
    on_error TEXT NOT NULL,
    on_duplicate TEXT NOT NULL,
    dry_run INTEGER NOT NULL,
    format TEXT,
    spool TEXT NOT NULL,
    bytes_total INTEGER NOT NULL,
    state TEXT NOT NULL,
    state_reason TEXT,
    -- JSON, written and read by the importer: where to continue.
    checkpoint TEXT,
    bytes_read INTEGER NOT NULL,
    rows_read INTEGER NOT NULL,
    rows_imported INTEGER NOT NULL,
    rows_updated INTEGER NOT NULL,
    rows_skipped INTEGER NOT NULL,
    rows_refused INTEGER NOT NULL,
    -- Rows of import_refusals: a refused row can have several.
    refusals INTEGER NOT NULL,
    rows_noticed INTEGER NOT NULL,
    -- JSON: {"code","message","index","offset"}
    error TEXT,
    cancel_requested INTEGER NOT NULL,
    -- 1 while rows that will never be seen wait to be removed.
    discarding INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
);
CREATE INDEX imports_by_project ON imports (project, id);
CREATE INDEX imports_unfinished ON imports (number) WHERE finished_at IS NULL;
CREATE INDEX imports_active ON imports (organization, id) WHERE finished_at IS NULL;
CREATE INDEX imports_discarding ON imports (number) WHERE discarding = 1;

CREATE TABLE import_refusals (
    import INTEGER NOT NULL,
    -- Counts the refusals of an import from 0.
    position INTEGER NOT NULL,
    -- 1 for what was only worth a word: the row was imported.
    is_notice INTEGER NOT NULL,
    row_index INTEGER NOT NULL,
    row_offset INTEGER NOT NULL,
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    PRIMARY KEY (import, position)
) WITHOUT ROWID;

-- One asset. Its key holds the project's number (upper bits) and its place in the project (lower 40 bits), given out
-- in order, so that rows are only ever appended. Its public id follows from its extent.
CREATE TABLE assets (
    place INTEGER PRIMARY KEY,
    -- The asset's storage and batches, as a row of asset_kinds.
    kind INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    priority INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    -- '' where there is none: it sorts the same in both databases.
    external_id TEXT NOT NULL,
    data TEXT NOT NULL,
    -- JSON: what few assets have (metadata, contextData, attachments, dataset, pre-labels).
    extra TEXT
);

-- Assets by their external IDs, in runs: each run is sorted, and rows are only appended to the newest one, so that a
-- list in any order goes in as fast as a sorted one. Runs are merged later (src/assets/merge.rs).
CREATE TABLE asset_names (
    run INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (run, external_id, place)
) WITHOUT ROWID;

CREATE TABLE asset_runs (
    run INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    -- The import that wrote it, and whether that is visible.
    import INTEGER NOT NULL,
    visible INTEGER NOT NULL,
    names INTEGER NOT NULL,
    -- The last external ID, while the import appends.
    last_external_id TEXT NOT NULL
);
CREATE INDEX asset_runs_visible ON asset_runs (project, names) WHERE visible = 1;
CREATE INDEX asset_runs_by_import ON asset_runs (import, run);

-- The next free place of each project.
CREATE TABLE asset_places (
    project INTEGER PRIMARY KEY,
    next_place INTEGER NOT NULL
);

-- What many assets of a project share: a storage ('' for public) and a set of batches (JSON, sorted ids).
CREATE TABLE asset_kinds (
    project INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    storage BLOB,
    batches TEXT NOT NULL,
    -- Storage and batches in one text, unique where a null would not be.
    identity TEXT NOT NULL,
    PRIMARY KEY (project, kind),
    UNIQUE (project, identity)
);
CREATE INDEX asset_kinds_by_storage ON asset_kinds (storage);

-- Consecutive places that hold consecutive assets of one import.
CREATE TABLE asset_extents (
    place INTEGER PRIMARY KEY,
    length INTEGER NOT NULL,
    import INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    visible INTEGER NOT NULL
);
CREATE INDEX asset_extents_by_import ON asset_extents (import, ordinal);
CREATE INDEX asset_extents_hidden ON asset_extents (place) WHERE visible = 0;

-- How many visible assets of each kind a block of places holds, so that any page is found without counting rows.
-- A block is `place >> level`; the levels are those of src/assets/blocks.rs.
CREATE TABLE asset_blocks (
    level INTEGER NOT NULL,
    block INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    live INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    PRIMARY KEY (level, block, kind)
) WITHOUT ROWID;

-- The same counts for an import that is not visible yet, at the lowest level.
CREATE TABLE import_blocks (
    import INTEGER NOT NULL,
    block INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    assets INTEGER NOT NULL,
    PRIMARY KEY (import, block, kind)
) WITHOUT ROWID;

-- New values for visible assets, kept until the import that brings them completes.
CREATE TABLE asset_updates (
    import INTEGER NOT NULL,
    place INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    data TEXT NOT NULL,
    extra TEXT,
    PRIMARY KEY (import, place)
) WITHOUT ROWID;
