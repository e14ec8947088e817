//! Every limit of the store, by name.

/// Writers waiting for their turn; the next one waits outside the queue.
pub const MAX_QUEUED_WRITES: usize = 1024;
/// Readers waiting for a thread; the next one waits outside the queue.
pub const MAX_QUEUED_READS: usize = 1024;
/// Writers that share one commit of SQLite at most, so that the first of them does not wait long.
pub const MAX_WRITES_PER_COMMIT: usize = 256;
/// How often a write is tried on PostgreSQL before [`crate::Error::Contention`] is answered.
pub const MAX_ATTEMPTS: u32 = 24;
/// Prepared statements kept by each connection.
pub const MAX_PREPARED_STATEMENTS: usize = 256;
/// Rows of one page of any list.
pub const MAX_PAGE_ROWS: u32 = 1000;
/// Assets named in one call (signing, deletion, lookup).
pub const MAX_ASSETS_PER_CALL: usize = 1000;
/// Assets changed by one step of a change of many.
pub const MAX_ASSETS_PER_STEP: u32 = 500;
/// How long a change of batches or priorities can be taken back once it has ended.
pub const UNDONE_WITHIN_MS: i64 = 24 * 60 * 60 * 1000;
/// Notes of what assets were before a change that are removed by one step.
pub const MAX_NOTES_PER_REMOVAL: u32 = 5_000;
/// Rows written to assets by one bulk insert.
pub const MAX_ROWS_PER_BATCH: usize = 65_536;
/// Hidden rows removed by one step of discarding an import.
pub const MAX_ROWS_PER_DISCARD: u64 = 16_384;
/// Records of what was done looked at for one page: a filter that finds little is answered in parts.
pub const MAX_AUDIT_RECORDS_PER_PAGE: u32 = 20_000;
/// Records of signed URLs looked at for one page: a filter that finds little is answered in parts.
pub const MAX_URL_RECORDS_PER_PAGE: u32 = 20_000;
/// Assets that the records of one page name, after which it ends: a record names a thousand at most.
pub const MAX_URL_RECORD_ASSETS_PER_PAGE: usize = 10_000;
/// Records of signed URLs removed by one step.
pub const MAX_URL_RECORDS_PER_REMOVAL: u32 = 5_000;
/// Objects of which it is forgotten by one step what was read.
pub const MAX_OBJECTS_PER_REMOVAL: u32 = 5_000;
/// Buckets of a storage, or origins of public assets, that are noted.
pub const MAX_SOURCES_PER_STORAGE: u32 = 200;
/// Assets looked at one by one for one page: a filter that no index serves is answered in parts.
pub const MAX_ASSETS_LOOKED_AT: u64 = 50_000;
/// The same for one step of a change of many, which others who write wait for.
pub const MAX_ASSETS_LOOKED_AT_PER_STEP: u64 = 5_000;
/// Conditions on what was answered, of one filter.
pub const MAX_ANSWER_CONDITIONS: usize = 20;
/// Assets that are put in order in memory, where an index names so few.
pub const MAX_FEW_ASSETS: u32 = 5_000;
