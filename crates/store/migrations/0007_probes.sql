-- Assets that came without width or height, and what reading the headers of their files found.

-- Whether the hub may read the first bytes of the organization's assets at all.
ALTER TABLE organizations ADD COLUMN header_probes INTEGER NOT NULL DEFAULT 1;

-- Places of one storage among which are assets of unknown size, and who looks at them. Noted while a list is imported,
-- so that nobody ever has to search for them.
CREATE TABLE probe_ranges (
    -- The import that brought them; negative where failed assets are tried again.
    import INTEGER NOT NULL,
    -- Empty: public assets.
    storage BLOB NOT NULL,
    first_place INTEGER NOT NULL,
    last_place INTEGER NOT NULL,
    next_place INTEGER NOT NULL,
    -- Assets still to look at, at most.
    unknown INTEGER NOT NULL,
    organization BLOB NOT NULL REFERENCES organizations (id),
    project INTEGER NOT NULL,
    -- 0 until the import completes.
    visible INTEGER NOT NULL,
    -- Tries in a row that were in vain, and why the last one was.
    attempts INTEGER NOT NULL,
    trouble_code TEXT,
    trouble_message TEXT,
    due_at INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER NOT NULL,
    PRIMARY KEY (import, storage, first_place)
);
CREATE INDEX probe_ranges_due ON probe_ranges (due_at) WHERE visible = 1;
CREATE INDEX probe_ranges_by_project ON probe_ranges (project) WHERE visible = 1;
CREATE INDEX probe_ranges_by_storage ON probe_ranges (organization, storage) WHERE visible = 1;

-- Assets whose size could not be read.
CREATE TABLE probe_failures (
    place INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    failed_at INTEGER NOT NULL
);

-- How many assets of a project were measured (outcome '') or failed (outcome: the code).
CREATE TABLE probe_counts (
    project INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    assets INTEGER NOT NULL,
    PRIMARY KEY (project, outcome)
) WITHOUT ROWID;
