//! Who is in a project and who could be: the organization's people, as those see them who give roles in the project.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_store::project_members::{self, Person};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::http::paging::Page;
use crate::api::http::query::Params;
use crate::api::http::time::iso;
use crate::api::http::words;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::ApiResult;
use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 10 unless given.
    limit: Option<u32>,
    /// Part of a name or an e-mail address.
    search: Option<String>,
    /// Only those who were given a role in the project, or only those who were not; all unless given.
    assigned: Option<bool>,
}

/// Somebody of the organization, and what they are in the project.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProjectPerson)]
pub struct PersonView {
    #[serde(rename = "_id")]
    pub id: String,
    pub email: String,
    pub name: String,
    #[schema(value_type = words::OrganizationRole)]
    pub organization_role: &'static str,
    /// Null: not in the project.
    #[schema(value_type = Option<words::ProjectRole>)]
    pub role: Option<&'static str>,
    /// Since when they are in the project.
    pub since: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectPeople)]
pub struct People {
    pub people: Vec<PersonView>,
    pub total: u64,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self {
            id: person.user.to_string(),
            email: person.email,
            name: person.name,
            organization_role: OrganizationRole::as_str(person.organization_role),
            role: person.role.map(ProjectRole::as_str),
            since: person.since.map(iso),
        }
    }
}

/// The organization's people, and what they are in the project
///
/// Owners and admins of the organization act as Manager in every project, whatever is said here.
#[utoipa::path(get, path = "/v2/project/{project}/people", tag = "projects",
    params(("project" = String, Path), ListParams),
    responses((status = 200, body = Envelope<People>), (status = 403, body = ErrorBody)))]
async fn list(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ManageProjectMembers>,
    Params(params): Params<ListParams>,
) -> ApiResult<Success<People>> {
    let page = Page::new(params.page, params.limit)?;
    let (organization, project) = (access.organization, access.project);
    let (search, assigned) = (params.search.unwrap_or_default(), params.assigned);
    let found = hub
        .db
        .read(move |tx| project_members::people(tx, organization, project, (&search, assigned), page.into()))
        .await?;
    Ok(Success(People {
        people: found.rows.into_iter().map(PersonView::from).collect(),
        total: found.total,
    }))
}
