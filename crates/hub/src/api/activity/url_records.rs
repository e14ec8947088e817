//! Who was handed which signed URL: the record, newest first, by whatever is asked.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::State;
use insitu_model::id::{AssetId, OrganizationId, ProjectId, UrlRecordId};
use insitu_model::url_record::{NamedObjects, UrlPurpose};
use insitu_store::Tx;
use insitu_store::assets;
use insitu_store::limits::MAX_ASSETS_PER_CALL;
use insitu_store::url_records::{self, Filter, Listed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::paging::CursorParams;
use crate::api::http::query::{Params, invalid, time, value};
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::auth::access::{Org, right};
use crate::cloud_access::ReachedStorage;
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::ApiResult;
use crate::hub::Hub;
use crate::ledger;

/// Assets of one record that are named.
const MAX_NAMED_OF_A_RECORD: usize = 10;
/// Assets of all records of a page that are named.
const MAX_NAMED_ON_A_PAGE: usize = 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterParams {
    /// The id of a user.
    user: Option<String>,
    /// The id of a project.
    project: Option<String>,
    /// The id of an asset. URLs that were asked for by its address are found, too.
    asset: Option<String>,
    /// The external ID of an asset, of the project if there is one, else of any; found like `asset`.
    #[serde(rename = "externalId")]
    #[param(rename = "externalId")]
    external_id: Option<String>,
    /// What they were for, with commas between several: `assets`, `task`, `address`, `upload`, `test` or `export`.
    purpose: Option<String>,
    /// The IP address that the request came from.
    address: Option<String>,
    /// Handed out at this time or later (ISO 8601).
    from: Option<String>,
    /// Handed out before this time.
    to: Option<String>,
}

/// Signed URLs that one answer handed out and that end together. The URLs themselves are not kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UrlRecord)]
pub struct UrlRecordView {
    #[serde(rename = "_id")]
    pub id: String,
    pub given_at: String,
    /// When the URLs end.
    pub expires_at: String,
    /// The id of the user.
    pub user: String,
    /// The user's e-mail address and name, where the user is still there.
    pub email: Option<String>,
    pub name: Option<String>,
    /// The id of the API key that the user came with; null for a session.
    pub api_key: Option<String>,
    /// The address that the request came from.
    pub address: Option<String>,
    /// `assets`, `task`, `address`, `upload`, `test` or `export`
    #[schema(value_type = words::UrlPurpose)]
    pub purpose: &'static str,
    /// Null where no project was concerned: a storage was tried, or looked into.
    pub project: Option<String>,
    /// The ids of the assets that were opened.
    pub assets: Vec<String>,
    /// The external IDs of the first of them, at most ten, by their ids; those that have none are left out.
    /// A thousand at most are looked up for a page. A download names all of them.
    pub external_ids: BTreeMap<String, String>,
    /// What was named by its address instead.
    pub object: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UrlRecordList {
    pub records: Vec<UrlRecordView>,
    /// What to give as `before` for the next page; null on the last. Where a filter finds little, a page may be empty
    /// and not the last.
    pub next: Option<String>,
}

impl From<Listed> for UrlRecordView {
    fn from(Listed { record, email, name }: Listed) -> Self {
        Self {
            id: record.id.to_string(),
            given_at: iso(record.id.created_ms()),
            expires_at: iso(record.expires_at),
            user: record.user.to_string(),
            email,
            name,
            api_key: record.api_key.map(|key| key.to_string()),
            address: record.address,
            purpose: record.purpose.as_str(),
            project: record.project.map(|project| project.to_string()),
            assets: record.assets.iter().map(ToString::to_string).collect(),
            external_ids: BTreeMap::new(),
            object: record.object,
        }
    }
}

impl FilterParams {
    /// What is asked for; an error names what cannot be read.
    pub async fn filter(self, hub: &Hub, organization: OrganizationId) -> ApiResult<Filter> {
        let project = value("project", self.project.as_ref())?;
        let asset: Option<AssetId> = value("asset", self.asset.as_ref())?;
        let mut wanted = asset.map(|asset| vec![asset]);
        if let Some(name) = self.external_id.filter(|name| !name.is_empty()) {
            let mut named = hub
                .db
                .read(move |tx| assets::with_external_id(tx, organization, project, &name))
                .await?;
            named.retain(|id| asset.is_none_or(|asset| asset == *id));
            wanted = Some(named);
        }
        let objects = match &wanted {
            Some(assets) => objects_of(hub, organization, assets.clone()).await?,
            None => NamedObjects::default(),
        };
        Ok(Filter {
            user: value("user", self.user.as_ref())?,
            project,
            assets: wanted,
            objects,
            purposes: purposes(self.purpose.as_deref())?,
            address: address(self.address.as_ref())?,
            from: time("from", self.from.as_ref())?,
            to: time("to", self.to.as_ref())?,
        })
    }
}

/// What assets are that are there yet, as records name what was asked for by its address.
async fn objects_of(hub: &Hub, organization: OrganizationId, ids: Vec<AssetId>) -> ApiResult<NamedObjects> {
    let found = hub
        .db
        .read(move |tx| {
            let found = ids
                .iter()
                .map(|id| assets::find_anywhere(tx, organization, *id))
                .filter_map(Result::transpose);
            let found = found.map(|found| found.map(|(_, asset)| asset));
            found.collect::<Result<Vec<_>, insitu_store::Error>>()
        })
        .await?;
    let mut objects = NamedObjects::default();
    for asset in found {
        // A storage that is gone says nothing more of its endpoint; what is left is the address as it is.
        let endpoint = match asset.storage {
            Some(storage) => ReachedStorage::get(hub, organization, storage).await.ok(),
            None => None,
        };
        let endpoint = endpoint.as_ref().and_then(|storage| storage.endpoint.as_ref());
        objects.add(&hub.files.shown(asset.data), endpoint);
    }
    Ok(objects)
}

/// The record of signed URLs, newest first
#[utoipa::path(get, path = "/v2/organization/{organization}/urlRecords", tag = "organizations",
    params(("organization" = String, Path), FilterParams, CursorParams),
    responses((status = 200, body = Envelope<UrlRecordList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadAudit>,
    Params(filter): Params<FilterParams>,
    Params(page): Params<CursorParams>,
) -> ApiResult<Success<UrlRecordList>> {
    let filter = filter.filter(&hub, access.organization).await?;
    let (before, limit) = page.cursor::<UrlRecordId>()?;
    bring_up_to_date(&hub).await;
    let most = Named {
        of_a_record: MAX_NAMED_OF_A_RECORD,
        on_a_page: MAX_NAMED_ON_A_PAGE,
    };
    let (records, next) = read(&hub, access.organization, filter, (before, limit), most).await?;
    Ok(Success(UrlRecordList {
        records,
        next: next.map(|id| id.to_string()),
    }))
}

/// How many assets are named.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    of_a_record: usize,
    on_a_page: usize,
}

impl Named {
    /// Every one: the records of a page have so many and no more.
    pub const ALL: Self = Self {
        of_a_record: usize::MAX,
        on_a_page: usize::MAX,
    };
}

/// A page of records with the names of their assets, and where the next one begins.
pub async fn read(
    hub: &Hub,
    organization: OrganizationId,
    filter: Filter,
    (before, limit): (Option<UrlRecordId>, u32),
    most: Named,
) -> ApiResult<(Vec<UrlRecordView>, Option<UrlRecordId>)> {
    let (page, names) = hub
        .db
        .read(move |tx| {
            let page = url_records::list(tx, organization, &filter, before, limit)?;
            let names = names_of(tx, organization, &page.records, most)?;
            Ok::<_, insitu_store::Error>((page, names))
        })
        .await?;
    let records = page.records.into_iter().map(|listed| named(listed, &names, most));
    Ok((records.collect(), page.next))
}

/// The external IDs of the assets that the records name first, project by project and so many at a time.
fn names_of(
    tx: &mut Tx,
    organization: OrganizationId,
    records: &[Listed],
    most: Named,
) -> Result<HashMap<AssetId, String>, insitu_store::Error> {
    let mut by_project: BTreeMap<ProjectId, Vec<AssetId>> = BTreeMap::new();
    let named = records.iter().filter_map(|listed| {
        let record = &listed.record;
        let first = record.assets.iter().take(most.of_a_record);
        record
            .project
            .map(|project| first.map(move |asset| (project, *asset)))
    });
    for (project, asset) in named.flatten().take(most.on_a_page) {
        by_project.entry(project).or_default().push(asset);
    }
    let mut names = HashMap::new();
    for (project, mut ids) in by_project {
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(MAX_ASSETS_PER_CALL) {
            match assets::external_ids(tx, organization, project, ids) {
                Ok(found) => names.extend(found),
                // The project was deleted since: its assets are called by their ids.
                Err(insitu_store::Error::NotFound { .. }) => break,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(names)
}

fn named(listed: Listed, names: &HashMap<AssetId, String>, most: Named) -> UrlRecordView {
    let first = listed.record.assets.iter().take(most.of_a_record);
    let external_ids = first
        .filter_map(|id| Some((id.to_string(), names.get(id)?.clone())))
        .collect();
    UrlRecordView {
        external_ids,
        ..listed.into()
    }
}

/// Lets whoever reads the record see what this hub has handed out until now; what other hubs have follows in a second.
pub async fn bring_up_to_date(hub: &Hub) {
    if let Err(error) = ledger::settle(hub).await {
        tracing::error!(%error, "records of signed URLs wait in their journal");
    }
}

fn purposes(text: Option<&str>) -> ApiResult<Vec<UrlPurpose>> {
    let words = text.unwrap_or_default().split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().map_err(|error| invalid("purpose", &error)))
        .collect()
}

/// An address as records have it, however it is written.
fn address(text: Option<&String>) -> ApiResult<Option<String>> {
    let trimmed = text.map(|text| text.trim().to_owned());
    let address: Option<IpAddr> = value("address", trimmed.as_ref())?;
    Ok(address.map(|address| address.to_canonical().to_string()))
}
