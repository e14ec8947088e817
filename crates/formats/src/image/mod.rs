//! How large a picture is, as it is shown, read from the first bytes of its file.
//!
//! Our own, because the libraries that read headers do not say whether a header is broken or only goes on, and do not
//! turn a picture as its EXIF orientation says. Turned are JPEG and PNG, as browsers turn them (Chromium 156; it shows
//! WebP as it is stored), and TIFF. No input panics, and no number of a header decides how much is read or allocated.

mod bytes;
mod exif;
mod jpeg;
mod png;
mod simple;
mod tiff;
mod webp;

use bytes::Bytes;

/// The most pixels of a side; more is taken for a broken header. The same as for an imported `width`.
pub const SIDE_MAX_PX: u32 = 1_000_000;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// As shown: after turning.
    pub width: u32,
    /// As shown: after turning.
    pub height: u32,
}

/// Why the first bytes of a file do not say how large the picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// None of the formats that are read.
    #[error("it is no JPEG, PNG, WebP, GIF, BMP or TIFF")]
    NotAnImage,
    /// The bytes end before the header does: read more of the file, if there is more.
    #[error("it ends in the middle of its header")]
    CutOff,
    /// The format's own rules are broken.
    #[error("its header is broken")]
    Broken,
    /// A side of no pixels, or of more than [`SIDE_MAX_PX`].
    #[error("its header says {width} × {height} pixels, and a side has 1 to {SIDE_MAX_PX}")]
    OutOfRange {
        /// As the header says.
        width: u32,
        /// As the header says.
        height: u32,
    },
}

impl HeaderError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnImage => "image.not_an_image",
            Self::CutOff => "image.cut_off",
            Self::Broken => "image.header_broken",
            Self::OutOfRange { .. } => "image.size_out_of_range",
        }
    }
}

/// The size of the picture that a file with these first bytes holds.
pub fn size_as_shown(file: &[u8]) -> Result<Size, HeaderError> {
    let (size, turned) = read(Bytes(file))?;
    let side = 1..=SIDE_MAX_PX;
    if !side.contains(&size.width) || !side.contains(&size.height) {
        return Err(HeaderError::OutOfRange {
            width: size.width,
            height: size.height,
        });
    }
    Ok(match turned {
        false => size,
        true => Size {
            width: size.height,
            height: size.width,
        },
    })
}

/// The size as stored, and whether width and height change places when it is shown.
fn read(file: Bytes<'_>) -> Result<(Size, bool), HeaderError> {
    match file.0 {
        [0xff, 0xd8, 0xff, ..] => jpeg::read(file),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => png::read(file),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            webp::read(file).map(|size| (size, false))
        }
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => simple::gif(file).map(|size| (size, false)),
        [b'B', b'M', ..] => simple::bmp(file).map(|size| (size, false)),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => tiff::read(file),
        _ => Err(HeaderError::NotAnImage),
    }
}

#[cfg(test)]
mod tests;
