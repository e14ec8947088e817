//! Pages of lists.

use insitu_model::id::ID_BYTES;

use crate::limits::MAX_PAGE_ROWS;

/// A page by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1; 0 is read as 1.
    pub number: u64,
    /// Rows per page; 0 is read as 1 and more than [`MAX_PAGE_ROWS`] as that.
    pub limit: u32,
}

impl Page {
    /// The first page of at most `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { number: 1, limit }
    }

    pub(crate) fn limit(self) -> u32 {
        self.limit.clamp(1, MAX_PAGE_ROWS)
    }

    /// Rows before this page; a page beyond all numbers is simply empty.
    pub(crate) fn offset(self) -> u64 {
        self.number
            .saturating_sub(1)
            .saturating_mul(self.limit().into())
            .min(i64::MAX as u64)
    }
}

/// One page and how many rows there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// The rows of all pages.
    pub total: u64,
}

/// The lowest id of this millisecond, where ids begin with the time.
pub(crate) fn first_id_bytes_at(ms: i64) -> [u8; ID_BYTES] {
    let mut bytes = [0; ID_BYTES];
    let [_, _, time @ ..] = ms.max(0).to_be_bytes();
    bytes[..time.len()].copy_from_slice(&time);
    bytes
}

/// The pattern of texts in lower case that contain this one.
pub(crate) fn containing(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
