-- Imports whose list the hub writes itself, from what it finds in a bucket.

-- JSON, written and read by the importer: what to list; null: the list was sent.
ALTER TABLE imports ADD COLUMN source TEXT;
-- JSON, written and read by the importer: how far the bucket was listed.
ALTER TABLE imports ADD COLUMN listing TEXT;
-- Files found so far.
ALTER TABLE imports ADD COLUMN rows_listed INTEGER NOT NULL DEFAULT 0;
