-- What buckets answered through each storage when they were last asked: those that lists name may not be there.
CREATE TABLE buckets_seen (
    storage BLOB NOT NULL,
    bucket TEXT NOT NULL,
    -- 0: the server said that there is none of this name.
    is_there INTEGER NOT NULL,
    PRIMARY KEY (storage, bucket)
) WITHOUT ROWID;
