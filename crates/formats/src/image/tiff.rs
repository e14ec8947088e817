//! TIFF, whose first directory says everything; EXIF is one too.

use super::bytes::{Bytes, place};
use super::{HeaderError, Size, exif};

/// Entries that one directory may have; a broken count does not make us look longer.
const ENTRIES_MAX: u16 = 1000;
const ENTRY_BYTES: usize = 12;

/// A directory of tags.
pub(super) struct Ifd<'a> {
    tiff: Bytes<'a>,
    is_big_endian: bool,
    first_entry: usize,
    entries: u16,
}

impl<'a> Ifd<'a> {
    /// The first directory of a TIFF.
    pub(super) fn first(tiff: Bytes<'a>) -> Result<Self, HeaderError> {
        let is_big_endian = match tiff.array(0)? {
            [b'I', b'I', 42, 0] => false,
            [b'M', b'M', 0, 42] => true,
            _ => return Err(HeaderError::Broken),
        };
        let mut ifd = Self {
            tiff,
            is_big_endian,
            first_entry: 0,
            entries: 0,
        };
        let at = place(ifd.u32(4)?);
        ifd.entries = ifd.u16(at)?.min(ENTRIES_MAX);
        ifd.first_entry = at.saturating_add(2);
        Ok(ifd)
    }

    /// The number that a tag holds, if it is there and holds one number.
    pub(super) fn find(&self, tag: u16) -> Result<Option<u32>, HeaderError> {
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        for entry in 0..usize::from(self.entries) {
            let at = self.first_entry.saturating_add(entry * ENTRY_BYTES);
            if self.u16(at)? != tag {
                continue;
            }
            let value = at.saturating_add(8);
            return match (self.u16(at.saturating_add(2))?, self.u32(at.saturating_add(4))?) {
                (SHORT, 1) => self.u16(value).map(u32::from).map(Some),
                (LONG, 1) => self.u32(value).map(Some),
                _ => Ok(None),
            };
        }
        Ok(None)
    }

    fn u16(&self, at: usize) -> Result<u16, HeaderError> {
        match self.is_big_endian {
            true => self.tiff.u16_be(at),
            false => self.tiff.u16_le(at),
        }
    }

    fn u32(&self, at: usize) -> Result<u32, HeaderError> {
        match self.is_big_endian {
            true => self.tiff.u32_be(at),
            false => self.tiff.u32_le(at),
        }
    }
}

pub(super) fn read(file: Bytes<'_>) -> Result<(Size, bool), HeaderError> {
    const WIDTH: u16 = 256;
    const HEIGHT: u16 = 257;
    const ORIENTATION: u16 = 274;
    let ifd = Ifd::first(file)?;
    let size = Size {
        width: ifd.find(WIDTH)?.ok_or(HeaderError::Broken)?,
        height: ifd.find(HEIGHT)?.ok_or(HeaderError::Broken)?,
    };
    Ok((size, ifd.find(ORIENTATION)?.is_some_and(exif::turns)))
}
