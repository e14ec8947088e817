mod meaning;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ambient::SeededRandom;
use crate::problem::Severity;
use crate::schema::CategorySchema;

/// Classes of three tools, two of them with one title, and questions of every shape.
fn schema() -> CategorySchema {
    let value = json!({
        "tools": [
            { "tool": "polygon", "title": "car", "schemaId": "car", "classifications": [
                { "tool": "radio", "title": "occluded", "schemaId": "occluded", "required": true, "columnField": true,
                  "options": [{ "value": "yes", "schemaId": "o-yes" }, { "value": "no", "schemaId": "o-no" }],
                  "classifications": [
                    { "tool": "text", "title": "why", "schemaId": "why-yes", "parentOptionId": "o-yes", "required": true },
                    { "tool": "text", "title": "why", "schemaId": "why-no", "parentOptionId": "o-no" } ] } ] },
            { "tool": "bounding-box", "title": "sign", "schemaId": "sign-box", "required": true },
            { "tool": "point", "title": "sign", "schemaId": "sign-point" },
            { "tool": "point", "title": "twice", "schemaId": "twice-1" },
            { "tool": "point", "title": "twice", "schemaId": "twice-2" },
            { "tool": "brush", "title": "paint", "schemaId": "paint", "required": true },
        ],
        "classifications": [
            { "tool": "checkbox", "title": "weather", "schemaId": "weather", "options": [
                { "value": "rain", "schemaId": "w-rain" }, { "value": "sun", "schemaId": "w-sun" },
                { "value": "fog", "schemaId": "w-fog-1" }, { "value": "fog", "schemaId": "w-fog-2" } ] },
            { "tool": "text", "title": "plate", "schemaId": "plate", "regex": "^[A-Z]{2}$" },
            { "tool": "tree-dropdown", "title": "place", "schemaId": "place", "treeOptions": [
                { "title": "Town", "key": "p1", "children": [{ "title": "Road", "key": "p2" }] }] },
        ],
        "relations": [{ "tool": "one-to-one", "title": "behind", "schemaId": "behind" }],
    });
    CategorySchema::from_value(&value).unwrap()
}

fn answer(value: Value) -> Answer {
    Answer::from_value(value).unwrap()
}

fn refusal(value: Value) -> (String, &'static str) {
    let problem = Answer::from_value(value).unwrap_err();
    (problem.path, problem.code)
}

const SQUARE: [[i32; 2]; 4] = [[0, 0], [10, 0], [10, 10], [0, 10]];

#[test]
fn objects_are_read_by_either_name_and_stored_as_tools() {
    for name in ["objects", "tools"] {
        let read = answer(
            json!({ name: [{ "polygon": SQUARE, "schemaId": "car", "zebra": 1, "apple": 2 }], "extra": true }),
        );
        assert_eq!(
            read.to_stored(),
            r#"{"tools":[{"polygon":[[0,0],[10,0],[10,10],[0,10]],"schemaId":"car","zebra":1,"apple":2}],"classifications":[],"relations":[],"extra":true}"#
        );
    }
    let with_empty = answer(json!({ "objects": [], "tools": [{ "point": [1, 2] }] }));
    assert_eq!(with_empty.objects().len(), 1);
    let both = json!({ "objects": [{ "point": [1, 2] }], "tools": [{ "point": [1, 2] }] });
    assert_eq!(refusal(both), ("tools".to_owned(), "answer.objects_and_tools"));
    assert!(answer(json!({ "classifications": null })).is_empty());
}

#[test]
fn what_is_stored_is_read_back_the_same() {
    let first = answer(
        json!({ "tools": [{ "bounding-box": { "x": 1.25, "y": 2, "width": 3, "height": 4 }, "objectId": "a" }],
        "classifications": [{ "schemaId": "plate", "answer": "AB" }], "relations": [], "note": { "b": 1, "a": 2 } }),
    );
    let again = Answer::parse(&first.to_stored()).unwrap();
    assert_eq!(again.to_stored(), first.to_stored());
}

#[test]
fn a_coordinate_is_the_same_number_after_every_save() {
    let text = r#"{"tools":[{"point":[6.557203907018834e-215,301.60000000000002]}],"classifications":[],"relations":[]}"#;
    let saved = Answer::parse(text).unwrap().to_stored();
    assert_eq!(saved, text.replace("301.60000000000002", "301.6"));
    assert_eq!(Answer::parse(&saved).unwrap().to_stored(), saved);
}

#[test]
fn shapes_become_geometry() {
    let read = answer(json!({ "objects": [
        { "bounding-box": { "x": 10, "y": 20, "width": -4, "height": 6 } },
        { "rotated-bounding-box": { "x": 0, "y": 0, "width": 4, "height": 2, "rotation": 90, "corners": [[0, 0]] } },
        { "polyline": [[0, 0], [1.5, 2]] },
        { "point": [3, 4], "page": 2 },
        { "segmentation": { "zones": [{ "region": SQUARE, "holes": [[[1, 1], [2, 1], [2, 2]]] }] } },
        { "ner": { "start": 1, "end": 4 } },
        { "schemaId": "paint" },
    ] }));
    let shapes: Vec<&Geometry> = read.objects().map(|object| object.geometry).collect();
    let upright = Geometry::BoundingBox {
        x: 6.0,
        y: 20.0,
        width: 4.0,
        height: 6.0,
    };
    assert_eq!(shapes[0], &upright, "a box begins at its top left corner");
    assert!(matches!(
        shapes[1],
        Geometry::RotatedBoundingBox { rotation: 90.0, .. }
    ));
    assert_eq!(shapes[2], &Geometry::Polyline(vec![[0.0, 0.0], [1.5, 2.0]]));
    assert_eq!(shapes[3], &Geometry::Point([3.0, 4.0]));
    assert!(matches!(shapes[4], Geometry::Segmentation(zones) if zones[0].holes.len() == 1));
    assert_eq!((shapes[5], shapes[6]), (&Geometry::Other, &Geometry::Other));
    assert_eq!(read.objects().nth(3).unwrap().page, 2);
    assert_eq!(
        read.to_value()["tools"][0]["bounding-box"]["x"],
        10,
        "what is stored stays as it was sent"
    );
}

#[test]
fn what_is_no_shape_is_refused_by_its_path() {
    let object = |value: Value| refusal(json!({ "objects": [{ "point": [1, 1] }, value] }));
    let expect = |value: Value, path: &str, code: &str| {
        let (found_path, found_code) = object(value);
        assert_eq!((found_path.as_str(), found_code), (path, code));
    };
    expect(
        json!({ "polygon": [[0, 0], [1, 1]] }),
        "objects[1].polygon",
        "answer.too_few_points",
    );
    expect(
        json!({ "polygon": [[0, 0], [1, 1], [2]] }),
        "objects[1].polygon[2]",
        "answer.wrong_type",
    );
    expect(
        json!({ "polygon": [[0, 0], [1, "1"], [2, 2]] }),
        "objects[1].polygon[1][1]",
        "answer.wrong_type",
    );
    expect(
        json!({ "polygon": [[0, 0], [1, 1e10], [2, 2]] }),
        "objects[1].polygon[1][1]",
        "answer.number_too_large",
    );
    expect(
        json!({ "bounding-box": { "x": 1, "y": 1, "width": 3 } }),
        "objects[1].bounding-box.height",
        "answer.number_missing",
    );
    expect(
        json!({ "bounding-box": [1, 2, 3, 4] }),
        "objects[1].bounding-box",
        "answer.wrong_type",
    );
    expect(
        json!({ "point": [1, 2, 3] }),
        "objects[1].point",
        "answer.wrong_type",
    );
    expect(
        json!({ "point": [1, 2], "polyline": [[0, 0], [1, 1]] }),
        "objects[1]",
        "answer.two_shapes",
    );
    expect(
        json!({ "segmentation": {} }),
        "objects[1].segmentation.zones",
        "answer.wrong_type",
    );
    expect(
        json!({ "segmentation": { "zones": [{ "region": SQUARE, "holes": [[[0, 0]]] }] } }),
        "objects[1].segmentation.zones[0].holes[0]",
        "answer.too_few_points",
    );
    expect(
        json!({ "objectId": 7 }),
        "objects[1].objectId",
        "answer.wrong_type",
    );
    expect(json!(7), "objects[1]", "answer.wrong_type");
    let text = r#"{"objects":[{"point":[1,1e999]}]}"#;
    assert_eq!(
        Answer::parse(text).unwrap_err().code,
        "answer.not_json",
        "no number is infinite"
    );
}

#[test]
fn what_is_no_answer_is_refused_by_its_path() {
    assert_eq!(refusal(json!([])), (String::new(), "answer.wrong_type"));
    assert_eq!(
        refusal(json!({ "objects": {} })),
        ("objects".to_owned(), "answer.wrong_type")
    );
    let nested = json!({ "classifications": [{ "answer": "x", "classifications": [{ "answer": {} }] }] });
    assert_eq!(
        refusal(nested),
        (
            "classifications[0].classifications[0].answer".to_owned(),
            "answer.wrong_type"
        )
    );
    let group = json!({ "relations": [{ "group": ["a", 7] }] });
    assert_eq!(
        refusal(group),
        ("relations[0].group[1]".to_owned(), "answer.wrong_type")
    );
    let mut deep = json!(1);
    for _ in 0..=ANSWER_DEPTH_MAX {
        deep = json!([deep]);
    }
    assert_eq!(
        refusal(json!({ "extra": deep })),
        (String::new(), "answer.too_deep")
    );
    let many = vec![json!({}); MEMBERS_MAX + 1];
    assert_eq!(
        refusal(json!({ "relations": many })),
        ("relations".to_owned(), "answer.too_many")
    );
    let long = json!({ "objects": [{ "schemaId": "a".repeat(ID_BYTES_MAX + 1) }] });
    assert_eq!(refusal(long).1, "answer.text_too_long");
    assert_eq!(
        Answer::parse(&" ".repeat(ANSWER_BYTES_MAX + 1)).unwrap_err().code,
        "answer.too_large"
    );
}

#[test]
fn objects_without_an_id_get_one() {
    let mut read = answer(
        json!({ "objects": [{ "point": [1, 1] }, { "point": [1, 1], "objectId": "mine" }],
        "relations": [{ "from": "mine", "to": "mine" }] }),
    );
    read.fill_object_ids(&SeededRandom::new(1));
    let ids: Vec<&str> = read.objects().map(|object| object.object_id).collect();
    assert_eq!((ids[0].len(), ids[1]), (24, "mine"));
    assert_eq!(text(&read.relations()[0], "objectId").len(), 24);
}

/// Any JSON, with the names that are looked for more often than chance would have them.
fn any_json() -> impl Strategy<Value = Value> {
    const NAMES: [&str; 16] = [
        "objects",
        "tools",
        "classifications",
        "relations",
        "answer",
        "schemaId",
        "title",
        "objectId",
        "polygon",
        "bounding-box",
        "point",
        "segmentation",
        "zones",
        "region",
        "group",
        "x",
    ];
    const TEXTS: [&str; 8] = [
        "car", "occluded", "o-yes", "yes", "weather", "fog", "plate", "behind",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(&NAMES[..]), inner), 0..6).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_accepted_survives(value in any_json()) {
        if let Ok(read) = Answer::from_value(value) {
            let stored = read.to_stored();
            let again = Answer::parse(&stored).unwrap();
            prop_assert_eq!(again.to_stored(), stored);
            let mut resolved = again.clone();
            resolved.resolve(&schema(), Severity::Noticed);
            resolved.check(&schema(), Some((10, 10)));
            resolved.to_exported(&schema());
            prop_assert_eq!(resolved.objects().len(), again.objects().len());
            prop_assert!(read.objects().all(|object| object.geometry.bounds().is_none_or(|b| b.iter().all(|n| n.is_finite()))));
        }
    }

    #[test]
    fn no_text_panics(text: String) {
        let _any = Answer::parse(&text);
    }
}
