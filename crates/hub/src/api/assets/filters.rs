//! Filters of the list of assets, as the SDK and the interface write them.

use std::collections::HashMap;

use insitu_model::id::{AssetId, BatchId, OrganizationId, ProjectId, StorageId};
use insitu_model::schema::CategorySchema;
use insitu_store::assets::{AssetFilter, AssetState, Times};
use insitu_store::limits::MAX_ASSETS_PER_CALL;
use insitu_store::{Tx, members, projects};
use serde::Deserialize;
use serde_json::Value;

use super::answer_filters;
use crate::api::tasks::time_of_filter;
use crate::error::{ApiError, ApiResult};

/// Whoever has no task has no address either.
const NOBODY: &str = "nobody";

/// What to look for; batches may be named by id or name, people by their addresses.
#[derive(Debug, Default, Clone)]
pub struct AssetFilters {
    filter: AssetFilter,
    batches: Vec<String>,
    assignee: Option<String>,
    /// An id that no asset can have was asked for.
    is_hopeless: bool,
}

/// One text or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

impl AssetFilters {
    /// Reads the filters; an error names the one that cannot be.
    pub fn parse(json: Option<Value>) -> ApiResult<Self> {
        let mut filters = Self::default();
        let members = match json {
            None | Some(Value::Null) => return Ok(filters),
            Some(Value::Object(members)) => members,
            Some(_) => return Err(invalid("they are no JSON object")),
        };
        for (name, value) in members {
            if !value.is_null() {
                filters.read(&name, value)?;
            }
        }
        Ok(filters)
    }

    fn read(&mut self, name: &str, value: Value) -> ApiResult<()> {
        match name {
            "_id" => {
                let texts = text_or_texts(name, value)?;
                self.filter.ids = texts
                    .iter()
                    .filter_map(|text| text.parse::<AssetId>().ok())
                    .collect();
                self.is_hopeless |= self.filter.ids.is_empty();
                check_count(name, &self.filter.ids)?;
            }
            "except" => {
                // One that cannot be read would be changed with all the others.
                let ids = text_or_texts(name, value)?.into_iter().map(|text| text.parse());
                self.filter.except = ids
                    .collect::<Result<Vec<AssetId>, _>>()
                    .map_err(|error| invalid(&format!("except: {error}")))?;
                check_count(name, &self.filter.except)?;
            }
            "externalId" => self.filter.external_id = Some(text(name, value)?),
            "externalIdPrefix" => {
                self.filter.external_id_prefix = Some(text(name, value)?).filter(|prefix| !prefix.is_empty());
            }
            "batches" => self.batches = text_or_texts(name, value)?,
            "stage" => self.filter.task.stages = words(name, value)?,
            "status" => self.filter.task.statuses = words(name, value)?,
            "reviewStatus" => self.filter.task.reviews = words(name, value)?,
            "assignee" => self.assignee = Some(text(name, value)?),
            "createdAt" => self.filter.created = times(name, value)?,
            "completedAt" => self.filter.task.completed = times(name, value)?,
            "answers" => {
                self.filter.answers = answer_filters::parse(value).map_err(|problem| invalid(&problem))?;
            }
            "storage" => {
                let named = text(name, value)?;
                self.filter.storage = match named.as_str() {
                    "" | "public" | "Public" => Some(None),
                    id => match id.parse::<StorageId>() {
                        Ok(id) => Some(Some(id)),
                        Err(error) => return Err(invalid(&format!("storage: {error}"))),
                    },
                };
            }
            "isPreLabeled" => match value {
                Value::Bool(wanted) => self.filter.is_pre_labeled = Some(wanted),
                _ => return Err(invalid("isPreLabeled must be true or false")),
            },
            "state" => {
                self.filter.state = match text(name, value)?.as_str() {
                    "active" => AssetState::Active,
                    "deleted" => AssetState::Deleted,
                    other => {
                        return Err(invalid(&format!(
                            "state is {other:?}; it may be active or deleted"
                        )));
                    }
                };
            }
            other => {
                return Err(invalid(&format!(
                    "there is no filter {other:?}; there are _id, except, externalId, externalIdPrefix, isPreLabeled, \
                     batches, storage, stage, status, reviewStatus, assignee, answers, createdAt, completedAt and state"
                )));
            }
        }
        Ok(())
    }

    /// The filter with batches, people and options by id; none when one is named that there is not, so that nothing is found.
    pub fn resolve(
        &self,
        tx: &mut Tx,
        (organization, project): (OrganizationId, ProjectId),
        batches: &HashMap<String, BatchId>,
    ) -> Result<Option<AssetFilter>, insitu_store::Error> {
        let Some(mut filter) = self.with_batches(batches) else {
            return Ok(None);
        };
        if filter.answers.iter().any(|condition| condition.choice.is_some()) {
            let schema = projects::get(tx, organization, project)?.category_schema;
            answer_filters::find_options(&mut filter.answers, &CategorySchema::stored(&schema));
        }
        filter.task.assignee = match self.assignee.as_deref() {
            None => None,
            Some(NOBODY) => Some(None),
            Some(email) => match members::find_by_email(tx, organization, email)? {
                Some(member) => Some(Some(member.user)),
                None => return Ok(None),
            },
        };
        Ok(Some(filter))
    }

    fn with_batches(&self, batches: &HashMap<String, BatchId>) -> Option<AssetFilter> {
        if self.is_hopeless {
            return None;
        }
        let batches = self
            .batches
            .iter()
            .map(|name| batches.get(name).copied())
            .collect::<Option<Vec<_>>>()?;
        Some(AssetFilter {
            batches,
            ..self.filter.clone()
        })
    }
}

fn text(name: &str, value: Value) -> ApiResult<String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(invalid(&format!("{name} must be a text"))),
    }
}

fn text_or_texts(name: &str, value: Value) -> ApiResult<Vec<String>> {
    serde_json::from_value::<OneOrMany>(value)
        .map(OneOrMany::into_vec)
        .map_err(|_| invalid(&format!("{name} must be a text or a list of texts")))
}

/// One word of a closed list, or several.
fn words<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str, value: Value) -> ApiResult<Vec<T>> {
    let texts = text_or_texts(name, value)?;
    if texts.is_empty() {
        return Err(invalid(&format!(
            "{name} names nothing; leave it out to ask for anything"
        )));
    }
    texts
        .into_iter()
        .map(|text| text.parse().map_err(|error| invalid(&format!("{name}: {error}"))))
        .collect()
}

/// `{"$gte": time, "$lt": time}`, one of them or both.
fn times(name: &str, value: Value) -> ApiResult<Times> {
    let Value::Object(members) = value else {
        return Err(invalid(&format!(
            "{name} must be an object with $gte, $lt or both"
        )));
    };
    let mut times = Times::default();
    for (operator, value) in members {
        let bound = match operator.as_str() {
            "$gte" => &mut times.from,
            "$lt" => &mut times.until,
            other => {
                return Err(invalid(&format!(
                    "{name} has the operator {other:?}; there are $gte and $lt"
                )));
            }
        };
        *bound = Some(time_of_filter(name, &value)?);
    }
    Ok(times)
}

fn check_count(name: &str, ids: &[AssetId]) -> ApiResult<()> {
    if ids.len() > MAX_ASSETS_PER_CALL {
        return Err(invalid(&format!(
            "{name} names more than {MAX_ASSETS_PER_CALL} assets"
        )));
    }
    Ok(())
}

fn invalid(problem: &str) -> ApiError {
    ApiError::invalid(
        "request.filters_invalid",
        format!("The filters cannot be used: {problem}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_model::task::{Stage, TaskStatus};
    use serde_json::json;

    fn parsed(json: Value) -> ApiResult<AssetFilters> {
        AssetFilters::parse(Some(json))
    }

    #[test]
    fn batches_are_found_by_id_and_by_name() {
        let id: BatchId = "00010203040506070809abcd".parse().unwrap();
        let known = HashMap::from([(id.to_string(), id), ("Monday".to_owned(), id)]);
        for named in [json!(["Monday"]), json!("Monday"), json!([id.to_string()])] {
            let filter = parsed(json!({ "batches": named }))
                .unwrap()
                .with_batches(&known)
                .unwrap();
            assert_eq!(filter.batches, [id]);
        }
        assert!(
            parsed(json!({ "batches": ["Sunday"] }))
                .unwrap()
                .with_batches(&known)
                .is_none()
        );
    }

    #[test]
    fn nothing_is_found_by_what_is_no_id() {
        assert!(
            parsed(json!({ "_id": "nonsense" }))
                .unwrap()
                .with_batches(&HashMap::new())
                .is_none()
        );
        assert!(
            parsed(json!({ "_id": null }))
                .unwrap()
                .with_batches(&HashMap::new())
                .is_some()
        );
    }

    #[test]
    fn words_and_times_are_read_alone_and_in_lists() {
        let filter = |json| parsed(json).unwrap().filter;
        let of = filter(json!({
            "stage": "Review",
            "status": ["todo", "Reviewed"],
            "completedAt": { "$gte": "1970-01-01T00:00:01Z" },
            "createdAt": { "$gte": "1970-01-01T00:00:01Z", "$lt": "1970-01-01T00:00:02Z" },
        }));
        assert_eq!(of.task.stages, [Stage::Review]);
        assert_eq!(of.task.statuses, [TaskStatus::ToDo, TaskStatus::Reviewed]);
        assert_eq!((of.created.from, of.created.until), (Some(1000), Some(2000)));
        assert_eq!(
            (of.task.completed.from, of.task.completed.until),
            (Some(1000), None)
        );
        assert_eq!(filter(json!({ "externalIdPrefix": "" })).external_id_prefix, None);
    }

    #[test]
    fn filters_that_there_are_not_are_refused() {
        for wrong in [
            json!([]),
            json!({ "size": 1 }),
            json!({ "state": "gone" }),
            json!({ "externalId": 1 }),
            json!({ "storage": "x" }),
            json!({ "isPreLabeled": "yes" }),
            json!({ "stage": "Packing" }),
            json!({ "stage": [] }),
            json!({ "status": ["ToDo", "Nearly"] }),
            json!({ "reviewStatus": true }),
            json!({ "createdAt": "2026-01-31" }),
            json!({ "completedAt": { "$gt": "2026-01-31T00:00:00Z" } }),
            json!({ "completedAt": { "$lt": "soon" } }),
            json!({ "except": ["x"] }),
            json!({ "answers": [{ "class": "cat" }] }),
        ] {
            assert_eq!(parsed(wrong).unwrap_err().code, "request.filters_invalid");
        }
    }
}
