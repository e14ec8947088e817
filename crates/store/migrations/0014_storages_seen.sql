-- Where an organization's assets lie, as its lists named it: the buckets of each storage, and the origins of public
-- addresses, which its pages may fetch from.
CREATE TABLE asset_sources (
    organization BLOB NOT NULL REFERENCES organizations (id),
    -- Empty: public.
    storage BLOB NOT NULL,
    -- A bucket, or an origin such as https://example.com.
    source TEXT NOT NULL,
    PRIMARY KEY (organization, storage, source)
) WITHOUT ROWID;

-- 0 where lists were imported before their sources were noted.
ALTER TABLE organizations ADD COLUMN sources_known INTEGER NOT NULL DEFAULT 1;
UPDATE organizations SET sources_known = 0
WHERE EXISTS (SELECT 1 FROM imports i WHERE i.organization = organizations.id);

-- How the last test of each storage ended.
CREATE TABLE storage_checks (
    storage BLOB PRIMARY KEY,
    checked_at INTEGER NOT NULL,
    -- The one cause; none where everything was as it should be.
    code TEXT,
    message TEXT
);
