//! The SDK's body.

use insitu_formats::{Format, ListReader, Options};
use serde_json::json;

use crate::support::{gather, read_as};

fn members(body: &str) -> (usize, serde_json::Value) {
    let mut reader = ListReader::new(
        body.as_bytes(),
        Options {
            format: Some(Format::Envelope),
            ..Options::default()
        },
    );
    let outcome = gather(&mut reader);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    (
        outcome.rows.len(),
        serde_json::to_value(reader.members()).unwrap(),
    )
}

#[test]
fn assets_are_rows_and_the_other_members_are_returned() {
    let body = r#"{"assets":[{"data":"a","contextData":null,"metadata":null},{"data":"b"}],"uploadLocal":null,"priority":-3}"#;
    assert_eq!(members(body), (2, json!({"uploadLocal": null, "priority": -3})));
    let body =
        " {\"priority\" : {\"x\":[1]} ,\n \"uploadLocal\":\"true\", \"assets\" : [ {\"data\":\"a\"} ] }\n";
    assert_eq!(
        members(body),
        (1, json!({"uploadLocal": "true", "priority": {"x": [1]}}))
    );
}

#[test]
fn a_body_that_is_no_envelope_is_refused_by_name() {
    let member = format!(
        "{{\"x\":\"{}\",\"assets\":[{{\"data\":\"a\"}}]}}",
        "x".repeat(70_000)
    );
    for (body, code) in [
        ("[]", "list.not_an_envelope"),
        ("5", "list.not_an_envelope"),
        ("{}", "list.assets_missing"),
        (r#"{"priority":0}"#, "list.assets_missing"),
        (r#"{"assets":null}"#, "list.assets_not_a_list"),
        (r#"{"assets":{}}"#, "list.assets_not_a_list"),
        (r#"{"assets":[]}"#, "list.empty"),
        (r#"{"assets":[{"data":"a"}]"#, "list.truncated"),
        (r#"{"assets":[{"data":"a"}"#, "list.truncated"),
        (r#"{"assets":[{"data":"a"},]}"#, "list.trailing_comma"),
        (r#"{"assets":[{"data":"a"}],}"#, "list.trailing_comma"),
        (
            r#"{"assets":[{"data":"a"}],"assets":[]}"#,
            "list.duplicate_member",
        ),
        (
            r#"{"priority":0,"priority":1,"assets":[]}"#,
            "list.duplicate_member",
        ),
        (r#"{"priority":NaN,"assets":[]}"#, "list.member_not_json"),
        (r#"{"priority":,"assets":[]}"#, "list.member_not_json"),
        (r#"{"\x":1}"#, "list.member_not_json"),
        (r#"{"assets":[{"data":"a"}] "x":1}"#, "list.expected_comma"),
        (r#"{"assets":[{"data":"a"}]} x"#, "list.unexpected_text"),
        (r#"{"assets" [{"data":"a"}]}"#, "list.unexpected_text"),
        (r#"{assets:[{"data":"a"}]}"#, "list.unexpected_text"),
        (&member, "list.members_too_large"),
    ] {
        let shown: String = body.chars().take(60).collect();
        assert_eq!(
            read_as(Format::Envelope, body).error_code(),
            Some(code),
            "{shown}"
        );
    }
}

#[test]
fn a_bad_row_of_an_envelope_is_refused_alone() {
    let outcome = read_as(
        Format::Envelope,
        r#"{"assets":[null,{"data":"a"},{"width":1}],"priority":0}"#,
    );
    let good: Vec<bool> = outcome.rows.iter().map(|row| row.result.is_ok()).collect();
    assert_eq!(good, [false, true, false]);
    assert!(outcome.error.is_none());
}
