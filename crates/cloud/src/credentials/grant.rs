//! What a storage was given: a key of its own, or a role that the hub may become.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use insitu_model::arn::RoleArn;
use insitu_model::external_id::ExternalId;
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::region::Region;

use super::{CredentialError, Credentials};

/// How a storage lets the hub in.
#[derive(Debug, Clone)]
pub enum Grant {
    /// The key of an IAM user.
    Key(Credentials),
    /// IAM delegation.
    Role(RoleGrant),
}

/// A role that the hub may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGrant {
    /// The role.
    pub role_arn: RoleArn,
    /// What its trust policy asks for.
    pub external_id: Option<ExternalId>,
    /// What its trust policy is going to ask for, while the external ID is being changed.
    pub next_external_id: Option<ExternalId>,
    /// The region whose STS is asked.
    pub region: Region,
    /// Names the sessions in the customer's records; see [`session_name`].
    pub session_name: String,
    /// Narrows the session to what it is for.
    pub session_policy: Option<String>,
}

/// The future of an assumed role.
pub type Assuming<'a> = Pin<Box<dyn Future<Output = Result<Credentials, CredentialError>> + Send + 'a>>;

/// Becomes roles: the hub's identity and STS, or a stand-in for tests.
pub trait AssumeRoles: Send + Sync + 'static {
    /// A session of the role that lives so many seconds.
    fn assume<'a>(&'a self, role: &'a RoleGrant, duration_s: u32) -> Assuming<'a>;
}

/// Names organization and storage to whoever reads the customer's CloudTrail. 56 characters of the 64 that AWS allows.
pub fn session_name(organization: OrganizationId, storage: StorageId) -> String {
    format!("insitu-{organization}-{storage}")
}

impl fmt::Debug for dyn AssumeRoles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AssumeRoles")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_name_fits_and_names_both() {
        let name = session_name(
            OrganizationId::from_bytes([1; 12]),
            StorageId::from_bytes([2; 12]),
        );
        assert_eq!(name, format!("insitu-{}-{}", "01".repeat(12), "02".repeat(12)));
        assert!(name.len() <= 64);
    }
}
