//! What answers mean: titles and values, what is required, what the schema does not have.

use serde_json::{Value, json};

use super::{SQUARE, answer, schema};
use crate::answer::Answer;
use crate::problem::{Problem, Severity};
use crate::schema::{CategorySchema, RelationKind, ToolKind};

fn brief(problems: &[Problem]) -> Vec<(&str, &str, Severity)> {
    let brief = |problem: &'_ Problem| (problem.code, problem.severity);
    problems
        .iter()
        .map(|problem| (problem.path.as_str(), brief(problem).0, brief(problem).1))
        .collect()
}

#[test]
fn titles_and_values_become_ids() {
    let mut read = answer(json!({
        "objects": [
            { "polygon": SQUARE, "title": "car", "classifications": [
                { "title": "occluded", "answer": "no", "classifications": [{ "title": "why", "answer": "open" }] }] },
            { "point": [1, 1], "title": "sign" },
            { "bounding-box": { "x": 1, "y": 1, "width": 1, "height": 1 }, "title": "sign" },
        ],
        "classifications": [
            { "title": "weather", "answer": ["sun", "w-rain"] },
            { "title": "place", "answer": ["Town", "Town / Road"] },
            { "title": "plate", "answer": "AB" },
        ],
        "relations": [{ "title": "behind", "from": "a", "to": "b" }],
    }));
    assert_eq!(read.resolve(&schema(), Severity::Refused), []);
    let stored = read.to_value();
    let car = &stored["tools"][0];
    assert_eq!(car["schemaId"], "car");
    assert_eq!(car["classifications"][0]["answer"], "o-no");
    assert_eq!(
        car["classifications"][0]["classifications"][0]["schemaId"], "why-no",
        "the question that \"no\" shows"
    );
    assert_eq!(
        stored["tools"][1]["schemaId"], "sign-point",
        "the shape tells two classes with one title apart"
    );
    assert_eq!(stored["tools"][2]["schemaId"], "sign-box");
    assert_eq!(stored["classifications"][0]["answer"], json!(["w-sun", "w-rain"]));
    assert_eq!(stored["classifications"][1]["answer"], json!(["p1", "p2"]));
    assert_eq!(stored["classifications"][2]["answer"], "AB");
    assert_eq!(stored["relations"][0]["schemaId"], "behind");
}

#[test]
fn a_title_that_stands_for_two_is_refused_not_guessed() {
    for unknown in [Severity::Refused, Severity::Noticed] {
        let mut read = answer(json!({ "objects": [{ "point": [1, 1], "title": "twice" }],
            "classifications": [{ "title": "weather", "answer": ["fog"] }] }));
        let problems = read.resolve(&schema(), unknown);
        assert_eq!(
            brief(&problems),
            [
                ("objects[0].title", "answer.title_ambiguous", Severity::Refused),
                (
                    "classifications[0].answer[0]",
                    "answer.option_ambiguous",
                    Severity::Refused
                ),
            ]
        );
    }
}

#[test]
fn what_the_schema_does_not_have_is_refused_or_kept_as_the_caller_says() {
    let sent = json!({ "objects": [
        { "point": [1, 1], "title": "dog" }, { "point": [1, 1], "schemaId": "gone" }, { "point": [1, 1] },
        { "point": [1, 1], "schemaId": "car" },
    ], "classifications": [{ "schemaId": "weather", "answer": ["snow"] }], "relations": [] });
    for unknown in [Severity::Refused, Severity::Noticed] {
        let mut read = answer(sent.clone());
        let problems = read.resolve(&schema(), unknown);
        assert_eq!(
            brief(&problems),
            [
                ("objects[0].title", "answer.class_unknown", unknown),
                ("objects[1].schemaId", "answer.class_unknown", unknown),
                ("objects[2]", "answer.class_missing", unknown),
                ("objects[3]", "answer.tool_differs", unknown),
                ("classifications[0].answer[0]", "answer.option_unknown", unknown),
            ]
        );
        assert_eq!(read.to_value()["tools"], sent["objects"], "nothing is lost");
    }
}

#[test]
fn exports_name_classes_and_options_as_people_do() {
    let stored = answer(json!({ "tools": [
        { "polygon": SQUARE, "schemaId": "car", "title": "old title", "classifications": [
            { "schemaId": "occluded", "answer": "o-no", "classifications": [] }] },
        { "point": [1, 1], "schemaId": "gone" },
        { "point": [1, 1], "schemaId": "gone", "title": "was here" },
    ], "classifications": [
        { "schemaId": "weather", "answer": ["w-rain", "w-gone"] }, { "schemaId": "place", "answer": ["p1", "p2"] } ] }));
    let exported = stored.to_exported(&schema());
    assert_eq!(exported["tools"][0]["title"], "car");
    assert_eq!(
        exported["tools"][0]["classifications"][0],
        json!({ "schemaId": "occluded", "answer": "no", "classifications": [], "title": "occluded", "tool": "radio", "columnField": true })
    );
    assert_eq!(exported["tools"][1]["title"], "Unknown");
    assert_eq!(exported["tools"][2]["title"], "was here");
    assert_eq!(
        exported["classifications"][0]["answer"],
        json!(["rain", "w-gone"])
    );
    assert_eq!(
        exported["classifications"][1]["answer"],
        json!(["Town", "Town / Road"])
    );
}

#[test]
fn an_export_can_be_imported_again() {
    let stored = answer(
        json!({ "tools": [{ "polygon": SQUARE, "schemaId": "car", "title": "car", "classifications": [
            { "schemaId": "occluded", "answer": "o-yes", "title": "occluded", "tool": "radio", "columnField": true }] }],
        "classifications": [{ "schemaId": "weather", "answer": ["w-sun"], "title": "weather", "tool": "checkbox", "columnField": false }],
        "relations": [] }),
    );
    let mut again = answer(stored.to_exported(&schema()));
    assert_eq!(again.resolve(&schema(), Severity::Refused), []);
    assert_eq!(again.to_value(), stored.to_value());
}

#[test]
fn what_is_required_stands_in_the_way_of_a_submit() {
    let problems = Answer::default().check(&schema(), None);
    assert_eq!(
        brief(&problems),
        [("objects", "answer.required_object", Severity::Refused)],
        "not the brush's"
    );

    let sign = json!({ "bounding-box": { "x": 1, "y": 1, "width": 1, "height": 1 }, "schemaId": "sign-box" });
    let car = |classifications: Value| json!({ "polygon": SQUARE, "schemaId": "car", "classifications": classifications });
    let check = |car: Value| answer(json!({ "objects": [sign, car] })).check(&schema(), None);
    let missing = (
        "objects[1].classifications",
        "answer.required_question",
        Severity::Refused,
    );
    assert_eq!(brief(&check(car(json!([])))), [missing]);
    assert_eq!(
        brief(&check(car(json!([{ "schemaId": "occluded", "answer": "" }])))),
        [missing]
    );
    let yes = json!([{ "schemaId": "occluded", "answer": "o-yes" }]);
    let why = (
        "objects[1].classifications[0].classifications",
        "answer.required_question",
        Severity::Refused,
    );
    assert_eq!(brief(&check(car(yes))), [why], "\"yes\" asks why");
    assert_eq!(
        check(car(json!([{ "schemaId": "occluded", "answer": "o-no" }]))),
        [],
        "\"no\" does not"
    );
    let told = json!([{ "schemaId": "occluded", "answer": "o-yes",
        "classifications": [{ "schemaId": "why-yes", "answer": "a bus" }] }]);
    assert_eq!(check(car(told)), []);
}

#[test]
fn what_nobody_can_draw_or_be_asked_yet_is_never_waited_for() {
    let required = |kind: &str| json!({ "tool": kind, "title": kind, "schemaId": kind, "required": true });
    let chosen = |kind: &str| {
        let mut question = required(kind);
        question["options"] = json!([{ "value": "one", "schemaId": "one" }]);
        question
    };
    let missing = |tools: Vec<Value>, questions: Vec<Value>, relations: Vec<Value>| {
        let schema = json!({ "tools": tools, "classifications": questions, "relations": relations });
        let schema = CategorySchema::from_value(&schema).unwrap();
        let problems = Answer::default().check(&schema, None);
        problems
            .into_iter()
            .map(|problem| problem.message)
            .collect::<Vec<_>>()
    };
    let tools = ToolKind::WORDS
        .iter()
        .chain(&["spline"])
        .map(|kind| required(kind));
    assert_eq!(
        missing(tools.collect(), vec![], vec![]),
        ["bounding-box", "polygon", "polyline", "point"]
            .map(|kind| format!("nothing is drawn yet as \"{kind}\", which is required"))
    );
    let unasked = ["rank", "instance", "radio", "slider"].map(required);
    let relations = RelationKind::WORDS.iter().map(|kind| required(kind));
    let none: [&str; 0] = [];
    assert_eq!(missing(vec![], unasked.to_vec(), relations.collect()), none);
    assert_eq!(missing(vec![], vec![chosen("rank")], vec![]), none);
    let asked = vec![chosen("radio"), required("text"), required("boolean")];
    assert_eq!(
        missing(vec![], asked, vec![]),
        ["radio", "text", "boolean"].map(|kind| format!("\"{kind}\" is not answered yet, which is required"))
    );
}

#[test]
fn a_text_has_to_match_its_expression() {
    let sign = json!({ "bounding-box": { "x": 1, "y": 1, "width": 1, "height": 1 }, "schemaId": "sign-box" });
    let check = |text: &str| {
        let plate = json!({ "schemaId": "plate", "answer": text });
        answer(json!({ "objects": [sign], "classifications": [plate] })).check(&schema(), None)
    };
    assert_eq!(check("AB"), []);
    assert_eq!(check(""), [], "nothing was asked for");
    assert_eq!(
        brief(&check("abc")),
        [(
            "classifications[0].answer",
            "answer.text_does_not_match",
            Severity::Refused
        )]
    );
}

#[test]
fn the_rest_is_noticed_and_kept() {
    let read = answer(json!({ "tools": [
        { "bounding-box": { "x": 95, "y": 1, "width": 6, "height": 1 }, "schemaId": "sign-box", "objectId": "a" },
        { "polyline": [[0, 0], [100, 50], [5, -0.01]], "schemaId": "gone", "objectId": "a" },
        { "point": [500, 500], "schemaId": "sign-point", "page": 1 },
        { "point": [100, 50], "schemaId": "sign-box" },
    ], "classifications": [{ "schemaId": "weather", "answer": ["gone"] }],
        "relations": [{ "schemaId": "behind", "from": "a", "to": "z" }] }));
    let problems = read.check(&schema(), Some((100, 50)));
    let noticed = Severity::Noticed;
    assert_eq!(
        brief(&problems),
        [
            ("tools[0].bounding-box", "answer.outside_picture", noticed),
            ("tools[1].objectId", "answer.duplicate_object_id", noticed),
            ("tools[1].polyline[2]", "answer.outside_picture", noticed),
            ("tools[1].schemaId", "answer.class_unknown", noticed),
            ("tools[3]", "answer.tool_differs", noticed),
            ("classifications[0].answer", "answer.option_unknown", noticed),
            ("relations[0].to", "answer.relation_to_nothing", noticed),
        ]
    );
}

#[test]
fn many_notices_hide_no_refusal() {
    let objects: Vec<Value> = (0..500)
        .map(|_| json!({ "point": [1, 1], "schemaId": "gone" }))
        .collect();
    let problems = answer(json!({ "objects": objects })).check(&schema(), None);
    assert_eq!(problems.len(), crate::problem::PROBLEMS_MAX + 1);
    assert_eq!(problems.last().unwrap().code, "answer.required_object");
}
