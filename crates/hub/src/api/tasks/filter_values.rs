//! The operators of a task filter, `{"field":{"$op":value}}`, before anybody knows what the field is.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::error::{ApiError, ApiResult};

/// The most memory that a pattern may compile to, in bytes: patterns run in linear time, and this bounds the factor.
const MAX_PATTERN_BYTES: usize = 1 << 20;
/// The most values that one list may have.
const MAX_VALUES: usize = 1000;

/// One operator with its value.
#[derive(Debug)]
pub enum Op {
    In(Vec<Value>),
    NotIn(Vec<Value>),
    Less(Value),
    LessOrEqual(Value),
    Greater(Value),
    GreaterOrEqual(Value),
    Matches(Regex),
    Exists(bool),
}

/// The operators of one field; a plain value means equality.
pub fn operators(field: &str, value: Value) -> ApiResult<Vec<Op>> {
    match value {
        Value::Object(members) if !members.is_empty() => members
            .into_iter()
            .map(|(name, value)| operator(field, &name, value))
            .collect(),
        Value::Object(_) => Err(invalid(format!("{field} has no operator in its object"))),
        plain => equal(field, plain, true).map(|op| vec![op]),
    }
}

fn operator(field: &str, name: &str, value: Value) -> ApiResult<Op> {
    Ok(match name {
        "$eq" => equal(field, value, true)?,
        "$ne" => equal(field, value, false)?,
        "$in" => Op::In(list(field, name, value)?),
        "$nin" => Op::NotIn(list(field, name, value)?),
        "$lt" => Op::Less(value),
        "$lte" => Op::LessOrEqual(value),
        "$gt" => Op::Greater(value),
        "$gte" => Op::GreaterOrEqual(value),
        "$exists" => match value {
            Value::Bool(exists) => Op::Exists(exists),
            other => {
                return Err(invalid(format!(
                    "{field}.$exists is {other}; it may be true or false"
                )));
            }
        },
        "$regex" => Op::Matches(pattern(field, &value)?),
        other => {
            return Err(invalid(format!(
                "{field} has the operator {other:?}; there are $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $regex and $exists"
            )));
        }
    })
}

/// Equal to nothing is the same as not being there.
fn equal(field: &str, value: Value, wanted: bool) -> ApiResult<Op> {
    Ok(match value {
        Value::Null => Op::Exists(!wanted),
        // A list without an operator: any of it, as older clients write it.
        Value::Array(_) if wanted => Op::In(list(field, "$in", value)?),
        value if wanted => Op::In(vec![value]),
        value => Op::NotIn(vec![value]),
    })
}

fn list(field: &str, name: &str, value: Value) -> ApiResult<Vec<Value>> {
    match value {
        Value::Array(values) if values.len() <= MAX_VALUES => Ok(values),
        Value::Array(values) => Err(invalid(format!(
            "{field}.{name} names {} values; {MAX_VALUES} at most",
            values.len()
        ))),
        other => Err(invalid(format!("{field}.{name} is {other}; it has to be a list"))),
    }
}

fn pattern(field: &str, value: &Value) -> ApiResult<Regex> {
    let text = value
        .as_str()
        .ok_or_else(|| invalid(format!("{field}.$regex is {value}; it has to be a text")))?;
    RegexBuilder::new(text)
        .size_limit(MAX_PATTERN_BYTES)
        .dfa_size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(|error| invalid(format!("{field}.$regex cannot be used: {error}")))
}

/// A value as text; numbers and truth values as they are written.
pub fn text(field: &str, value: &Value) -> ApiResult<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        other => Err(invalid(format!(
            "{field} is compared with {other}; it needs a text"
        ))),
    }
}

/// A value as a whole number.
pub fn whole(field: &str, value: &Value) -> ApiResult<i64> {
    let whole_float = || value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15);
    value
        .as_i64()
        .or_else(|| whole_float().map(|n| n as i64))
        .ok_or_else(|| {
            invalid(format!(
                "{field} is compared with {value}; it needs a whole number"
            ))
        })
}

/// A value as a truth value.
pub fn truth(field: &str, value: &Value) -> ApiResult<bool> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        other => Err(invalid(format!(
            "{field} is compared with {other}; it needs true or false"
        ))),
    }
}

/// A value as a time, in milliseconds since 1970.
pub fn time(field: &str, value: &Value) -> ApiResult<i64> {
    let text = text(field, value)?;
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(jiff::Timestamp::as_millisecond).map_err(|_| {
        invalid(format!(
            "{field} is compared with {text:?}; it needs a time such as 2026-01-31T12:00:00.000Z"
        ))
    })
}

/// What is wrong with a filter.
pub fn invalid(problem: impl std::fmt::Display) -> ApiError {
    ApiError::invalid(
        "request.filters_invalid",
        format!("The filter cannot be used: {problem}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plain_value_means_equality_and_null_means_absence() {
        let one = operators("stage", json!("Label")).unwrap();
        assert!(matches!(&one[..], [Op::In(values)] if values == &[json!("Label")]));
        assert!(matches!(
            operators("assignee", json!(null)).unwrap()[..],
            [Op::Exists(false)]
        ));
        let not_null = operators("assignee", json!({"$ne": null})).unwrap();
        assert!(matches!(not_null[..], [Op::Exists(true)]));
    }

    #[test]
    fn what_cannot_be_an_operator_is_named() {
        for (value, part) in [
            (json!({"$where": "1"}), "$where"),
            (json!({}), "no operator"),
            (json!({"$in": 7}), "list"),
            (json!({"$exists": 1}), "true or false"),
            (json!({"$regex": "("}), "$regex"),
            (json!({"$regex": "(a{1000}){1000}"}), "$regex"),
        ] {
            let error = operators("externalId", value).unwrap_err();
            assert_eq!(error.code, "request.filters_invalid");
            assert!(error.message.contains(part), "{}", error.message);
        }
    }

    #[test]
    fn values_are_read_as_what_the_field_is() {
        assert_eq!(whole("priority", &json!(3.0)).unwrap(), 3);
        assert!(whole("priority", &json!(3.5)).is_err());
        assert!(truth("isDraft", &json!("True")).unwrap());
        assert_eq!(
            time("createdAt", &json!("1970-01-01T00:00:01.000Z")).unwrap(),
            1000
        );
        assert!(time("createdAt", &json!("yesterday")).is_err());
    }
}
