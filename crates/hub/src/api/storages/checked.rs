//! What became of a form: the fields that were there and in order, and what a whole storage needs of them.

use insitu_model::arn::RoleArn;
use insitu_model::credentials::{AccessKeyId, SecretAccessKey};
use insitu_model::endpoint::Endpoint;
use insitu_model::external_id::ExternalId;
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;
use insitu_model::storage::AccessType;
use insitu_model::text::Name;

use super::form::Problems;
use crate::cloud_access::{Unsaved, WayIn};
use crate::error::{ApiError, ApiResult};

/// The region of a storage whose form does not name one: the SDK's default.
const DEFAULT_REGION: &str = "eu-central-1";

/// Everything of a form that was there and in order.
#[derive(Debug, Default)]
pub struct Checked {
    pub name: Option<Name>,
    pub access_type: Option<AccessType>,
    pub region: Option<Region>,
    /// `Some(None)`: the endpoint is to be taken away.
    pub endpoint: Option<Option<Endpoint>>,
    pub public_key: Option<AccessKeyId>,
    pub private_key: Option<SecretAccessKey>,
    pub role_arn: Option<RoleArn>,
    pub external_id: Option<ExternalId>,
    pub prefixes: Option<Vec<Prefix>>,
}

impl Checked {
    /// The access type that was named, or the one that the other fields mean.
    pub fn access_type(&self) -> AccessType {
        self.access_type.unwrap_or(match self.role_arn {
            Some(_) => AccessType::IamDelegated,
            None => AccessType::IamUser,
        })
    }

    /// The region that was named, or the default one.
    pub fn region_or_default(&self) -> Region {
        self.region
            .clone()
            .or_else(|| Region::find(DEFAULT_REGION))
            .unwrap_or(Region::US_EAST_1)
    }

    /// Names the fields that a new storage of this access type lacks or has too many.
    pub fn require_complete(&self, problems: &mut Problems) {
        if self.name.is_none() {
            problems.missing("name", "Give the storage a name.");
        }
        match self.access_type() {
            AccessType::IamUser => {
                if self.public_key.is_none() {
                    problems.missing("publicKey", "The Access Key ID of the IAM user is missing.");
                }
                if self.private_key.is_none() {
                    problems.missing("privateKey", "The Secret Access Key of the IAM user is missing.");
                }
            }
            AccessType::IamDelegated => {
                if self.role_arn.is_none() {
                    problems.missing("roleArn", "The ARN of the role to assume is missing.");
                }
                if self.external_id.is_none() {
                    problems.missing(
                        "externalId",
                        "The external ID that the role's trust policy demands is missing. Ask the hub for one first.",
                    );
                }
            }
        }
        self.refuse_foreign_fields(self.access_type(), problems);
    }

    /// Names the fields that belong to the other access type: silently dropping a key would hide a mistake.
    pub fn refuse_foreign_fields(&self, access_type: AccessType, problems: &mut Problems) {
        let foreign: &[(&'static str, bool)] = match access_type {
            AccessType::IamUser => &[
                ("roleArn", self.role_arn.is_some()),
                ("externalId", self.external_id.is_some()),
            ],
            AccessType::IamDelegated => &[
                ("publicKey", self.public_key.is_some()),
                ("privateKey", self.private_key.is_some()),
            ],
        };
        for (field, _) in foreign.iter().filter(|(_, is_there)| *is_there) {
            problems.add(
                field,
                "storage.field_of_other_access_type",
                format!(
                    "A storage of access type {} has no such field. Leave it out.",
                    access_type.as_str()
                ),
            );
        }
    }

    /// The storage that it is of, to be tried before it is saved.
    pub fn into_unsaved(self) -> ApiResult<Unsaved> {
        let missing = || ApiError::invalid("storage.incomplete", "The storage lacks its key or its role.");
        let region = self.region_or_default();
        let way_in = match self.access_type() {
            AccessType::IamUser => {
                let key = self.public_key.zip(self.private_key);
                key.map(|(public, private)| WayIn::Key(public, private))
            }
            AccessType::IamDelegated => self.role_arn.map(|role| WayIn::Role(role, self.external_id)),
        };
        Ok(Unsaved {
            region,
            endpoint: self.endpoint.flatten(),
            prefixes: self.prefixes.unwrap_or_default(),
            way_in: way_in.ok_or_else(missing)?,
        })
    }
}
