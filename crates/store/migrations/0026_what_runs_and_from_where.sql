-- Signed URLs by the address that they were handed to: whoever looks for one after an incident looks for few among many.
CREATE INDEX url_records_by_address ON url_records (organization, address, id) WHERE address IS NOT NULL;

-- What runs in an organization, for the menu that every page asks for.
CREATE INDEX exports_active ON exports (organization, id) WHERE finished_at IS NULL;
CREATE INDEX asset_changes_active ON asset_changes (organization, id) WHERE finished_at IS NULL;
