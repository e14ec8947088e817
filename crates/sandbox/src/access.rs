//! Who may do what: the secret for a key, then token, region and policy of every S3 request.

use std::sync::Arc;

use async_trait::async_trait;
use hyper::StatusCode;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

use crate::facts::{Facts, Signature, Signed};
use crate::faults::{Fault, Struck};
use crate::identity::{Identity, TokenFault};
use crate::policy::{Context, Decision, Question};
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
            Some(name) => {
                let found = facts.bucket_in(&self.0);
                Some(found.ok_or_else(|| Refusal::no_such_bucket(name))?)
            }
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
        facts
            .check_token(&identity, token, &self.0)
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
            return self.authorize_without_both(operation, facts);
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
        check_permission(
            identity,
            bucket,
            action_of(operation),
            &arn,
            &context,
            &facts.struck,
        )
    }

    /// Listing all buckets, or reading without a signature.
    fn authorize_without_both(&self, operation: &str, facts: &Facts) -> Result<(), Refusal> {
        match (&self.identity, &self.bucket) {
            (Some(identity), None) => {
                let (action, context) = (action_of(operation), Context::default());
                let question = Question {
                    action,
                    resource: "arn:aws:s3:::*",
                    context: &context,
                };
                let decision = match facts.struck.revokes() {
                    true => Decision::DeniedByIdentity,
                    false => identity.decide(&question),
                };
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
            (None, Some(bucket))
                if bucket.public_read
                    && matches!(operation, "GetObject" | "HeadObject")
                    && !facts.struck.denies("s3:GetObject") =>
            {
                Ok(())
            }
            _ => Err(Refusal::access_denied()),
        }
    }

    /// The answer for a key that is not there: S3 admits it only to those who may list the bucket.
    pub(crate) fn no_such_key(&self, bucket: &Bucket, key: &str, struck: &Struck) -> Refusal {
        let Some(identity) = &self.identity else {
            return Refusal::access_denied();
        };
        let (action, arn) = ("s3:ListBucket", bucket.arn(None));
        if struck.has(&Fault::HideMissing) {
            return denied(identity, bucket, action, &arn, Decision::NotAllowedByIdentity);
        }
        // No prefix is asked for, so a permission that is tied to one does not count.
        let context = Context::default();
        match check_permission(identity, bucket, action, &arn, &context, struck) {
            Ok(()) => Refusal::no_such_key(key),
            Err(refusal) => refusal,
        }
    }

    /// What KMS says, through S3, to who may not use the key that an object is encrypted with.
    pub(crate) fn no_kms_key(&self, bucket: &Bucket) -> Refusal {
        let Some(identity) = self.identity.as_ref().filter(|i| i.account() == bucket.owner) else {
            return Refusal::access_denied();
        };
        let action = "kms:Decrypt";
        let reason = Decision::NotAllowedByIdentity.reason(action);
        Refusal::no_kms_key(identity.arn(), action, &bucket.kms_key(), &reason)
    }
}

fn check_permission(
    identity: &Identity,
    bucket: &Bucket,
    action: &str,
    arn: &str,
    context: &Context,
    struck: &Struck,
) -> Result<(), Refusal> {
    let decision = match (struck.revokes(), struck.denies(action)) {
        (true, _) => Decision::DeniedByIdentity,
        (false, true) => Decision::NotAllowedByIdentity,
        (false, false) => identity.decide(&Question {
            action,
            resource: arn,
            context,
        }),
    };
    if decision.is_allowed() && identity.account() == bucket.owner {
        return Ok(());
    }
    Err(denied(identity, bucket, action, arn, decision))
}

fn denied(identity: &Identity, bucket: &Bucket, action: &str, arn: &str, decision: Decision) -> Refusal {
    if identity.account() != bucket.owner {
        // Without a bucket policy nobody gets in from another account, and S3 does not say why.
        return Refusal::access_denied();
    }
    Refusal::not_authorized(identity.arn(), action, arn, &decision.reason(action))
}

/// The region of the request must be the bucket's: in the signature's scope, and in the host if it names one.
fn check_region(operation: &str, facts: &Facts, bucket: &Bucket) -> Result<(), Refusal> {
    let scope = facts.signature().map(|signature| signature.region.as_str());
    let region = facts.region_of(bucket);
    // us-east-1 tells where any bucket is.
    if operation == "GetBucketLocation" && scope == Some("us-east-1") {
        return Ok(());
    }
    let presigned = matches!(facts.signed, Signed::Query(_));
    let endpoint = facts.host.region.as_deref();
    let answer = facts.struck.answer_to_wrong_region();
    match (scope, endpoint) {
        (Some(scope), Some(endpoint)) if scope != endpoint => {
            Err(Refusal::wrong_region(scope, endpoint, presigned).with_header("x-amz-bucket-region", region))
        }
        (Some(scope), _) if scope != region && answer == Some(StatusCode::BAD_REQUEST) => {
            Err(Refusal::wrong_region(scope, region, presigned))
        }
        (Some(scope), _) if scope != region && answer == Some(StatusCode::MOVED_PERMANENTLY) => {
            Err(redirect(facts, bucket))
        }
        (_, Some(endpoint)) if endpoint != region => Err(redirect(facts, bucket)),
        (Some(scope), None) if scope != region => Err(Refusal::wrong_region(scope, region, presigned)),
        _ => Ok(()),
    }
}

/// To the endpoint of the bucket's region. An address has no regions below it, so it stays as it is.
fn redirect(facts: &Facts, bucket: &Bucket) -> Refusal {
    let (host, region) = (&facts.host, facts.region_of(bucket));
    let in_host = host.bucket.as_ref().map(|name| format!("{name}."));
    let right = if host.is_address() {
        host.base.clone()
    } else {
        format!("{}s3.{region}.{}", in_host.unwrap_or_default(), host.base)
    };
    Refusal::permanent_redirect(&bucket.name, &right, region)
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
        "PutObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => "s3:PutObject",
        "AbortMultipartUpload" => "s3:AbortMultipartUpload",
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
