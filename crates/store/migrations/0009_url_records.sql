-- Who was handed which signed URLs. No URL, signature or secret is in here.

CREATE TABLE url_records (
    organization BLOB NOT NULL,
    -- Begins with the time, so that records of a time are a range of ids.
    id BLOB NOT NULL,
    project BLOB NOT NULL,
    user_id BLOB NOT NULL,
    -- The key that the user came with; none: a session.
    api_key BLOB,
    -- Where the request came from.
    address TEXT,
    expires_at INTEGER NOT NULL,
    -- assets | task | address | upload
    purpose TEXT NOT NULL,
    -- What was named by its address instead of an asset.
    object TEXT,
    -- The ids of the assets, packed.
    assets BLOB NOT NULL,
    PRIMARY KEY (organization, id)
) WITHOUT ROWID;
CREATE INDEX url_records_by_user ON url_records (organization, user_id, id);

-- How many days they are kept; null: as long as the operator says.
ALTER TABLE organizations ADD COLUMN url_record_days INTEGER;
