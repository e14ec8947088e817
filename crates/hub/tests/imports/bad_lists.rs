//! Lists that cannot be read as a whole: the import fails with a name and a place, and nothing of it is visible.

use crate::story::{Story, row};

#[tokio::test]
async fn a_list_that_breaks_off_or_is_none_fails_by_name_and_shows_nothing() {
    let story = Story::begin().await;
    let first = row("1");
    let lists: Vec<(Vec<u8>, &str)> = vec![
        (b"this is not JSON".to_vec(), "list.not_a_list"),
        (b"<html></html>".to_vec(), "list.not_a_list"),
        (
            format!("[{first},{{\"data\":\"https://exam").into_bytes(),
            "list.truncated",
        ),
        (format!("[{first}").into_bytes(), "list.truncated"),
        (format!("[{first},]").into_bytes(), "list.trailing_comma"),
        (format!("[{first},,{first}]").into_bytes(), "list.missing_element"),
        (format!("[{first} {first}]").into_bytes(), "list.expected_comma"),
        (format!("[{first}}}").into_bytes(), "list.expected_comma"),
        (b"[]".to_vec(), "list.empty"),
        (b"   \n ".to_vec(), "list.empty_file"),
        (utf16(&format!("[{first}]")), "list.utf16"),
        (b"PK\x03\x04 a zip file".to_vec(), "list.unsupported_file"),
        (
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00".to_vec(),
            "list.gzip_truncated",
        ),
    ];
    for (list, code) in lists {
        let shown = String::from_utf8_lossy(&list).into_owned();
        let import = story.import(list, "").await;
        assert_eq!(import["state"], "failed", "{shown}: {import}");
        assert_eq!(import["error"]["code"], code, "{shown}");
        assert_eq!(import["stateReason"], code);
        assert_eq!(import["rowsImported"], 0);
        assert!(import["error"]["message"].as_str().unwrap().len() > 20);
    }
    assert!(story.assets().await.is_empty());
    assert_eq!(story.spooled(), 0);
}

#[tokio::test]
async fn the_place_of_the_fault_is_told() {
    let story = Story::begin().await;
    let list = format!("[{},{},]", row("1"), row("2"));
    let import = story.import(list.clone(), "").await;
    assert_eq!(import["error"]["index"], 2);
    assert_eq!(import["error"]["offset"], list.len() as u64 - 2);
}

#[tokio::test]
async fn what_was_refused_before_a_list_breaks_off_is_in_the_report() {
    let story = Story::begin().await;
    let import = story.import(format!("[null,{},", row("1")), "").await;
    assert_eq!(import["state"], "failed");
    assert_eq!(story.report(&import).await[0].code, "row.null");
}

#[tokio::test]
async fn an_empty_body_is_refused_at_once() {
    let story = Story::begin().await;
    let answer = story.upload("", "name=empty.json").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, "list.empty_file"));
}

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}
