//! Rows that cannot be imported: each is refused by name, and its neighbours are imported.

use crate::story::{Story, row};

/// A row as it is written, the field that is at fault, and the code.
const BAD_ROWS: &[(&str, &str, &str)] = &[
    ("null", "", "row.null"),
    ("7", "", "row.not_object"),
    (r#""text""#, "", "row.not_object"),
    ("[]", "", "row.not_object"),
    ("{}", "data", "row.data_missing"),
    (r#"{"externalId":"a"}"#, "data", "row.data_missing"),
    (r#"{"data":""}"#, "data", "row.data_empty"),
    (r#"{"data":null}"#, "data", "row.data_missing"),
    (r#"{"data":7}"#, "data", "row.wrong_type"),
    (
        r#"{"data":{"url":"https://example.com/a"}}"#,
        "data",
        "row.wrong_type",
    ),
    (
        r#"{"data":"https://example.com/a","externalId":["a"]}"#,
        "externalId",
        "row.wrong_type",
    ),
    (
        r#"{"data":"https://example.com/a","metadata":"big"}"#,
        "metadata",
        "row.wrong_type",
    ),
    (
        r#"{"data":"https://example.com/a","batches":{"a":1}}"#,
        "batches",
        "row.wrong_type",
    ),
    (
        r#"{"data":"https://example.com/\u0000a"}"#,
        "data",
        "row.nul_character",
    ),
    (
        r#"{"data":"https://example.com/a","externalId":"a\u0000b"}"#,
        "externalId",
        "row.nul_character",
    ),
    (
        r#"{"data":"https://example.com/a","externalId":"\ud800"}"#,
        "externalId",
        "row.lone_surrogate",
    ),
    (
        r#"{"data":"https://example.com/a","width":NaN}"#,
        "width",
        "row.not_json",
    ),
    (
        r#"{"data":"https://example.com/a","width":1e999}"#,
        "width",
        "row.number_out_of_range",
    ),
    (
        r#"{"data":"https://example.com/a","width":-5}"#,
        "width",
        "row.dimension_not_positive",
    ),
    (
        r#"{"data":"https://example.com/a","width":0}"#,
        "width",
        "row.dimension_not_positive",
    ),
    (
        r#"{"data":"https://example.com/a","height":1.5}"#,
        "height",
        "row.dimension_fractional",
    ),
    (
        r#"{"data":"https://example.com/a","height":99999999999}"#,
        "height",
        "row.dimension_too_large",
    ),
    (
        r#"{"data":"https://example.com/a","data":"https://example.com/b"}"#,
        "data",
        "row.duplicate_key",
    ),
    (r#"{"data":"not a url"}"#, "data", "address.not_a_url"),
    (
        r#"{"data":"javascript:alert(1)"}"#,
        "data",
        "address.scheme_refused",
    ),
    (
        r#"{"data":"file:///etc/passwd"}"#,
        "data",
        "address.scheme_refused",
    ),
    (
        r#"{"data":"http://169.254.169.254/latest/meta-data"}"#,
        "data",
        "address.private_host",
    ),
    (
        r#"{"data":"http://127.0.0.1/a.jpg"}"#,
        "data",
        "address.private_host",
    ),
    (
        r#"{"data":"http://localhost/a.jpg"}"#,
        "data",
        "address.private_host",
    ),
    (r#"{"data":"http://[::1]/a.jpg"}"#, "data", "address.private_host"),
    (
        r#"{"data":"https://bucket.s3.eu-centrall-1.amazonaws.com/a.jpg"}"#,
        "data",
        "address.unknown_region",
    ),
    (
        r#"{"data":"https://bucket.s3.eu-central-1.amazonaws.com/%zz.jpg"}"#,
        "data",
        "address.bad_percent_encoding",
    ),
    (
        r#"{"data":"https://bucket.s3.eu-central-1.amazonaws.com/a?b.jpg"}"#,
        "data",
        "address.unknown_query",
    ),
    (
        r#"{"data":"https://bucket.s3.eu-central-1.amazonaws.com/a#b.jpg"}"#,
        "data",
        "address.fragment",
    ),
    (
        r#"{"data":"https://bucket.s3.eu-central-1.amazonaws.com/a/../b.jpg"}"#,
        "data",
        "address.dot_segment",
    ),
    (
        r#"{"data":"https://bucket.s3.eu-central-1.amazonaws.com/a/./b.jpg"}"#,
        "data",
        "address.dot_segment",
    ),
    (
        r#"{"data":"https://bucket.s3.eu-central-1.amazonaws.com/%E9.jpg"}"#,
        "data",
        "address.key_not_utf8",
    ),
    (
        r#"{"data":"https://bucket.s3.eu-central-1.amazonaws.com/"}"#,
        "data",
        "address.no_key",
    ),
    (
        r#"{"data":"https://me:secret@example.com/a.jpg"}"#,
        "data",
        "address.userinfo",
    ),
    (r#"{"data":"s3://bucket/a.jpg"}"#, "data", "row.storage_missing"),
    (
        r#"{"dataset":["https://example.com/1","javascript:x"]}"#,
        "dataset",
        "address.scheme_refused",
    ),
    (
        r#"{"data":"https://example.com/a","attachments":[{"type":"IMAGE","value":"javascript:x"}]}"#,
        "attachments",
        "address.scheme_refused",
    ),
    (
        r#"{"data":"https://example.com/a","storage":"000000000000000000000000"}"#,
        "storage",
        "row.unknown_storage",
    ),
    (
        r#"{"data":"https://example.com/a","batches":["000000000000000000000000"]}"#,
        "batches",
        "row.unknown_batch",
    ),
    (
        r#"{"data":"https://example.com/a","priority":1001}"#,
        "priority",
        "row.priority_out_of_range",
    ),
];

#[tokio::test]
async fn each_bad_row_is_named_and_its_neighbours_are_imported() {
    let story = Story::begin().await;
    let mut rows = vec![row("first").to_string()];
    rows.extend(BAD_ROWS.iter().map(|(text, _, _)| (*text).to_owned()));
    rows.push(row("last").to_string());

    let import = story.import(format!("[{}]", rows.join(",\n")), "").await;

    assert_eq!(import["state"], "completed", "{import}");
    assert_eq!(import["rowsRefused"], BAD_ROWS.len() as u64);
    assert_eq!(story.each("externalId").await, ["first", "last"]);
    let refused: Vec<_> = story
        .report(&import)
        .await
        .into_iter()
        .filter(|line| line.severity == "refused")
        .collect();
    let mut misnamed = Vec::new();
    for (position, (text, field, code)) in BAD_ROWS.iter().enumerate() {
        let lines: Vec<_> = refused
            .iter()
            .filter(|line| line.index == position as u64 + 1)
            .collect();
        if !lines
            .iter()
            .any(|line| line.code == *code && line.field == *field)
        {
            misnamed.push(format!("{text}: expected {code} of {field:?}, found {lines:?}"));
        }
    }
    assert!(misnamed.is_empty(), "{misnamed:#?}");
}

#[tokio::test]
async fn a_row_nested_200_000_deep_or_of_ten_megabytes_harms_nobody() {
    let story = Story::begin().await;
    let deep = format!(
        r#"{{"data":"https://example.com/a","metadata":{}{}}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let long = format!(r#"{{"data":"https://example.com/{}"}}"#, "x".repeat(10 << 20));
    let digits = format!(
        r#"{{"data":"https://example.com/a","width":{}}}"#,
        "9".repeat(400)
    );
    let list = format!("[{},{deep},{long},{digits},{}]", row("first"), row("last"));

    let import = story.import(list, "").await;

    assert_eq!(import["rowsImported"], 2, "{import}");
    let codes: Vec<_> = story
        .report(&import)
        .await
        .into_iter()
        .map(|line| line.code)
        .collect();
    assert_eq!(
        codes,
        ["row.too_deep", "row.text_too_long", "row.number_out_of_range"]
    );
}

#[tokio::test]
async fn bytes_that_are_not_utf8_cost_their_row_only() {
    let story = Story::begin().await;
    let mut list =
        b"{\"data\":\"https://example.com/1\"}\n{\"data\":\"https://example.com/\xff\"}\n".to_vec();
    list.extend_from_slice(b"{\"data\":\"https://example.com/3\"}\n");
    let import = story.import(list, "").await;
    assert_eq!(import["rowsImported"], 2);
    assert_eq!(story.report(&import).await[0].code, "row.invalid_utf8");
}

#[tokio::test]
async fn awkward_keys_are_kept_byte_for_byte() {
    let story = Story::begin().await;
    let base = "https://bucket.s3.eu-central-1.amazonaws.com/";
    let keys = [
        "a+b.jpg",
        "a%2520b.jpg",
        "a%3Fb%23c%26d.jpg",
        "a//b.jpg",
        "/a.jpg",
        "a%20",
        "a%09b",
        "%22quoted%22",
        "%F0%9F%98%80",
        "%C3%A9",
        "e%CC%81",
    ];
    let rows: Vec<_> = keys
        .iter()
        .map(|key| serde_json::json!({ "data": format!("{base}{key}") }))
        .collect();
    let import = story.import_rows(rows.into(), "").await;
    assert_eq!(
        import["rowsImported"],
        keys.len() as u64,
        "{:?}",
        story.report(&import).await
    );
    let kept = story.each("data").await;
    for (kept, key) in kept.iter().zip(keys) {
        let decoded = |text: &str| percent_decoded(text.strip_prefix(base).unwrap());
        assert_eq!(decoded(kept.as_str().unwrap()), percent_decoded(key), "{key}");
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair = [bytes.next().unwrap(), bytes.next().unwrap()];
            decoded.push(u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap());
        } else {
            decoded.push(byte);
        }
    }
    decoded
}
