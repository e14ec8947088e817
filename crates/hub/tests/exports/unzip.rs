//! Reads zip files as other programs do: by the directory at their end.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

/// The entries of a zip file, in the order of its directory.
pub fn unzip(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = file.len() - 22;
    assert_eq!(&file[end..end + 4], b"PK\x05\x06", "the end of a zip file");
    let entries = u16_at(file, end + 10);
    let mut at = u32_at(file, end + 16);
    let mut found = Vec::new();
    for _ in 0..entries {
        assert_eq!(&file[at..at + 4], b"PK\x01\x02");
        let method = u16_at(file, at + 10);
        let (packed, size) = (u32_at(file, at + 20), u32_at(file, at + 24));
        let name_length = u16_at(file, at + 28);
        let name = String::from_utf8(file[at + 46..at + 46 + name_length].to_vec()).unwrap();
        let local = u32_at(file, at + 42);
        let start = local + 30 + u16_at(file, local + 26) + u16_at(file, local + 28);
        let bytes = &file[start..start + packed];
        let mut contents = Vec::new();
        match method {
            0 => contents.extend_from_slice(bytes),
            8 => {
                DeflateDecoder::new(bytes).read_to_end(&mut contents).unwrap();
            }
            other => panic!("method {other}"),
        }
        assert_eq!(contents.len(), size, "{name}");
        found.push((name, contents));
        at += 46 + name_length + u16_at(file, at + 30) + u16_at(file, at + 32);
    }
    found
}

fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    let number: [u8; 4] = bytes[at..at + 4].try_into().unwrap();
    usize::try_from(u32::from_le_bytes(number)).unwrap()
}
