//! Every way to write a list gives the same assets.

use serde_json::{Value, json};

use crate::story::{Story, row};

/// The page's own example, `file%202.jpg` in it.
const EXAMPLE: &str = r#"[
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

#[tokio::test]
async fn the_example_of_the_page_is_imported_as_it_stands() {
    let story = Story::begin().await;
    let storage = story.storage("photos", json!({})).await;
    let import = story.import(EXAMPLE, "name=list.json&storage=photos").await;
    assert_eq!(
        (&import["state"], &import["rowsImported"]),
        (&json!("completed"), &json!(2))
    );
    assert_eq!(import["name"], "list.json");
    let assets = story.assets().await;
    assert_eq!(
        assets[1]["data"],
        "https://bucket-name.s3.eu-central-1.amazonaws.com/file%202.jpg"
    );
    assert_eq!(assets[1]["externalId"], "cute-dog.jpg");
    assert_eq!(assets[1]["metadata"], json!({ "width": 1800, "height": 1200 }));
    assert_eq!(assets[1]["storage"], storage.as_str());
    assert_eq!(assets[0]["labelTasks"][0]["stage"], "Label");
    assert_eq!(assets[0]["state"], "active");
}

#[tokio::test]
async fn json_ndjson_csv_tsv_one_object_gzip_and_a_bom_all_say_the_same() {
    let (a, b) = (row("a").to_string(), row("b").to_string());
    let table = |separator: &str| {
        format!(
            "data{separator}externalId\nhttps://example.com/a.jpg{separator}a\nhttps://example.com/b.jpg{separator}b\n"
        )
    };
    let lists: Vec<Vec<u8>> = vec![
        format!("[{a},{b}]").into_bytes(),
        format!("{a}\n{b}\n").into_bytes(),
        format!("{a}{b}").into_bytes(),
        table(",").into_bytes(),
        table(";").into_bytes(),
        table("\t").into_bytes(),
        format!("\u{feff}[{a},{b}]").into_bytes(),
        GZIPPED.to_vec(),
    ];
    for list in lists {
        let story = Story::begin().await;
        let import = story.import(list, "").await;
        assert_eq!(import["rowsImported"], 2, "{import}");
        assert_eq!(
            story.each("data").await,
            ["https://example.com/a.jpg", "https://example.com/b.jpg"]
        );
        assert_eq!(story.each("externalId").await, ["a", "b"]);
    }
    let story = Story::begin().await;
    assert_eq!(story.import(a, "").await["rowsImported"], 1);
}

#[tokio::test]
async fn everything_that_a_row_may_carry_comes_out_again() {
    let story = Story::begin().await;
    let full = json!({
        "dataset": ["https://example.com/1.png", "https://example.com/2.png"],
        "externalId": "scan", "metadata": { "category": "cat", "width": 10, "height": 20 },
        "contextData": { "camera": "left" }, "attachments": [{ "type": "TEXT", "value": "from the roof" }],
        "batches": ["Monday"], "priority": 7, "classifications": [{ "title": "Kind", "answer": "cat" }]
    });
    let import = story.import_rows(json!([full]), "").await;
    assert_eq!(import["rowsImported"], 1, "{:?}", story.report(&import).await);
    let asset = story.assets().await.remove(0);
    assert_eq!(asset["data"], "https://example.com/1.png");
    assert_eq!(
        asset["dataset"],
        json!(["https://example.com/1.png", "https://example.com/2.png"])
    );
    assert_eq!(
        asset["metadata"],
        json!({ "category": "cat", "width": 10, "height": 20 })
    );
    assert_eq!(asset["contextData"], json!({ "camera": "left" }));
    assert_eq!(
        asset["attachments"],
        json!([{ "type": "TEXT", "value": "from the roof" }])
    );
    assert_eq!(
        (&asset["batches"], &asset["priority"]),
        (&json!(["Monday"]), &json!(7))
    );
    // Its labels fit no schema, as the project has none: label_import.rs has those that do.
    assert_eq!(asset["isPreLabeled"], false);
    assert_eq!(story.report(&import).await[0].code, "answer.class_unknown");
    let alone = story
        .owner
        .get(&format!(
            "/v2/project/{}/assets/{}",
            story.project,
            asset["_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(alone.data()["asset"], asset);
}

#[tokio::test]
async fn a_format_that_is_named_must_be_one_and_then_counts() {
    let story = Story::begin().await;
    assert_eq!(
        story.upload("[]", "format=xls").await.code(),
        "import.format_unknown"
    );
    let import = story.import("[1]", "format=csv").await;
    assert_eq!(import["state"], "failed", "{import}");
}

#[tokio::test]
async fn signed_urls_lose_their_signature_and_the_report_says_so() {
    let story = Story::begin().await;
    let signed = "https://bucket.s3.eu-central-1.amazonaws.com/a.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc";
    let import = story.import_rows(json!([{ "data": signed }]), "").await;
    assert_eq!(
        (&import["rowsImported"], &import["rowsNoticed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        story.each("data").await,
        ["https://bucket.s3.eu-central-1.amazonaws.com/a.jpg"]
    );
    let line = story.report(&import).await.remove(0);
    assert_eq!(
        (line.severity.as_str(), line.code.as_str()),
        ("notice", "address.notice.signature_dropped")
    );
}

#[tokio::test]
async fn the_report_comes_as_a_table_too() {
    let story = Story::begin().await;
    let import = story
        .import_rows(json!([row("a"), null, { "data": "=1+1" }]), "")
        .await;
    let id = import["_id"].as_str().unwrap();
    let answer = story
        .owner
        .get(&format!("/v2/imports/{id}/report?format=csv"))
        .await;
    let Value::String(table) = answer.body else {
        panic!("{}", answer.body)
    };
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "severity,index,offset,field,code,message,excerpt");
    assert_eq!(lines.len(), 3);
    assert!(lines[1].starts_with("refused,1,"), "{}", lines[1]);
    assert_eq!(
        story
            .owner
            .get(&format!("/v2/imports/{id}/report?format=pdf"))
            .await
            .code(),
        "import.report_format_unknown"
    );
}

/// `{"data":"https://example.com/a.jpg","externalId":"a"}` and the same of b, gzipped.
const GZIPPED: &[u8] = include_bytes!("two_rows.ndjson.gz");
