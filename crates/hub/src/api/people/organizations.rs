//! Organizations: what members, storages and projects belong to.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::OrganizationId;
use insitu_model::role::OrganizationRole;
use insitu_model::text::Name;
use insitu_store::Error;
use insitu_store::audit;
use insitu_store::organizations::{self, Organization};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::body::Body;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::audit::record;
use crate::auth::access::{Org, right};
use crate::auth::caller::{Caller, Proof};
use crate::envelope::{Created, Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::people;

/// The most days that signed URLs are on record.
const MAX_URL_RECORD_DAYS: u32 = 3650;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(show, change))
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Organization)]
pub struct OrganizationView {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    pub created_at: String,
    /// The caller's role: `owner`, `admin` or `member`.
    #[schema(value_type = words::OrganizationRole)]
    pub role: &'static str,
    /// Whether the hub may read the first bytes of assets that came without width and height.
    pub header_probes: bool,
    /// How many days it is remembered who was handed which signed URL.
    pub url_record_days: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationData {
    pub organization: OrganizationView,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationChangeBody {
    #[schema(value_type = Option<String>)]
    pub name: Option<Name>,
    pub header_probes: Option<bool>,
    /// 1 to 3650; 0 for as long as the operator says.
    pub url_record_days: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewOrganizationBody {
    #[schema(value_type = String)]
    pub name: Name,
}

/// Make another organization, and be its owner
#[utoipa::path(post, path = "/v2/organization", tag = "organizations", request_body = NewOrganizationBody,
    responses((status = 201, body = Envelope<OrganizationData>), (status = 403, body = ErrorBody)))]
async fn create(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Body(body): Body<NewOrganizationBody>,
) -> ApiResult<Created<OrganizationData>> {
    if matches!(caller.proof, Proof::ApiKey(..)) {
        return Err(ApiError::forbidden(
            "organization.needs_session",
            "An API key belongs to one organization and cannot make another. Sign in to make one.",
        ));
    }
    let new = Organization {
        id: OrganizationId::new(&*hub.clock, &*hub.random),
        name: body.name.to_string(),
        created_at: hub.clock.now_ms(),
    };
    let view = OrganizationView {
        id: new.id.to_string(),
        name: new.name.clone(),
        created_at: iso(new.created_at),
        role: "owner",
        header_probes: true,
        url_record_days: hub.config.url_record_days,
    };
    let made = people::organization_made(&hub, &new, caller.user);
    hub.db
        .write(move |tx| people::insert_organization(tx, &new, caller.user, &made))
        .await?;
    Ok(Created(OrganizationData { organization: view }))
}

/// One organization and one's role in it
#[utoipa::path(get, path = "/v2/organization/{organization}", tag = "organizations",
    params(("organization" = String, Path)),
    responses((status = 200, body = Envelope<OrganizationData>), (status = 404, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadOrganization>,
) -> ApiResult<Success<OrganizationData>> {
    read(&hub, access.organization, access.role).await
}

/// Change an organization: its name, and what the hub may do for it
#[utoipa::path(post, path = "/v2/organization/{organization}", tag = "organizations",
    params(("organization" = String, Path)), request_body = OrganizationChangeBody,
    responses((status = 200, body = Envelope<OrganizationData>), (status = 403, body = ErrorBody)))]
async fn change(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ManageOrganization>,
    Body(body): Body<OrganizationChangeBody>,
) -> ApiResult<Success<OrganizationData>> {
    let id = access.organization;
    if let Some(days) = body.url_record_days.filter(|days| *days > MAX_URL_RECORD_DAYS) {
        return Err(ApiError::invalid(
            "organization.days_out_of_range",
            format!(
                "Signed URLs cannot be on record for {days} days: choose 1 to {MAX_URL_RECORD_DAYS}, or 0 for as long as the operator says."
            ),
        ));
    }
    let mut details = serde_json::Map::new();
    if let Some(name) = &body.name {
        details.insert("name".to_owned(), name.to_string().into());
    }
    if let Some(are_on) = body.header_probes {
        details.insert("headerProbes".to_owned(), are_on.into());
    }
    if let Some(days) = body.url_record_days {
        details.insert("urlRecordDays".to_owned(), days.into());
    }
    if !details.is_empty() {
        let (writer, actor) = (hub.clone(), access.caller.user);
        hub.db
            .write(move |tx| {
                let mut details = details.clone();
                if let Some(name) = &body.name {
                    details.insert("from".to_owned(), organizations::get(tx, id)?.name.into());
                    organizations::rename(tx, id, name.as_str())?;
                }
                if let Some(are_on) = body.header_probes {
                    organizations::set_header_probes(tx, id, are_on)?;
                }
                if let Some(days) = body.url_record_days {
                    organizations::set_url_record_days(tx, id, Some(days).filter(|days| *days > 0))?;
                }
                let what = (AuditAction::OrganizationChanged, AuditSubject::Organization(id));
                audit::insert(tx, &record(&writer, id, Some(actor), what, &details.into()))
            })
            .await?;
        hub.jobs.probe_switch.changed();
        hub.jobs.probes.one_arrived();
    }
    read(&hub, id, access.role).await
}

async fn read(hub: &Hub, id: OrganizationId, role: OrganizationRole) -> ApiResult<Success<OrganizationData>> {
    let (found, header_probes, days) = hub
        .db
        .read(move |tx| {
            let days = organizations::url_record_days(tx, id)?;
            Ok::<_, Error>((
                organizations::get(tx, id)?,
                organizations::header_probes(tx, id)?,
                days,
            ))
        })
        .await?;
    let view = OrganizationView {
        id: found.id.to_string(),
        name: found.name,
        created_at: iso(found.created_at),
        role: role.as_str(),
        header_probes,
        url_record_days: days.unwrap_or(hub.config.url_record_days),
    };
    Ok(Success(OrganizationData { organization: view }))
}
