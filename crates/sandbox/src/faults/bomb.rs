//! Decompression bombs: a PNG of 436 KB that holds 3.6 thousand million pixels, and a gzip of 1 MB that unpacks to 1 GiB.

use std::io::Write as _;
use std::sync::OnceLock;

use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};

use crate::objects::Object;

/// Width and height of the picture: 14 GB once it stands in memory with four bytes per pixel.
const SIDE: u32 = 60_000;

/// A row of the picture: its filter, then a bit per pixel.
const ROW_BYTES: usize = 1 + SIDE as usize / 8;

/// Rows that are packed as one; the picture is this block again and again.
const ROWS_AT_ONCE: usize = 600;

/// What one member of the gzip unpacks to, and how many there are.
const MEMBER_BYTES: usize = 16 * 1024 * 1024;
const MEMBERS: usize = 64;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What stands in an object's place: a picture for a picture, gzip as the content's encoding for anything else.
pub(crate) fn bomb(key: &str, object: &Object) -> Object {
    static PNG: OnceLock<Bytes> = OnceLock::new();
    static GZIP: OnceLock<Bytes> = OnceLock::new();
    if object.content_type.starts_with("image/") {
        let bytes = PNG.get_or_init(|| Bytes::from(png())).clone();
        return Object::in_memory(key, bytes, Some("image/png".to_owned()), object.modified_ms);
    }
    let bytes = GZIP.get_or_init(|| Bytes::from(gzip())).clone();
    let mut bomb = Object::in_memory(key, bytes, Some(object.content_type.clone()), object.modified_ms);
    bomb.content_encoding = Some("gzip".to_owned());
    bomb
}

fn png() -> Vec<u8> {
    let mut header = [SIDE.to_be_bytes(), SIDE.to_be_bytes()].concat();
    header.extend([1, 0, 0, 0, 0]); // a bit per pixel, grey, the only ways to pack and to filter, not interlaced
    let mut png = PNG_SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &zlib_of_zeros());
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// All rows, black. A full flush ends a block at a byte and forgets what was before, so the block can be repeated.
fn zlib_of_zeros() -> Vec<u8> {
    let rows = vec![0; ROW_BYTES * ROWS_AT_ONCE];
    let mut block = Vec::with_capacity(rows.len() / 100);
    // Zeros shrink a thousandfold: they fit, and cannot fail.
    let packed =
        Compress::new(Compression::best(), false).compress_vec(&rows, &mut block, FlushCompress::Full);
    debug_assert!(packed.is_ok());
    let mut stream = vec![0x78, 0xda];
    for _ in 0..SIDE as usize / ROWS_AT_ONCE {
        stream.extend_from_slice(&block);
    }
    stream.extend([0x03, 0x00]); // the last block, empty
    // Adler-32 of n zeros: the second sum is n, the first stays 1.
    let sum = (ROW_BYTES as u64 * u64::from(SIDE)) % 65_521;
    stream.extend(u32::try_from(sum << 16 | 1).unwrap_or(1).to_be_bytes());
    stream
}

/// A gzip file may be many, one after the other.
fn gzip() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let member = encoder
        .write_all(&vec![0; MEMBER_BYTES])
        .and_then(|()| encoder.finish());
    member.unwrap_or_default().repeat(MEMBERS)
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    png.extend(length.to_be_bytes());
    png.extend(name);
    png.extend(data);
    png.extend(sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn the_picture_is_small_and_unpacks_to_every_row_it_promises() {
        let png = png();
        assert!(png.len() < 512 * 1024, "{}", png.len());
        // Signature, IHDR of 25 bytes, length and name of IDAT; its CRC and IEND at the end.
        let packed = &png[8 + 25 + 8..png.len() - 4 - 12];
        let mut unpacked = flate2::read::ZlibDecoder::new(packed);
        let bytes = io::copy(&mut unpacked, &mut io::sink()).unwrap();
        assert_eq!(bytes, u64::from(SIDE) * ROW_BYTES as u64);
    }

    #[test]
    fn what_is_no_picture_unpacks_to_a_gigabyte() {
        let text = Object::in_memory("a.txt", Bytes::from_static(b"a"), None, 7);
        let bomb = bomb("a.txt", &text);
        assert_eq!(
            (bomb.content_type.as_str(), bomb.content_encoding.as_deref()),
            ("text/plain", Some("gzip"))
        );
        assert!(bomb.content.size_bytes() < 2 * 1024 * 1024);
        let packed = gzip();
        let bytes = io::copy(
            &mut flate2::read::MultiGzDecoder::new(&packed[..]),
            &mut io::sink(),
        )
        .unwrap();
        assert_eq!(bytes, 1024 * 1024 * 1024);
    }
}
