-- What was read of objects for want of a size: each is read once, however many assets of the organization name it.
CREATE TABLE probed_objects (
    -- A hash of organization, storage and object (src/assets/probes/known.rs).
    object BLOB PRIMARY KEY,
    -- Null where the beginning told no size: then code and message say why.
    width INTEGER,
    height INTEGER,
    code TEXT,
    message TEXT,
    -- What the server named the content by; null where it did not.
    etag TEXT,
    read_at INTEGER NOT NULL
) WITHOUT ROWID;
