-- What was read of objects is forgotten after a while, the oldest first.
CREATE INDEX probed_objects_by_age ON probed_objects (read_at);
