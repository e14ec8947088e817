//! GIF and BMP: the size stands at a fixed place.

use super::bytes::Bytes;
use super::{HeaderError, Size};

pub(super) fn gif(file: Bytes<'_>) -> Result<Size, HeaderError> {
    Ok(Size {
        width: file.u16_le(6)?.into(),
        height: file.u16_le(8)?.into(),
    })
}

/// The oldest header has 16 bits a side; later ones 32, where a negative height means that rows go downwards.
pub(super) fn bmp(file: Bytes<'_>) -> Result<Size, HeaderError> {
    let signed = |at| file.array(at).map(i32::from_le_bytes);
    match file.u32_le(14)? {
        12 => Ok(Size {
            width: file.u16_le(18)?.into(),
            height: file.u16_le(20)?.into(),
        }),
        16 | 40..=256 => Ok(Size {
            // A negative width is none: it becomes more than any side has.
            width: u32::try_from(signed(18)?).unwrap_or(u32::MAX),
            height: signed(22)?.unsigned_abs(),
        }),
        // `BM` begins many a text.
        _ => Err(HeaderError::NotAnImage),
    }
}
