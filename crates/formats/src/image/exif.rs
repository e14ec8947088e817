//! The orientation in EXIF: a little TIFF inside of another file.

use super::bytes::Bytes;
use super::tiff::Ifd;

/// Whether width and height change places: orientations 5 to 8. What cannot be read turns nothing, as in browsers.
pub(super) fn is_turned(tiff: Bytes<'_>) -> bool {
    orientation(tiff).is_some_and(turns)
}

/// Whether an orientation lays a picture on its side.
pub(super) fn turns(orientation: u32) -> bool {
    (5..=8).contains(&orientation)
}

fn orientation(tiff: Bytes<'_>) -> Option<u32> {
    const ORIENTATION: u16 = 0x0112;
    let ifd = Ifd::first(tiff).ok()?;
    ifd.find(ORIENTATION).ok()?
}

/// What follows this beginning, if the bytes begin so.
pub(super) fn after<'a>(bytes: Bytes<'a>, beginning: &[u8]) -> Option<Bytes<'a>> {
    bytes.0.strip_prefix(beginning).map(Bytes)
}
