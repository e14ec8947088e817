-- The import that made a batch, until it has ended and that is on record: one record for all of its batches.
ALTER TABLE batches ADD COLUMN import BLOB;
CREATE INDEX batches_unrecorded ON batches (import) WHERE import IS NOT NULL;
