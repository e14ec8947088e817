-- How long people worked on what is complete, by which the list of assets is sorted. It is set when a task completes, beside
-- completed_at, so that no draft writes the index.
ALTER TABLE tasks ADD COLUMN completed_duration INTEGER;
UPDATE tasks SET completed_duration = COALESCE(
        (SELECT CAST(SUM(h.duration) AS BIGINT) FROM task_history h WHERE h.place = tasks.place), 0)
    WHERE completed_at IS NOT NULL;
CREATE INDEX tasks_by_duration ON tasks (project, completed_duration, place) WHERE completed_duration IS NOT NULL;
