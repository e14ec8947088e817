-- Imports that cannot go on for now: how often in a row they could not, and why (JSON: {"code","message"}). When they
-- are tried again is lease_until.
ALTER TABLE imports ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN trouble TEXT;
