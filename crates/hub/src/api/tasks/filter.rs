//! Filters of tasks, as the SDK writes them: Mongo's language over a fixed set of fields.

use std::collections::HashMap;
use std::sync::Arc;

use insitu_model::id::{BatchId, OrganizationId, ProjectId, TaskId, UserId};
use insitu_model::task::{ReviewStatus, Stage};
use insitu_store::tasks::{Cmp, Condition, Field, Operand, Test};
use insitu_store::{Page, Tx, batches, members};
use regex::Regex;
use serde_json::Value;

use super::filter_values::{Op, invalid, operators, text, time, truth, whole};
use crate::api::projects::batches::by_both_names;
use crate::error::ApiResult;

/// The most members whose addresses a pattern is tried on.
const MAX_MEMBERS: u32 = 1000;

/// Reads filters with the names of one project at hand.
pub struct Reader {
    batches_by_name: HashMap<String, BatchId>,
    /// The organization's people by address in lower case.
    people: HashMap<String, UserId>,
}

impl Reader {
    /// With the project's batches and the organization's people.
    pub fn load(
        tx: &mut Tx,
        organization: OrganizationId,
        project: ProjectId,
    ) -> Result<Self, insitu_store::Error> {
        let batches_by_name = by_both_names(&batches::list(tx, organization, project)?);
        let members = members::list(tx, organization, "", Page::first(MAX_MEMBERS))?;
        let people = members.rows.into_iter();
        Ok(Self {
            batches_by_name,
            people: people
                .map(|member| (member.email.to_lowercase(), member.user))
                .collect(),
        })
    }

    /// The conditions of a whole filter.
    pub fn read(&self, filter: Value) -> ApiResult<Vec<Condition>> {
        let members = match filter {
            Value::Null => return Ok(Vec::new()),
            Value::Object(members) => members,
            other => return Err(invalid(format!("{other} is no JSON object"))),
        };
        let mut conditions = Vec::new();
        for (field, value) in members {
            for op in operators(&field, value)? {
                conditions.extend(self.condition(&field, op)?);
            }
        }
        Ok(conditions)
    }

    /// One condition; none for what is always true.
    fn condition(&self, field: &str, op: Op) -> ApiResult<Option<Condition>> {
        match field {
            "stage" | "stageId" => words(field, Field::Stage, Stage::WORDS, op),
            "reviewStatus" => words(field, Field::ReviewStatus, ReviewStatus::WORDS, op),
            "status" => status(op),
            "assignee" => self.person(field, Field::Assignee, op),
            "createdBy" => self.person(field, Field::CreatedBy, op),
            "updatedBy" => self.person(field, Field::UpdatedBy, op),
            "externalId" => external_id(op),
            "createdAt" => number(field, Field::CreatedAt, op, time),
            "updatedAt" => number(field, Field::UpdatedAt, op, time),
            "priority" => number(field, Field::Priority, op, whole),
            "duration" => number(field, Field::Duration, op, whole),
            "totalDuration" => number(field, Field::TotalDuration, op, whole),
            "isDraft" => number(field, Field::IsDraft, op, |field, value| {
                truth(field, value).map(i64::from)
            }),
            "isSkipped" => number(field, Field::IsSkipped, op, |field, value| {
                truth(field, value).map(i64::from)
            }),
            "isBenchmark" => constant(field, &Value::Bool(false), &op),
            "type" => constant(field, &Value::from("default"), &op),
            "openIssuesCount" => constant(field, &Value::from(0), &op),
            "batches" => self.batches(op),
            "_id" => ids(op),
            other => Err(invalid(format!(
                "there is no field {other:?}; there are _id, stage, status, reviewStatus, type, assignee, externalId, batches, \
                 createdAt, createdBy, updatedAt, updatedBy, priority, duration, totalDuration, openIssuesCount, isDraft, \
                 isSkipped and isBenchmark"
            ))),
        }
    }

    fn person(&self, name: &str, field: Field, op: Op) -> ApiResult<Option<Condition>> {
        let users = |values: &[Value]| -> ApiResult<Vec<Operand>> {
            let mut users = Vec::new();
            for value in values {
                let address = text(name, value)?.to_lowercase();
                users.extend(self.people.get(&address).copied().map(Operand::User));
            }
            Ok(users)
        };
        let test = match op {
            Op::In(values) => Test::In(users(&values)?),
            Op::NotIn(values) => Test::NotIn(users(&values)?),
            Op::Exists(exists) => Test::Exists(exists),
            Op::Matches(pattern) => {
                let fitting = self
                    .people
                    .iter()
                    .filter(|(address, _)| pattern.is_match(address));
                Test::In(fitting.map(|(_, user)| Operand::User(*user)).collect())
            }
            other => return Err(unordered(name, &other)),
        };
        Ok(Some(Condition::Of(field, test)))
    }

    fn batches(&self, op: Op) -> ApiResult<Option<Condition>> {
        let ids = |values: &[Value]| -> ApiResult<Vec<BatchId>> {
            let mut ids = Vec::new();
            for value in values {
                ids.extend(self.batches_by_name.get(&text("batches", value)?));
            }
            Ok(ids)
        };
        Ok(Some(match op {
            Op::In(values) => Condition::Batches(ids(&values)?, true),
            Op::NotIn(values) => Condition::Batches(ids(&values)?, false),
            Op::Exists(exists) => Condition::AnyBatch(exists),
            Op::Matches(pattern) => {
                let fitting = self
                    .batches_by_name
                    .iter()
                    .filter(|(name, _)| pattern.is_match(name));
                Condition::Batches(fitting.map(|(_, id)| *id).collect(), true)
            }
            other => return Err(unordered("batches", &other)),
        }))
    }
}

/// A field that holds one of a few words.
fn words(name: &str, field: Field, words: &[&str], op: Op) -> ApiResult<Option<Condition>> {
    let operands = |values: &[Value]| -> ApiResult<Vec<Operand>> {
        values
            .iter()
            .map(|value| text(name, value).map(Operand::Text))
            .collect()
    };
    let test = match op {
        Op::In(values) => Test::In(operands(&values)?),
        Op::NotIn(values) => Test::NotIn(operands(&values)?),
        Op::Exists(exists) => Test::Exists(exists),
        Op::Matches(pattern) => Test::In(fitting(words, &pattern)),
        other => return Err(unordered(name, &other)),
    };
    Ok(Some(Condition::Of(field, test)))
}

fn fitting(words: &[&str], pattern: &Regex) -> Vec<Operand> {
    let fitting = words.iter().filter(|word| pattern.is_match(word));
    fitting.map(|word| Operand::Text((*word).to_owned())).collect()
}

/// `TODO` and `Completed` say whether a task is in the last stage.
fn status(op: Op) -> ApiResult<Option<Condition>> {
    let fits = |word: &str| -> ApiResult<bool> {
        Ok(match &op {
            Op::In(values) => has_word(values, word)?,
            Op::NotIn(values) => !has_word(values, word)?,
            Op::Exists(exists) => *exists,
            Op::Matches(pattern) => pattern.is_match(word),
            other => return Err(unordered("status", other)),
        })
    };
    let complete = || vec![Operand::Text(Stage::Complete.as_str().to_owned())];
    Ok(match (fits("TODO")?, fits("Completed")?) {
        (true, true) => None,
        (true, false) => Some(Condition::Of(Field::Stage, Test::NotIn(complete()))),
        (false, true) => Some(Condition::Of(Field::Stage, Test::In(complete()))),
        (false, false) => Some(Condition::Never),
    })
}

fn has_word(values: &[Value], word: &str) -> ApiResult<bool> {
    for value in values {
        if text("status", value)?.eq_ignore_ascii_case(word) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn external_id(op: Op) -> ApiResult<Option<Condition>> {
    let operands = |values: &[Value]| -> ApiResult<Vec<Operand>> {
        let texts = values.iter().map(|value| text("externalId", value));
        texts.map(|text| text.map(Operand::Text)).collect()
    };
    let test = match op {
        Op::In(values) => Test::In(operands(&values)?),
        Op::NotIn(values) => Test::NotIn(operands(&values)?),
        Op::Exists(exists) => Test::Exists(exists),
        Op::Matches(pattern) => Test::Matches(Arc::new(move |id| pattern.is_match(id))),
        other => return Err(unordered("externalId", &other)),
    };
    Ok(Some(Condition::Of(Field::ExternalId, test)))
}

/// A number, a time or a truth value.
fn number(
    name: &str,
    field: Field,
    op: Op,
    read: impl Fn(&str, &Value) -> ApiResult<i64>,
) -> ApiResult<Option<Condition>> {
    let operands = |values: &[Value]| -> ApiResult<Vec<Operand>> {
        values
            .iter()
            .map(|value| read(name, value).map(Operand::Int))
            .collect()
    };
    let compare = |cmp, value: &Value| read(name, value).map(|number| Test::Compare(cmp, number));
    let test = match &op {
        Op::In(values) => Test::In(operands(values)?),
        Op::NotIn(values) => Test::NotIn(operands(values)?),
        Op::Less(value) => compare(Cmp::Less, value)?,
        Op::LessOrEqual(value) => compare(Cmp::LessOrEqual, value)?,
        Op::Greater(value) => compare(Cmp::Greater, value)?,
        Op::GreaterOrEqual(value) => compare(Cmp::GreaterOrEqual, value)?,
        Op::Exists(exists) => Test::Exists(*exists),
        Op::Matches(_) => {
            return Err(invalid(format!(
                "{name} is no text, so $regex cannot be used on it"
            )));
        }
    };
    Ok(Some(Condition::Of(field, test)))
}

/// A field that has the same value in every task.
fn constant(name: &str, value: &Value, op: &Op) -> ApiResult<Option<Condition>> {
    let order = |other: &Value| -> ApiResult<std::cmp::Ordering> {
        Ok(whole(name, value)?.cmp(&whole(name, other)?))
    };
    let fits = match op {
        Op::In(values) => values.contains(value),
        Op::NotIn(values) => !values.contains(value),
        Op::Exists(exists) => *exists,
        Op::Less(other) => order(other)?.is_lt(),
        Op::LessOrEqual(other) => order(other)?.is_le(),
        Op::Greater(other) => order(other)?.is_gt(),
        Op::GreaterOrEqual(other) => order(other)?.is_ge(),
        Op::Matches(pattern) => pattern.is_match(&text(name, value)?),
    };
    Ok(if fits { None } else { Some(Condition::Never) })
}

fn ids(op: Op) -> ApiResult<Option<Condition>> {
    match op {
        Op::In(values) => {
            let mut ids: Vec<TaskId> = Vec::new();
            for value in values {
                ids.extend(text("_id", &value)?.parse::<TaskId>());
            }
            Ok(Some(Condition::Ids(ids)))
        }
        other => Err(unordered("_id", &other)),
    }
}

fn unordered(field: &str, op: &Op) -> crate::error::ApiError {
    let name = match op {
        Op::In(_) => "$in",
        Op::NotIn(_) => "$nin",
        Op::Less(_) => "$lt",
        Op::LessOrEqual(_) => "$lte",
        Op::Greater(_) => "$gt",
        Op::GreaterOrEqual(_) => "$gte",
        Op::Matches(_) => "$regex",
        Op::Exists(_) => "$exists",
    };
    invalid(format!("{name} cannot be used on {field}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reader() -> Reader {
        Reader {
            batches_by_name: HashMap::from([("Monday".to_owned(), BatchId::from_bytes([1; 12]))]),
            people: HashMap::from([("ada@x.test".to_owned(), UserId::from_bytes([2; 12]))]),
        }
    }

    fn shown(filter: Value) -> String {
        format!("{:?}", reader().read(filter).unwrap())
    }

    #[test]
    fn a_status_is_a_question_about_the_stage() {
        assert_eq!(
            shown(json!({"status": "Completed"})),
            shown(json!({"stage": {"$eq": "Complete"}}))
        );
        assert_eq!(shown(json!({"status": {"$in": ["TODO", "Completed"]}})), "[]");
        assert_eq!(shown(json!({"status": "READY"})), "[Never]");
    }

    #[test]
    fn what_is_the_same_everywhere_is_decided_at_once() {
        assert_eq!(
            shown(json!({"type": "default", "isBenchmark": false, "openIssuesCount": {"$lt": 1}})),
            "[]"
        );
        assert_eq!(shown(json!({"openIssuesCount": {"$gt": 0}})), "[Never]");
    }

    #[test]
    fn people_and_batches_are_found_by_their_names() {
        let known = shown(json!({"assignee": "ADA@x.test"}));
        assert!(known.contains("User("), "{known}");
        assert_eq!(
            shown(json!({"assignee": "nobody@x.test"})),
            "[Of(Assignee, In([]))]"
        );
        assert_eq!(shown(json!({"assignee": {"$regex": "^ada"}})), known);
        assert!(shown(json!({"batches": {"$in": ["Monday"]}})).contains("Batches(["));
    }

    #[test]
    fn what_there_is_not_is_refused() {
        for filter in [
            json!({"colour": "red"}),
            json!({"stage": {"$gt": "Label"}}),
            json!({"priority": {"$regex": "1"}}),
            json!({"createdAt": {"$gt": "soon"}}),
            json!([1]),
        ] {
            let error = reader().read(filter).unwrap_err();
            assert_eq!(error.code, "request.filters_invalid", "{}", error.message);
        }
    }
}
