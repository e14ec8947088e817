//! Lists as tables.

use insitu_formats::Format;

use crate::support::{read, read_as};

#[test]
fn columns_are_found_by_their_names() {
    let list = "External ID,URL,Width,HEIGHT,batches,metadata.frameRate,metadata.note,contextData.Key A,metadata.code,priority\r\n\
        cat,https://x/a.jpg,603,450.0,one; two;one,25,\"say \"\"hi\"\"\",true,007,5\r\n\
        dog,https://x/b.jpg,,,,,,,,\r\n";
    let assets = read(list).assets();
    assert_eq!(assets[0].external_id.as_deref(), Some("cat"));
    assert_eq!(assets[0].data.addresses(), ["https://x/a.jpg"]);
    assert_eq!((assets[0].width, assets[0].height), (Some(603), Some(450)));
    assert_eq!(assets[0].batches, ["one", "two"]);
    assert_eq!(
        assets[0].metadata.as_ref().unwrap().as_str(),
        r#"{"frameRate":25,"note":"say \"hi\"","code":"007"}"#
    );
    assert_eq!(
        assets[0].context_data.as_ref().unwrap().as_str(),
        r#"{"Key A":true}"#
    );
    assert_eq!(assets[0].priority, Some(5));
    assert_eq!(assets[1].external_id.as_deref(), Some("dog"));
    assert!(assets[1].metadata.is_none() && assets[1].batches.is_empty() && assets[1].width.is_none());
}

#[test]
fn quotes_keep_line_breaks_and_separators() {
    let list = "data,externalId\n\"https://x/a,b.jpg\",\"two\nlines\r\n\"\nc,\"\"\n";
    let outcome = read(list);
    assert_eq!(outcome.offsets(), [16, 50]);
    let assets = outcome.assets();
    assert_eq!(assets[0].data.addresses(), ["https://x/a,b.jpg"]);
    assert_eq!(assets[0].external_id.as_deref(), Some("two\nlines\r\n"));
    assert_eq!(assets[1].external_id, None);
}

#[test]
fn json_in_cells_is_read() {
    let list = "data\tmetadata\tbatches\tattachments\tclassifications\n\
        a\t{\"width\":5, \"height\":6}\t[\"x;y\"]\t[{\"type\":\"TEXT\",\"value\":\"t\"}]\t[1]\n\
        b\t{\"k\":\t\t\t\nc\t{oops\t\t\t\n";
    let list = list.replace("b\t{\"k\":\t\t\t\n", "b\t{\"k\":1}\t\t\t\n");
    let outcome = read_as(Format::Tsv, &list);
    let first = outcome.rows[0].result.as_ref().unwrap();
    assert_eq!((first.width, first.height), (Some(5), Some(6)));
    assert_eq!(first.batches, ["x;y"]);
    assert_eq!(first.attachments.len(), 1);
    assert_eq!(first.labels.classifications.as_ref().unwrap().as_str(), "[1]");
    assert!(outcome.rows[1].result.is_ok());
    let problem = &outcome.rows[2].result.as_ref().unwrap_err()[0];
    assert_eq!(
        (problem.field.as_ref(), problem.code),
        ("metadata", "row.not_json")
    );
}

#[test]
fn bad_records_are_refused_by_name_and_the_others_imported() {
    let list = b"data,width,externalId\n\
        a,5,1\n\
        b,5\n\
        c,5,1,2\n\
        ,5,1\n\
        d,-5,1\n\
        e,5.5,1\n\
        f,wide,1\n\
        g,99999999999999999999999999999999999999999999999999,1\n\
        \"h\"x,5,1\n\
        \xff,5,1\n\
        i\0,5,1\n\
        j,nan,1\n\
        k,5,\"q\"\"\"\n";
    let outcome = read(list);
    assert!(outcome.error.is_none());
    let told: Vec<_> = outcome
        .rows
        .iter()
        .map(|row| {
            row.result
                .as_ref()
                .map_or_else(|p| (p[0].field.as_ref(), p[0].code), |_| ("", "ok"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("", "ok"),
            ("", "row.ragged"),
            ("", "row.ragged"),
            ("data", "row.data_missing"),
            ("width", "row.dimension_not_positive"),
            ("width", "row.dimension_fractional"),
            ("width", "row.wrong_type"),
            ("width", "row.dimension_too_large"),
            ("", "row.quote"),
            ("", "row.invalid_utf8"),
            ("data", "row.nul_character"),
            ("width", "row.wrong_type"),
            ("", "ok"),
        ]
    );
    for row in &outcome.rows {
        let rest = &list[usize::try_from(row.offset).unwrap()..];
        assert_eq!(list[usize::try_from(row.offset).unwrap() - 1], b'\n');
        assert!(!rest.starts_with(b"\n"));
    }
}

#[test]
fn a_quote_that_never_closes_is_a_cut_file() {
    let outcome = read("data,externalId\na,1\n\"b,2\nc,3\n");
    assert_eq!(outcome.rows.len(), 1);
    assert_eq!(outcome.error_code(), Some("list.truncated"));
}

#[test]
fn a_column_named_twice_is_refused() {
    for header in [
        "data,url",
        "data,Data",
        "data,external_id,externalId",
        "data,metadata,metadata.x",
        "data,metadata.x,Metadata.x",
    ] {
        assert_eq!(
            read(format!("{header}\na,b,c\n")).error_code(),
            Some("list.duplicate_column"),
            "{header}"
        );
    }
}

#[test]
fn an_unclear_separator_is_refused() {
    assert_eq!(
        read("data,x;data\na,b;c\n").error_code(),
        Some("list.ambiguous_delimiter")
    );
    assert_eq!(
        read("file;x,address\ty;id\n").error_code(),
        Some("list.header_missing")
    );
    assert_eq!(
        read("data,x\t1;url\n,data;a\n").error_code(),
        Some("list.ambiguous_delimiter")
    );
}

#[test]
fn a_header_is_bounded() {
    let columns = vec!["data"; 1]
        .into_iter()
        .chain(vec!["x"; 1000])
        .collect::<Vec<_>>()
        .join(",");
    assert_eq!(
        read(format!("{columns}\n")).error_code(),
        Some("list.header_too_large")
    );
    let long = format!("data,{}\na,b\n", "x".repeat(70_000));
    assert_eq!(read(long).error_code(), Some("list.header_too_large"));
}

#[test]
fn unknown_columns_are_noticed_once() {
    let outcome = read("data,colour,dataset,\na,red,x,\nb,blue,y,\n");
    let notices: Vec<_> = outcome.rows.iter().map(|row| row.notices.len()).collect();
    assert_eq!(notices, [2, 0]);
    assert_eq!(outcome.rows[0].notices[0].field, "colour");
    assert_eq!(outcome.assets().len(), 2);
}

#[test]
fn every_line_end_ends_a_record() {
    for end in ["\n", "\r\n", "\r"] {
        let list = ["data,externalId", "a,1", "", "b,2", ""].join(end);
        assert_eq!(read(&list).assets().len(), 2, "{end:?}");
    }
}
