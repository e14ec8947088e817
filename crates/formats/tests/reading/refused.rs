//! Bad rows: each is refused by name, and its neighbours are imported.

use insitu_formats::{Limits, Options};

use crate::support::{problems, read, read_with};

#[track_caller]
fn assert_refused(element: impl AsRef<[u8]>, expected: &[(&str, &str)]) {
    let found = problems(element.as_ref());
    let found: Vec<_> = found
        .iter()
        .map(|problem| (problem.field.as_ref(), problem.code))
        .collect();
    assert_eq!(
        found,
        expected,
        "{}",
        String::from_utf8_lossy(&element.as_ref()[..element.as_ref().len().min(200)])
    );
}

#[test]
fn a_row_that_is_no_object_is_refused() {
    assert_refused("null", &[("", "row.null")]);
    for element in [
        "1",
        "-1.5",
        "true",
        "\"https://x/a.jpg\"",
        "[]",
        "[{\"data\":\"a\"}]",
        "1e5",
    ] {
        assert_refused(element, &[("", "row.not_object")]);
    }
}

#[test]
fn a_row_that_is_no_json_is_refused() {
    for element in [
        "NaN",
        "nul",
        "undefined",
        "{\"data\":\"a\",}",
        "{\"data\" \"a\"}",
        "{\"data\":}",
        "{data:\"a\"}",
        "{\"data\":\"\\x\"}",
        "{'data':1}",
        "{\"data\":\"a\" \"b\":1}",
        "\0",
        "{\"data\":\"a\"\0}",
        "{\"other\":NaN}",
        "{\"other\":-}",
        "{\"other\":01}",
        "+1",
    ] {
        let found = problems(element);
        assert_eq!(found.len(), 1, "{element}");
        assert_eq!(found[0].code, "row.not_json", "{element}");
    }
}

#[test]
fn a_syntax_error_names_field_and_byte() {
    let found = problems(r#"{"data":"a","width":NaN}"#);
    assert_eq!(
        (found[0].field.as_ref(), found[0].code),
        ("width", "row.not_json")
    );
    assert!(found[0].message.contains("byte 35"), "{}", found[0].message);
}

#[test]
fn data_must_be_there() {
    assert_refused("{}", &[("data", "row.data_missing")]);
    assert_refused(r#"{"data":null}"#, &[("data", "row.data_missing")]);
    assert_refused(r#"{"Data":"a"}"#, &[("data", "row.data_missing")]);
    assert_refused(r#"{"data":""}"#, &[("data", "row.data_empty")]);
    assert_refused(r#"{"data":" \t\n "}"#, &[("data", "row.data_empty")]);
    assert_refused(r#"{"dataset":[]}"#, &[("dataset", "row.data_empty")]);
    assert_refused(r#"{"dataset":["a",""]}"#, &[("dataset", "row.data_empty")]);
    assert_refused(r#"{"dataset":["a",null]}"#, &[("dataset", "row.wrong_type")]);
    assert_refused(r#"{"dataset":"a"}"#, &[("dataset", "row.wrong_type")]);
}

#[test]
fn wrong_types_are_refused() {
    for wrong in ["1", "true", "[]", "{}", "1.5", "[\"a\"]"] {
        assert_refused(format!(r#"{{"data":{wrong}}}"#), &[("data", "row.wrong_type")]);
    }
    for (field, wrong) in [
        ("externalId", "1.5"),
        ("externalId", "123456789012345678901234567890"),
        ("externalId", "true"),
        ("externalId", "{}"),
        ("width", "\"603\""),
        ("width", "true"),
        ("height", "[]"),
        ("metadata", "[]"),
        ("metadata", "\"x\""),
        ("contextData", "1"),
        ("contextData", "true"),
        ("batches", "\"one\""),
        ("batches", "{}"),
        ("batches", "[1]"),
        ("attachments", "{}"),
        ("attachments", "[{\"type\":\"IMAGE\"}]"),
        ("attachments", "[{\"type\":\"IMAGE\",\"value\":1}]"),
        ("storage", "1"),
        ("priority", "\"1\""),
        ("priority", "1.5"),
        ("objects", "{}"),
        ("tools", "\"\""),
        ("classifications", "1"),
        ("relations", "{}"),
    ] {
        assert_refused(
            format!(r#"{{"data":"a","{field}":{wrong}}}"#),
            &[(field, "row.wrong_type")],
        );
    }
}

#[test]
fn dimensions_must_be_whole_pixels() {
    for (value, code) in [
        ("0", "row.dimension_not_positive"),
        ("-1", "row.dimension_not_positive"),
        ("-0.0", "row.dimension_not_positive"),
        ("-1e300", "row.dimension_not_positive"),
        ("0.5", "row.dimension_fractional"),
        ("603.5", "row.dimension_fractional"),
        ("1000001", "row.dimension_too_large"),
        ("1e7", "row.dimension_too_large"),
        ("18446744073709551616", "row.dimension_too_large"),
        ("1e300", "row.dimension_too_large"),
    ] {
        assert_refused(
            format!(r#"{{"data":"a","width":{value},"height":1}}"#),
            &[("width", code)],
        );
        assert_refused(
            format!(r#"{{"data":"a","width":1,"height":{value}}}"#),
            &[("height", code)],
        );
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    let digits = "9".repeat(400);
    for number in ["1e999", "-1e999", digits.as_str()] {
        assert_refused(
            format!(r#"{{"data":"a","width":{number}}}"#),
            &[("width", "row.number_out_of_range")],
        );
        assert_refused(
            format!(r#"{{"data":"a","metadata":{{"x":{number}}}}}"#),
            &[("metadata", "row.number_out_of_range")],
        );
    }
}

#[test]
fn characters_that_cannot_be_stored_are_refused() {
    assert_refused(r#"{"data":"a\u0000b"}"#, &[("data", "row.nul_character")]);
    assert_refused(
        r#"{"data":"a","externalId":"\u0000"}"#,
        &[("externalId", "row.nul_character")],
    );
    assert_refused(
        r#"{"data":"a","metadata":{"k":"\u0000"}}"#,
        &[("metadata", "row.nul_character")],
    );
    assert_refused(
        r#"{"data":"a","metadata":{"\u0000":1}}"#,
        &[("metadata", "row.nul_character")],
    );
    assert_refused(
        r#"{"data":"a","batches":["\u0000"]}"#,
        &[("batches", "row.nul_character")],
    );
    assert_refused("{\"data\":\"a\0b\"}", &[("data", "row.control_character")]);
    assert_refused("{\"data\":\"a\nb\"}", &[("data", "row.control_character")]);
    assert_refused(r#"{"data":"\ud800"}"#, &[("data", "row.lone_surrogate")]);
    assert_refused(r#"{"data":"\udc00x"}"#, &[("data", "row.lone_surrogate")]);
    assert_refused(r#"{"data":"\ud800\u0041"}"#, &[("data", "row.lone_surrogate")]);
    assert_refused(
        r#"{"data":"a","externalId":"\ud83d"}"#,
        &[("externalId", "row.lone_surrogate")],
    );
    assert_refused(
        r#"{"data":"a","contextData":{"k":"\ud800"}}"#,
        &[("contextData", "row.lone_surrogate")],
    );
}

#[test]
fn invalid_utf8_is_refused_with_its_byte() {
    let found = problems(b"{\"data\":\"a\xff\"}");
    assert_eq!(found[0].code, "row.invalid_utf8");
    assert!(found[0].message.contains("byte 25"), "{}", found[0].message);
    for bytes in [
        &b"\xc0\x80"[..],
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\xe2\x82",
        b"\x80",
    ] {
        let element = [b"{\"data\":\"a\",\"other\":\"", bytes, b"\"}"].concat();
        assert_refused(element, &[("", "row.invalid_utf8")]);
    }
}

#[test]
fn a_name_that_comes_twice_is_refused() {
    assert_refused(r#"{"data":"a","data":"b"}"#, &[("data", "row.duplicate_key")]);
    assert_refused(
        r#"{"data":"a","d\u0061ta":"b"}"#,
        &[("data", "row.duplicate_key")],
    );
    assert_refused(
        r#"{"data":"a","x":1,"y":1,"x":2,"x":3}"#,
        &[("x", "row.duplicate_key")],
    );
    assert_refused(
        r#"{"data":"a","metadata":{"k":1,"k":2}}"#,
        &[("metadata", "row.duplicate_key")],
    );
    assert_refused(
        r#"{"data":"a","objects":[{"k":{"a":1,"\u0061":2}}]}"#,
        &[("objects", "row.duplicate_key")],
    );
    assert_refused(
        r#"{"data":"a","objects":[],"tools":[]}"#,
        &[("tools", "row.objects_and_tools")],
    );
}

#[test]
fn what_is_too_long_or_too_much_is_refused() {
    let long = |bytes: usize| "x".repeat(bytes);
    assert_refused(
        format!(r#"{{"data":"{}"}}"#, long(10 << 20)),
        &[("data", "row.text_too_long")],
    );
    assert_refused(
        format!(r#"{{"data":"{}"}}"#, long(8193)),
        &[("data", "row.text_too_long")],
    );
    assert_refused(
        format!(r#"{{"data":"a","externalId":"{}"}}"#, long(2049)),
        &[("externalId", "row.text_too_long")],
    );
    assert_refused(
        format!(r#"{{"data":"a","contextData":{{"k":"{}"}}}}"#, long(65 << 10)),
        &[("contextData", "row.text_too_long")],
    );
    let batches: Vec<_> = (0..101).map(|n| format!("\"{n}\"")).collect();
    assert_refused(
        format!(r#"{{"data":"a","batches":[{}]}}"#, batches.join(",")),
        &[("batches", "row.too_many")],
    );
    let attachments = vec![r#"{"type":"TEXT","value":"x"}"#; 101].join(",");
    assert_refused(
        format!(r#"{{"data":"a","attachments":[{attachments}]}}"#),
        &[("attachments", "row.too_many")],
    );
    assert_refused(
        r#"{"data":"a","priority":1001}"#,
        &[("priority", "row.priority_out_of_range")],
    );
    assert_refused(
        r#"{"data":"a","attachments":[{"type":"AUDIO","value":"x"}]}"#,
        &[("attachments", "row.attachment_type")],
    );
}

#[test]
fn what_is_just_short_enough_is_imported() {
    let data = "x".repeat(8192);
    let id = "y".repeat(2048);
    let outcome = read(format!(
        r#"[{{"data":"{data}","externalId":"{id}","priority":1000,"width":1000000}}]"#
    ));
    assert!(outcome.rows[0].result.is_ok(), "{:?}", outcome.rows);
}

#[test]
fn a_row_over_the_element_limit_is_passed_over() {
    let row = format!(r#"{{"data":"{}"}}"#, "x".repeat(17 << 20));
    let found = problems(&row);
    assert_eq!(found[0].code, "row.too_large");
    let ndjson = format!("{{\"data\":\"a\"}}\n{row}\n{{\"data\":\"c\"}}\n");
    let outcome = read(&ndjson);
    assert_eq!(outcome.rows.len(), 3);
    assert_eq!(
        outcome.rows[1].result.as_ref().unwrap_err()[0].code,
        "row.too_large"
    );
    assert!(outcome.rows[1].excerpt.len() <= 203);
    assert!(outcome.rows[2].result.is_ok());
}

#[test]
fn nesting_of_two_hundred_thousand_levels_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        assert_refused(
            format!(r#"{{"data":"a","metadata":{{"x":{deep}}}}}"#),
            &[("", "row.too_deep")],
        );
        assert_refused(&deep, &[("", "row.too_deep")]);
        let lines = format!("{{\"data\":\"a\"}}\n{{\"data\":\"b\",\"x\":{deep}}}\n{{\"data\":\"c\"}}");
        let outcome = read(&lines);
        assert_eq!(outcome.rows.len(), 3);
        assert_eq!(
            outcome.rows[1].result.as_ref().unwrap_err()[0].code,
            "row.too_deep"
        );
    }
    let levels = |count: usize| {
        format!(
            r#"{{"data":"a","metadata":{{"x":{}{}}}}}"#,
            "[".repeat(count),
            "]".repeat(count)
        )
    };
    assert_refused(levels(99), &[("", "row.too_deep")]);
    assert!(read(format!("[{}]", levels(98))).rows[0].result.is_ok());
}

#[test]
fn all_problems_of_a_row_are_listed() {
    assert_refused(
        r#"{"data":7,"width":0,"height":1.5,"externalId":[],"metadata":[],"batches":[1,2],"priority":9999,"width":1}"#,
        &[
            ("data", "row.wrong_type"),
            ("width", "row.dimension_not_positive"),
            ("height", "row.dimension_fractional"),
            ("externalId", "row.wrong_type"),
            ("metadata", "row.wrong_type"),
            ("batches", "row.wrong_type"),
            ("batches", "row.wrong_type"),
            ("priority", "row.priority_out_of_range"),
            ("width", "row.duplicate_key"),
        ],
    );
}

#[test]
fn the_list_of_problems_is_bounded() {
    let many = vec!["1"; 100].join(",");
    assert_eq!(
        problems(format!(r#"{{"data":"a","batches":[{many}]}}"#)).len(),
        20
    );
}

#[test]
fn limits_can_be_set() {
    let limits = Limits {
        element_bytes: 20,
        ..Limits::default()
    };
    let list = br#"[{"data":"a"},{"data":"a longer one"},{"data":"b"}]"#;
    let outcome = read_with(
        &list[..],
        Options {
            limits,
            ..Options::default()
        },
    );
    assert_eq!(
        outcome.rows[1].result.as_ref().unwrap_err()[0].code,
        "row.too_large"
    );
    assert!(outcome.rows[0].result.is_ok() && outcome.rows[2].result.is_ok());
}
