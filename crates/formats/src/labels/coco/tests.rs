use insitu_model::id::{AssetId, TaskId};
use insitu_model::schema::CategorySchema;
use serde_json::{Value, json};

use super::*;

fn classes() -> Numbered {
    let schema = json!({ "tools": [{ "tool": "polygon", "title": "Car", "schemaId": "car" }],
        "classifications": [], "relations": [] });
    Numbered::of(&CategorySchema::from_value(&schema).unwrap())
}

fn task<'a>(answer: &'a str, data: &'a str, external_id: Option<&'a str>) -> TaskLabels<'a> {
    let asset = AssetId::from_bytes([1; 12]);
    TaskLabels {
        task: TaskId::of_asset(asset),
        asset,
        data,
        external_id,
        width: Some(40),
        height: Some(30),
        batches: &[],
        extra: None,
        stage: "Complete",
        updated_at: 0,
        updated_by: None,
        total_duration: 0,
        answer,
        history: &[],
    }
}

/// The file that these answers make, and what there is to say about them.
fn file(answers: &[&str]) -> (Value, Vec<Note>) {
    let classes = classes();
    let mut writer = Writer {
        classes: &classes,
        has_unknown: false,
    };
    let (mut annotations, mut images, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = 0;
    for (number, answer) in (1..).zip(answers) {
        let mut parts = Parts {
            annotations: &mut annotations,
            annotations_before: before,
            images: &mut images,
            images_before: number - 1,
        };
        let task = task(answer, "https://example.com/x/y%20z.jpg?a=/b", None);
        before += writer
            .write(number, &task, &mut parts, &mut notes)
            .unwrap()
            .unwrap();
    }
    let mut text = BEGIN.as_bytes().to_vec();
    text.extend(annotations);
    text.extend_from_slice(BETWEEN.as_bytes());
    text.extend(images);
    writer.end(&mut text);
    (serde_json::from_slice(&text).unwrap(), notes)
}

#[test]
fn a_file_without_tasks_is_whole() {
    let (file, _) = file(&[]);
    assert_eq!((&file["images"], &file["annotations"]), (&json!([]), &json!([])));
    assert_eq!(file["categories"][0]["name"], "Car");
    assert_eq!(file["info"]["description"], "Labels exported from Insitu");
}

#[test]
fn separators_stand_between_annotations_only() {
    let two = r#"{"tools":[{"schemaId":"car","polygon":[[0,0],[4,0],[4,3]]},{"point":[1,1]},
        {"schemaId":"car","polygon":[[0,0],[4,0],[4,3],[0,3]]}]}"#;
    let (file, notes) = file(&["{}", two, r#"{"tools":[{"point":[1,1]}]}"#, two]);
    let ids: Vec<_> = file["annotations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, [200_001, 200_003, 400_001, 400_003]);
    assert_eq!(file["annotations"][0]["area"], 6.0);
    assert_eq!(file["images"].as_array().unwrap().len(), 4);
    assert_eq!(notes.len(), 3);
    assert_eq!(notes[0].code, "export.shape_without_area");
}

#[test]
fn several_zones_without_holes_are_several_polygons() {
    let answer = r#"{"tools":[{"schemaId":"car","segmentation":{"zones":[
        {"region":[[0,0],[2,0],[2,2],[0,2]],"holes":[]},{"region":[[10,10],[14,10],[14,12],[10,12]]}]}}]}"#;
    let (file, _) = file(&[answer]);
    let annotation = &file["annotations"][0];
    assert_eq!(annotation["segmentation"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&annotation["area"], &annotation["bbox"]),
        (&json!(12.0), &json!([0.0, 0.0, 14.0, 12.0]))
    );
}

#[test]
fn a_picture_is_called_by_its_external_id_or_by_the_end_of_its_address() {
    assert_eq!(
        file_name(&task("{}", "https://example.com/x/y%20z.jpg?a=/b", None)),
        "y%20z.jpg"
    );
    assert_eq!(
        file_name(&task("{}", "https://example.com/x", Some("a/b.jpg"))),
        "a/b.jpg"
    );
    assert_eq!(file_name(&task("{}", "just words", None)), "just words");
}
