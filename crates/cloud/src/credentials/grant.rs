//! What a storage was given: a key of its own, or a role that the hub may become.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use insitu_model::arn::RoleArn;
use insitu_model::endpoint::Endpoint;
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
    /// Where its sessions are used, if that is not AWS.
    pub endpoint: Option<Endpoint>,
    /// Names the sessions in the customer's records; see [`session_name`].
    pub session_name: String,
    /// Narrows the session to what it is for.
    pub session_policy: Option<String>,
}

impl Grant {
    /// Whether the sessions of the grant that a storage had before are what this one would ask for: for the same role,
    /// at the same place, narrowed to the same, and with an external ID that was the storage's.
    pub fn takes_over(&self, before: &Grant) -> bool {
        match (self, before) {
            (Grant::Role(now), Grant::Role(before)) => now.takes_over(before),
            (Grant::Key(_), _) | (_, Grant::Key(_)) => false,
        }
    }
}

impl RoleGrant {
    fn takes_over(&self, before: &RoleGrant) -> bool {
        let RoleGrant {
            role_arn,
            external_id,
            next_external_id: _,
            region,
            endpoint,
            session_name,
            session_policy,
        } = before;
        let is_promoted = self.external_id.is_some() && self.external_id == before.next_external_id;
        self.role_arn == *role_arn
            && self.region == *region
            && self.endpoint == *endpoint
            && self.session_name == *session_name
            && self.session_policy == *session_policy
            && (self.external_id == *external_id || is_promoted)
    }
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

    #[test]
    fn a_session_is_taken_over_unless_it_is_for_something_else() {
        let before = RoleGrant {
            role_arn: "arn:aws:iam::123456789012:role/photos".parse().unwrap(),
            external_id: Some("old".parse().unwrap()),
            next_external_id: None,
            region: "eu-central-1".parse().unwrap(),
            endpoint: None,
            session_name: "insitu".into(),
            session_policy: None,
        };
        let takes_over = |change: &dyn Fn(&mut RoleGrant), before: &RoleGrant| {
            let mut now = before.clone();
            change(&mut now);
            Grant::Role(now).takes_over(&Grant::Role(before.clone()))
        };
        assert!(takes_over(&|_| {}, &before));
        let changing = RoleGrant {
            next_external_id: Some("new".parse().unwrap()),
            ..before.clone()
        };
        assert!(takes_over(&|now| now.next_external_id = None, &changing));
        let promote = |now: &mut RoleGrant| now.external_id = now.next_external_id.take();
        assert!(takes_over(&promote, &changing));
        let others: [&dyn Fn(&mut RoleGrant); 6] = [
            &|now| now.role_arn = "arn:aws:iam::123456789012:role/other".parse().unwrap(),
            &|now| now.external_id = Some("another".parse().unwrap()),
            &|now| now.external_id = None,
            &|now| now.region = "eu-west-1".parse().unwrap(),
            &|now| now.endpoint = Some("https://minio.test".parse().unwrap()),
            &|now| now.session_policy = Some("{}".into()),
        ];
        for (number, other) in others.into_iter().enumerate() {
            assert!(!takes_over(other, &before), "{number}");
        }
        let key = || Grant::Key(Credentials::permanent("a", "b"));
        assert!(!key().takes_over(&key()), "a key has no session");
    }
}
