//! Who may do what: the secret for a key, then token, region and policy of every S3 request.

use std::sync::Arc;

use async_trait::async_trait;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

use crate::facts::{Facts, Signature, Signed};
use crate::identity::{Identity, TokenFault};
use crate::policy::{Context, Question};
use crate::refusal::Refusal;
use crate::world::{Bucket, World};

/// Gives the protocol library the secret behind an access key.
pub(crate) struct Secrets(pub Arc<World>);

#[async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.0.identity(access_key) {
            Some(identity) => Ok(SecretKey::from(identity.secret())),
            None => Err(s3_error!(InvalidAccessKeyId)),
        }
    }
}

/// The gate before every S3 operation; signatures were verified before it.
pub(crate) struct Gate(pub Arc<World>);

#[async_trait]
impl S3Access for Gate {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let operation = cx.s3_op().name().to_owned();
        let Some(facts) = cx.extensions_mut().get::<Arc<Facts>>().cloned() else {
            return Err(s3_error!(InternalError, "the request came without its facts"));
        };
        match self.admit(&operation, &facts) {
            Ok(admitted) => {
                cx.extensions_mut().insert(admitted);
                Ok(())
            }
            Err(refusal) => Err(facts.refuse(refusal)),
        }
    }
}

/// What the operation is handed: the bucket it is about and who asks.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    /// `None` for ListBuckets only.
    pub bucket: Option<Arc<Bucket>>,
    /// `None`: nobody in particular, for public objects.
    pub identity: Option<Identity>,
}

impl Gate {
    fn admit(&self, operation: &str, facts: &Facts) -> Result<Admitted, Refusal> {
        let identity = match facts.signature() {
            Some(signature) => Some(self.authenticate(facts, signature)?),
            None => None,
        };
        let bucket = match &facts.bucket {
            Some(name) => Some(self.0.bucket(name).ok_or_else(|| Refusal::no_such_bucket(name))?),
            None => None,
        };
        if let Some(bucket) = &bucket {
            check_region(operation, facts, bucket)?;
            check_expected_owner(facts, bucket)?;
        }
        let admitted = Admitted { bucket, identity };
        admitted.authorize(operation, facts)?;
        Ok(admitted)
    }

    fn authenticate(&self, facts: &Facts, signature: &Signature) -> Result<Identity, Refusal> {
        if signature.service != "s3" {
            let cause = format!(
                "incorrect service \"{}\". This endpoint belongs to \"s3\".",
                signature.service
            );
            return Err(match facts.signed {
                Signed::Query(_) => Refusal::query_parameters(&format!(
                    "Error parsing the X-Amz-Credential parameter; {cause}"
                )),
                _ => Refusal::bad_request(
                    "AuthorizationHeaderMalformed",
                    format!("The authorization header is malformed; {cause}"),
                ),
            });
        }
        let key = &signature.access_key_id;
        let identity = self
            .0
            .identity(key)
            .ok_or_else(|| Refusal::invalid_access_key_id(key))?;
        let token = signature.token.as_deref();
        identity
            .check_token(token, self.0.now_ms())
            .map_err(|fault| match fault {
                TokenFault::Missing => Refusal::invalid_access_key_id(key),
                TokenFault::Wrong => Refusal::invalid_token(token.unwrap_or_default()),
                TokenFault::Expired => Refusal::expired_token(token.unwrap_or_default()),
            })?;
        Ok(identity)
    }
}

impl Admitted {
    fn authorize(&self, operation: &str, facts: &Facts) -> Result<(), Refusal> {
        let (Some(identity), Some(bucket)) = (&self.identity, &self.bucket) else {
            return self.authorize_without_both(operation);
        };
        let prefix = match operation {
            "ListObjectsV2" => Some(facts.parameter("prefix").unwrap_or_default()),
            _ => None,
        };
        let context = Context::default()
            .with("s3:prefix", prefix)
            .with("s3:delimiter", facts.parameter("delimiter"))
            .with("aws:PrincipalArn", identity.arns().first().copied());
        let arn = bucket.arn(facts.key.as_deref());
        check_permission(identity, bucket, action_of(operation), &arn, &context)
    }

    /// Listing all buckets, or reading without a signature.
    fn authorize_without_both(&self, operation: &str) -> Result<(), Refusal> {
        match (&self.identity, &self.bucket) {
            (Some(identity), None) => {
                let (action, context) = (action_of(operation), Context::default());
                let question = Question {
                    action,
                    resource: "arn:aws:s3:::*",
                    context: &context,
                };
                let decision = identity.decide(&question);
                if decision.is_allowed() {
                    return Ok(());
                }
                let (caller, reason) = (identity.arn(), decision.reason(action));
                Err(Refusal::not_authorized(
                    caller,
                    action,
                    question.resource,
                    &reason,
                ))
            }
            (None, Some(bucket)) if bucket.public_read && matches!(operation, "GetObject" | "HeadObject") => {
                Ok(())
            }
            _ => Err(Refusal::access_denied()),
        }
    }

    /// The answer for a key that is not there: S3 admits it only to those who may list the bucket.
    pub(crate) fn no_such_key(&self, bucket: &Bucket, key: &str) -> Refusal {
        let Some(identity) = &self.identity else {
            return Refusal::access_denied();
        };
        // No prefix is asked for, so a permission that is tied to one does not count.
        let context = Context::default();
        match check_permission(identity, bucket, "s3:ListBucket", &bucket.arn(None), &context) {
            Ok(()) => Refusal::no_such_key(key),
            Err(refusal) => refusal,
        }
    }
}

fn check_permission(
    identity: &Identity,
    bucket: &Bucket,
    action: &str,
    arn: &str,
    context: &Context,
) -> Result<(), Refusal> {
    if identity.account() != bucket.owner {
        // Without a bucket policy nobody gets in from another account, and S3 does not say why.
        return Err(Refusal::access_denied());
    }
    let decision = identity.decide(&Question {
        action,
        resource: arn,
        context,
    });
    if decision.is_allowed() {
        return Ok(());
    }
    Err(Refusal::not_authorized(
        identity.arn(),
        action,
        arn,
        &decision.reason(action),
    ))
}

/// The region of the request must be the bucket's: in the signature's scope, and in the host if it names one.
fn check_region(operation: &str, facts: &Facts, bucket: &Bucket) -> Result<(), Refusal> {
    let scope = facts.signature().map(|signature| signature.region.as_str());
    // us-east-1 tells where any bucket is.
    if operation == "GetBucketLocation" && scope == Some("us-east-1") {
        return Ok(());
    }
    let presigned = matches!(facts.signed, Signed::Query(_));
    let endpoint = facts.host.region.as_deref();
    match (scope, endpoint) {
        (Some(scope), Some(endpoint)) if scope != endpoint => {
            Err(Refusal::wrong_region(scope, endpoint, presigned)
                .with_header("x-amz-bucket-region", bucket.region.as_str()))
        }
        (_, Some(endpoint)) if endpoint != bucket.region => {
            let in_host = facts
                .host
                .bucket
                .as_ref()
                .map(|name| format!("{name}."))
                .unwrap_or_default();
            let right = format!("{in_host}s3.{}.{}", bucket.region, facts.host.base);
            Err(Refusal::permanent_redirect(&bucket.name, &right, &bucket.region))
        }
        (Some(scope), None) if scope != bucket.region => {
            Err(Refusal::wrong_region(scope, &bucket.region, presigned))
        }
        _ => Ok(()),
    }
}

fn check_expected_owner(facts: &Facts, bucket: &Bucket) -> Result<(), Refusal> {
    match facts.expected_owner.as_deref() {
        Some(expected) if expected != bucket.owner => Err(Refusal::access_denied()),
        _ => Ok(()),
    }
}

/// The permission that an operation needs.
fn action_of(operation: &str) -> &'static str {
    match operation {
        "GetObject" | "HeadObject" => "s3:GetObject",
        "PutObject" => "s3:PutObject",
        "DeleteObject" => "s3:DeleteObject",
        "ListObjectsV2" | "HeadBucket" => "s3:ListBucket",
        "GetBucketLocation" => "s3:GetBucketLocation",
        "ListBuckets" => "s3:ListAllMyBuckets",
        "GetBucketCors" => "s3:GetBucketCORS",
        "PutBucketCors" | "DeleteBucketCors" => "s3:PutBucketCORS",
        // Not built: whoever may do everything hears NotImplemented, everybody else that it is denied.
        _ => "s3:NotImplementedHere",
    }
}
