-- Of how many buckets a test of a storage speaks, and in which of them something was wrong: the others can be used.
ALTER TABLE storage_checks ADD COLUMN buckets_tested INTEGER NOT NULL DEFAULT 0;
-- Their names, as a list in JSON.
ALTER TABLE storage_checks ADD COLUMN buckets_failed TEXT NOT NULL DEFAULT '[]';
-- Tests that were kept until now may have been of other settings than the storage has.
DELETE FROM storage_checks WHERE EXISTS (
    SELECT 1 FROM storages s WHERE s.id = storage_checks.storage AND s.updated_at > storage_checks.checked_at
);
