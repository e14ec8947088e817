//! Labels that come with a row, held to the project's schema before they are kept.

use insitu_formats::{Labels, RowProblem};
use insitu_model::ambient::Random;
use insitu_model::answer::{Answer, Terms};
use insitu_model::problem::{Problem, Severity};
use insitu_model::schema::CategorySchema;

/// Reasons that the report names for one row.
const REASONS_MAX: usize = 20;

/// What becomes of a row's labels.
#[derive(Debug)]
pub enum Checked {
    /// There are none.
    Absent,
    /// They are kept: an answer's JSON and what it is found by, and what is worth a look.
    Fit(String, Terms, Vec<Problem>),
    /// They are left out.
    Unfit(Vec<Problem>),
}

/// Reads labels, and finds what they name in the schema. `size` is the picture's, where it is known.
pub fn check(
    labels: &Labels,
    schema: &CategorySchema,
    size: Option<(u32, u32)>,
    random: &dyn Random,
) -> Checked {
    if labels.is_empty() {
        return Checked::Absent;
    }
    let mut answer = match Answer::parse(&as_answer(labels)) {
        Ok(answer) if answer.is_empty() => return Checked::Absent,
        Ok(answer) => answer,
        Err(problem) => return Checked::Unfit(vec![problem]),
    };
    let refused = answer.resolve(schema, Severity::Refused);
    if !refused.is_empty() {
        return Checked::Unfit(refused);
    }
    answer.fill_object_ids(random);
    let mut noticed = answer.check(schema, size);
    // What is required is for people to add.
    noticed.retain(|problem| problem.severity == Severity::Noticed);
    Checked::Fit(answer.to_stored(), answer.terms(schema), noticed)
}

/// The lists of a row as one answer. They were checked to be JSON when the row was read.
fn as_answer(labels: &Labels) -> String {
    let lists = [
        ("objects", &labels.objects),
        ("classifications", &labels.classifications),
        ("relations", &labels.relations),
    ];
    let members: Vec<String> = lists
        .iter()
        .filter_map(|(name, list)| Some(format!("\"{name}\":{}", list.as_ref()?.as_str())))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Problems with labels as notices on their row, which is imported all the same.
pub fn as_notices(problems: Vec<Problem>, are_kept: bool) -> impl Iterator<Item = RowProblem> {
    let end = if are_kept {
        ""
    } else {
        "; the row is imported without its labels"
    };
    problems.into_iter().take(REASONS_MAX).map(move |problem| {
        let message = format!("{}{end}", problem.message);
        RowProblem::new(problem.path, problem.code, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_formats::{Format, ListReader, Options};
    use insitu_model::ambient::SeededRandom;
    use insitu_model::answer::Term;
    use serde_json::{Value, json};

    fn schema() -> CategorySchema {
        let schema = json!({ "tools": [{ "tool": "bounding-box", "title": "Cat", "schemaId": "cat" }],
            "classifications": [{ "tool": "radio", "title": "Mood", "schemaId": "mood",
                "options": [{ "value": "calm", "schemaId": "o1" }] }], "relations": [] });
        CategorySchema::from_value(&schema).unwrap()
    }

    fn checked(row: Value) -> Checked {
        let list = Value::from(vec![row]).to_string();
        let options = Options {
            format: Some(Format::Json),
            ..Options::default()
        };
        let row = ListReader::new(list.as_bytes(), options).next().unwrap().unwrap();
        check(
            &row.result.unwrap().labels,
            &schema(),
            Some((10, 10)),
            &SeededRandom::new(1),
        )
    }

    fn cat(x: f64) -> Value {
        json!({ "title": "Cat", "bounding-box": { "x": x, "y": 0, "width": 5, "height": 5 } })
    }

    #[test]
    fn titles_and_values_become_the_schemas_ids() {
        let row = json!({ "data": "https://example.com/a", "objects": [cat(0.0)],
            "classifications": [{ "title": "Mood", "answer": "calm" }] });
        let Checked::Fit(stored, terms, noticed) = checked(row) else {
            panic!()
        };
        let stored: Value = serde_json::from_str(&stored).unwrap();
        assert_eq!(stored["tools"][0]["schemaId"], "cat");
        assert!(stored["tools"][0]["objectId"].is_string());
        assert_eq!(stored["classifications"][0]["answer"], "o1");
        assert!(terms.contains(Term::new("mood", Some("o1"))), "{terms:?}");
        assert!(noticed.is_empty(), "{noticed:?}");
    }

    #[test]
    fn what_does_not_fit_is_left_out_with_its_reasons() {
        let dog = json!({ "title": "Dog", "bounding-box": { "x": 0, "y": 0, "width": 5, "height": 5 } });
        let Checked::Unfit(problems) =
            checked(json!({ "data": "https://example.com/a", "tools": [cat(0.0), dog] }))
        else {
            panic!()
        };
        assert_eq!(problems[0].code, "answer.class_unknown");
        let notices: Vec<_> = as_notices(problems, false).collect();
        assert!(
            notices[0].message.ends_with("without its labels"),
            "{}",
            notices[0].message
        );
    }

    #[test]
    fn what_lies_outside_of_the_picture_is_kept_and_said() {
        let Checked::Fit(_, _, noticed) =
            checked(json!({ "data": "https://example.com/a", "objects": [cat(8.0)] }))
        else {
            panic!()
        };
        assert_eq!(noticed.len(), 1, "{noticed:?}");
    }

    #[test]
    fn empty_lists_are_no_labels() {
        let row = json!({ "data": "https://example.com/a", "objects": [], "classifications": [] });
        assert!(matches!(checked(row), Checked::Absent));
        assert!(matches!(
            checked(json!({ "data": "https://example.com/a" })),
            Checked::Absent
        ));
    }
}
