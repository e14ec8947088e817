//! STS: who am I, and let me be that role for a while.

mod answer;
mod assume_role;
mod validate;

use std::sync::Arc;

use async_trait::async_trait;
use hyper::http::Extensions;
use hyper::{HeaderMap, Method, StatusCode, Uri};
use s3s::route::S3Route;
use s3s::{Body, S3Request, S3Response, S3Result, s3_error};

use crate::facts::{Facts, decode_query};
use crate::identity::{Identity, TokenFault};
use crate::refusal::Refusal;
use crate::world::World;

/// The largest form that is read.
pub(crate) const MAX_FORM_BYTES: usize = 64 * 1024;

/// Form posts to the root, beside S3 on the same port. Signatures were verified before they come here.
pub(crate) struct Sts(pub Arc<World>);

#[async_trait]
impl S3Route for Sts {
    fn is_match(&self, _: &Method, _: &Uri, _: &HeaderMap, extensions: &mut Extensions) -> bool {
        extensions.get::<Arc<Facts>>().is_some_and(|facts| facts.is_sts)
    }

    /// Checked in [`Self::call`], with STS's own words.
    async fn check_access(&self, _: &mut S3Request<Body>) -> S3Result<()> {
        Ok(())
    }

    async fn call(&self, mut req: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let Some(facts) = req.extensions.get::<Arc<Facts>>().cloned() else {
            return Err(s3_error!(InternalError, "the request came without its facts"));
        };
        let form = match req.input.store_all_limited(MAX_FORM_BYTES).await {
            Ok(bytes) => [
                facts.query.clone(),
                decode_query(&String::from_utf8_lossy(&bytes)),
            ]
            .concat(),
            Err(error) => return Err(s3_error!(InvalidRequest, "the form cannot be read: {error}")),
        };
        match self.answer(&facts, &Form(form)) {
            Ok(xml) => {
                let mut response = S3Response::with_status(Body::from(xml), StatusCode::OK);
                response.headers.insert(
                    "content-type",
                    hyper::header::HeaderValue::from_static("text/xml"),
                );
                Ok(response)
            }
            Err(refusal) => Err(facts.refuse(refusal)),
        }
    }
}

/// The parameters of a call.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Sts {
    fn answer(&self, facts: &Facts, form: &Form) -> Result<String, Refusal> {
        let caller = self.authenticate(facts)?;
        let request_id = crate::keys::uuid(&*self.0.ambient.random);
        match form.get("Action") {
            Some("GetCallerIdentity") => Ok(answer::caller_identity(&caller, &request_id)),
            Some("AssumeRole") => {
                let assumed = assume_role::assume(&self.0, &caller, form, &facts.struck)?;
                Ok(answer::assumed_role(&assumed, &request_id))
            }
            Some(action) => {
                let version = form.get("Version").unwrap_or("2011-06-15");
                let message = format!("Could not find operation {action} for version {version}");
                Err(Refusal::bad_request("InvalidAction", message))
            }
            None => Err(Refusal::bad_request("MissingAction", "Missing Action")),
        }
    }

    fn authenticate(&self, facts: &Facts) -> Result<Identity, Refusal> {
        let Some(signature) = facts.signature() else {
            let message = "Request is missing Authentication Token";
            return Err(Refusal::forbidden("MissingAuthenticationToken", message));
        };
        if signature.service != "sts" {
            let message = "Credential should be scoped to correct service: 'sts'. ";
            return Err(Refusal::forbidden("SignatureDoesNotMatch", message));
        }
        if let Some(region) = facts
            .host
            .region
            .as_ref()
            .filter(|region| **region != signature.region)
        {
            let message = format!(
                "Credential should be scoped to a valid region, not '{}'. ",
                signature.region
            );
            tracing::debug!(expected = %region, "an STS call for another region");
            return Err(Refusal::forbidden("SignatureDoesNotMatch", message));
        }
        let unknown = || Refusal::forbidden("InvalidClientTokenId", answer::UNKNOWN_KEY);
        let identity = self.0.identity(&signature.access_key_id).ok_or_else(unknown)?;
        facts
            .check_token(&identity, signature.token.as_deref(), &self.0)
            .map_err(|fault| match fault {
                TokenFault::Missing | TokenFault::Wrong => unknown(),
                TokenFault::Expired => {
                    let message = "The security token included in the request is expired";
                    Refusal::forbidden("ExpiredToken", message)
                }
            })?;
        if self.0.sts_disabled_regions.contains(&signature.region) {
            let message = format!(
                "STS is not activated in this region for account:{}. Your account administrator can activate STS in this region using the IAM Console.",
                identity.account()
            );
            return Err(Refusal::forbidden("RegionDisabledException", message));
        }
        Ok(identity)
    }
}

/// A failure that the protocol library found, in STS's words.
pub(crate) fn in_sts_words(code: &str, message: &str) -> Refusal {
    match code {
        "InvalidAccessKeyId" => Refusal::forbidden("InvalidClientTokenId", answer::UNKNOWN_KEY),
        "SignatureDoesNotMatch" => {
            let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
            Refusal::forbidden("SignatureDoesNotMatch", message)
        }
        _ => Refusal::bad_request(code, message),
    }
}
