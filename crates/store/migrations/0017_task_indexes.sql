-- Tasks by what the list of assets is filtered by, in the order of their assets; and by when they were completed.
CREATE INDEX tasks_by_assignee ON tasks (assignee, place) WHERE assignee IS NOT NULL;
CREATE INDEX tasks_by_review ON tasks (review_status, place) WHERE review_status <> 'Todo';
CREATE INDEX tasks_by_stage ON tasks (stage, place) WHERE stage <> 'Label';
CREATE INDEX tasks_by_completion ON tasks (project, completed_at, place) WHERE completed_at IS NOT NULL;
