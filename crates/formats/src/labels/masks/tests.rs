use insitu_model::id::{AssetId, TaskId};
use insitu_model::schema::CategorySchema;
use serde_json::{Value, json};

use super::*;

fn writer(kind: MaskKind) -> Writer {
    let schema = json!({ "tools": [
        { "tool": "polygon", "title": "Car", "schemaId": "car", "color": "#ff0000" },
        { "tool": "bounding-box", "title": "Tree", "schemaId": "tree" }], "classifications": [], "relations": [] });
    let classes = Numbered::of(&CategorySchema::from_value(&schema).unwrap());
    Writer::new(classes, kind, RasterRule::Centre)
}

fn task(answer: &str, size: Option<(u32, u32)>) -> TaskLabels<'_> {
    let asset = AssetId::from_bytes([1; 12]);
    TaskLabels {
        task: TaskId::of_asset(asset),
        asset,
        data: "https://example.com/a.jpg",
        external_id: Some("a"),
        width: size.map(|size| size.0),
        height: size.map(|size| size.1),
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

/// Two cars over each other, a tree beside them, a point, something outside, and something unknown.
const ANSWER: &str = r#"{"tools":[
    {"objectId":"1","schemaId":"car","polygon":[[0,0],[4,0],[4,4],[0,4]]},
    {"objectId":"2","schemaId":"car","polygon":[[2,0],[6,0],[6,4],[2,4]]},
    {"objectId":"3","schemaId":"tree","bounding-box":{"x":5,"y":0,"width":3,"height":2}},
    {"objectId":"4","schemaId":"car","point":[1,1]},
    {"objectId":"5","schemaId":"car","polygon":[[50,50],[60,50],[60,60]]},
    {"objectId":"6","schemaId":"gone","bounding-box":{"x":0,"y":5,"width":1,"height":1}}]}"#;

/// Pictures by their names, each with its line.
type Pictures = Vec<(String, Value)>;

fn written(kind: MaskKind) -> (Pictures, Vec<(String, &'static str)>) {
    let mut notes = Vec::new();
    let pictures = writer(kind)
        .write(&task(ANSWER, Some((8, 6))), &mut notes)
        .unwrap();
    let named = pictures.into_iter().map(|picture| {
        assert!(picture.png.starts_with(b"\x89PNG") && picture.line.ends_with(b"}\n"));
        (picture.name, serde_json::from_slice(&picture.line).unwrap())
    });
    let told = notes.into_iter().map(|note| (note.object, note.code));
    (named.collect(), told.collect())
}

fn names(pictures: &[(String, Value)]) -> Vec<&str> {
    pictures
        .iter()
        .map(|(name, _)| name.strip_prefix("masks/010101010101010181010101").unwrap())
        .collect()
}

#[test]
fn every_object_has_a_picture_and_what_has_none_is_noted() {
    let (pictures, notes) = written(MaskKind::Instance);
    assert_eq!(
        names(&pictures),
        ["/00001.png", "/00002.png", "/00003.png", "/00006.png"]
    );
    let line = &pictures[2].1;
    assert_eq!(
        (&line["objectId"], &line["title"], &line["class"]),
        (&json!("3"), &json!("Tree"), &json!(2))
    );
    assert_eq!(
        (&line["width"], &line["height"], &line["externalId"]),
        (&json!(8), &json!(6), &json!("a"))
    );
    assert_eq!(
        (&pictures[3].1["title"], &pictures[3].1["class"]),
        (&json!("Unknown"), &json!(3))
    );
    assert_eq!(
        notes,
        [
            ("4".to_owned(), "export.shape_without_area"),
            ("5".to_owned(), "export.shape_outside")
        ]
    );
}

#[test]
fn every_class_that_a_task_has_has_a_picture() {
    let (pictures, _) = written(MaskKind::Class);
    assert_eq!(names(&pictures), ["/001.png", "/002.png", "/003.png"]);
    assert_eq!(pictures[0].1.get("objectId"), None);
}

#[test]
fn a_task_has_one_semantic_picture_even_without_objects() {
    assert_eq!(names(&written(MaskKind::Semantic).0), [".png"]);
    let pictures = writer(MaskKind::Semantic)
        .write(&task("{}", Some((8, 6))), &mut Vec::new())
        .unwrap();
    assert_eq!(pictures.len(), 1);
}

#[test]
fn a_task_without_a_size_or_with_an_impossible_one_is_noted_and_has_none() {
    for (size, code) in [
        (None, "export.dimensions_unknown"),
        (Some((0, 5)), "export.picture_impossible"),
    ] {
        let mut notes = Vec::new();
        let pictures = writer(MaskKind::Semantic)
            .write(&task("{}", size), &mut notes)
            .unwrap();
        assert!(pictures.is_empty());
        assert_eq!((notes[0].code, notes[0].object.as_str()), (code, ""));
    }
}

#[test]
fn manifest_and_legend_say_how_to_read_the_pictures() {
    let writer = writer(MaskKind::Semantic);
    let manifest: Value = serde_json::from_slice(&writer.manifest()).unwrap();
    assert_eq!(
        (&manifest["kind"], &manifest["raster"], &manifest["version"]),
        (&json!("semantic"), &json!("centre"), &json!(1))
    );
    assert!(manifest["rasterRule"].as_str().unwrap().contains("even-odd"));
    let legend: Value = serde_json::from_slice(&writer.legend()).unwrap();
    let titles: Vec<_> = legend
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["background", "Car", "Tree", "Unknown"]);
    assert_eq!(legend[1]["color"], "#ff0000");
}
