//! WebP: lossy, lossless or extended, each with its size in the first chunk.

use super::bytes::Bytes;
use super::{HeaderError, Size};

pub(super) fn read(file: Bytes<'_>) -> Result<Size, HeaderError> {
    match &file.array::<4>(12)? {
        b"VP8 " => lossy(file),
        b"VP8L" => lossless(file),
        b"VP8X" => Ok(Size {
            width: file.u24_le(24)? + 1,
            height: file.u24_le(27)? + 1,
        }),
        _ => Err(HeaderError::Broken),
    }
}

/// Fourteen bits each; the upper two say how to scale.
fn lossy(file: Bytes<'_>) -> Result<Size, HeaderError> {
    if file.array(23)? != [0x9d, 0x01, 0x2a] {
        return Err(HeaderError::Broken);
    }
    Ok(Size {
        width: (file.u16_le(26)? & 0x3fff).into(),
        height: (file.u16_le(28)? & 0x3fff).into(),
    })
}

fn lossless(file: Bytes<'_>) -> Result<Size, HeaderError> {
    if file.u8(20)? != 0x2f {
        return Err(HeaderError::Broken);
    }
    let bits = file.u32_le(21)?;
    Ok(Size {
        width: (bits & 0x3fff) + 1,
        height: (bits >> 14 & 0x3fff) + 1,
    })
}
