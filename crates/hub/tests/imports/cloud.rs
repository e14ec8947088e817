//! The SDK's way to import.

use insitu_hub::testing::Answer;
use serde_json::{Value, json};

use crate::story::{Story, row};

async fn send(story: &Story, body: Value, query: &str) -> Answer {
    story
        .owner
        .post(&format!("/v2/project/{}/cloud{query}", story.project), body)
        .await
}

#[tokio::test]
async fn the_answer_counts_what_was_imported_and_names_what_was_not() {
    let story = Story::begin().await;
    let mut labeled = row("b");
    labeled["classifications"] = json!([{ "title": "Kind", "answer": "cat" }]);
    let body = json!({ "assets": [row("a"), {}, labeled], "uploadLocal": null, "priority": -3 });
    let answer = send(&story, body, "?batches=[%22Monday%22]").await;
    assert_eq!(answer.status, 201);
    let counts = &answer.data()["assets"];
    assert_eq!(
        (
            &counts["assetsCreated"],
            &counts["preLabelsCount"],
            &counts["validPreLabelsCount"]
        ),
        // The project has no schema that they could fit.
        (&json!(2), &json!(1), &json!(0))
    );
    assert_eq!(
        (&counts["refused"][0]["index"], &counts["refused"][0]["code"]),
        (&json!(1), &json!("row.data_missing"))
    );
    assert_eq!(story.each("priority").await, [-3, -3]);
    assert_eq!(
        story.each("batches").await,
        [json!(["Monday"]), json!(["Monday"])]
    );
    let import = story
        .owner
        .get(&format!("/v2/imports/{}", counts["importId"].as_str().unwrap()))
        .await;
    assert_eq!(import.data()["import"]["state"], "completed");
}

#[tokio::test]
async fn a_body_without_one_good_row_is_refused_with_the_rows_named() {
    let story = Story::begin().await;
    let answer = send(
        &story,
        json!({ "assets": [{ "data": "javascript:x" }, null] }),
        "",
    )
    .await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "import.all_rows_refused")
    );
    let refused = answer.body["details"]["refused"].as_array().unwrap();
    assert_eq!(
        (&refused[0]["code"], &refused[1]["code"]),
        (&json!("address.scheme_refused"), &json!("row.null"))
    );
    assert!(story.assets().await.is_empty());
}

#[tokio::test]
async fn bodies_that_are_none_are_refused_by_name_and_make_no_import() {
    let story = Story::begin().await;
    let path = format!("/v2/project/{}/cloud", story.project);
    for (body, code) in [
        ("", "list.empty_file"),
        ("nonsense", "list.not_an_envelope"),
        ("[]", "list.not_an_envelope"),
        ("{}", "list.assets_missing"),
        (r#"{"assets":7}"#, "list.assets_not_a_list"),
        (r#"{"assets":[]}"#, "list.empty"),
        (r#"{"assets":[{}"#, "list.truncated"),
        (r#"{"assets":[{}],"priority":2000}"#, "import.priority_invalid"),
        (
            r#"{"assets":[{}],"uploadLocal":"perhaps"}"#,
            "import.upload_local_invalid",
        ),
    ] {
        let answer = story
            .owner
            .send(axum::http::Method::POST, &path, body.into())
            .await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{body}");
    }
    let imports = story
        .owner
        .get(&format!("/v2/project/{}/imports", story.project))
        .await;
    assert_eq!(imports.data()["total"], 0);
    assert_eq!(story.spooled(), 0);
}

#[tokio::test]
async fn an_import_is_called_as_who_sends_it_says_wherever_it_is_told() {
    let story = Story::begin().await;
    for query in ["", "?name=%20", "?name=3%20dropped%20files"] {
        send(&story, json!({ "assets": [row("a")] }), query).await.data();
    }
    let imports = story
        .owner
        .get(&format!("/v2/project/{}/imports", story.project))
        .await;
    let names: Vec<_> = imports.data()["imports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|import| &import["name"])
        .collect();
    assert_eq!(names, ["3 dropped files", "API", "API"]);
    let path = format!(
        "/v2/organization/{}/auditRecords?action=import",
        story.owner.organization
    );
    let records = story.owner.get(&path).await;
    assert_eq!(records.data()["records"][0]["details"]["name"], "3 dropped files");
    let long = "x".repeat(201);
    let answer = send(&story, json!({ "assets": [row("a")] }), &format!("?name={long}")).await;
    assert_eq!(answer.code(), "import.name_invalid");
}
