//! Proof of a right: a handler that needs one takes it as an argument and cannot be called without it.
//!
//! `Org<R>` proves the right `R` in one organization, `OnProject<R>` in one project. Both answer 404 for what the
//! caller may not know of, and 403 for what the caller knows and may not do.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use insitu_model::id::{OrganizationId, ProjectId, UserId};
use insitu_model::role::{OrganizationRole, ProjectRole, Right, acting_role, allows};
use insitu_store::{Error, Tx, organizations, project_members, projects};

use super::caller::{Caller, Proof, Shown, identify, identify_shown};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// A right as a type, so that a handler's signature says what it needs.
pub trait NeedsRight: Send + Sync + 'static {
    const RIGHT: Right;
    /// Whether nothing is changed with it, so that it holds in an archived project too.
    const ONLY_READS: bool = false;
}

/// The right `R`, only to look. What is asked for with GET needs no such word.
#[derive(Debug, Clone, Copy)]
pub struct Reading<R>(PhantomData<R>);

impl<R: NeedsRight> NeedsRight for Reading<R> {
    const RIGHT: Right = R::RIGHT;
    const ONLY_READS: bool = true;
}

macro_rules! rights {
    ($($name:ident),+ $(,)?) => {
        /// The rights as types.
        pub mod right {
            $(
                #[doc = concat!("Stands for `Right::", stringify!($name), "`.")]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;

                impl super::NeedsRight for $name {
                    const RIGHT: insitu_model::role::Right = insitu_model::role::Right::$name;
                }
            )+
        }
    };
}

rights!(
    ReadOrganization,
    ManageApiKeys,
    ManageOrganization,
    ManageMembers,
    ManageStorages,
    OverrideVerification,
    UseStorages,
    ReadAudit,
    CreateProject,
    ReadProject,
    ManageProject,
    DeleteProject,
    ManageProjectMembers,
    ManageBatches,
    ImportAssets,
    ReadAssets,
    ManageAssets,
    ExportLabels,
    ManageTasks,
    Label,
    Review,
);

/// Header in which a browser names the organization that it is working in.
const ORGANIZATION_HEADER: &str = "x-organization";
/// Path parameter of endpoints below `/v2/organization/{organization}`.
const ORGANIZATION_PARAMETER: &str = "organization";
/// Path parameter of endpoints below `/v2/project/{project}`.
const PROJECT_PARAMETER: &str = "project";

/// The right `R` in one organization.
#[derive(Debug, Clone)]
pub struct Org<R> {
    pub caller: Caller,
    pub organization: OrganizationId,
    pub role: OrganizationRole,
    right: PhantomData<R>,
}

impl<R: NeedsRight> FromRequestParts<Arc<Hub>> for Org<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Self> {
        let named = named_organization(parts, hub).await?;
        let (caller, memberships) =
            identify(parts, hub, |tx, caller| organizations::of_user(tx, caller.user)).await?;
        let user = caller.user;
        let wanted = match (named, caller.proof) {
            (Some(named), Proof::ApiKey(own, _)) if named != own => {
                return Err(ApiError::not_found("organization", named));
            }
            (Some(named), _) => named,
            (None, Proof::ApiKey(own, _)) => own,
            (None, Proof::Session(_)) => memberships
                .first()
                .map(|first| first.organization.id)
                .ok_or_else(|| {
                    ApiError::forbidden(
                        "organization.none",
                        "You are not a member of any organization. Ask for an invitation, or create one.",
                    )
                })?,
        };
        let membership = memberships
            .iter()
            .find(|membership| membership.organization.id == wanted)
            .ok_or_else(|| ApiError::not_found("organization", wanted))?;
        let best = if allows(R::RIGHT, membership.role, None) {
            None
        } else {
            let roles = hub
                .db
                .read(move |tx| project_members::roles_of_user(tx, wanted, user))
                .await?;
            // Declared from the highest to the lowest: the smallest is the highest.
            roles.into_iter().map(|(_, role)| role).min()
        };
        if !allows(R::RIGHT, membership.role, best) {
            return Err(lacking(R::RIGHT, membership.role, best));
        }
        Ok(Self {
            caller,
            organization: wanted,
            role: membership.role,
            right: PhantomData,
        })
    }
}

/// The right `R` in one project.
#[derive(Debug, Clone)]
pub struct OnProject<R> {
    pub caller: Caller,
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub role: OrganizationRole,
    pub project_role: Option<ProjectRole>,
    right: PhantomData<R>,
}

impl<R: NeedsRight> FromRequestParts<Arc<Hub>> for OnProject<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Self> {
        let text = path_parameter(parts, hub, PROJECT_PARAMETER)
            .await?
            .unwrap_or_default();
        let unknown = || ApiError::not_found("project", &text);
        let shown = Shown::of(parts, hub)?;
        let Ok(id) = text.parse::<ProjectId>() else {
            identify_shown(shown, hub, |_, _| Ok(())).await?;
            return Err(unknown());
        };
        let (caller, standing) = match hub.standings.find(hub, shown, id) {
            Some(known) => known,
            None => look_up(hub, shown, id).await?.ok_or_else(unknown)?,
        };
        Self::allow(caller, id, standing, parts.method.is_safe())
    }
}

/// Who sends a request and what they are to the project, read in one visit to the database and remembered; nothing
/// where the caller is known and nothing to it.
async fn look_up(hub: &Hub, shown: Shown, project: ProjectId) -> ApiResult<Option<(Caller, Standing)>> {
    let seen = hub.standings.before_reading(hub);
    let (caller, standing) = identify_shown(shown, hub, move |tx, caller| {
        standing(tx, project, caller.user, caller.only_organization())
    })
    .await?;
    let Some(standing) = standing else { return Ok(None) };
    hub.standings.keep(seen, shown, project, &caller, standing);
    Ok(Some((caller, standing)))
}

impl<R: NeedsRight> OnProject<R> {
    /// The same proof where the project is named in the body or the query instead of the path.
    pub async fn prove(hub: &Hub, caller: Caller, project: &str) -> ApiResult<Self> {
        let unknown = || ApiError::not_found("project", project);
        let id: ProjectId = project.parse().map_err(|_| unknown())?;
        let (user, only) = (caller.user, caller.only_organization());
        let standing = hub
            .db
            .read(move |tx| standing(tx, id, user, only))
            .await?
            .ok_or_else(unknown)?;
        Self::allow(caller, id, standing, false)
    }

    /// The same proof where only the id of a resource is given (an import, an export), and the resource: `find` looks for
    /// it in one of the caller's organizations. It is `unknown` to whoever may not know of its project, too.
    pub async fn prove_by_resource<T: Send + 'static>(
        hub: &Hub,
        caller: Caller,
        find: impl Fn(&mut Tx, OrganizationId) -> Result<Option<T>, Error> + Send + 'static,
        project_of: impl Fn(&T) -> ProjectId,
        unknown: impl Fn() -> ApiError,
    ) -> ApiResult<(Self, T)> {
        let (user, only) = (caller.user, caller.only_organization());
        let resource = hub
            .db
            .read(move |tx| {
                for membership in organizations::of_user(tx, user)? {
                    let organization = membership.organization.id;
                    let is_open = only.is_none_or(|only| only == organization);
                    if is_open && let Some(found) = find(tx, organization)? {
                        return Ok(Some(found));
                    }
                }
                Ok::<_, Error>(None)
            })
            .await?
            .ok_or_else(&unknown)?;
        let project = project_of(&resource).to_string();
        let proved = Self::prove(hub, caller, &project).await;
        let access = proved.map_err(|error| hidden_with_its_project(error, unknown))?;
        Ok((access, resource))
    }

    /// The one place where it is decided who gets to a project, and for what. `only_reads`: the request changes nothing.
    pub(super) fn allow(
        caller: Caller,
        id: ProjectId,
        standing: Standing,
        only_reads: bool,
    ) -> ApiResult<Self> {
        let Standing {
            organization,
            role,
            project_role,
            is_archived,
        } = standing;
        if !allows(Right::ReadProject, role, project_role) {
            return Err(ApiError::not_found("project", id));
        }
        if !allows(R::RIGHT, role, project_role) {
            return Err(lacking(R::RIGHT, role, project_role));
        }
        if is_archived && R::RIGHT.is_for_work() && !R::ONLY_READS && !only_reads {
            return Err(archived());
        }
        Ok(Self {
            caller,
            organization,
            project: id,
            role,
            project_role,
            right: PhantomData,
        })
    }
}

impl<R> OnProject<R> {
    /// The project role that the caller acts with, as the API writes it; empty for somebody without one.
    pub fn acting_role(&self) -> &'static str {
        acting_role(self.role, self.project_role).map_or("", ProjectRole::as_str)
    }
}

/// What somebody is to a project.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    organization: OrganizationId,
    role: OrganizationRole,
    project_role: Option<ProjectRole>,
    is_archived: bool,
}

/// Looks for the project in the user's organizations, or in the only one that an API key is for.
pub(super) fn standing(
    tx: &mut Tx,
    project: ProjectId,
    user: UserId,
    only: Option<OrganizationId>,
) -> Result<Option<Standing>, Error> {
    for membership in organizations::of_user(tx, user)? {
        let organization = membership.organization.id;
        if only.is_some_and(|only| only != organization) {
            continue;
        }
        if let Some(is_archived) = projects::is_archived(tx, organization, project)? {
            let project_role = project_members::role(tx, organization, project, user)?;
            return Ok(Some(Standing {
                organization,
                role: membership.role,
                project_role,
                is_archived,
            }));
        }
    }
    Ok(None)
}

/// Who may not know of the project may not know of what is in it: to them, that is `unknown` as well.
pub(super) fn hidden_with_its_project(error: ApiError, unknown: impl Fn() -> ApiError) -> ApiError {
    if error.is_not_found() { unknown() } else { error }
}

fn archived() -> ApiError {
    ApiError::conflict(
        "project.archived",
        "This project is archived: it can be read and exported, and nothing is imported, labeled or changed in it. Take it out of the archive first, or ask a Manager of the project to.",
    )
}

fn lacking(right: Right, role: OrganizationRole, project_role: Option<ProjectRole>) -> ApiError {
    let roles = match project_role {
        Some(project_role) => format!(
            "{} of the organization and {} of the project",
            role.as_str(),
            project_role.as_str()
        ),
        None => format!("{} of the organization", role.as_str()),
    };
    ApiError::forbidden(
        "access.right_missing",
        format!(
            "As {roles} you may not do this: it needs the right {}. Ask an administrator of the organization.",
            right.as_str()
        ),
    )
}

async fn named_organization(parts: &mut Parts, hub: &Arc<Hub>) -> ApiResult<Option<OrganizationId>> {
    let from_path = path_parameter(parts, hub, ORGANIZATION_PARAMETER).await?;
    let from_header = || {
        let value = parts
            .headers
            .get(ORGANIZATION_HEADER)?
            .to_str()
            .unwrap_or_default();
        Some(value.to_owned()).filter(|value| !value.is_empty())
    };
    let Some(text) = from_path.or_else(from_header) else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|_| ApiError::not_found("organization", &text))
}

pub(super) async fn path_parameter(
    parts: &mut Parts,
    hub: &Arc<Hub>,
    name: &str,
) -> ApiResult<Option<String>> {
    let params = RawPathParams::from_request_parts(parts, hub)
        .await
        .map_err(|error| {
            ApiError::invalid(
                "request.path_invalid",
                format!("The path could not be read: {error}."),
            )
        })?;
    Ok(params
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned()))
}
