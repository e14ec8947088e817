//! People: signing in, organizations and their members, invitations, API keys, and who is what in a project.

pub mod api_keys;
mod invitation_acceptance;
mod invitations;
mod member_api_keys;
mod organization_users;
mod organizations;
mod project_members;
mod project_people;
mod session_user;
pub mod sessions;
mod setup;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::hub::Hub;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .merge(setup::router())
        .merge(sessions::router())
        .merge(session_user::router())
        .merge(api_keys::router())
        .merge(member_api_keys::router())
        .merge(organizations::router())
        .merge(organization_users::router())
        .merge(invitations::router())
        .merge(invitation_acceptance::router())
        .merge(project_members::router())
        .merge(project_people::router())
}
