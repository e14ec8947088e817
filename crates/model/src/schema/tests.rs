use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ambient::SeededRandom;

fn category(kind: &str, title: &str, id: &str) -> Value {
    json!({ "tool": kind, "title": title, "schemaId": id, "required": false, "columnField": false,
        "color": "#AB12ef", "shortcutKey": "", "classifications": [], "options": [] })
}

fn with(mut category: Value, name: &str, value: Value) -> Value {
    category[name] = value;
    category
}

fn codes(schema: &Value) -> Vec<(String, &'static str)> {
    match CategorySchema::from_value(schema) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .into_iter()
            .map(|problem| (problem.path, problem.code))
            .collect(),
    }
}

#[test]
fn every_kind_is_accepted_and_unknown_ones_too() {
    let tools: Vec<Value> = ToolKind::WORDS
        .iter()
        .chain(&["spline", "voxel"])
        .map(|kind| category(kind, kind, &format!("t-{kind}")))
        .collect();
    let questions: Vec<Value> = ClassificationKind::WORDS
        .iter()
        .map(|kind| category(kind, kind, &format!("c-{kind}")))
        .collect();
    let relations: Vec<Value> = RelationKind::WORDS
        .iter()
        .map(|kind| category(kind, kind, &format!("r-{kind}")))
        .collect();
    let schema = json!({ "tools": tools, "classifications": questions, "relations": relations });
    let schema = CategorySchema::from_value(&schema).unwrap();
    assert_eq!(schema.tools().count(), 12);
    assert_eq!(schema.classifications().count(), 9);
    assert_eq!(schema.relations().count(), 3);
    let polygon = schema.find("t-polygon").unwrap();
    assert_eq!(polygon.tool_kind(), Some(ToolKind::Polygon));
    assert_eq!(polygon.color, Some([0xab, 0x12, 0xef]));
    assert_eq!(schema.find("t-spline").unwrap().tool_kind(), None);
    assert_eq!(schema.find("r-group").unwrap().tool_kind(), None);
}

#[test]
fn questions_nest_under_classes_questions_and_options() {
    let color = with(
        with(category("radio", "Colour", "q2"), "parentOptionId", json!("yes")),
        "options",
        json!([{ "value": "red", "schemaId": "red" }]),
    );
    let occluded = with(
        with(
            category("radio", "Occluded", "q1"),
            "options",
            json!([{ "value": "Yes", "schemaId": "yes" }]),
        ),
        "classifications",
        json!([color]),
    );
    let car = with(
        category("polygon", "car", "car"),
        "classifications",
        json!([occluded]),
    );
    let schema = CategorySchema::from_value(&json!({ "tools": [car] })).unwrap();
    let car = schema.tools().next().unwrap();
    let occluded = schema.children(car).next().unwrap();
    let color = schema.children(occluded).next().unwrap();
    assert_eq!(color.parent_option.as_deref(), Some("yes"));
    assert_eq!(schema.parent(color).unwrap().schema_id, "q1");
    assert_eq!(schema.find("q2").unwrap().option("red").unwrap().value, "red");
    assert_eq!(
        schema.classifications().count(),
        0,
        "nested questions are not the asset's"
    );
}

#[test]
fn a_trees_nodes_are_options_with_their_whole_path() {
    let tree = json!([{ "title": "Animal", "key": "k1", "value": "k1", "children": [
        { "title": "Cat", "key": "k2", "value": "k2", "children": [] }] }]);
    let options =
        json!([{ "value": "Animal", "schemaId": "k1" }, { "value": "Animal / Cat", "schemaId": "k2" }]);
    let question = with(
        with(category("tree-dropdown", "Kind", "q"), "treeOptions", tree),
        "options",
        options,
    );
    let schema = CategorySchema::from_value(&json!({ "classifications": [question] })).unwrap();
    let found: Vec<_> = schema
        .find("q")
        .unwrap()
        .options
        .iter()
        .map(|o| (o.schema_id.as_str(), o.value.as_str()))
        .collect();
    assert_eq!(found, [("k1", "Animal"), ("k2", "Animal / Cat")]);
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let schema = json!({ "tools": [
        with(category("polygon", "a", "same"), "color", json!("red")),
        with(category("point", "b", "same"), "required", json!("yes")),
        json!({ "title": "no kind", "schemaId": "x" }),
        json!({ "tool": "polygon", "schemaId": "y" }),
        "polygon",
    ], "classifications": [
        with(category("text", "c", "c"), "regex", json!("(?=a)")),
        with(category("radio", "d", "d"), "options", json!([{ "schemaId": "o" }, { "value": "v", "schemaId": "o" }, 7])),
        with(category("radio", "e", "e"), "classifications", json!([with(category("text", "f", "f"), "title", json!(7))])),
        with(category("tree-dropdown", "g", "g"), "treeOptions",
            json!([{ "title": "t", "key": "k", "children": [{ "title": "u", "key": "k" }] }])),
    ], "relations": {} });
    let found = codes(&schema);
    let found: Vec<_> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
    assert_eq!(
        found,
        [
            ("tools[0].color", "schema.bad_color"),
            ("tools[1].required", "schema.wrong_type"),
            ("tools[1].schemaId", "schema.duplicate_id"),
            ("tools[2].tool", "schema.kind_missing"),
            ("tools[3].title", "schema.title_missing"),
            ("tools[4]", "schema.wrong_type"),
            ("classifications[0].regex", "schema.bad_regex"),
            ("classifications[1].options[0].value", "schema.value_missing"),
            ("classifications[1].options[1].schemaId", "schema.duplicate_id"),
            ("classifications[1].options[2]", "schema.wrong_type"),
            ("classifications[2].classifications[0].title", "schema.wrong_type"),
            (
                "classifications[3].treeOptions[0].children[0].key",
                "schema.duplicate_id"
            ),
            ("relations", "schema.wrong_type"),
        ]
    );
}

#[test]
fn what_the_sdk_leaves_empty_is_accepted() {
    let bare = json!({ "tool": "text", "title": "", "required": false, "schemaId": "x", "columnField": false,
        "color": "", "shortcutKey": "", "classifications": [], "options": [], "regex": null, "treeOptions": [],
        "parentOptionId": null, "frameSpecific": false, "showDropdown": false, "richText": false });
    let schema = CategorySchema::from_value(&json!({ "tools": null, "classifications": [bare] })).unwrap();
    assert_eq!(schema.find("x").unwrap().label(), "text");
    assert!(CategorySchema::from_value(&json!({})).unwrap().is_empty());
}

#[test]
fn what_is_no_schema_is_refused() {
    for value in [json!([]), json!(null), json!("tools"), json!(7)] {
        assert_eq!(codes(&value), [(String::new(), "schema.not_object")]);
    }
    assert_eq!(CategorySchema::parse("{").unwrap_err()[0].code, "schema.not_json");
    let large = format!("\"{}\"", "a".repeat(SCHEMA_BYTES_MAX));
    assert_eq!(
        CategorySchema::parse(&large).unwrap_err()[0].code,
        "schema.too_large"
    );
}

#[test]
fn each_limit_holds() {
    let many: Vec<Value> = (0..=CATEGORIES_MAX)
        .map(|n| category("point", "p", &n.to_string()))
        .collect();
    assert_eq!(
        codes(&json!({ "tools": many })),
        [(format!("tools[{CATEGORIES_MAX}]"), "schema.too_many")]
    );

    let options: Vec<Value> = (0..=OPTIONS_MAX + 5)
        .map(|n| json!({ "value": "v", "schemaId": n.to_string() }))
        .collect();
    let question = with(category("radio", "q", "q"), "options", json!(options));
    assert_eq!(codes(&json!({ "classifications": [question] })).len(), 1);

    let texts: Vec<Value> = (0..=PATTERNS_MAX)
        .map(|n| with(category("text", "t", &n.to_string()), "regex", json!("a")))
        .collect();
    assert_eq!(
        codes(&json!({ "classifications": texts })),
        [(
            format!("classifications[{PATTERNS_MAX}].regex"),
            "schema.too_many"
        )]
    );

    let mut deep = category("radio", "q", "deepest");
    for n in 0..=NESTING_MAX {
        deep = with(
            category("radio", "q", &n.to_string()),
            "classifications",
            json!([deep]),
        );
    }
    assert_eq!(
        codes(&json!({ "classifications": [deep] }))[0].1,
        "schema.too_deep"
    );

    let mut tree = json!({ "title": "leaf", "key": "leaf" });
    for n in 0..NESTING_MAX {
        tree = json!({ "title": "t", "key": n.to_string(), "children": [tree] });
    }
    let question = with(category("tree-dropdown", "q", "q"), "treeOptions", json!([tree]));
    assert_eq!(
        codes(&json!({ "classifications": [question] }))[0].1,
        "schema.too_deep"
    );

    let long = with(
        category("point", "p", "p"),
        "title",
        json!("a".repeat(TITLE_BYTES_MAX + 1)),
    );
    assert_eq!(
        codes(&json!({ "tools": [long] })),
        [("tools[0].title".to_owned(), "schema.text_too_long")]
    );
}

#[test]
fn missing_ids_are_filled_in_place_and_the_rest_stays() {
    let mut schema = json!({ "extra": 1, "tools": [{ "title": "car", "tool": "polygon", "classifications": [
        { "schemaId": "", "title": "q", "tool": "radio", "options": [{ "value": "a" }, { "value": "b", "schemaId": "b" }] }
    ] }], "classifications": [{ "tool": "tree-dropdown", "title": "t", "schemaId": null,
        "treeOptions": [{ "title": "x", "children": [{ "title": "y", "schemaId": "y" }] }] }] });
    assert_eq!(fill_ids(&mut schema, &SeededRandom::new(1)), 5);
    let id = schema["tools"][0]["schemaId"].as_str().unwrap();
    assert_eq!(id.len(), 24);
    assert_eq!(
        schema["tools"][0]["classifications"][0]["options"][1]["schemaId"],
        "b"
    );
    assert_eq!(schema["extra"], 1);
    let names: Vec<_> = schema["tools"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        names,
        ["title", "tool", "classifications", "schemaId"],
        "the author's order stays"
    );
    assert_eq!(
        fill_ids(&mut schema.clone(), &SeededRandom::new(2)),
        0,
        "nothing is left to fill"
    );
    let read = CategorySchema::from_value(&schema).unwrap();
    assert_eq!(read.classifications().next().unwrap().options[1].schema_id, "y");
}

#[test]
fn the_same_randomness_fills_the_same_ids() {
    let bare = json!({ "tools": [{ "tool": "point", "title": "p" }] });
    let fill = |seed| {
        let mut schema = bare.clone();
        fill_ids(&mut schema, &SeededRandom::new(seed));
        schema
    };
    assert_eq!(fill(7), fill(7));
    assert_ne!(fill(7), fill(8));
}

#[test]
fn a_stored_schema_is_read_whatever_it_holds() {
    let text = json!({ "tools": [with(category("polygon", "a", "a"), "color", json!("red")), 7],
        "classifications": [with(category("text", "b", "b"), "regex", json!("("))] });
    let schema = CategorySchema::stored(&text.to_string());
    assert_eq!(schema.tools().count(), 1);
    assert!(
        schema
            .find("b")
            .unwrap()
            .pattern
            .as_ref()
            .unwrap()
            .matches("anything")
    );
    assert!(CategorySchema::stored("nonsense").is_empty());
}

#[test]
fn colours_have_three_or_six_digits() {
    assert_eq!(parse_color("#fa0"), Some([255, 170, 0]));
    assert_eq!(parse_color("#FFaa00"), Some([255, 170, 0]));
    for text in ["", "#", "fa0", "#fa", "#ffaa0", "#gg0000", "#ééé", "#ffaa0000"] {
        assert_eq!(parse_color(text), None, "{text}");
    }
}

/// Any JSON, with the names that are looked for more often than chance would have them.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z(\\[#*]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        let name = prop_oneof![
            Just("tools".to_owned()),
            Just("classifications".to_owned()),
            Just("options".to_owned()),
            Just("treeOptions".to_owned()),
            Just("children".to_owned()),
            Just("schemaId".to_owned()),
            Just("title".to_owned()),
            Just("tool".to_owned()),
            Just("regex".to_owned()),
            Just("color".to_owned()),
            "[a-z]{1,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_accepted_is_read_the_same_from_storage(value in any_json()) {
        let mut value = value;
        fill_ids(&mut value, &SeededRandom::new(3));
        if let Ok(schema) = CategorySchema::from_value(&value) {
            let stored = CategorySchema::stored(&value.to_string());
            prop_assert_eq!(schema.categories.len(), stored.categories.len());
            prop_assert!(schema.categories.iter().all(|category| schema.find(&category.schema_id).is_some()));
        }
    }

    #[test]
    fn no_text_panics(text: String) {
        let _any = CategorySchema::parse(&text);
        let _color = parse_color(&text);
        let _pattern = Pattern::checked(&text).map(|pattern| pattern.matches(&text));
    }
}
