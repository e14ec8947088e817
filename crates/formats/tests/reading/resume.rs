//! Going on after any row gives the rows that were missing, and nothing else.

use insitu_formats::{Format, ListReader, Options, Position};

use crate::support::{gather, gzip};

/// Reads the list whole and then again from behind every row, through a position written as JSON.
#[track_caller]
fn assert_resumes(list: &[u8], format: Option<Format>) {
    let options = Options {
        format,
        ..Options::default()
    };
    let mut whole_reader = ListReader::new(list, options.clone());
    let whole = gather(&mut whole_reader);
    let members = whole_reader.members().cloned();
    let mut reader = ListReader::new(list, options.clone());
    for done in 0..=whole.rows.len() {
        let written = serde_json::to_string(&reader.checkpoint()).unwrap();
        let position: Position = serde_json::from_str(&written).unwrap();
        assert_eq!(position.index(), done as u64);
        let from = usize::try_from(position.seek_to()).unwrap();
        let mut again = ListReader::resume(&list[from..], options.clone(), position);
        let rest = gather(&mut again);
        assert_eq!(rest.rows, whole.rows[done..], "after {done} rows");
        assert_eq!(rest.told().1, whole.told().1, "after {done} rows");
        assert_eq!(again.members().cloned(), members);
        assert_eq!(again.format(), whole.format);
        assert_eq!(again.bytes_read(), whole_reader.bytes_read());
        if done < whole.rows.len() {
            reader.next().unwrap().unwrap();
        }
    }
}

const LISTS: &[(&str, Option<Format>)] = &[
    (
        r#" [{"data":"a","x":1}, null ,{"data":"b","y":2}] [{"data":"c","x":1}]{"data":"d"}"#,
        None,
    ),
    ("\u{feff}[{\"data\":\"a\"},\n{\"data\":\"b\"},]", None),
    ("[{\"data\":\"a\"},{\"data\":\"b\"", None),
    ("{\"data\":\"a\"}\n\n{oops\r\n{\"data\":\"b\"}\n", None),
    ("{\n\"data\":\"a\"}{\"data\":\"b\"}", None),
    (
        "\u{feff}data,colour\r\na,1\r\n\r\n\"b\nb\",2\r\nragged\r\nc,3",
        None,
    ),
    ("url\tid\na\t1\nb\t2\n", None),
    (
        r#"{"priority":3,"assets":[{"data":"a"},{"data":"b"}],"uploadLocal":null}"#,
        Some(Format::Envelope),
    ),
];

#[test]
fn a_plain_list_goes_on_from_any_row() {
    for (list, format) in LISTS {
        assert_resumes(list.as_bytes(), *format);
    }
}

#[test]
fn a_gzipped_list_goes_on_from_any_row() {
    for (list, format) in LISTS {
        assert_resumes(&gzip(list.as_bytes()), *format);
    }
}

#[test]
fn a_gzipped_file_that_became_shorter_is_named() {
    let mut long = ListReader::new(
        std::io::Cursor::new(gzip(LISTS[0].0.as_bytes())),
        Options::default(),
    );
    long.next().unwrap().unwrap();
    long.next().unwrap().unwrap();
    let short = gzip(b"[{}");
    let mut reader = ListReader::resume(short.as_slice(), Options::default(), long.checkpoint());
    assert_eq!(reader.next().unwrap().unwrap_err().code(), "list.changed");
    assert!(reader.next().is_none());
}
