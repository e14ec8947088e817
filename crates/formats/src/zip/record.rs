//! The records of a zip file, byte by byte: PKWARE's APPNOTE 6.3.10, sections 4.3 and 4.5.3.

use super::Method;
use super::position::Entry;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;

/// What a version of the format can do: deflate and folders, or 64-bit sizes.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
const UNIX: u16 = 3 << 8;
/// A regular file that its owner may write and everybody read.
const ATTRIBUTES: u32 = 0o100_644 << 16;
/// Midnight of 1 January 1980, the first moment that the format knows: the same input gives the same bytes.
const TIME: u16 = 0;
const DATE: u16 = 1 << 5 | 1;
const FLAG_STREAMED: u16 = 1 << 3;
const FLAG_UTF8: u16 = 1 << 11;
const EXTRA_64: u16 = 1;
const MAX_16: u16 = u16::MAX;
const MAX_32: u32 = u32::MAX;

/// Little-endian numbers, one behind the other.
#[derive(Debug, Default)]
struct Record(Vec<u8>);

impl Record {
    fn u16(mut self, value: u16) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn bytes(mut self, value: &[u8]) -> Self {
        self.0.extend_from_slice(value);
        self
    }

    fn all_u64(self, values: &[u64]) -> Self {
        values.iter().fold(self, |record, value| record.u64(*value))
    }
}

/// A number where 32 bits are free, or the sign that 64 bits of it stand elsewhere.
fn short(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(MAX_32)
}

fn is_long(value: u64) -> bool {
    short(value) == MAX_32
}

fn short_count(value: u64) -> u16 {
    u16::try_from(value).unwrap_or(MAX_16)
}

/// The length of something that is known to fit: names are measured when an entry begins.
fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(MAX_16)
}

/// Numbers of 64 bits as the field that stands behind a name; nothing if there are none.
fn extra(values: &[u64]) -> Vec<u8> {
    if values.is_empty() {
        return Vec::new();
    }
    let bytes = u16::try_from(8 * values.len()).unwrap_or(MAX_16);
    Record::default().u16(EXTRA_64).u16(bytes).all_u64(values).0
}

impl Entry {
    /// Whether sizes have 64 bits in the header. Those of a streamed entry always have: nobody knows yet.
    fn is_long(&self) -> bool {
        self.is_streamed || is_long(self.size) || is_long(self.compressed)
    }

    fn flags(&self) -> u16 {
        FLAG_UTF8 | if self.is_streamed { FLAG_STREAMED } else { 0 }
    }

    /// From the flags on, as both headers have it.
    fn common(&self, record: Record, sizes: [u32; 2]) -> Record {
        let method = match self.method {
            Method::Stored => 0,
            Method::Deflated { .. } => 8,
        };
        let [compressed, size] = sizes;
        record
            .u16(self.flags())
            .u16(method)
            .u16(TIME)
            .u16(DATE)
            .u32(self.crc)
            .u32(compressed)
            .u32(size)
            .u16(length(self.name.as_bytes()))
    }

    /// What stands before an entry's bytes. A streamed entry is not measured yet, so that its numbers are zero.
    pub fn local_header(&self) -> Vec<u8> {
        let (version, sizes, extra) = if self.is_long() {
            (VERSION_64, [MAX_32; 2], extra(&[self.size, self.compressed]))
        } else {
            (VERSION, [short(self.compressed), short(self.size)], Vec::new())
        };
        let head = Record::default().u32(LOCAL).u16(version);
        self.common(head, sizes)
            .u16(length(&extra))
            .bytes(self.name.as_bytes())
            .bytes(&extra)
            .0
    }

    /// What stands behind a streamed entry's bytes.
    pub fn descriptor(&self) -> Vec<u8> {
        let head = Record::default().u32(DESCRIPTOR).u32(self.crc);
        head.u64(self.compressed).u64(self.size).0
    }

    /// What the directory says of an entry.
    pub fn central_header(&self) -> Vec<u8> {
        let long: Vec<u64> = [self.size, self.compressed, self.offset]
            .into_iter()
            .filter(|value| is_long(*value))
            .collect();
        let version = if self.is_streamed || !long.is_empty() {
            VERSION_64
        } else {
            VERSION
        };
        let extra = extra(&long);
        let head = Record::default().u32(CENTRAL).u16(UNIX | VERSION_64).u16(version);
        self.common(head, [short(self.compressed), short(self.size)])
            .u16(length(&extra))
            .u16(0) // comment
            .u16(0) // disk
            .u16(0) // internal attributes
            .u32(ATTRIBUTES)
            .u32(short(self.offset))
            .bytes(self.name.as_bytes())
            .bytes(&extra)
            .0
    }
}

/// The end of a zip file whose directory begins at `offset`.
pub(super) fn end(entries: u64, directory_bytes: u64, offset: u64) -> Vec<u8> {
    let mut record = Record::default();
    if short_count(entries) == MAX_16 || is_long(directory_bytes) || is_long(offset) {
        record = record
            .u32(END_64)
            .u64(44) // of this record, from here on
            .u16(UNIX | VERSION_64)
            .u16(VERSION_64)
            .u32(0) // disk
            .u32(0) // disk of the directory
            .all_u64(&[entries, entries, directory_bytes, offset])
            .u32(LOCATOR_64)
            .u32(0) // disk
            .u64(offset.saturating_add(directory_bytes))
            .u32(1); // disks
    }
    let count = short_count(entries);
    record
        .u32(END)
        .u16(0) // disk
        .u16(0) // disk of the directory
        .u16(count)
        .u16(count)
        .u32(short(directory_bytes))
        .u32(short(offset))
        .u16(0) // comment
        .0
}
