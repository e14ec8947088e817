//! Filters of the list of assets, as the SDK and the interface write them.

use std::collections::HashMap;

use insitu_model::id::{AssetId, BatchId, StorageId};
use insitu_store::assets::{AssetFilter, AssetState};
use serde::Deserialize;
use serde_json::Value;

use crate::error::{ApiError, ApiResult};

/// What to look for; batches may be named by id or name.
#[derive(Debug, Default, Clone)]
pub struct AssetFilters {
    filter: AssetFilter,
    batches: Vec<String>,
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
                if self.filter.ids.len() > insitu_store::limits::MAX_ASSETS_PER_CALL {
                    return Err(invalid("_id names more than 1000 assets"));
                }
            }
            "externalId" => self.filter.external_id = Some(text(name, value)?),
            "batches" => self.batches = text_or_texts(name, value)?,
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
                    "there is no filter {other:?}; there are _id, externalId, isPreLabeled, batches, storage and state"
                )));
            }
        }
        Ok(())
    }

    /// The filter with batches by id; none when a batch is named that the project has not, so that nothing is found.
    pub fn resolve(&self, batches: &HashMap<String, BatchId>) -> Option<AssetFilter> {
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

fn invalid(problem: &str) -> ApiError {
    ApiError::invalid(
        "request.filters_invalid",
        format!("The filters cannot be used: {problem}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
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
                .resolve(&known)
                .unwrap();
            assert_eq!(filter.batches, [id]);
        }
        assert!(
            parsed(json!({ "batches": ["Sunday"] }))
                .unwrap()
                .resolve(&known)
                .is_none()
        );
    }

    #[test]
    fn nothing_is_found_by_what_is_no_id() {
        assert!(
            parsed(json!({ "_id": "nonsense" }))
                .unwrap()
                .resolve(&HashMap::new())
                .is_none()
        );
        assert!(
            parsed(json!({ "_id": null }))
                .unwrap()
                .resolve(&HashMap::new())
                .is_some()
        );
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
        ] {
            assert_eq!(parsed(wrong).unwrap_err().code, "request.filters_invalid");
        }
    }
}
