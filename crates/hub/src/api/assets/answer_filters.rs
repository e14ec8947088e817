//! The filter of assets by what was answered: classes, questions and choices that have to be there, or may not.

use insitu_model::answer::ID_BYTES_MAX;
use insitu_model::schema::CategorySchema;
use insitu_store::assets::AnswerCondition;
use insitu_store::limits::MAX_ANSWER_CONDITIONS;
use serde_json::{Map, Value};

/// `[{"schemaId": …, "option": …, "exists": …}]`; what is wrong with it otherwise.
pub fn parse(value: Value) -> Result<Vec<AnswerCondition>, String> {
    let Value::Array(list) = value else {
        return Err("answers must be a list of {schemaId, option, exists}".to_owned());
    };
    if list.len() > MAX_ANSWER_CONDITIONS {
        return Err(format!(
            "answers has {} conditions; {MAX_ANSWER_CONDITIONS} at most",
            list.len()
        ));
    }
    let conditions = list.into_iter().enumerate().map(|(at, value)| match value {
        Value::Object(members) => condition(members).map_err(|problem| format!("answers[{at}] {problem}")),
        _ => Err(format!("answers[{at}] is no object with a schemaId")),
    });
    conditions.collect()
}

fn condition(members: Map<String, Value>) -> Result<AnswerCondition, String> {
    let mut read = AnswerCondition {
        schema_id: String::new(),
        choice: None,
        exists: true,
    };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("schemaId", Value::String(id)) if id.len() <= ID_BYTES_MAX => read.schema_id = id,
            ("schemaId", _) => {
                return Err(format!(
                    "has a schemaId that is no text of at most {ID_BYTES_MAX} bytes"
                ));
            }
            ("option", Value::Null) => {}
            ("option", Value::String(option)) => read.choice = Some(option),
            ("option", Value::Bool(answer)) => read.choice = Some(answer.to_string()),
            ("option", _) => {
                return Err("has an option that is no text: the schemaId or the value of one".to_owned());
            }
            ("exists", Value::Bool(exists)) => read.exists = exists,
            ("exists", _) => return Err("has an exists that is neither true nor false".to_owned()),
            (other, _) => return Err(format!("has {other:?}; there are schemaId, option and exists")),
        }
    }
    if read.schema_id.is_empty() {
        return Err("names no schemaId of a class or a question".to_owned());
    }
    Ok(read)
}

/// Puts the schema ids of options in place of their values, where only one has the value.
pub fn find_options(conditions: &mut [AnswerCondition], schema: &CategorySchema) {
    for condition in conditions {
        let Some(choice) = &mut condition.choice else {
            continue;
        };
        let Some(question) = schema.find(&condition.schema_id) else {
            continue;
        };
        if question.option(choice).is_some() {
            continue;
        }
        let mut named = question.options.iter().filter(|option| option.value == *choice);
        if let (Some(option), None) = (named.next(), named.next()) {
            choice.clone_from(&option.schema_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn condition(schema_id: &str, choice: Option<&str>, exists: bool) -> AnswerCondition {
        AnswerCondition {
            schema_id: schema_id.to_owned(),
            choice: choice.map(str::to_owned),
            exists,
        }
    }

    #[test]
    fn conditions_are_read() {
        let read = parse(json!([
            { "schemaId": "cat" },
            { "schemaId": "mood", "option": "calm", "exists": false },
            { "schemaId": "hidden", "option": true, "exists": true },
            { "schemaId": "note", "option": null },
        ]));
        let expected = [
            condition("cat", None, true),
            condition("mood", Some("calm"), false),
            condition("hidden", Some("true"), true),
            condition("note", None, true),
        ];
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn what_is_no_condition_is_refused_by_its_place() {
        let many: Vec<Value> = (0..=MAX_ANSWER_CONDITIONS)
            .map(|_| json!({ "schemaId": "a" }))
            .collect();
        for (wrong, said) in [
            (json!({ "schemaId": "a" }), "must be a list"),
            (json!(many), "20 at most"),
            (json!([{ "schemaId": "a" }, "b"]), "answers[1]"),
            (json!([{ "exists": true }]), "answers[0] names no schemaId"),
            (json!([{ "schemaId": "" }]), "names no schemaId"),
            (json!([{ "schemaId": "x".repeat(256) }]), "255 bytes"),
            (json!([{ "schemaId": 7 }]), "schemaId"),
            (json!([{ "schemaId": "a", "option": 7 }]), "option"),
            (
                json!([{ "schemaId": "a", "exists": "yes" }]),
                "neither true nor false",
            ),
            (json!([{ "schemaId": "a", "is": true }]), "\"is\""),
        ] {
            let problem = parse(wrong).unwrap_err();
            assert!(problem.contains(said), "{problem}");
        }
    }

    #[test]
    fn an_option_may_be_named_by_its_value() {
        let schema = json!({ "classifications": [{ "tool": "radio", "title": "Mood", "schemaId": "mood", "options": [
            { "value": "calm", "schemaId": "o1" }, { "value": "wild", "schemaId": "o2" }] }] });
        let schema = CategorySchema::from_value(&schema).unwrap();
        let mut conditions = ["calm", "o2", "gone"].map(|choice| condition("mood", Some(choice), true));
        find_options(&mut conditions, &schema);
        assert_eq!(
            conditions.map(|condition| condition.choice.unwrap()),
            ["o1", "o2", "gone"]
        );
    }
}
