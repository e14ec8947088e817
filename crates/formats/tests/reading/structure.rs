//! Lists whose structure is broken: the rows before are delivered, then one error with code, row and byte.

use insitu_formats::Format;

use crate::support::{read, read_as};

#[track_caller]
fn assert_broken(list: impl AsRef<[u8]>, code: &str, rows: usize, offset: u64) {
    let list = list.as_ref();
    let shown = String::from_utf8_lossy(&list[..list.len().min(100)]).into_owned();
    let outcome = read(list);
    let error = outcome.error.unwrap_or_else(|| panic!("{shown} was read"));
    assert_eq!(
        (error.code(), outcome.rows.len(), error.offset),
        (code, rows, offset),
        "{shown}: {error}"
    );
    assert_eq!(error.index, rows as u64);
    assert!(!error.message().is_empty());
}

#[test]
fn a_file_without_text_is_empty() {
    for list in ["", " ", "\n\r\n\t ", "\u{feff}", "\u{feff}\n"] {
        assert_broken(list, "list.empty_file", 0, list.len() as u64);
    }
}

#[test]
fn a_list_without_rows_is_empty() {
    for list in [
        "[]",
        " [ \n ] ",
        "[][]",
        "data,externalId\n",
        "data\r\n\r\n",
        "data",
    ] {
        assert_eq!(read(list).error_code(), Some("list.empty"), "{list}");
    }
}

#[test]
fn text_that_is_no_list_is_refused() {
    for list in [
        "not json",
        "null",
        "true",
        "42",
        "\"text\"",
        "<html><body>",
        "}",
        "]",
        "\0\0\0\0",
        "NaN",
        "-1",
    ] {
        assert_broken(list, "list.not_a_list", 0, 0);
    }
}

#[test]
fn a_list_of_addresses_lacks_its_header() {
    assert_broken("https://x/a.jpg\nhttps://x/b.jpg\n", "list.header_missing", 0, 0);
    assert_broken("file,id\nhttps://x/a.jpg,1\n", "list.header_missing", 0, 0);
}

#[test]
fn a_cut_list_gives_its_rows_and_then_says_so() {
    let whole = r#"[{"data":"a"},{"data":"b"}]"#;
    for end in 1..whole.len() {
        let outcome = read(&whole[..end]);
        assert_eq!(outcome.error_code(), Some("list.truncated"), "{}", &whole[..end]);
        let rows = usize::from(end >= 13) + usize::from(end >= 26);
        assert_eq!(outcome.rows.len(), rows, "{}", &whole[..end]);
        assert!(outcome.rows.iter().all(|row| row.result.is_ok()));
        assert_eq!(outcome.error.unwrap().offset, end as u64);
    }
    assert!(read(whole).error.is_none());
}

#[test]
fn a_cut_object_is_truncated() {
    let whole = r#"{"data":"a"}"#;
    for end in 1..whole.len() {
        assert_eq!(
            read(&whole[..end]).error_code(),
            Some("list.truncated"),
            "{}",
            &whole[..end]
        );
    }
}

#[test]
fn a_cut_last_line_is_truncated() {
    assert_broken("{\"data\":\"a\"}\n{\"data\":\"b", "list.truncated", 1, 23);
    assert_broken("{\"data\":\"a\"}\n{\"data\":\"b\"", "list.truncated", 1, 24);
    assert!(read("{\"data\":\"a\"}\n{\"data\":\"b\"}").error.is_none());
}

#[test]
fn commas_must_separate() {
    assert_broken(r#"[{"data":"a"},]"#, "list.trailing_comma", 1, 13);
    assert_broken(r#"[{"data":"a"}, ]"#, "list.trailing_comma", 1, 13);
    assert_broken(r#"[,{"data":"a"}]"#, "list.missing_element", 0, 1);
    assert_broken(r#"[{"data":"a"},,{"data":"b"}]"#, "list.missing_element", 1, 14);
    assert_broken(r#"[{"data":"a"}{"data":"b"}]"#, "list.expected_comma", 1, 13);
    assert_broken(r#"[{"data":"a"} x]"#, "list.expected_comma", 1, 14);
    assert_broken("[{\"data\":\"a\"}\0]", "list.expected_comma", 1, 13);
    assert_broken(r#"[}"#, "list.unexpected_text", 0, 1);
}

#[test]
fn text_behind_the_list_is_refused() {
    assert_broken(r#"[{"data":"a"}] x"#, "list.unexpected_text", 1, 15);
    assert_broken(r#"[{"data":"a"}]]"#, "list.unexpected_text", 1, 14);
    assert_broken("[{\"data\":\"a\"}]\0\0", "list.unexpected_text", 1, 14);
    assert_broken(r#"{"data":"a"} 5"#, "list.unexpected_text", 1, 13);
}

#[test]
fn brackets_must_match() {
    assert_broken(
        r#"[{"data":"a"},{"data":["b"}}]"#,
        "list.mismatched_bracket",
        1,
        26,
    );
    assert_broken(r#"[{"data":"a"}},{"data":"b"}]"#, "list.expected_comma", 1, 13);
}

#[test]
fn unclosed_nesting_is_a_cut_list_and_no_overflow() {
    assert_broken("[".repeat(200_000), "list.truncated", 0, 200_000);
    assert_broken("{\"a\":".repeat(200_000), "list.truncated", 0, 1_000_000);
    assert_eq!(
        read_as(Format::Ndjson, "[".repeat(200_000)).error_code(),
        Some("list.truncated")
    );
    assert_eq!(
        read_as(Format::Envelope, "{\"a\":".repeat(20_000)).error_code(),
        Some("list.truncated")
    );
}

#[test]
fn in_ndjson_a_broken_line_costs_one_row() {
    let outcome = read(
        "{\"data\":\"a}\n{\"data\":\"b\"}\n{\"data\":[}\n]\n{\"data\":\"c\"}{}\nx\n\n{\"data\":\"d\"}\n",
    );
    assert!(outcome.error.is_none());
    let good: Vec<bool> = outcome.rows.iter().map(|row| row.result.is_ok()).collect();
    assert_eq!(good, [false, true, false, false, false, false, true]);
    assert_eq!(outcome.format, Some(Format::Ndjson));
}

#[test]
fn a_reader_that_fails_is_named_and_rows_before_are_kept() {
    struct Failing(usize);
    impl std::io::Read for Failing {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let text = b"[{\"data\":\"a\"},";
            if self.0 > 0 {
                return Err(std::io::Error::other("the disk is gone"));
            }
            self.0 += 1;
            into[..2].copy_from_slice(&text[..2]);
            Ok(2)
        }
    }
    use std::io::Read;
    let source = (&b"[{\"data\":\"a\"},"[..]).chain(Failing(1));
    let outcome = crate::support::read_with(source, insitu_formats::Options::default());
    assert_eq!(outcome.rows.len(), 1);
    let error = outcome.error.unwrap();
    assert_eq!(error.code(), "list.read_failed");
    assert!(error.to_string().contains("the disk is gone"));
}
