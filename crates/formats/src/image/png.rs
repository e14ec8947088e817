//! PNG: the first chunk says the size, and a later one may say how the picture is turned.

use super::bytes::{Bytes, place};
use super::{HeaderError, Size, exif};

/// The signature.
const CHUNKS_BEGIN: usize = 8;
/// Length, name and checksum.
const AROUND_BYTES: usize = 12;

pub(super) fn read(file: Bytes<'_>) -> Result<(Size, bool), HeaderError> {
    if &file.array::<4>(CHUNKS_BEGIN + 4)? != b"IHDR" {
        return Err(HeaderError::Broken);
    }
    let size = Size {
        width: file.u32_be(CHUNKS_BEGIN + 8)?,
        height: file.u32_be(CHUNKS_BEGIN + 12)?,
    };
    let mut at = CHUNKS_BEGIN;
    loop {
        let length = place(file.u32_be(at)?);
        let content = at + 8;
        match &file.array::<4>(at + 4)? {
            // Decoders have begun to draw by then.
            b"IDAT" | b"IEND" => return Ok((size, false)),
            // A half one could turn the picture or not.
            _ if file.from(content).0.len() < length => return Err(HeaderError::CutOff),
            b"eXIf" => return Ok((size, exif::is_turned(file.from(content).first(length)))),
            // The chunk is there as a whole, so its end is a place in memory.
            _ => at += AROUND_BYTES + length,
        }
    }
}
