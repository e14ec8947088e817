//! What kind of list it is.

use insitu_formats::Format;

use crate::support::{read, read_as};

#[track_caller]
fn assert_format(list: impl AsRef<[u8]>, format: Format, rows: usize) {
    let outcome = read(list.as_ref());
    let shown = String::from_utf8_lossy(list.as_ref()).into_owned();
    assert!(outcome.error.is_none(), "{shown}: {:?}", outcome.error);
    assert_eq!(
        (outcome.format, outcome.rows.len()),
        (Some(format), rows),
        "{shown}"
    );
    for row in &outcome.rows {
        assert!(row.result.is_ok(), "{shown}: {row:?}");
    }
}

#[test]
fn the_format_is_told_by_the_text() {
    assert_format(r#"[{"data":"a"},{"data":"b"}]"#, Format::Json, 2);
    assert_format("\n\t [ {\"data\":\"a\"}\n, {\"data\":\"b\"} ]\n", Format::Json, 2);
    assert_format("{\n \"data\":\"a\"\n}", Format::Json, 1);
    assert_format("{\n \"data\":\"a\"\n}\n{\"data\":\"b\"}", Format::Json, 2);
    assert_format(r#"{"data":"a"}{"data":"b"} {"data":"c"}"#, Format::Json, 3);
    assert_format(r#"[{"data":"a"}][{"data":"b"}]"#, Format::Json, 2);
    assert_format("[{\"data\":\"a\"}]\n{\"data\":\"b\"}\n[]", Format::Json, 2);
    assert_format(r#"{"data":"a"}"#, Format::Ndjson, 1);
    assert_format("{\"data\":\"a\"}\n", Format::Ndjson, 1);
    assert_format("{\"data\":\"a\"}\r\n{\"data\":\"b\"}\r\n\r\n", Format::Ndjson, 2);
    assert_format("\n  {\"data\":\"a\"}  \n\n\t{\"data\":\"b\"}", Format::Ndjson, 2);
    assert_format("data\na\nb\n", Format::Csv, 2);
    assert_format("data,externalId\na,1\n", Format::Csv, 1);
    assert_format("externalId;URL\n1;a\n", Format::Csv, 1);
    assert_format("externalId\tdata\n1\ta\n", Format::Tsv, 1);
    assert_format("\tdata\n0\ta\n", Format::Tsv, 1);
    assert_format("\"data\",\"externalId\"\n\"a\",\"1\"\n", Format::Csv, 1);
}

#[test]
fn a_mark_of_utf8_is_passed_over_and_counted() {
    let outcome = read(b"\xef\xbb\xbf[{\"data\":\"a\"}]");
    assert_eq!(outcome.offsets(), [4]);
    assert_format(b"\xef\xbb\xbfdata,externalId\na,1\n", Format::Csv, 1);
    assert_format(b"\xef\xbb\xbf{\"data\":\"a\"}\n", Format::Ndjson, 1);
}

#[test]
fn other_encodings_are_refused_by_name() {
    let utf16 = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let text = if mark {
            "\u{feff}[{\"data\":\"a\"}]"
        } else {
            "[{\"data\":\"a\"}]"
        };
        text.encode_utf16().flat_map(order).collect()
    };
    let utf32 =
        |order: fn(u32) -> [u8; 4]| -> Vec<u8> { "[1]".chars().flat_map(|c| order(c as u32)).collect() };
    for list in [
        utf16(u16::to_le_bytes, true),
        utf16(u16::to_be_bytes, true),
        utf16(u16::to_le_bytes, false),
        utf16(u16::to_be_bytes, false),
    ] {
        assert_eq!(read(list).error_code(), Some("list.utf16"));
    }
    assert_eq!(read(utf32(u32::to_le_bytes)).error_code(), Some("list.utf32"));
    assert_eq!(read(utf32(u32::to_be_bytes)).error_code(), Some("list.utf32"));
    assert_eq!(
        read([0xff, 0xfe, 0, 0, b'[', 0, 0, 0]).error_code(),
        Some("list.utf32")
    );
}

#[test]
fn files_that_are_no_text_are_named() {
    for bytes in [
        &b"PK\x03\x04xxxx"[..],
        b"\x89PNG\r\n",
        b"\xff\xd8\xff\xe0",
        b"%PDF-1.7",
        b"PAR1xx",
    ] {
        let outcome = read(bytes);
        assert_eq!(outcome.error_code(), Some("list.unsupported_file"), "{bytes:?}");
    }
}

#[test]
fn a_named_format_is_believed() {
    assert_eq!(read_as(Format::Ndjson, "[1]\n{\"data\":\"a\"}").rows.len(), 2);
    assert_eq!(
        read_as(Format::Json, "{\"data\":\"a\"}\n{\"data\":\"b\"}")
            .rows
            .len(),
        2
    );
    assert_eq!(
        read_as(Format::Json, "data\na").error_code(),
        Some("list.not_a_list")
    );
    assert_eq!(
        read_as(Format::Csv, "[1]").error_code(),
        Some("list.header_missing")
    );
    assert_eq!(
        read_as(Format::Tsv, "data,externalId\na,1").error_code(),
        Some("list.header_missing")
    );
    assert_eq!(read_as(Format::Tsv, "data\texternalId\na\t1").rows.len(), 1);
    for format in Format::ALL {
        assert_eq!(
            read_as(format, "\n").error_code(),
            Some("list.empty_file"),
            "{format}"
        );
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    assert!("xml".parse::<Format>().unwrap_err().to_string().contains("`xml`"));
}
