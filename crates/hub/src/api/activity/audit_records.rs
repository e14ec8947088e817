//! Who did what: the record of changes, of an organization and of one project, and as a download.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{AuditId, OrganizationId};
use insitu_store::audit::{self, Filter, Listed};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::paging::{CursorParams, MAX_LIMIT};
use crate::api::http::query::{Params, invalid, time, value};
use crate::api::http::record_file::{self, Format, FormatParams, Source, write_json_line, write_line};
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::auth::access::{OnProject, Org, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::ApiResult;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(download))
        .routes(routes!(list_of_project))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FilterParams {
    /// The id of the user who did it.
    actor: Option<String>,
    /// Actions such as `storage.created`, or families of them such as `storage`, with commas between them.
    action: Option<String>,
    /// What it was done to, such as `project:ID`.
    subject: Option<String>,
    /// Done at this time or later (ISO 8601).
    from: Option<String>,
    /// Done before this time.
    to: Option<String>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditRecord)]
pub struct AuditRecordView {
    #[serde(rename = "_id")]
    pub id: String,
    pub at: String,
    #[schema(value_type = words::AuditAction)]
    pub action: &'static str,
    /// The id of the user who did it; null where the hub itself acted.
    pub actor: Option<String>,
    /// The user's e-mail address and name, where the user is still there.
    pub email: Option<String>,
    pub name: Option<String>,
    /// What it was done to, such as `project:ID`.
    pub subject: String,
    /// What else there is to say of it; which fields depends on the action.
    #[schema(value_type = Object)]
    pub details: Value,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRecordList {
    pub records: Vec<AuditRecordView>,
    /// What to give as `before` for the next page; null on the last. Where a filter finds little, a page may be empty
    /// and not the last.
    pub next: Option<String>,
}

impl From<Listed> for AuditRecordView {
    fn from(Listed { record, name, email }: Listed) -> Self {
        Self {
            id: record.id.to_string(),
            at: iso(record.at),
            action: record.action.as_str(),
            actor: record.actor.map(|user| user.to_string()),
            email,
            name,
            subject: record.subject,
            details: serde_json::from_str(&record.details).unwrap_or_default(),
        }
    }
}

impl FilterParams {
    /// What is asked for; an error names what cannot be read.
    fn filter(&self) -> ApiResult<Filter> {
        let mut actions = Vec::new();
        for named in self.action.iter().flat_map(|text| text.split(',')) {
            let named = named.trim();
            let found = AuditAction::of(named);
            if found.is_empty() && !named.is_empty() {
                let problem = format!("there is no action {named:?} and no family of this name");
                return Err(invalid("action", &problem));
            }
            actions.extend(found);
        }
        Ok(Filter {
            actor: value("actor", self.actor.as_ref())?,
            subject: self.subject.clone().filter(|text| !text.is_empty()),
            actions,
            from: time("from", self.from.as_ref())?,
            to: time("to", self.to.as_ref())?,
        })
    }
}

/// The record of who did what, newest first
#[utoipa::path(get, path = "/v2/organization/{organization}/auditRecords", tag = "organizations",
    params(("organization" = String, Path), FilterParams, CursorParams),
    responses((status = 200, body = Envelope<AuditRecordList>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadAudit>,
    Params(filter): Params<FilterParams>,
    Params(page): Params<CursorParams>,
) -> ApiResult<Success<AuditRecordList>> {
    read(&hub, access.organization, filter.filter()?, &page).await
}

/// The record of what was done in a project, newest first
#[utoipa::path(get, path = "/v2/project/{project}/auditRecords", tag = "projects",
    params(("project" = String, Path), FilterParams, CursorParams),
    responses((status = 200, body = Envelope<AuditRecordList>), (status = 403, body = ErrorBody)))]
async fn list_of_project(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProject>,
    Params(filter): Params<FilterParams>,
    Params(page): Params<CursorParams>,
) -> ApiResult<Success<AuditRecordList>> {
    let filter = Filter {
        subject: Some(AuditSubject::Project(access.project).to_string()),
        ..filter.filter()?
    };
    read(&hub, access.organization, filter, &page).await
}

async fn read(
    hub: &Hub,
    organization: OrganizationId,
    filter: Filter,
    page: &CursorParams,
) -> ApiResult<Success<AuditRecordList>> {
    let (before, limit) = page.cursor::<AuditId>()?;
    let page = hub
        .db
        .read(move |tx| audit::list(tx, organization, &filter, before, limit))
        .await?;
    Ok(Success(AuditRecordList {
        records: page.records.into_iter().map(AuditRecordView::from).collect(),
        next: page.next.map(|id| id.to_string()),
    }))
}

/// The whole record of who did what, or what fits the filters, newest first
#[utoipa::path(get, path = "/v2/organization/{organization}/auditRecords/file", tag = "organizations",
    params(("organization" = String, Path), FilterParams, FormatParams),
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 403, body = ErrorBody)))]
async fn download(
    State(hub): State<Arc<Hub>>,
    access: Org<right::ReadAudit>,
    Params(filter): Params<FilterParams>,
    Params(format): Params<FormatParams>,
) -> ApiResult<Response> {
    let records = AuditRecords {
        hub,
        organization: access.organization,
        filter: filter.filter()?,
    };
    let format = format.format("audit.format_unknown")?;
    record_file::download(records, format, "changes")
}

struct AuditRecords {
    hub: Arc<Hub>,
    organization: OrganizationId,
    filter: Filter,
}

impl Source for AuditRecords {
    type Record = AuditRecordView;
    type Cursor = AuditId;
    const CSV_HEADER: &'static str = "record,at,action,actor,email,subject,details\r\n";

    async fn page(&self, before: Option<AuditId>) -> ApiResult<(Vec<AuditRecordView>, Option<AuditId>)> {
        let (organization, filter) = (self.organization, self.filter.clone());
        let page = self
            .hub
            .db
            .read(move |tx| audit::list(tx, organization, &filter, before, MAX_LIMIT))
            .await?;
        Ok((
            page.records.into_iter().map(AuditRecordView::from).collect(),
            page.next,
        ))
    }

    fn write(record: &AuditRecordView, format: Format, out: &mut Vec<u8>) -> ApiResult<()> {
        if format == Format::Ndjson {
            return write_json_line(record, out);
        }
        let cells = [
            record.id.as_str(),
            &record.at,
            record.action,
            record.actor.as_deref().unwrap_or_default(),
            record.email.as_deref().unwrap_or_default(),
            &record.subject,
            &record.details.to_string(),
        ];
        write_line(cells, out);
        Ok(())
    }
}
