//! Numbers in the first bytes of a file; whatever lies behind their end is [`HeaderError::CutOff`].

use super::HeaderError;

/// The first bytes of a file, or a part of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// `N` bytes at a place.
    pub(super) fn array<const N: usize>(self, at: usize) -> Result<[u8; N], HeaderError> {
        at.checked_add(N)
            .and_then(|end| self.0.get(at..end))
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(HeaderError::CutOff)
    }

    /// Everything from a place on; nothing behind the end.
    pub(super) fn from(self, at: usize) -> Bytes<'a> {
        Bytes(self.0.get(at..).unwrap_or_default())
    }

    /// The first `length` bytes, or as many as there are.
    pub(super) fn first(self, length: usize) -> Bytes<'a> {
        Bytes(self.0.get(..length).unwrap_or(self.0))
    }

    pub(super) fn u8(self, at: usize) -> Result<u8, HeaderError> {
        self.array::<1>(at).map(|[byte]| byte)
    }

    pub(super) fn u16_be(self, at: usize) -> Result<u16, HeaderError> {
        self.array(at).map(u16::from_be_bytes)
    }

    pub(super) fn u16_le(self, at: usize) -> Result<u16, HeaderError> {
        self.array(at).map(u16::from_le_bytes)
    }

    pub(super) fn u24_le(self, at: usize) -> Result<u32, HeaderError> {
        let [a, b, c] = self.array(at)?;
        Ok(u32::from_le_bytes([a, b, c, 0]))
    }

    pub(super) fn u32_be(self, at: usize) -> Result<u32, HeaderError> {
        self.array(at).map(u32::from_be_bytes)
    }

    pub(super) fn u32_le(self, at: usize) -> Result<u32, HeaderError> {
        self.array(at).map(u32::from_le_bytes)
    }
}

/// A length or an offset of a file as a place in memory. What no memory holds lies behind every end.
pub(super) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
