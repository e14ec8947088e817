//! The Python SDK's way to export: one call, one link.

use serde_json::{Value, json};

use crate::story::Story;
use crate::unzip::unzip;

#[tokio::test]
async fn one_call_answers_an_absolute_link_that_needs_no_key() {
    let story = Story::begin().await;
    let tasks = story.pictures(&["a", "b"]).await;
    let empty = json!({ "tools": [], "classifications": [], "relations": [] });
    story.complete(&tasks[0], empty).await;
    let query = format!(
        "sendEmail=false&includeMetadata=true&includeHistory=true&doNotNotify=true&format=json&type=task\
         &includeOnlyKeyFrames=false&includeIdleBlurDurations=false&taskTypes=%5B%22default%22%5D\
         &stage=%5B%22Complete%22%2C+%22Review%22%5D&updatedAt=%7B%22%24gt%22%3A+%222020-01-01T00%3A00%3A00.000000Z%22%7D&project={}",
        story.project
    );
    for path in ["/v2/export", "/v2/exportV3"] {
        let answer = story.owner.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let link = answer.data()["exportPath"].as_str().unwrap();
        for _ in 0..2 {
            let entries = unzip(&story.fetch(link, &[]).await.bytes);
            let elements: Vec<Value> = serde_json::from_slice(&entries[0].1).unwrap();
            assert_eq!((elements.len(), &elements[0]["externalId"]), (1, &json!("a")));
        }
    }
}

#[tokio::test]
async fn without_a_stage_every_stage_is_exported_and_batches_go_by_name() {
    let story = Story::begin().await;
    let mut row = crate::story::picture("a");
    row["batches"] = json!(["All + of them"]);
    story.import(json!([row, crate::story::picture("b")])).await;
    let answer = story
        .owner
        .get(&format!(
            "/v2/export?project={}&format=ndjson&batches=%5B%22All+%2B+of+them%22%5D",
            story.project
        ))
        .await;
    let link = answer.data()["exportPath"].as_str().unwrap();
    let entries = unzip(&story.fetch(link, &[]).await.bytes);
    assert_eq!(entries[0].0, "export.ndjson");
    assert_eq!(entries[0].1.iter().filter(|byte| **byte == b'\n').count(), 1);
}

#[tokio::test]
async fn what_there_is_not_is_refused_by_name() {
    let story = Story::begin().await;
    for (query, code) in [
        ("type=issue", "export.type_unsupported"),
        ("taskTypes=[%22consensus%22]", "export.task_type_unsupported"),
        ("stage=Complete", "request.query_invalid"),
        ("format=split", "export.format_unknown"),
        ("includeHistory=maybe", "request.query_invalid"),
    ] {
        let answer = story
            .owner
            .get(&format!("/v2/export?project={}&{query}", story.project))
            .await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{query}");
    }
    let stranger = story.hub.owner("Other").await;
    let answer = stranger
        .get(&format!("/v2/export?project={}", story.project))
        .await;
    assert_eq!(answer.code(), "project.not_found");
}
