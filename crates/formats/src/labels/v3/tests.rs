use insitu_model::id::{AssetId, TaskId};
use insitu_model::schema::CategorySchema;
use serde_json::{Value, json};

use super::*;
use crate::labels::Left;

const NOW: i64 = 1_692_792_698_027;

fn schema() -> CategorySchema {
    let json = json!({
        "tools": [{ "tool": "polygon", "title": "Car", "schemaId": "car", "classifications": [
            { "tool": "single-dropdown", "title": "Colour", "schemaId": "colour",
              "options": [{ "value": "Red \"hot\"", "schemaId": "c1" }] }] }],
        "classifications": [{ "tool": "text", "title": "Note", "schemaId": "note" }],
        "relations": []
    });
    CategorySchema::from_value(&json).unwrap()
}

fn asset() -> AssetId {
    AssetId::from_bytes([1; 12])
}

fn task<'a>(answer: &'a str, history: &'a [Left<'a>]) -> TaskLabels<'a> {
    TaskLabels {
        task: TaskId::of_asset(asset()),
        asset: asset(),
        data: "https://example.com/a\u{e9}.jpg",
        external_id: Some("a \"1\""),
        width: Some(603),
        height: None,
        batches: &["Monday", "Tuesday"],
        extra: None,
        stage: "Complete",
        updated_at: NOW,
        updated_by: None,
        total_duration: 49_596,
        answer,
        history,
    }
}

fn written(task: &TaskLabels<'_>, people: &[(&str, &str)]) -> Result<String, Unreadable> {
    let classes = Classes::of(&schema());
    let people: People = people
        .iter()
        .map(|(id, email)| ((*id).to_owned(), (*email).to_owned()))
        .collect();
    let writer = Writer {
        classes: &classes,
        people: &people,
        with_metadata: true,
        with_history: true,
    };
    let mut out = b"before".to_vec();
    let result = writer.write(task, &mut out);
    let text = String::from_utf8(out).unwrap();
    let element = text.strip_prefix("before").unwrap().to_owned();
    match result {
        Ok(()) => Ok(element),
        Err(error) => {
            assert_eq!(element, "");
            Err(error)
        }
    }
}

fn element(task: &TaskLabels<'_>) -> Value {
    serde_json::from_str(&written(task, &[]).unwrap()).unwrap()
}

#[test]
fn an_empty_task_is_written_byte_for_byte() {
    assert_eq!(
        written(&task("{}", &[]), &[]).unwrap(),
        "{\"asset\":\"https://example.com/a\u{e9}.jpg\",\"assetId\":\"010101010101010101010101\",\
         \"externalId\":\"a \\\"1\\\"\",\"contextData\":null,\"metadata\":{\"width\":603},\
         \"batches\":[\"Monday\",\"Tuesday\"],\"task\":{\"taskId\":\"010101010101010181010101\",\
         \"stage\":\"Complete\",\"stageId\":\"Complete\",\"updatedAt\":\"2023-08-23T12:11:38.027Z\",\
         \"updatedBy\":null,\"totalDuration\":49596,\"tools\":[],\"classifications\":[],\"relations\":[],\
         \"stageHistory\":[]}}"
    );
}

#[test]
fn geometry_is_passed_on_as_it_is_kept() {
    let text = written(
        &task(
            r#"{"tools":[{"polygon":[[0.10,1e2],[-0,3.000001],[12345678901234567890,5]]}]}"#,
            &[],
        ),
        &[],
    )
    .unwrap();
    assert!(
        text.contains("\"polygon\":[[0.10,1e2],[-0,3.000001],[12345678901234567890,5]]"),
        "{text}"
    );
}

#[test]
fn choices_become_values_at_every_depth_and_other_words_stay() {
    let answer = r#"{"tools":[{"schemaId":"car","classifications":[{"schemaId":"colour","answer":"c1","classifications":[
        {"schemaId":"colour","answer":["c1","c2",7]}]}]}],
        "classifications":[{"schemaId":"note","answer":"c1"},{"schemaId":"gone","title":"Old","answer":true}]}"#;
    let element = element(&task(answer, &[]));
    let first = &element["task"]["tools"][0]["classifications"][0];
    assert_eq!(
        (&first["answer"], &first["title"]),
        (&json!("Red \"hot\""), &json!("Colour"))
    );
    assert_eq!(
        first["classifications"][0]["answer"],
        json!(["Red \"hot\"", "c2", 7])
    );
    let answers = &element["task"]["classifications"];
    assert_eq!(
        answers[0],
        json!({ "schemaId": "note", "answer": "c1", "title": "Note" })
    );
    assert_eq!(
        answers[1],
        json!({ "schemaId": "gone", "title": "Old", "answer": true })
    );
}

#[test]
fn an_object_was_made_in_the_first_stage_that_it_left() {
    let with = |ids: &[&str]| {
        let tools: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "objectId": id, "metadata": { "createdAt": 0, "createdBy": "u1", "updatedBy": null } }))
            .collect();
        json!({ "tools": tools }).to_string()
    };
    let (start, label, now) = (
        with(&["pre"]),
        with(&["pre", "drawn"]),
        with(&["pre", "drawn", "late"]),
    );
    let left = |stage, answer| Left {
        stage,
        completed_at: NOW,
        completed_by: Some("a@b.test"),
        duration: 8217,
        answer,
    };
    let history = [left("Start", start.as_str()), left("Label", label.as_str())];
    let text = written(&task(&now, &history), &[("u1", "ada@b.test")]).unwrap();
    let element: Value = serde_json::from_str(&text).unwrap();
    let made: Vec<_> = element["task"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["metadata"]["createdIn"].as_str().unwrap())
        .collect();
    assert_eq!(made, ["Start", "Label", "Complete"]);
    let metadata = &element["task"]["tools"][1]["metadata"];
    assert_eq!(
        (&metadata["createdAt"], &metadata["createdBy"]),
        (&json!("1970-01-01T00:00:00.000Z"), &json!("ada@b.test"))
    );
    assert_eq!(metadata["updatedBy"], Value::Null);
    let left = &element["task"]["stageHistory"][1];
    assert_eq!(
        (&left["stage"], &left["completedBy"], &left["duration"]),
        (&json!("Label"), &json!("a@b.test"), &json!(8217))
    );
    assert_eq!(left["tools"][0]["metadata"]["createdIn"], "Start");
}

#[test]
fn what_an_asset_has_beside_its_columns_goes_out_on_one_line() {
    let extra = "{\"metadata\":{\"width\":1,\"frames\":[1,\n2]},\"contextData\":{\"a\":\n1},\"dataset\":[\"u1\",\r\n\"u2\"],\
                 \"attachments\":[{\"type\":\"TEXT\",\"value\":\"x\"}]}";
    let text = written(
        &TaskLabels {
            extra: Some(extra),
            ..task("{\"brushDataUrl\":\n\"u\"}", &[])
        },
        &[],
    )
    .unwrap();
    assert!(!text.contains('\n') && !text.contains('\r'));
    let element: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(element["metadata"], json!({ "width": 603, "frames": [1, 2] }));
    assert_eq!(element["dataset"], json!(["u1", "u2"]));
    assert_eq!(element["attachments"][0]["type"], "TEXT");
    assert_eq!(element["task"]["brushDataUrl"], "u");
}

#[test]
fn an_answer_that_is_none_is_named_and_leaves_nothing() {
    for answer in ["", "[]", "{\"tools\":7}", "{\"tools\":[7]}", "{\"tools\":[{}]"] {
        assert_eq!(written(&task(answer, &[]), &[]), Err(Unreadable), "{answer}");
    }
}

#[test]
fn an_answer_that_did_not_change_is_the_same_in_every_stage() {
    let named = r#"{"tools":[{"objectId":"a","metadata":{"createdAt":0}}],"classifications":[],"note":1}"#;
    let nameless = r#"{"tools":[{"metadata":{"createdAt":0}}]}"#;
    for (answer, stages) in [(named, ["Label", "Label"]), (nameless, ["Complete", "Label"])] {
        let history = [Left {
            stage: "Label",
            completed_at: NOW,
            completed_by: None,
            duration: 0,
            answer,
        }];
        let element = element(&task(answer, &history));
        let (now, before) = (&element["task"], &element["task"]["stageHistory"][0]);
        let made = [now, before].map(|lists| lists["tools"][0]["metadata"]["createdIn"].as_str().unwrap());
        assert_eq!(made, stages, "{answer}");
        assert_eq!(now["note"], before["note"]);
        assert_eq!(before["relations"], json!([]));
    }
}
