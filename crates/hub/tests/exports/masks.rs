//! Masks: pictures of what was drawn, and what says which is which.

use serde_json::{Value, json};

use crate::story::{Story, car, picture};

fn names(entries: &[(String, Vec<u8>)]) -> Vec<&str> {
    entries.iter().map(|(name, _)| name.as_str()).collect()
}

fn entry<'a>(entries: &'a [(String, Vec<u8>)], name: &str) -> &'a [u8] {
    &entries.iter().find(|(found, _)| found == name).unwrap().1
}

/// Width and height, bits and colour type of a PNG file.
fn header(png: &[u8]) -> (u32, u32, u8, u8) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20), png[24], png[25])
}

#[tokio::test]
async fn each_kind_has_its_pictures_between_manifest_and_index() {
    let story = Story::begin().await;
    let tasks = story.pictures(&["a", "b"]).await;
    let answer = json!({ "tools": [car("1", 0, 0, 10), car("2", 5, 5, 10),
        { "objectId": "3", "schemaId": "tree", "bounding-box": { "x": 20, "y": 20, "width": 5, "height": 5 } }],
        "classifications": [], "relations": [] });
    story.complete(&tasks[0], answer).await;
    let [first, second] = [&tasks[0], &tasks[1]];
    for (kind, expected) in [
        (
            "instance",
            vec![
                format!("masks/{first}/00001.png"),
                format!("masks/{first}/00002.png"),
                format!("masks/{first}/00003.png"),
            ],
        ),
        (
            "class",
            vec![format!("masks/{first}/001.png"), format!("masks/{first}/002.png")],
        ),
        (
            "semantic",
            vec![format!("masks/{first}.png"), format!("masks/{second}.png")],
        ),
    ] {
        let export = story
            .export(json!({ "format": "masks", "stage": [], "masks": { "kind": kind, "raster": "opencv" } }))
            .await;
        let entries = story.entries(&export).await;
        let all: Vec<&str> = ["manifest.json", "legend.json"]
            .into_iter()
            .chain(expected.iter().map(String::as_str))
            .chain(["index.ndjson"])
            .collect();
        assert_eq!(names(&entries), all, "{kind}");
        let manifest: Value = serde_json::from_slice(entry(&entries, "manifest.json")).unwrap();
        assert_eq!(
            (&manifest["kind"], &manifest["raster"]),
            (&json!(kind), &json!("opencv"))
        );
        assert!(manifest["rasterRule"].as_str().unwrap().contains("4.11"));
        let index = String::from_utf8(entry(&entries, "index.ndjson").to_vec()).unwrap();
        let files: Vec<Value> = index
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let listed: Vec<&str> = files.iter().map(|line| line["file"].as_str().unwrap()).collect();
        assert_eq!(listed, expected);
        let form = if kind == "semantic" {
            (100, 80, 8, 3)
        } else {
            (100, 80, 1, 0)
        };
        assert_eq!(header(entry(&entries, &expected[0])), form);
        assert_eq!(export["progress"]["problems"], 0);
    }
}

#[tokio::test]
async fn one_picture_without_a_size_never_stops_the_rest_or_makes_an_empty_file() {
    let story = Story::begin().await;
    let mut rows = vec![picture("a"), picture("b")];
    rows[0].as_object_mut().unwrap().remove("height");
    rows[1]["objects"] =
        json!([{ "objectId": "out", "schemaId": "car", "polygon": [[200, 200], [300, 200], [300, 300]] }]);
    let tasks = story.import(json!(rows)).await;
    let export = story.export(json!({ "format": "masks", "stage": [] })).await;
    let entries = story.entries(&export).await;
    let own = format!("masks/{}.png", tasks[1]);
    assert_eq!(
        names(&entries),
        ["manifest.json", "legend.json", own.as_str(), "index.ndjson"]
    );
    assert!(entries.iter().all(|(_, bytes)| !bytes.is_empty()));
    let codes: Vec<Value> = story
        .report(&export)
        .await
        .iter()
        .map(|line| line["code"].clone())
        .collect();
    assert_eq!(codes, ["export.dimensions_unknown", "export.shape_outside"]);
}
