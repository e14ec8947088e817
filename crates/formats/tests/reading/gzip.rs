//! Lists that arrive gzipped.

use insitu_formats::{ListReader, Options};

use crate::support::{gather, gzip, read, read_with};

fn rows(count: usize) -> String {
    let rows: Vec<_> = (0..count)
        .map(|n| format!(r#"{{"data":"https://x/{n}.jpg","externalId":"{n}"}}"#))
        .collect();
    format!("[{}]", rows.join(",\n"))
}

#[test]
fn a_gzipped_list_reads_like_the_plain_one() {
    for list in [
        rows(1000),
        "data\na\n".to_owned(),
        "\u{feff}{\"data\":\"a\"}\n".to_owned(),
    ] {
        assert_eq!(read(gzip(list.as_bytes())).told(), read(&list).told());
    }
}

#[test]
fn several_members_are_one_text() {
    let list = rows(100);
    let (first, second) = list.as_bytes().split_at(1111);
    let packed = [gzip(first), gzip(b""), gzip(second)].concat();
    assert_eq!(read(packed).told(), read(&list).told());
}

#[test]
fn progress_counts_compressed_bytes() {
    let packed = gzip(rows(100_000).as_bytes());
    let mut reader = ListReader::new(packed.as_slice(), Options::default());
    reader.next().unwrap().unwrap();
    assert!(reader.bytes_read() > 0 && reader.bytes_read() < packed.len() as u64);
    gather(&mut reader);
    assert_eq!(reader.bytes_read(), packed.len() as u64);
    assert_eq!(reader.rows_read(), 100_000);
}

#[test]
fn a_cut_gzip_file_gives_rows_and_then_says_so() {
    let packed = gzip(rows(20_000).as_bytes());
    for end in [
        3,
        9,
        12,
        packed.len() / 2,
        packed.len() - 9,
        packed.len() - 8,
        packed.len() - 1,
    ] {
        let outcome = read(&packed[..end]);
        assert_eq!(
            outcome.error_code(),
            Some("list.gzip_truncated"),
            "{end} of {}",
            packed.len()
        );
        assert!(outcome.rows.iter().all(|row| row.result.is_ok()));
        assert_eq!(outcome.rows.is_empty(), end < 100, "{end}");
    }
}

#[test]
fn a_damaged_gzip_file_is_named() {
    let mut packed = gzip(rows(2000).as_bytes());
    let checksum = packed.len() - 6;
    packed[checksum] ^= 0xff;
    assert_eq!(read(&packed).error_code(), Some("list.gzip_corrupt"));
    let trailing = [gzip(rows(2).as_bytes()), b"garbage behind".to_vec()].concat();
    assert_eq!(read(trailing).error_code(), Some("list.gzip_corrupt"));
}

#[test]
fn gzip_in_gzip_and_an_empty_one_are_named() {
    assert_eq!(
        read(gzip(&gzip(b"[]"))).error_code(),
        Some("list.unsupported_file")
    );
    assert_eq!(read(gzip(b"")).error_code(), Some("list.empty_file"));
}

#[test]
fn a_failing_reader_is_not_called_damage() {
    use std::io::Read;
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::UnexpectedEof.into())
        }
    }
    let packed = gzip(rows(20_000).as_bytes());
    let outcome = read_with(packed[..packed.len() / 2].chain(Failing), Options::default());
    assert_eq!(outcome.error_code(), Some("list.read_failed"));
    assert_eq!(
        read_with(Failing, Options::default()).error_code(),
        Some("list.read_failed")
    );
}
