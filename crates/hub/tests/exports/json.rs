//! JSON V3 and NDJSON, field for field.

use serde_json::{Value, json};

use crate::story::{Story, car, picture};

#[tokio::test]
async fn an_element_has_everything_in_the_words_that_people_use() {
    let story = Story::begin().await;
    let mut row = picture("a");
    row["batches"] = json!(["Monday"]);
    row["contextData"] = json!({ "camera": "left" });
    row["metadata"] = json!({ "iso": 200 });
    let tasks = story.import(json!([row])).await;
    let user = story.user().await.to_string();
    let answer = json!({
        "tools": [
            { "objectId": "o1", "schemaId": "car", "title": "an old title", "polygon": [[1.25, 2], [30, 2], [30, 40.5]],
              "classifications": [{ "schemaId": "side", "tool": "radio", "answer": "r" }],
              "metadata": { "createdAt": 1_692_792_698_027_i64, "createdBy": user } },
            { "objectId": "o2", "schemaId": "gone", "point": [1, 2] }],
        "classifications": [{ "schemaId": "weather", "tool": "checkbox", "answer": ["w2", "w1"] }],
        "relations": [],
        "brushDataUrl": null
    });
    story.complete(&tasks[0], answer).await;
    let elements = story.elements(json!({})).await;
    assert_eq!(elements.len(), 1);
    let element = &elements[0];
    assert_eq!(element["asset"], "https://example.com/a.jpg");
    assert_eq!(element["externalId"], "a");
    assert_eq!(
        element["metadata"],
        json!({ "width": 100, "height": 80, "iso": 200 })
    );
    assert_eq!(element["contextData"], json!({ "camera": "left" }));
    assert_eq!(element["batches"], json!(["Monday"]));
    let task = &element["task"];
    assert_eq!(
        (&task["taskId"], &task["stage"], &task["stageId"]),
        (&json!(tasks[0]), &json!("Complete"), &json!("Complete"))
    );
    assert_eq!(
        (&task["updatedBy"], &task["totalDuration"]),
        (&json!(story.owner.email), &json!(1500))
    );
    assert_eq!(
        task["tools"],
        json!([
            { "objectId": "o1", "schemaId": "car", "title": "Car", "polygon": [[1.25, 2], [30, 2], [30, 40.5]],
              "classifications": [{ "schemaId": "side", "tool": "radio", "title": "Side", "answer": "Right" }],
              "metadata": { "createdAt": "2023-08-23T12:11:38.027Z", "createdBy": story.owner.email, "createdIn": "Label" } },
            { "objectId": "o2", "schemaId": "gone", "title": "Unknown", "point": [1, 2] }])
    );
    assert_eq!(
        task["classifications"],
        json!([{ "schemaId": "weather", "tool": "checkbox", "title": "Weather", "answer": ["Rain", "Sun"] }])
    );
    assert_eq!(
        (&task["relations"], &task["brushDataUrl"]),
        (&json!([]), &Value::Null)
    );
    check_history(task, &story.owner.email);
}

/// One labeled by the owner and accepted: where it was, and what it was there.
fn check_history(task: &Value, owner: &str) {
    let history = task["stageHistory"].as_array().unwrap();
    let stages: Vec<_> = history
        .iter()
        .map(|left| left["stage"].as_str().unwrap())
        .collect();
    assert_eq!(stages, ["Start", "Label", "Review"]);
    assert_eq!(
        (&history[0]["duration"], &history[0]["tools"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(
        (&history[1]["completedBy"], &history[1]["duration"]),
        (&json!(owner), &json!(1500))
    );
    assert_eq!(history[1]["tools"], task["tools"]);
    for time in [
        &task["updatedAt"],
        &history[0]["completedAt"],
        &history[1]["completedAt"],
    ] {
        assert!(
            time.as_str().unwrap().ends_with('Z') && time.as_str().unwrap().len() == 24,
            "{time}"
        );
    }
}

#[tokio::test]
async fn metadata_and_history_are_left_out_where_nobody_wants_them() {
    let story = Story::begin().await;
    let tasks = story.pictures(&["a"]).await;
    let mut object = car("o1", 1, 2, 3);
    object["metadata"] = json!({ "createdAt": 7 });
    story
        .complete(
            &tasks[0],
            json!({ "tools": [object], "classifications": [], "relations": [] }),
        )
        .await;
    let elements = story
        .elements(json!({ "includeMetadata": false, "includeHistory": false }))
        .await;
    assert_eq!(elements[0].get("metadata"), None);
    assert_eq!(elements[0]["task"].get("stageHistory"), None);
    assert_eq!(elements[0]["task"]["tools"][0].get("metadata"), None);
    assert_eq!(elements[0]["task"]["tools"][0]["title"], "Car");
}

#[tokio::test]
async fn stages_batches_and_times_choose_the_tasks() {
    let story = Story::begin().await;
    let mut rows = vec![picture("a"), picture("b"), picture("c")];
    rows[1]["batches"] = json!(["Monday"]);
    rows[2]["batches"] = json!(["Tuesday"]);
    let tasks = story.import(json!(rows)).await;
    let empty = || json!({ "tools": [], "classifications": [], "relations": [] });
    story.complete(&tasks[1], empty()).await;
    story.submit(&tasks[2], empty()).await;
    let found = async |options: Value| {
        let elements = story.elements(options).await;
        let names: Vec<_> = elements
            .iter()
            .map(|element| element["externalId"].as_str().unwrap().to_owned())
            .collect();
        names.join(" ")
    };
    assert_eq!(found(json!({})).await, "b");
    assert_eq!(found(json!({ "stage": ["Label", "Review"] })).await, "a c");
    assert_eq!(found(json!({ "stage": [] })).await, "a b c");
    assert_eq!(
        found(json!({ "stage": [], "batches": ["Monday", "Tuesday"] })).await,
        "b c"
    );
    assert_eq!(
        found(json!({ "stage": ["Label"], "batches": ["Monday"] })).await,
        ""
    );
    let updated = story.elements(json!({})).await[0]["task"]["updatedAt"].clone();
    assert_eq!(found(json!({ "updatedAt": { "$gt": updated } })).await, "");
    assert_eq!(
        found(json!({ "updatedAt": { "$gte": updated, "$lte": updated } })).await,
        "b"
    );
    assert_eq!(
        found(json!({ "stage": [], "createdAt": { "$lt": "2020-01-01T00:00:00.000000Z" } })).await,
        ""
    );
}

#[tokio::test]
async fn ndjson_has_a_line_for_each_task_whatever_is_in_it() {
    let story = Story::begin().await;
    let row = "[{\"data\":\"https://example.com/a.jpg\",\"externalId\":\"a\\nb\",\"contextData\":{\n \"x\": 1\n},\
               \"objects\":[{\"objectId\":\"o\",\n\"schemaId\":\"car\",\"polygon\":[[1,2],\n[3,4],[5,6]]}]}, {\"data\":\"https://example.com/b.jpg\"}]";
    let path = format!("/v2/project/{}/cloud", story.project);
    let made = story
        .owner
        .send(
            axum::http::Method::POST,
            &path,
            format!("{{\"assets\":{row}}}").into(),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let export = story.export(json!({ "format": "ndjson", "stage": [] })).await;
    let entries = story.entries(&export).await;
    assert_eq!(entries[0].0, "export.ndjson");
    let text = String::from_utf8(entries[0].1.clone()).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((lines.len(), text.ends_with('\n')), (2, true));
    assert_eq!(
        (&lines[0]["externalId"], &lines[1]["externalId"]),
        (&json!("a\nb"), &Value::Null)
    );
    assert_eq!(lines[0]["task"]["tools"][0]["title"], "Car");
    assert_eq!(
        lines[0]["task"]["stageHistory"][0]["tools"],
        lines[0]["task"]["tools"]
    );
}

#[tokio::test]
async fn an_export_of_nothing_is_an_empty_list() {
    let story = Story::begin().await;
    let export = story.export(json!({})).await;
    assert_eq!(
        story.entries(&export).await,
        [("export.json".to_owned(), b"[]\n".to_vec())]
    );
    assert_eq!(export["progress"]["tasksDone"], 0);
}

#[tokio::test]
async fn the_same_labels_give_the_same_bytes() {
    let story = Story::begin().await;
    let names: Vec<String> = (0..300).map(|n| format!("p{n:03}")).collect();
    let tasks = story
        .pictures(&names.iter().map(String::as_str).collect::<Vec<_>>())
        .await;
    for task in tasks.iter().step_by(7) {
        story
            .complete(
                task,
                json!({ "tools": [car("o", 1, 2, 30)], "classifications": [], "relations": [] }),
            )
            .await;
    }
    for format in ["json", "ndjson", "coco", "masks"] {
        let order = json!({ "format": format, "stage": [] });
        let (first, second) = (story.export(order.clone()).await, story.export(order).await);
        assert_ne!(first["_id"], second["_id"]);
        assert_eq!(story.file(&first).await, story.file(&second).await, "{format}");
        assert_eq!(first["progress"]["tasksDone"], 300);
        assert_eq!(first["progress"]["tasksTotal"], 300);
    }
}

#[tokio::test]
async fn an_uploaded_file_is_named_by_a_link_that_opens_it_for_a_day_and_longer() {
    let story = Story::begin().await;
    let address = story.upload("a.jpg").await;
    let order = json!({ "stage": [] });
    let (first, second) = (
        story.export(order.clone()).await,
        story.export(order.clone()).await,
    );
    assert_eq!(story.file(&first).await, story.file(&second).await);

    let elements = story.elements(order).await;
    let link = elements[0]["asset"].as_str().unwrap();
    let fetched = story.fetch(link, &[]).await;
    assert_eq!(
        (fetched.status.as_u16(), &*fetched.bytes),
        (200, &b"a picture"[..])
    );
    let (shown, query) = link.split_once('?').unwrap();
    assert_eq!(shown, address);
    let ends = query.strip_prefix("expires=").unwrap().split('&').next().unwrap();
    let lasts = ends.parse::<i64>().unwrap() - story.hub.hub.clock.now_ms() / 1000;
    assert!((120_000 - 60..=120_000 + 86_400).contains(&lasts), "{lasts}");

    let path = format!("/v2/organization/{}/urlRecords", story.owner.organization);
    let records = story.owner.get(&path).await.data()["records"].clone();
    let of_exports: Vec<&Value> = records
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["purpose"] == "export" && record["object"].is_null())
        .collect();
    assert_eq!(of_exports.len(), 3, "one of each export: {records}");
    let record = of_exports[0];
    assert_eq!(record["assets"].as_array().unwrap().len(), 1);
    assert_eq!(record["email"], story.owner.email.as_str());
    assert_eq!(record["project"], story.project.as_str());
    assert_eq!(
        record["expiresAt"],
        insitu_hub::api::http::time::iso(ends.parse::<i64>().unwrap() * 1000)
    );
    for opens in ["signature", "token"] {
        assert!(!records.to_string().contains(opens), "{records}");
    }
}
