-- Which change deleted an asset, so that exactly what it deleted can be taken back. Null: it is there, or somebody deleted
-- it by name.

ALTER TABLE assets ADD COLUMN deleted_by BLOB;
CREATE INDEX assets_by_deletion ON assets (deleted_by, place) WHERE deleted_by IS NOT NULL;
