-- Tasks: one per asset, with it. A task that nobody has touched has no row; ranges of places stand for those, so that
-- an import of millions makes as many tasks for the price of one row.

-- Consecutive places whose tasks nobody has touched, all of one rank.
CREATE TABLE task_ranges (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    project INTEGER NOT NULL,
    -- The priority, negated: the lowest rank is handed out first.
    rank INTEGER NOT NULL
);
CREATE INDEX task_ranges_queue ON task_ranges (project, rank, first);

CREATE TABLE tasks (
    -- The asset's place.
    place INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    -- Label | Review | Complete
    stage TEXT NOT NULL,
    rank INTEGER NOT NULL,
    assignee BLOB,
    -- 1 once the asset is deleted.
    is_gone INTEGER NOT NULL,
    is_skipped INTEGER NOT NULL,
    is_draft INTEGER NOT NULL,
    is_pre_labeled INTEGER NOT NULL,
    -- Todo | Accepted | Rejected | Fixed
    review_status TEXT NOT NULL,
    -- Counts changes of the answer, so that a save based on an old one is noticed.
    revision INTEGER NOT NULL,
    -- Milliseconds of work in this stage, and in all.
    duration INTEGER NOT NULL,
    total_duration INTEGER NOT NULL,
    -- Who sent it from Label to the next stage: a rejected task goes back to them.
    labeled_by BLOB,
    opened_at INTEGER,
    updated_at INTEGER NOT NULL,
    updated_by BLOB,
    completed_at INTEGER,
    completed_by BLOB
);
-- The queue of each stage: those of nobody, and those of one person, in the order in which they are handed out.
CREATE INDEX tasks_queue ON tasks (project, stage, assignee, is_skipped, rank, place) WHERE is_gone = 0;

-- JSON: {"tools":[],"classifications":[],"relations":[]} and whatever else a client put beside them.
CREATE TABLE task_answers (
    place INTEGER PRIMARY KEY,
    answer TEXT NOT NULL
);

-- What a task was when it left a stage.
CREATE TABLE task_history (
    place INTEGER NOT NULL,
    -- Counts the entries of a task from 0.
    position INTEGER NOT NULL,
    stage TEXT NOT NULL,
    completed_at INTEGER NOT NULL,
    completed_by BLOB,
    duration INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (place, position)
) WITHOUT ROWID;

-- Touched tasks of each stage whose assets are there; the untouched ones are what is left of the project's assets. A
-- row also stands for the project's queue: who changes the queue holds it until the transaction ends.
CREATE TABLE task_counts (
    project INTEGER NOT NULL,
    stage TEXT NOT NULL,
    tasks INTEGER NOT NULL,
    PRIMARY KEY (project, stage)
) WITHOUT ROWID;

INSERT INTO task_ranges (first, last, project, rank)
SELECT e.place, e.place + e.length - 1, e.place >> 40, -i.priority
FROM asset_extents e JOIN imports i ON i.number = e.import WHERE e.visible = 1;
