//! What a browser makes of a file that comes packed (`Content-Encoding`). Only the beginning of it is ever unpacked, so
//! that few bytes that hold gigabytes cost no more than a picture's header.

use std::io::{ErrorKind, Read};

use bytes::Bytes;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

use crate::s3::RANGE_BYTES_MAX;

/// The beginning of a file as a browser sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// These bytes.
    Bytes {
        /// What it begins with.
        bytes: Bytes,
        /// Whether that is all of it.
        is_all: bool,
    },
    /// It is not packed as its header says (`gzip`), so browsers show nothing of it.
    NotAsSaid(String),
    /// It is packed in a way that browsers undo and the hub does not (`br`).
    Packed(String),
}

/// Undoes what a `Content-Encoding` says as browsers do. `is_all`: whether the bytes are all that the server has.
pub(crate) fn seen(encoding: Option<&str>, bytes: Bytes, is_all: bool) -> Seen {
    let text = encoding.unwrap_or_default().to_ascii_lowercase();
    let codings: Vec<&str> = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    // Browsers leave a file as it is whose header holds a word that they do not know, such as `aws-chunked`.
    if codings.is_empty() || !codings.iter().all(|coding| is_known(coding)) {
        return Seen::Bytes { bytes, is_all };
    }
    let unpacked = match codings[..] {
        ["gzip" | "x-gzip"] => beginning(GzDecoder::new(&bytes[..]), is_all),
        // The word means zlib's format, and some servers leave its header away.
        ["deflate"] => beginning(ZlibDecoder::new(&bytes[..]), is_all)
            .or_else(|| beginning(DeflateDecoder::new(&bytes[..]), is_all)),
        _ => return Seen::Packed(text),
    };
    unpacked.unwrap_or(Seen::NotAsSaid(text))
}

fn is_known(coding: &str) -> bool {
    matches!(coding, "gzip" | "x-gzip" | "deflate" | "br" | "zstd")
}

/// None where it is not packed so.
fn beginning(packed: impl Read, is_all: bool) -> Option<Seen> {
    let mut bytes = Vec::new();
    let read = packed.take(RANGE_BYTES_MAX as u64).read_to_end(&mut bytes);
    let is_whole = match read {
        Ok(_) => is_all && bytes.len() < RANGE_BYTES_MAX,
        // The rest was not read.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && !is_all => false,
        Err(_) => return None,
    };
    Some(Seen::Bytes {
        bytes: bytes.into(),
        is_all: is_whole,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const PICTURE: &[u8] = b"very much a picture";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn of(encoding: &str, packed: &[u8], is_all: bool) -> Seen {
        seen(Some(encoding), Bytes::copy_from_slice(packed), is_all)
    }

    fn bytes(bytes: &[u8], is_all: bool) -> Seen {
        let bytes = Bytes::copy_from_slice(bytes);
        Seen::Bytes { bytes, is_all }
    }

    #[test]
    fn what_is_packed_as_it_says_is_unpacked() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(PICTURE).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
        raw.write_all(PICTURE).unwrap();
        for (encoding, packed) in [
            ("gzip", gzip(PICTURE)),
            ("X-GZIP", gzip(PICTURE)),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
        ] {
            assert_eq!(of(encoding, &packed, true), bytes(PICTURE, true), "{encoding}");
        }
    }

    #[test]
    fn what_is_not_packed_as_it_says_is_seen_by_nobody() {
        let cut = &gzip(PICTURE)[..12];
        for (encoding, packed) in [
            ("gzip", PICTURE),
            ("gzip", cut),
            ("deflate", PICTURE),
            ("gzip", &b""[..]),
        ] {
            let said = Seen::NotAsSaid(encoding.to_owned());
            assert_eq!(of(encoding, packed, true), said, "{packed:?}");
        }
        // Nor where more of it would come.
        assert_eq!(of("gzip", PICTURE, false), Seen::NotAsSaid("gzip".to_owned()));
    }

    #[test]
    fn words_that_browsers_do_not_know_change_nothing() {
        for encoding in ["", " ", "identity", "aws-chunked", "utf-8", "gzip, aws-chunked"] {
            assert_eq!(of(encoding, PICTURE, true), bytes(PICTURE, true), "{encoding}");
        }
        assert_eq!(
            seen(None, Bytes::from_static(PICTURE), false),
            bytes(PICTURE, false)
        );
    }

    #[test]
    fn what_is_not_undone_here_is_named() {
        for encoding in ["br", "zstd", "gzip, gzip"] {
            assert_eq!(of(encoding, PICTURE, true), Seen::Packed(encoding.to_owned()));
        }
    }

    #[test]
    fn no_more_than_a_beginning_is_unpacked_and_a_beginning_is_enough() {
        let zeros = vec![0; 100 * RANGE_BYTES_MAX];
        let bomb = gzip(&zeros);
        let first = bytes(&zeros[..RANGE_BYTES_MAX], false);
        assert_eq!(of("gzip", &bomb, true), first);
        let of_half = of("gzip", &bomb[..bomb.len() / 2], false);
        assert_eq!(of_half, first);
        let of_little = of("gzip", &bomb[..40], false);
        assert!(matches!(of_little, Seen::Bytes { bytes, is_all: false } if !bytes.is_empty()));
    }
}
