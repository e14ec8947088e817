-- From where an export was ordered, which the records of the links within it name. Exports of before have neither.

-- The key that whoever ordered it came with; none: a session.
ALTER TABLE exports ADD COLUMN api_key BLOB;
ALTER TABLE exports ADD COLUMN address TEXT;
