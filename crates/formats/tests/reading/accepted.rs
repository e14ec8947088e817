//! What a row may say.

use insitu_formats::{AssetData, Attachment, AttachmentKind};

use crate::support::{asset, read};

/// The example of the documentation, byte for byte.
const PAGE: &str = r#"[
  {
   "data":"https://bucket-name.s3.eu-central-1.amazonaws.com/file.jpg",
   "externalId":"cute-cat.jpg",
   "width":603,
   "height":450
  },
  {
   "data":"https://bucket-name.s3.eu-central-1.amazonaws.com/file%202.jpg",
   "externalId":"cute-dog.jpg",
   "width":1800,
   "height":1200
  }
]"#;

#[test]
fn the_example_of_the_page_is_two_assets() {
    let outcome = read(PAGE);
    assert_eq!(outcome.offsets(), [4, 149]);
    assert!(PAGE[4..].starts_with('{') && PAGE[149..].starts_with('{'));
    let assets = outcome.assets();
    assert_eq!(
        assets[1].data,
        AssetData::Single("https://bucket-name.s3.eu-central-1.amazonaws.com/file%202.jpg".to_owned())
    );
    assert_eq!(assets[0].external_id.as_deref(), Some("cute-cat.jpg"));
    assert_eq!((assets[0].width, assets[0].height), (Some(603), Some(450)));
}

#[test]
fn every_property_is_read() {
    let found = asset(
        r#"{"data":"https://x/a.jpg","externalId":"a","width":603.0,"height":4.5e2,
        "metadata":{"frameRate": 25, "note":"a b"},"contextData":{"k": [1, "\" x"]},
        "batches":["one","two","one",null," "],"storage":"64e5e5b985eb730015b4ebd9","priority":-7,
        "attachments":[{"type":"IMAGE","value":"https://x/b.png"},{"type":"text","value":"hello"}],
        "classifications":[{"title":"t"}],"tools":[{"schemaId":"s"}],"relations":[]}"#,
    );
    assert_eq!((found.width, found.height), (Some(603), Some(450)));
    assert_eq!(
        found.metadata.unwrap().as_str(),
        r#"{"frameRate":25,"note":"a b"}"#
    );
    assert_eq!(found.context_data.unwrap().as_str(), r#"{"k":[1,"\" x"]}"#);
    assert_eq!(found.batches, ["one", "two"]);
    assert_eq!(found.storage.as_deref(), Some("64e5e5b985eb730015b4ebd9"));
    assert_eq!(found.priority, Some(-7));
    assert_eq!(
        found.attachments,
        [
            Attachment {
                kind: AttachmentKind::Image,
                value: "https://x/b.png".to_owned()
            },
            Attachment {
                kind: AttachmentKind::Text,
                value: "hello".to_owned()
            },
        ]
    );
    assert_eq!(
        found.labels.classifications.unwrap().as_str(),
        r#"[{"title":"t"}]"#
    );
    assert_eq!(found.labels.objects.unwrap().as_str(), r#"[{"schemaId":"s"}]"#);
    assert_eq!(found.labels.relations.unwrap().as_str(), "[]");
}

#[test]
fn null_is_absent() {
    let found = asset(
        r#"{"data":"a","externalId":null,"width":null,"height":null,"metadata":null,"contextData":null,
        "batches":null,"attachments":null,"dataset":null,"storage":null,"priority":null,"objects":null,
        "tools":null,"classifications":null,"relations":null}"#,
    );
    assert_eq!(found, asset(r#"{"data":"a"}"#));
}

#[test]
fn a_dataset_is_pages_and_needs_no_data() {
    let found = asset(r#"{"dataset":["https://x/1","https://x/2"]}"#);
    assert_eq!(found.data.addresses(), ["https://x/1", "https://x/2"]);
    assert!(matches!(found.data, AssetData::Pages(_)));
}

#[test]
fn data_beside_a_dataset_is_noticed_and_left_out() {
    let outcome = read(r#"[{"dataset":["https://x/1"],"data":"https://x/0"}]"#);
    assert_eq!(outcome.rows[0].notices[0].code, "row.data_ignored");
    assert_eq!(
        outcome.assets()[0].data,
        AssetData::Pages(vec!["https://x/1".to_owned()])
    );
}

#[test]
fn an_external_id_may_be_a_whole_number() {
    let id = |text: &str| asset(&format!(r#"{{"data":"a","externalId":{text}}}"#)).external_id;
    assert_eq!(id("42").as_deref(), Some("42"));
    assert_eq!(
        id("-9223372036854775808").as_deref(),
        Some("-9223372036854775808")
    );
    assert_eq!(
        id("18446744073709551615").as_deref(),
        Some("18446744073709551615")
    );
    assert_eq!(id("\"007\"").as_deref(), Some("007"));
    assert_eq!(id("\"\""), None);
}

#[test]
fn escapes_and_astral_characters_are_read() {
    let found = asset(r#"{"d\u0061ta":"https:\/\/x\/\ud83d\ude00 é \"q\" \\","externalId":"猫\t"}"#);
    assert_eq!(found.data.addresses(), ["https://x/😀 é \"q\" \\"]);
    assert_eq!(found.external_id.as_deref(), Some("猫\t"));
}

#[test]
fn dimensions_of_metadata_count_where_the_row_gives_none() {
    let found = asset(r#"{"data":"a","width":5,"metadata":{"width":1500,"height":1200.0}}"#);
    assert_eq!((found.width, found.height), (Some(5), Some(1200)));
}

#[test]
fn a_dimension_of_metadata_that_is_none_is_noticed_and_kept() {
    let outcome = read(r#"[{"data":"a","metadata":{"width":"auto","height":-2}}]"#);
    let notices: Vec<_> = outcome.rows[0]
        .notices
        .iter()
        .map(|n| (n.field.as_ref(), n.code))
        .collect();
    assert_eq!(
        notices,
        [
            ("metadata.width", "row.metadata_dimension_ignored"),
            ("metadata.height", "row.metadata_dimension_ignored")
        ]
    );
    let found = &outcome.assets()[0];
    assert_eq!((found.width, found.height), (None, None));
    assert_eq!(
        found.metadata.as_ref().unwrap().as_str(),
        r#"{"width":"auto","height":-2}"#
    );
}

#[test]
fn an_unknown_field_is_noticed_once_a_file() {
    let outcome = read(
        r#"[{"data":"a","colour":1},{"data":"b","colour":{"x":[1]},"size":"\ud800"},{"data":"c","size":2}]"#,
    );
    let fields: Vec<Vec<_>> = outcome
        .rows
        .iter()
        .map(|row| {
            row.notices
                .iter()
                .map(|notice| (notice.field.as_ref(), notice.code))
                .collect()
        })
        .collect();
    assert_eq!(fields[0], [("colour", "row.unknown_field")]);
    assert_eq!(fields[1], [("size", "row.unknown_field")]);
    assert!(fields[2].is_empty());
    assert_eq!(outcome.assets().len(), 3);
}

#[test]
fn notices_of_unknown_fields_are_bounded() {
    let names: String = (0..1000).map(|n| format!(",\"f{n}\":1")).collect();
    let outcome = read(format!("[{{\"data\":\"a\"{names}}}]"));
    assert_eq!(outcome.rows[0].notices.len(), 100);
}

#[test]
fn a_row_of_unusual_size_is_imported() {
    let objects = format!("[{}0]", "[[1,2],[3,4]],".repeat(20_000));
    let found = asset(&format!(r#"{{"data":"a","objects":{objects}}}"#));
    assert_eq!(found.labels.objects.as_ref().unwrap().as_str(), objects);
    assert!(found.size_bytes() > objects.len());
}
