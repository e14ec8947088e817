-- What assets were like before a change of their batches or priority, for as long as it can be taken back; and beside each
-- asset which change set them last, so that what somebody changed after is left alone.

-- What notes and assets call a change; those of before have none.
ALTER TABLE asset_changes ADD COLUMN number INTEGER;
-- 1 while there are notes of it.
ALTER TABLE asset_changes ADD COLUMN is_noted INTEGER NOT NULL DEFAULT 0;
-- Of one that takes another back: the assets that it left alone.
ALTER TABLE asset_changes ADD COLUMN assets_left INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX asset_changes_by_number ON asset_changes (project, number);
CREATE INDEX asset_changes_noted ON asset_changes (finished_at) WHERE is_noted = 1;

-- Null: no change did, or something else has since.
ALTER TABLE assets ADD COLUMN batches_by INTEGER;
ALTER TABLE assets ADD COLUMN priority_by INTEGER;

-- Consecutive places that were alike before a change.
CREATE TABLE asset_change_notes (
    change INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    -- The kind, where the change was one of batches, or the priority; and which change had set it.
    was INTEGER NOT NULL,
    was_by INTEGER,
    PRIMARY KEY (change, first)
) WITHOUT ROWID;
