//! Who the hub is to AWS, as trust policies must name it, and the hub becoming the roles that trust it.

use std::fmt;

use insitu_model::arn::PrincipalArn;
use insitu_model::external_id::ExternalId;
use insitu_model::region::Region;

use super::{Identity, Source};
use crate::credentials::{AssumeRoles, Assuming, CredentialError, RoleGrant};
use crate::sts::{self, AssumeRole};

/// Who the hub is to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What GetCallerIdentity says.
    pub arn: PrincipalArn,
    /// What a trust policy names: the role itself where `arn` is one of its sessions.
    pub trusted: PrincipalArn,
    /// Where the identity came from.
    pub source: Source,
}

/// The last answer of STS, and the key that it was about.
pub(super) struct KnownPrincipal {
    access_key_id: String,
    principal: Principal,
}

impl Identity {
    /// Who the hub is; none if it has no identity. STS is asked once per key.
    pub async fn principal(
        &self,
        sts: &sts::Client,
        region: &Region,
    ) -> Result<Option<Principal>, CredentialError> {
        let Some(found) = self.find().await? else {
            return Ok(None);
        };
        let access_key_id = found.credentials.access_key_id();
        let mut known = self.inner.principal.lock().await;
        if let Some(known) = known
            .as_ref()
            .filter(|known| known.access_key_id == access_key_id)
        {
            return Ok(Some(known.principal.clone()));
        }
        let identity = sts.get_caller_identity(&found.credentials, region).await?;
        let arn: PrincipalArn = identity.arn.parse().map_err(|error| CredentialError::Identity {
            reason: format!("STS says {error}"),
        })?;
        let principal = Principal {
            trusted: arn.to_trust(),
            arn,
            source: found.source,
        };
        *known = Some(KnownPrincipal {
            access_key_id: access_key_id.to_owned(),
            principal: principal.clone(),
        });
        Ok(Some(principal))
    }
}

/// The hub becoming roles.
#[derive(Clone)]
pub struct Delegate {
    identity: Identity,
    sts: sts::Client,
}

impl Delegate {
    /// With the hub's identity, at this STS.
    pub fn new(identity: Identity, sts: sts::Client) -> Self {
        Self { identity, sts }
    }
}

impl AssumeRoles for Delegate {
    /// Whichever of the two external IDs the trust policy asks for while one takes the other's place: its owner may
    /// paste the new one at any moment, and nobody who labels is to notice.
    fn assume<'a>(&'a self, role: &'a RoleGrant, duration_s: u32) -> Assuming<'a> {
        Box::pin(async move {
            let own = self.identity.credentials().await?;
            let knock = async |external_id: Option<&ExternalId>| {
                let wanted = AssumeRole {
                    role_arn: role.role_arn.as_str(),
                    session_name: &role.session_name,
                    external_id: external_id.map(ExternalId::as_str),
                    duration_s,
                    session_policy: role.session_policy.as_deref(),
                };
                self.sts.assume_role(&own, &role.region, &wanted).await
            };
            match knock(role.external_id.as_ref()).await {
                Err(error) if sts::is_denial(&error) && role.next_external_id.is_some() => {
                    Ok(knock(role.next_external_id.as_ref()).await?)
                }
                answer => Ok(answer?),
            }
        })
    }
}

impl fmt::Debug for Delegate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delegate")
            .field("identity", &self.identity)
            .field("sts", &self.sts)
            .finish()
    }
}
