-- What the audit record is asked by, archived projects, and how much was done on which day.

CREATE INDEX audit_records_by_subject ON audit_records (organization, subject, id);
CREATE INDEX audit_records_by_actor ON audit_records (organization, actor, id);

-- An archived project is only read.
ALTER TABLE projects ADD COLUMN archived_at INTEGER;

-- How many tasks somebody sent on from a stage on a day, so that nobody has to count the history.
CREATE TABLE task_days (
    project INTEGER NOT NULL,
    -- Days since 1970, in UTC.
    day INTEGER NOT NULL,
    user_id BLOB NOT NULL,
    labeled INTEGER NOT NULL,
    reviewed INTEGER NOT NULL,
    -- Milliseconds of work on them.
    duration INTEGER NOT NULL,
    PRIMARY KEY (project, day, user_id)
) WITHOUT ROWID;
