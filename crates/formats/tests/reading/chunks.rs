//! The same answer however the bytes arrive: every list of bad input, cut into pieces of every small size.

use insitu_formats::{Format, Limits, Options};

use crate::support::{gzip, pieces, read_with};

const LISTS: &[&str] = &[
    "",
    "[]",
    r#"[{"data":"a\"\\","externalId":"\u00e9"}, {"data":[1,{"x":"]}"}]},null,1.5e3 ,"x",true]"#,
    r#"[{"data":"a"},{"data":["b"}}]"#,
    r#"[{"data":"a"},]"#,
    "{\"data\":\"a\"}\n{\"data\":\"b\"}\r\n{oops\n{\"data\":\"c",
    "{\n\"data\":\"a\"}{\"data\":\"b\"}  [{\"data\":\"c\"}] x",
    "data,externalId\r\na,\"1\r\n\"\"2\"\r\n\r\nb\r\"c\"x,1\n\"d",
    "\u{feff}data\texternalId\na\t1\n",
    "\tdata\n0\ta\n",
    "https://x/a.jpg\n",
    r#"{"priority":[1,2],"assets":[{"data":"a"},{"data":"b"}],"uploadLocal":null}"#,
];

#[test]
fn pieces_of_any_size_give_the_same_rows() {
    for list in LISTS {
        for format in [
            None,
            Some(Format::Envelope),
            Some(Format::Ndjson),
            Some(Format::Csv),
        ] {
            for element_bytes in [1 << 20, 16, 8] {
                let limits = Limits {
                    element_bytes,
                    ..Limits::default()
                };
                let options = Options { format, limits };
                let whole = read_with(list.as_bytes(), options.clone());
                for size in 1..9 {
                    let parts = read_with(pieces(list.as_bytes(), &[size]), options.clone());
                    assert_eq!(parts.told(), whole.told(), "{list} in pieces of {size}");
                    assert_eq!(parts.format, whole.format);
                }
                let packed = gzip(list.as_bytes());
                let unpacked = read_with(pieces(&packed, &[1, 3]), options.clone());
                assert_eq!(unpacked.told(), whole.told(), "{list} gzipped");
            }
        }
    }
}

#[test]
fn rows_over_the_window_border_are_whole() {
    let rows: Vec<_> = (0..5000)
        .map(|n| {
            format!(
                r#"{{"data":"https://bucket.s3.amazonaws.com/{n}.jpg","contextData":{{"pad":"{}"}}}}"#,
                "é".repeat(n % 300)
            )
        })
        .collect();
    let list = format!("[{}]", rows.join(","));
    let outcome = read_with(list.as_bytes(), Options::default());
    assert!(outcome.error.is_none());
    let mut expected = 1;
    for (row, text) in outcome.rows.iter().zip(&rows) {
        assert_eq!(row.offset, expected);
        expected += text.len() as u64 + 1;
        let json = row
            .result
            .as_ref()
            .unwrap()
            .context_data
            .as_ref()
            .unwrap()
            .as_str();
        assert!(text.contains(json));
    }
    assert_eq!(outcome.rows.len(), rows.len());
}
