//! COCO: images, annotations and categories, with ids that stay.

use serde_json::{Value, json};

use crate::story::{Story, car, picture};

async fn coco(story: &Story, options: Value) -> (Value, Value) {
    let mut order = json!({ "format": "coco", "stage": [] });
    order
        .as_object_mut()
        .unwrap()
        .extend(options.as_object().unwrap().clone());
    let export = story.export(order).await;
    let entries = story.entries(&export).await;
    assert_eq!(entries[0].0, "coco.json");
    (serde_json::from_slice(&entries[0].1).unwrap(), export)
}

#[tokio::test]
async fn shapes_become_annotations_of_their_pictures() {
    let story = Story::begin().await;
    let tasks = story.pictures(&["a", "b"]).await;
    let objects = json!([
        car("o1", 10, 20, 30),
        { "objectId": "o2", "schemaId": "tree", "bounding-box": { "x": 5, "y": 6, "width": 10, "height": 20 } },
        { "objectId": "o3", "schemaId": "tree", "segmentation": { "zones": [
            { "region": [[0, 0], [8, 0], [8, 8], [0, 8]], "holes": [[[2, 2], [4, 2], [4, 4], [2, 4]]] }] } }
    ]);
    story
        .complete(
            &tasks[1],
            json!({ "tools": objects, "classifications": [], "relations": [] }),
        )
        .await;
    let (coco, export) = coco(&story, json!({})).await;
    assert_eq!(export["progress"]["problems"], 0);
    assert_eq!(coco["images"].as_array().unwrap().len(), 2);
    let image = &coco["images"][1];
    assert_eq!(
        (
            &image["id"],
            &image["file_name"],
            &image["width"],
            &image["height"]
        ),
        (&json!(2), &json!("b"), &json!(100), &json!(80))
    );
    assert_eq!(
        (&image["task_id"], &image["coco_url"]),
        (&json!(tasks[1]), &json!("https://example.com/b.jpg"))
    );
    assert_eq!(
        coco["categories"],
        json!([{ "id": 1, "name": "Car", "supercategory": "" }, { "id": 2, "name": "Tree", "supercategory": "" }])
    );
    let annotations = coco["annotations"].as_array().unwrap();
    assert_eq!(
        annotations[0],
        json!({ "id": 200_001, "image_id": 2, "category_id": 1, "segmentation": [[10.0, 20.0, 40.0, 20.0, 40.0, 50.0, 10.0, 50.0]],
            "area": 900.0, "bbox": [10.0, 20.0, 30.0, 30.0], "iscrowd": 0, "object_id": "o1" })
    );
    assert_eq!(
        (&annotations[1]["bbox"], &annotations[1]["area"]),
        (&json!([5.0, 6.0, 10.0, 20.0]), &json!(200.0))
    );
    // What has a hole is given as run lengths.
    assert_eq!(annotations[2]["segmentation"]["size"], json!([80, 100]));
    assert_eq!(
        (&annotations[2]["area"], &annotations[2]["bbox"]),
        (&json!(60.0), &json!([0.0, 0.0, 8.0, 8.0]))
    );
}

#[tokio::test]
async fn ids_do_not_depend_on_which_tasks_are_exported() {
    let story = Story::begin().await;
    let tasks = story.pictures(&["a", "b", "c"]).await;
    for task in &tasks[1..] {
        story.complete(task, json!({ "tools": [car("x", 1, 1, 4), car("y", 9, 9, 4)], "classifications": [], "relations": [] })).await;
    }
    let (all, _) = coco(&story, json!({})).await;
    let (some, _) = coco(&story, json!({ "stage": ["Complete"] })).await;
    assert_eq!(some["annotations"], all["annotations"]);
    assert_eq!(
        some["images"].as_array().unwrap()[..],
        all["images"].as_array().unwrap()[1..]
    );
}

#[tokio::test]
async fn one_picture_without_a_size_and_one_bad_shape_are_reported_and_the_rest_is_there() {
    let story = Story::begin().await;
    let mut rows = vec![picture("a"), picture("b"), picture("c")];
    rows[0].as_object_mut().unwrap().remove("width");
    let tasks = story.import(json!(rows)).await;
    let objects = json!([
        { "objectId": "bad", "schemaId": "car", "polygon": [[1, 2], [3, 4]] },
        { "objectId": "dot", "schemaId": "car", "point": [1, 2] },
        { "objectId": "gone", "schemaId": "deleted", "bounding-box": { "x": 1, "y": 1, "width": 2, "height": 2 } },
    ]);
    story.submit(&tasks[1], json!({ "tools": objects })).await;
    let (coco, export) = coco(&story, json!({})).await;
    assert_eq!(coco["images"].as_array().unwrap().len(), 2);
    let annotations = coco["annotations"].as_array().unwrap();
    assert_eq!(
        (
            annotations.len(),
            &annotations[0]["object_id"],
            &annotations[0]["category_id"]
        ),
        (1, &json!("gone"), &json!(3))
    );
    assert_eq!(
        coco["categories"][2],
        json!({ "id": 3, "name": "Unknown", "supercategory": "" })
    );
    let report = story.report(&export).await;
    let told: Vec<_> = report
        .iter()
        .map(|line| {
            (
                line["taskId"].as_str().unwrap(),
                line["objectId"].as_str().unwrap(),
                line["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (tasks[0].as_str(), "", "export.dimensions_unknown"),
            (tasks[1].as_str(), "bad", "export.shape_invalid"),
            (tasks[1].as_str(), "dot", "export.shape_without_area"),
        ]
    );
    assert_eq!(
        (&report[0]["externalId"], &report[0]["severity"]),
        (&json!("a"), &json!("left_out"))
    );
    assert_eq!(export["progress"]["problems"], 3);
}
