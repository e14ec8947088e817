-- Imports of files that were uploaded for them: what a row names has to be there.

ALTER TABLE imports ADD COLUMN is_upload INTEGER NOT NULL DEFAULT 0;

-- Whether assets of a kind came with labels, so that they are found and counted like those of a batch.
ALTER TABLE asset_kinds ADD COLUMN is_pre_labeled INTEGER NOT NULL DEFAULT 0;
