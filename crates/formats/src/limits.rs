//! Every bound of a list and of its rows, with a name: what is larger is refused, never cut.

/// Levels of nesting that one row may have. A row that is deeper is refused; its end is still found by counting.
/// Fixed, because it must stay below the recursion limit of `serde_json` (128).
pub const DEPTH_MAX: u64 = 100;

/// The bounds that a reader keeps. Sizes are bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// One element of the list, as written in the file.
    pub element_bytes: usize,
    /// `data`, and each page of `dataset`. The longest S3 key percent-encoded with a signature fits twice.
    pub data_bytes: usize,
    /// `externalId`. PostgreSQL's index entries end at 2,704 bytes.
    pub external_id_bytes: usize,
    /// `width` and `height`, in pixels.
    pub dimension_px: u32,
    /// `metadata` and `contextData`, each, as JSON.
    pub json_bytes: usize,
    /// `objects`, `classifications` and `relations`, each, as JSON.
    pub labels_bytes: usize,
    /// Batches of one row.
    pub batches: usize,
    /// One batch's name or id, and the storage's id.
    pub name_bytes: usize,
    /// Attachments of one row.
    pub attachments: usize,
    /// The value of one attachment.
    pub attachment_bytes: usize,
    /// Pages of one `dataset`.
    pub pages: usize,
    /// `priority` reaches from minus this to this.
    pub priority: i16,
    /// The first line of a table.
    pub header_bytes: usize,
    /// Columns of a table.
    pub columns: usize,
    /// All members of an envelope beside `assets`, as JSON.
    pub envelope_bytes: usize,
    /// Problems listed for one row; a row with more is refused for these.
    pub problems: usize,
    /// Unknown fields that one file gets a notice for.
    pub unknown_fields: usize,
    /// What a report quotes of a row.
    pub excerpt_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            element_bytes: 16 << 20,
            data_bytes: 8 << 10,
            external_id_bytes: 2048,
            dimension_px: 1_000_000,
            json_bytes: 64 << 10,
            labels_bytes: 8 << 20,
            batches: 100,
            name_bytes: 255,
            attachments: 100,
            attachment_bytes: 64 << 10,
            pages: 10_000,
            priority: 1000,
            header_bytes: 64 << 10,
            columns: 1000,
            envelope_bytes: 64 << 10,
            problems: 20,
            unknown_fields: 100,
            excerpt_bytes: 200,
        }
    }
}
