//! What somebody typed to connect or change a storage, read once into types, with every field's problem named.
//!
//! Two dialects are read: the SDK's (`provider`, `publicKey`, `privateKey`) and the public API page's (`type`,
//! `bucket`, `credentials.accessKeyId`, `credentials.secretAccessKey`).

use insitu_model::arn::RoleArn;
use insitu_model::credentials::{AccessKeyId, SecretAccessKey};
use insitu_model::endpoint::Endpoint;
use insitu_model::external_id::ExternalId;
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;
use insitu_model::storage::{AccessType, Provider};
use insitu_model::text::Name;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::checked::Checked;
use crate::error::ApiError;

/// The most prefixes that one storage may have.
const MAX_PREFIXES: usize = 100;

/// A storage as the API takes it. Every field is optional when an existing storage is changed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StorageForm {
    /// Unique in the organization.
    pub name: Option<String>,
    /// `AWS`. S3-compatible servers are AWS with an endpoint.
    pub provider: Option<String>,
    /// The same as `provider` in the other dialect: `aws`.
    pub r#type: Option<String>,
    /// `IAM_USER` or `IAM_DELEGATED`.
    pub access_type: Option<String>,
    /// Such as `eu-central-1`.
    pub region: Option<String>,
    /// Origin of an S3-compatible server, such as `https://minio.example.com:9000`.
    pub endpoint: Option<String>,
    /// Access Key ID of the IAM user: 20 characters at AWS.
    pub public_key: Option<String>,
    /// Secret Access Key of the IAM user: 40 characters at AWS. Never given out again.
    #[schema(value_type = Option<String>, format = Password)]
    pub private_key: Option<SecretString>,
    /// Role to assume, for `IAM_DELEGATED`.
    pub role_arn: Option<String>,
    /// External ID of that role: one that the hub made, or one that the role demands already.
    pub external_id: Option<String>,
    /// `bucket` or `bucket/prefix`: nothing outside of them is imported or signed.
    pub prefixes: Option<Vec<String>>,
    /// One bucket: the same as one prefix.
    pub bucket: Option<String>,
    /// Keys in the other dialect.
    #[schema(value_type = Option<Object>)]
    pub credentials: Option<CredentialsForm>,
}

/// The other dialect's keys; as a text only for providers that are not supported yet.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum CredentialsForm {
    #[serde(rename_all = "camelCase")]
    Keys {
        access_key_id: Option<String>,
        secret_access_key: Option<SecretString>,
    },
    Text(SecretString),
}

/// Collects what is wrong, field by field.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

#[derive(Debug)]
struct Problem {
    field: &'static str,
    code: String,
    message: String,
}

impl Problems {
    /// Notes that something is wrong with `field`.
    pub fn add(&mut self, field: &'static str, code: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem {
            field,
            code: code.into(),
            message: message.into(),
        });
    }

    /// Notes that a field is needed and not there. One that is there and malformed was named for that already.
    pub fn missing(&mut self, field: &'static str, message: &str) {
        if self.0.iter().any(|problem| problem.field == field) {
            return;
        }
        self.add(field, format!("storage.{}_missing", snake(field)), message);
    }

    /// Nothing if all is well, else one error that names every field.
    pub fn into_result(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(self.into_error())
    }

    /// One error that names every field.
    pub fn into_error(self) -> ApiError {
        let first = self.0.first();
        let (code, message) = first
            .map(|first| (first.code.clone(), format!("{}: {}", first.field, first.message)))
            .unwrap_or_default();
        let fields: Vec<_> = self
            .0
            .iter()
            .map(|one| json!({ "field": one.field, "code": one.code, "message": one.message }))
            .collect();
        ApiError::invalid(code, message).with_details(json!({ "fields": fields }))
    }
}

impl StorageForm {
    /// Reads every field that is there. `had_endpoint`: whether the storage that is changed has one already, which
    /// decides how long its keys may be.
    pub fn check(&self, had_endpoint: bool, problems: &mut Problems) -> Checked {
        self.check_provider(problems);
        let mut checked = Checked {
            endpoint: self.check_endpoint(problems),
            ..Checked::default()
        };
        let has_endpoint = checked.endpoint.as_ref().map_or(had_endpoint, Option::is_some);
        checked.name = parsed(
            "name",
            self.name.as_deref(),
            problems,
            |text| text.parse::<Name>(),
            |e| e.code(),
        );
        checked.access_type = parsed(
            "accessType",
            self.access_type.as_deref(),
            problems,
            str::parse::<AccessType>,
            |e| e.code(),
        );
        checked.region = parsed(
            "region",
            self.region.as_deref(),
            problems,
            |t| Region::parse(t, has_endpoint),
            |e| e.code(),
        );
        let (public_key, private_key) = self.keys();
        checked.public_key = parsed(
            "publicKey",
            public_key,
            problems,
            |t| AccessKeyId::parse(t, has_endpoint),
            |e| e.code(),
        );
        checked.private_key = parsed(
            "privateKey",
            private_key.map(ExposeSecret::expose_secret),
            problems,
            |text| SecretAccessKey::parse(text, has_endpoint),
            |error| error.code(),
        );
        checked.role_arn = parsed(
            "roleArn",
            self.role_arn.as_deref(),
            problems,
            str::parse::<RoleArn>,
            |e| e.code(),
        );
        checked.external_id = parsed(
            "externalId",
            self.external_id.as_deref(),
            problems,
            str::parse::<ExternalId>,
            |e| e.code(),
        );
        checked.prefixes = self.check_prefixes(problems);
        checked
    }

    fn check_provider(&self, problems: &mut Problems) {
        let Some(text) = self.provider.as_deref().or(self.r#type.as_deref()) else {
            return;
        };
        match Provider::from_provider_or_type(text) {
            Ok(provider) if provider.is_supported() => {}
            Ok(provider) => problems.add(
                "provider",
                "storage.provider_unsupported",
                format!(
                    "{} cannot be connected yet. Use AWS, or an S3-compatible server with its endpoint.",
                    provider.as_str()
                ),
            ),
            Err(error) => problems.add("provider", error.code(), error.to_string()),
        }
        if matches!(self.credentials, Some(CredentialsForm::Text(_))) && self.public_key.is_none() {
            problems.add(
                "credentials",
                "storage.credentials_invalid",
                "Credentials as one text are for providers that cannot be connected yet. Send publicKey and privateKey.",
            );
        }
    }

    fn check_endpoint(&self, problems: &mut Problems) -> Option<Option<Endpoint>> {
        let text = self.endpoint.as_deref()?.trim();
        if text.is_empty() {
            return Some(None);
        }
        parsed(
            "endpoint",
            Some(text),
            problems,
            str::parse::<Endpoint>,
            |error| error.code(),
        )
        .map(Some)
    }

    fn keys(&self) -> (Option<&str>, Option<&SecretString>) {
        let (mut public, mut private) = (self.public_key.as_deref(), self.private_key.as_ref());
        if let Some(CredentialsForm::Keys {
            access_key_id,
            secret_access_key,
        }) = &self.credentials
        {
            public = public.or(access_key_id.as_deref());
            private = private.or(secret_access_key.as_ref());
        }
        (public, private)
    }

    fn check_prefixes(&self, problems: &mut Problems) -> Option<Vec<Prefix>> {
        let bucket = self.bucket.as_ref().filter(|bucket| !bucket.trim().is_empty());
        let texts: Vec<&str> = match (&self.prefixes, bucket) {
            (None, None) => return None,
            (prefixes, bucket) => prefixes
                .iter()
                .flatten()
                .chain(bucket)
                .map(|text| text.trim())
                .collect(),
        };
        if texts.len() > MAX_PREFIXES {
            problems.add(
                "prefixes",
                "storage.prefixes_too_many",
                format!("{} prefixes; {MAX_PREFIXES} at most.", texts.len()),
            );
            return None;
        }
        let parse = |text: &&str| {
            parsed("prefixes", Some(text), problems, str::parse::<Prefix>, |error| {
                error.code()
            })
        };
        Some(
            texts
                .iter()
                .filter(|text| !text.is_empty())
                .filter_map(parse)
                .collect(),
        )
    }
}

fn parsed<T, E: std::fmt::Display>(
    field: &'static str,
    text: Option<&str>,
    problems: &mut Problems,
    parse: impl FnOnce(&str) -> Result<T, E>,
    code: impl FnOnce(&E) -> &'static str,
) -> Option<T> {
    let text = text?;
    // A field that is known to be empty is one that was left out, except that a name has to be there.
    match parse(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let code = code(&error);
            problems.add(field, code, error.to_string());
            None
        }
    }
}

fn snake(field: &str) -> String {
    let mut out = String::with_capacity(field.len() + 4);
    for character in field.chars() {
        if character.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}
