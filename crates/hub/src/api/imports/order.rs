//! How somebody wants a list imported: the query, checked.

use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::import::{OnDuplicate, OnError};
use insitu_model::text::Name;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::auth::access::{OnProject, right};
use crate::cloud_access::ReachedStorage;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::import::format_of;
use crate::jobs::import::lookup::storage_of;
use crate::jobs::import::receive::Order;

/// Priorities reach from minus this to this.
pub const MAX_PRIORITY: i32 = 1000;
/// What an import is called whose file has no name.
const DEFAULT_NAME: &str = "list";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct CreateParams {
    /// What to call the import: the file's name.
    name: Option<String>,
    /// Id or name of the storage of rows that name none; without one, such rows are public.
    storage: Option<String>,
    /// JSON: names or ids of the batches of rows that name none. New names become new batches.
    #[param(example = "[\"Monday\"]")]
    batches: Option<String>,
    /// -1000 to 1000; 0 unless given. Higher is labeled sooner.
    priority: Option<i32>,
    /// `skip` reports bad rows and imports the others; `refuse` imports nothing if one row is bad.
    #[param(value_type = Option<String>)]
    on_error: Option<OnError>,
    /// For external IDs that the project has already: `allow` imports the row, `skip` does not, `update` changes the asset.
    #[param(value_type = Option<String>)]
    on_duplicate: Option<OnDuplicate>,
    /// `true` checks and reports, and imports nothing.
    dry_run: Option<String>,
    /// `json`, `ndjson`, `csv` or `tsv`; found out from the file unless given.
    format: Option<String>,
}

/// The import that the query asks for.
pub async fn order(
    hub: &Hub,
    access: &OnProject<right::ImportAssets>,
    params: CreateParams,
) -> ApiResult<Order> {
    if let Some(format) = &params.format
        && !format.is_empty()
        && format_of(format).is_none()
    {
        return Err(ApiError::invalid(
            "import.format_unknown",
            format!("There is no format {format:?}: choose json, ndjson, csv or tsv, or leave it out."),
        ));
    }
    Ok(Order {
        organization: access.organization,
        project: access.project,
        created_by: access.caller.user,
        name: checked_name(params.name.as_deref())?,
        storage: storage(hub, access.organization, params.storage).await?,
        batches: batch_names(params.batches.as_deref())?,
        priority: checked_priority(params.priority.unwrap_or_default().into())?,
        on_error: params.on_error.unwrap_or_default(),
        on_duplicate: params.on_duplicate.unwrap_or_default(),
        is_upload: false,
        dry_run: is_true("dryRun", params.dry_run.as_deref())?,
        format: params.format.filter(|format| !format.is_empty()),
        source: None,
    })
}

/// Names or ids of batches out of a query: a JSON list.
pub fn batch_names(text: Option<&str>) -> ApiResult<Vec<String>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    serde_json::from_str::<Value>(text).and_then(serde_json::from_value).map_err(|error| {
        ApiError::invalid(
            "import.batches_invalid",
            format!("The batches {text} are no JSON list of names or ids: {error}. Write them as [\"Monday\"]."),
        )
    })
}

/// A priority within its bounds.
pub fn checked_priority(priority: i64) -> ApiResult<i32> {
    i32::try_from(priority)
        .ok()
        .filter(|priority| priority.abs() <= MAX_PRIORITY)
        .ok_or_else(|| {
            ApiError::invalid(
                "import.priority_invalid",
                format!("The priority is {priority}; it may be -{MAX_PRIORITY} to {MAX_PRIORITY}."),
            )
        })
}

/// What an import may be called.
pub fn checked_name(name: Option<&str>) -> ApiResult<String> {
    checked_name_or(DEFAULT_NAME, name)
}

/// The same where those that nobody named are called otherwise.
pub fn checked_name_or(default: &str, name: Option<&str>) -> ApiResult<String> {
    let name: Name = name
        .filter(|name| !name.trim().is_empty())
        .unwrap_or(default)
        .parse()
        .map_err(|error: insitu_model::text::NameError| {
            ApiError::invalid(
                "import.name_invalid",
                format!("The import cannot be called so: {error}."),
            )
        })?;
    Ok(name.to_string())
}

async fn storage(
    hub: &Hub,
    organization: OrganizationId,
    named: Option<String>,
) -> ApiResult<Option<StorageId>> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(None);
    };
    let wanted = named.clone();
    let found = hub
        .db
        .read(move |tx| storage_of(tx, organization, &wanted))
        .await?;
    let found = found.ok_or_else(|| {
        ApiError::invalid(
            "import.unknown_storage",
            format!("The organization has no storage \"{named}\". Name one of its storages by id or name, or none for public addresses."),
        )
    })?;
    ReachedStorage::get(hub, organization, found)
        .await?
        .require_trust(hub)
        .await?;
    Ok(Some(found))
}

/// `true` and `false` in any case, as Python's clients write them capitalized.
fn is_true(name: &str, text: Option<&str>) -> ApiResult<bool> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => Err(ApiError::invalid(
            "request.query_invalid",
            format!("{name} is {other:?}; it may be true or false."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_a_list_or_nothing() {
        assert_eq!(batch_names(None).unwrap(), Vec::<String>::new());
        assert_eq!(batch_names(Some(r#"["a, b","c"]"#)).unwrap(), ["a, b", "c"]);
        for wrong in ["Monday", "[1]", "{}", "[\"a\""] {
            assert_eq!(
                batch_names(Some(wrong)).unwrap_err().code,
                "import.batches_invalid",
                "{wrong}"
            );
        }
    }

    #[test]
    fn priorities_and_switches_out_of_range_are_refused() {
        assert_eq!(checked_priority(-1000).unwrap(), -1000);
        assert_eq!(
            checked_priority(1001).unwrap_err().code,
            "import.priority_invalid"
        );
        assert!(is_true("dryRun", Some("True")).unwrap());
        assert!(is_true("dryRun", Some("yes")).is_err());
    }
}
