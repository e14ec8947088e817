//! JPEG: a row of marked segments, of which one says the size and perhaps one before it how the picture is turned.

use super::bytes::Bytes;
use super::{HeaderError, Size, exif};

pub(super) fn read(file: Bytes<'_>) -> Result<(Size, bool), HeaderError> {
    let mut at = 2;
    let mut turned = None;
    loop {
        // Anything between two segments, and any number of 0xff before a marker, is passed over, as decoders do.
        if file.u8(at)? != 0xff {
            at += 1;
            continue;
        }
        let marker = file.u8(at + 1)?;
        match marker {
            0xff => at += 1,
            0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
            // Pixels, or the end, before the size was said.
            0xd9 | 0xda => return Err(HeaderError::Broken),
            _ => {
                let length = usize::from(file.u16_be(at + 2)?);
                if length < 2 {
                    return Err(HeaderError::Broken);
                }
                if is_start_of_frame(marker) {
                    return Ok((frame_size(file, at)?, turned.unwrap_or(false)));
                }
                if marker == APP1 && turned.is_none() {
                    let content = file.from(at + 4).first(length - 2);
                    turned = exif::after(content, b"Exif\0\0").map(exif::is_turned);
                }
                at += 2 + length;
            }
        }
    }
}

const APP1: u8 = 0xe1;

/// 0xc4, 0xc8 and 0xcc are tables.
fn is_start_of_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

fn frame_size(file: Bytes<'_>, at: usize) -> Result<Size, HeaderError> {
    Ok(Size {
        height: file.u16_be(at + 5)?.into(),
        width: file.u16_be(at + 7)?.into(),
    })
}
