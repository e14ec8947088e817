//! Making people: the first owner of a hub, and accounts for those who were invited.

use insitu_model::audit::{AuditAction, AuditSubject};
use insitu_model::id::{OrganizationId, UserId};
use insitu_model::role::OrganizationRole;
use insitu_model::text::{Email, Name};
use insitu_store::audit::{self, AuditRecord};
use insitu_store::organizations::Organization;
use insitu_store::users::User;
use insitu_store::{members, organizations, users};
use secrecy::SecretString;
use serde_json::json;

use crate::auth::password;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// Somebody who is to own an organization.
#[derive(Debug)]
pub struct NewOwner {
    pub name: Name,
    pub email: Email,
    pub password: SecretString,
}

/// Who was made.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    pub user: UserId,
    pub organization: OrganizationId,
}

/// Makes the first organization and its owner, or answers `None` if the hub has users already.
pub async fn create_first_owner(hub: &Hub, organization: Name, owner: NewOwner) -> ApiResult<Option<Made>> {
    create_owner(hub, organization, owner, Only::First).await
}

/// Makes an organization and its owner on a hub that may have others.
pub async fn create_owner_of_another(hub: &Hub, organization: Name, owner: NewOwner) -> ApiResult<Made> {
    create_owner(hub, organization, owner, Only::Any)
        .await?
        .ok_or_else(|| ApiError::internal("an owner was not made although any may be"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    First,
    Any,
}

async fn create_owner(hub: &Hub, organization: Name, owner: NewOwner, only: Only) -> ApiResult<Option<Made>> {
    password::check_shape(&owner.password)?;
    let password_hash = password::hash(owner.password, &*hub.random).await?;
    let now = hub.clock.now_ms();
    let user = User {
        id: UserId::new(&*hub.clock, &*hub.random),
        email: owner.email.to_string(),
        name: owner.name.to_string(),
        password_hash: Some(password_hash),
        disabled_at: None,
        created_at: now,
    };
    let new = Organization {
        id: OrganizationId::new(&*hub.clock, &*hub.random),
        name: organization.to_string(),
        created_at: now,
    };
    let made = Made {
        user: user.id,
        organization: new.id,
    };
    let record = organization_made(hub, &new, user.id);
    hub.db
        .write(move |tx| {
            if only == Only::First && users::any(tx)? {
                return Ok(None);
            }
            users::insert(tx, &user)?;
            insert_organization(tx, &new, user.id, &record)?;
            Ok::<_, ApiError>(Some(made))
        })
        .await
}

/// What goes on record of a new organization.
pub fn organization_made(hub: &Hub, new: &Organization, owner: UserId) -> AuditRecord {
    let what = (
        AuditAction::OrganizationCreated,
        AuditSubject::Organization(new.id),
    );
    crate::audit::record(hub, new.id, Some(owner), what, &json!({ "name": new.name }))
}

/// Writes an organization and its owner's membership, inside a transaction.
pub fn insert_organization(
    tx: &mut insitu_store::Tx,
    new: &Organization,
    owner: UserId,
    record: &AuditRecord,
) -> Result<(), insitu_store::Error> {
    organizations::insert(tx, new)?;
    audit::insert(tx, record)?;
    members::insert(tx, new.id, owner, OrganizationRole::Owner, new.created_at)
}
