//! Answers as they are kept.

use serde_json::{Map, Value};

use crate::{Result, Tx, value::params};

/// The answer of a task that has none.
pub(super) const EMPTY: &str = r#"{"tools":[],"classifications":[],"relations":[]}"#;

/// The keys of an asset's `extra` that hold pre-labels, and where an answer keeps them.
const PRE_LABELS: [(&str, &str); 4] = [
    ("objects", "tools"),
    ("tools", "tools"),
    ("classifications", "classifications"),
    ("relations", "relations"),
];

/// The answer that the pre-labels of an asset's `extra` make; none where it has none.
pub fn answer_of_pre_labels(extra: Option<&str>) -> Option<String> {
    let extra = extra?;
    // Most have none: those are told apart without being parsed.
    if !PRE_LABELS.iter().any(|(key, _)| extra.contains(key)) {
        return None;
    }
    let Ok(Value::Object(mut extra)) = serde_json::from_str(extra) else {
        return None;
    };
    let mut answer: Map<String, Value> = Map::new();
    let mut any = false;
    for (key, kept_as) in PRE_LABELS {
        let found = extra.remove(key).and_then(|value| match value {
            Value::Array(list) if !list.is_empty() => Some(list),
            _ => None,
        });
        any |= found.is_some();
        match answer.get_mut(kept_as).and_then(Value::as_array_mut) {
            Some(list) => list.extend(found.unwrap_or_default()),
            None => {
                answer.insert(kept_as.to_owned(), Value::Array(found.unwrap_or_default()));
            }
        }
    }
    any.then(|| Value::Object(answer).to_string())
}

/// Keeps an answer in the place of the one before. Where it is another one, its terms have to be set beside it.
pub(super) fn put(tx: &mut Tx, place: i64, answer: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO task_answers (place, answer) VALUES (?1, ?2)
         ON CONFLICT (place) DO UPDATE SET answer = excluded.answer",
        params![place, answer],
    )?;
    Ok(())
}

/// The answer of a touched task.
pub(super) fn get(tx: &mut Tx, place: i64) -> Result<String> {
    let found = tx.cell("SELECT answer FROM task_answers WHERE place = ?1", params![place])?;
    Ok(found.unwrap_or_else(|| EMPTY.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pre_labels_become_an_answer() {
        let extra = r#"{"metadata":{"a":1},"objects":[{"objectId":"1"}],"classifications":[],"tools":[{"objectId":"2"}]}"#;
        let answer: Value = serde_json::from_str(&answer_of_pre_labels(Some(extra)).unwrap()).unwrap();
        assert_eq!(
            answer,
            serde_json::json!({"tools":[{"objectId":"1"},{"objectId":"2"}],"classifications":[],"relations":[]})
        );
    }

    #[test]
    fn an_asset_without_labels_has_no_answer() {
        for extra in [
            None,
            Some(r#"{"metadata":{"note":"objects"}}"#),
            Some(r#"{"objects":[]}"#),
            Some("not json: tools"),
        ] {
            assert_eq!(answer_of_pre_labels(extra), None, "{extra:?}");
        }
    }
}
