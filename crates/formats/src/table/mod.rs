//! Tables: CSV and TSV lists whose first line names the columns.

mod columns;
mod header;
mod record;

pub(crate) use columns::Column;
pub(crate) use header::Header;
pub(crate) use record::{Records, fields};
