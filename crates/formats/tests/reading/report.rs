//! The report's lines.

use insitu_formats::report::{CSV_HEADER, ReportLine, Severity, cut, excerpt};

fn line<'a>(message: &'a str, excerpt: &'a str) -> ReportLine<'a> {
    ReportLine {
        severity: Severity::Refused,
        index: 7,
        offset: 1234,
        field: "width",
        code: "row.wrong_type",
        message,
        excerpt,
    }
}

#[test]
fn a_line_of_ndjson_is_one_object() {
    let mut out = Vec::new();
    line("two\nlines", "{\"a\":1}").write_ndjson(&mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.matches('\n').count(), 1);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["severity"], "refused");
    assert_eq!(
        (value["index"].as_u64(), value["offset"].as_u64()),
        (Some(7), Some(1234))
    );
    assert_eq!(
        (value["message"].as_str(), value["excerpt"].as_str()),
        (Some("two\nlines"), Some("{\"a\":1}"))
    );
}

#[test]
fn a_record_of_csv_reads_back() {
    let mut out = CSV_HEADER.as_bytes().to_vec();
    line("say \"hi\", then\r\ngo", "plain").write_csv(&mut out);
    let mut reader = csv::Reader::from_reader(out.as_slice());
    assert_eq!(reader.headers().unwrap().len(), 7);
    let record = reader.records().next().unwrap().unwrap();
    assert_eq!(
        record.iter().collect::<Vec<_>>(),
        [
            "refused",
            "7",
            "1234",
            "width",
            "row.wrong_type",
            "say \"hi\", then\r\ngo",
            "plain"
        ]
    );
}

#[test]
fn no_cell_begins_like_a_formula() {
    for formula in [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "=cmd|' /C calc'!A0",
    ] {
        let mut out = Vec::new();
        line("ok", formula).write_csv(&mut out);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(out.as_slice());
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(&record[6], format!("'{formula}"));
    }
}

#[test]
fn an_excerpt_ends_between_characters() {
    assert_eq!(excerpt("héllo".as_bytes(), 2), "h…");
    assert_eq!(excerpt("héllo".as_bytes(), 3), "hé…");
    assert_eq!(excerpt("héllo".as_bytes(), 6), "héllo");
    assert_eq!(excerpt(b"a\nb\0c\x1b", 10), "a b c ");
    assert_eq!(excerpt(b"a\xffb", 10), "a\u{fffd}b");
    assert_eq!(excerpt(&[b'x'; 1000], 200).len(), 203);
    assert_eq!(excerpt(b"", 10), "");
    assert_eq!(cut("😀😀", 5), "😀");
}
