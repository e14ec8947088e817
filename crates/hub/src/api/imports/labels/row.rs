//! One row of labels: which assets it names, and its answer.

use insitu_model::id::AssetId;
use serde_json::{Map, Value};

use super::RowProblem;

/// A row in either dialect.
#[derive(Debug)]
pub(super) struct Row {
    pub names: Names,
    /// `{objects | tools, classifications, relations}`
    pub answer: Value,
}

/// What a row names its assets by; all that is there has to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    pub asset: Option<AssetId>,
    pub external_id: Option<String>,
    pub data: Option<String>,
}

/// Members of a row that are no part of its answer.
const LISTS: [&str; 4] = ["objects", "tools", "classifications", "relations"];

/// Reads a row, or says everything that is wrong with it.
pub(super) fn read(value: Value) -> Result<Row, Vec<RowProblem>> {
    let Value::Object(mut members) = value else {
        return Err(vec![problem(
            "",
            "labels.not_object",
            "a row is an object such as {\"externalId\":\"a\",\"objects\":[]}",
        )]);
    };
    let mut problems = Vec::new();
    let names = Names {
        asset: asset_id(&mut members, &mut problems),
        external_id: external_id(&mut members, &mut problems),
        data: text(&mut members, "data", &mut problems),
    };
    for name in ["brushDataUrl", "medicalBrushDataUrl"] {
        if text(&mut members, name, &mut problems).is_some() {
            problems.push(problem(
                name,
                "answer.brush_unsupported",
                "brush masks cannot be kept by this hub yet; leave them out, or send polygons",
            ));
        }
    }
    if problems.is_empty() && names.asset.is_none() && names.external_id.is_none() && names.data.is_none() {
        problems.push(problem(
            "",
            "labels.asset_missing",
            "the row says neither by externalId nor by data which asset is meant",
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let answer = match members.remove("answer") {
        Some(answer) => answer,
        None => LISTS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), members.remove(*name)?)))
            .collect::<Map<String, Value>>()
            .into(),
    };
    Ok(Row { names, answer })
}

fn asset_id(members: &mut Map<String, Value>, problems: &mut Vec<RowProblem>) -> Option<AssetId> {
    let text = text(members, "assetId", problems)?;
    match text.parse() {
        Ok(id) => Some(id),
        Err(error) => {
            problems.push(problem("assetId", "asset.id_malformed", &format!("{error}")));
            None
        }
    }
}

/// A whole number is its digits, as in lists of assets.
fn external_id(members: &mut Map<String, Value>, problems: &mut Vec<RowProblem>) -> Option<String> {
    match members.get("externalId") {
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => text(members, "externalId", problems),
    }
}

/// A text; none where it is absent, null or empty.
fn text(
    members: &mut Map<String, Value>,
    name: &'static str,
    problems: &mut Vec<RowProblem>,
) -> Option<String> {
    match members.remove(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text).filter(|text| !text.is_empty()),
        Some(_) => {
            problems.push(problem(name, "row.wrong_type", &format!("{name} must be text")));
            None
        }
    }
}

fn problem(field: &str, code: &'static str, message: &str) -> RowProblem {
    (field.to_owned(), code, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_dialects_are_one_row() {
        let answer = json!({ "objects": [1], "relations": [] });
        for value in [
            json!({ "externalId": 7, "objects": [1], "relations": [], "brushDataUrl": null }),
            json!({ "externalId": "7", "answer": answer, "status": "Completed" }),
        ] {
            let row = read(value).unwrap();
            assert_eq!(row.names.external_id.as_deref(), Some("7"));
            assert_eq!(row.answer, answer);
        }
    }

    #[test]
    fn a_row_that_names_nothing_or_is_none_is_refused() {
        for (value, code) in [
            (json!([]), "labels.not_object"),
            (json!({ "objects": [] }), "labels.asset_missing"),
            (json!({ "externalId": "", "data": null }), "labels.asset_missing"),
            (json!({ "externalId": {} }), "row.wrong_type"),
            (json!({ "assetId": "x" }), "asset.id_malformed"),
            (
                json!({ "data": "a", "brushDataUrl": "https://example.com/m.png" }),
                "answer.brush_unsupported",
            ),
        ] {
            assert_eq!(read(value.clone()).unwrap_err()[0].1, code, "{value}");
        }
    }
}
