//! The documents that a bucket's owner pastes: what the hub may do, who may become the role, and which origin may fetch.

mod session;

use std::collections::{BTreeMap, BTreeSet};

use insitu_model::arn::PrincipalArn;
use insitu_model::bucket::BucketName;
use insitu_model::external_id::ExternalId;
use insitu_model::prefix::Prefix;
use insitu_model::region::Partition;
use serde::Serialize;

pub use session::{
    PolicyError, SESSION_POLICY_CHARS_MAX, SESSION_POLICY_TOO_LONG, escaped, reading_session,
    uploading_session,
};

/// The language version of every policy.
const VERSION: &str = "2012-10-17";
/// How long a browser may remember that it was let through, in seconds.
const CORS_MAX_AGE_S: u32 = 3600;

const GET_OBJECT: &str = "s3:GetObject";
const GET_OBJECT_VERSION: &str = "s3:GetObjectVersion";
const LIST_BUCKET: &str = "s3:ListBucket";
const GET_BUCKET_LOCATION: &str = "s3:GetBucketLocation";
const DECRYPT: &str = "kms:Decrypt";

/// A policy of IAM, written in the order in which AWS's own pages write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Principal>,
    action: Actions,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'static str, BTreeMap<&'static str, Values>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Principal {
    #[serde(rename = "AWS")]
    aws: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Actions {
    One(&'static str),
    Many(Vec<&'static str>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

/// One rule of a bucket's CORS configuration, as the S3 console takes it (in a list).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsRule {
    allowed_headers: Vec<&'static str>,
    allowed_methods: Vec<&'static str>,
    allowed_origins: Vec<String>,
    expose_headers: Vec<&'static str>,
    max_age_seconds: u32,
}

/// What the hub's user or role may do: read and list these buckets, and nothing else. Of a bucket with prefixes, only
/// what lies under them; a bucket that a prefix names need not be named again.
pub fn access_policy(buckets: &[BucketName], prefixes: &[Prefix], partition: Partition) -> Policy {
    let named: BTreeSet<&BucketName> = prefixes.iter().map(Prefix::bucket).collect();
    let is_whole = |bucket: &&BucketName| {
        !named.contains(bucket)
            || prefixes
                .iter()
                .any(|p| p.bucket() == *bucket && p.key_prefix().is_empty())
    };
    let mut seen = BTreeSet::new();
    let each = buckets
        .iter()
        .chain(prefixes.iter().map(Prefix::bucket))
        .filter(|bucket| seen.insert(*bucket));
    let (whole, narrow): (Vec<&BucketName>, Vec<&BucketName>) = each.partition(is_whole);
    let mut statement = Vec::new();
    if !whole.is_empty() {
        statement.push(whole_buckets(&whole, partition));
    }
    for bucket in narrow {
        let keys: Vec<&str> = prefixes
            .iter()
            .filter(|p| p.bucket() == bucket)
            .map(Prefix::key_prefix)
            .collect();
        statement.extend(within_bucket(bucket, &keys, partition));
    }
    Policy {
        version: VERSION,
        statement,
    }
}

/// Who may become the role: the hub's own principal, and only with the external ID of this storage.
pub fn trust_policy(principal: &PrincipalArn, external_id: &ExternalId) -> Policy {
    let is_external_id = BTreeMap::from([("sts:ExternalId", Values::One(external_id.to_string()))]);
    Policy {
        version: VERSION,
        statement: vec![Statement {
            effect: "Allow",
            principal: Some(Principal {
                aws: principal.to_trust().to_string(),
            }),
            action: Actions::One("sts:AssumeRole"),
            resource: Vec::new(),
            condition: BTreeMap::from([("StringEquals", is_external_id)]),
        }],
    }
}

/// What the hub's user or role may do besides, where objects are encrypted with a key of KMS; every key, if it is not
/// known which.
pub fn decrypt_policy(key: Option<&str>, partition: Partition) -> Policy {
    let any = || format!("arn:{partition}:kms:*:*:key/*");
    Policy {
        version: VERSION,
        statement: vec![allow(
            Actions::One(DECRYPT),
            vec![key.map_or_else(any, str::to_owned)],
        )],
    }
}

/// The CORS configuration of a bucket: pages of the hub's origin may read, and see what they need of the headers.
pub fn cors_rules(hub_origin: &str) -> Vec<CorsRule> {
    vec![CorsRule {
        allowed_headers: vec!["*"],
        allowed_methods: vec!["GET", "HEAD"],
        allowed_origins: vec![hub_origin.trim_end_matches('/').to_owned()],
        expose_headers: vec!["ETag", "Content-Length", "Content-Range", "Accept-Ranges"],
        max_age_seconds: CORS_MAX_AGE_S,
    }]
}

impl Policy {
    /// The same for those who also read versions that are not the newest, which is a right of its own.
    pub fn and_versions(mut self) -> Self {
        for statement in &mut self.statement {
            let Actions::Many(actions) = &mut statement.action else {
                if matches!(statement.action, Actions::One(GET_OBJECT)) {
                    statement.action = Actions::Many(vec![GET_OBJECT, GET_OBJECT_VERSION]);
                }
                continue;
            };
            if let Some(at) = actions.iter().position(|action| *action == GET_OBJECT) {
                actions.insert(at + 1, GET_OBJECT_VERSION);
            }
        }
        self
    }

    /// As compact JSON.
    pub fn to_json(&self) -> String {
        // Strings, lists and maps with text keys: nothing that serde_json could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn allow(action: Actions, resource: Vec<String>) -> Statement {
    Statement {
        effect: "Allow",
        principal: None,
        action,
        resource,
        condition: BTreeMap::new(),
    }
}

/// The statement of the page that users follow: each ARN twice, once for the objects and once for the bucket.
fn whole_buckets(buckets: &[&BucketName], partition: Partition) -> Statement {
    let both = |bucket: &&BucketName| {
        let arn = bucket_arn(bucket, partition);
        [format!("{arn}/*"), arn]
    };
    let actions = vec![GET_OBJECT, LIST_BUCKET, GET_BUCKET_LOCATION];
    allow(Actions::Many(actions), buckets.iter().flat_map(both).collect())
}

fn within_bucket(bucket: &BucketName, keys: &[&str], partition: Partition) -> [Statement; 3] {
    let arn = bucket_arn(bucket, partition);
    let objects = keys.iter().map(|key| format!("{arn}/{key}*")).collect();
    [
        allow(Actions::One(GET_OBJECT), objects),
        listing_below(bucket, keys, partition),
        allow(Actions::One(GET_BUCKET_LOCATION), vec![arn]),
    ]
}

fn listing_below(bucket: &BucketName, keys: &[&str], partition: Partition) -> Statement {
    let mut list = allow(Actions::One(LIST_BUCKET), vec![bucket_arn(bucket, partition)]);
    let begins = Values::Many(keys.iter().map(|key| format!("{key}*")).collect());
    list.condition = BTreeMap::from([("StringLike", BTreeMap::from([("s3:prefix", begins)]))]);
    list
}

fn bucket_arn(bucket: &BucketName, partition: Partition) -> String {
    format!("arn:{partition}:s3:::{bucket}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn buckets(names: &[&str]) -> Vec<BucketName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn prefixes(texts: &[&str]) -> Vec<Prefix> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn reading_versions_is_a_right_of_its_own() {
        let whole = access_policy(&buckets(&["photos"]), &[], Partition::Aws);
        let narrow = access_policy(&[], &prefixes(&["s3://photos/2026/"]), Partition::Aws);
        for policy in [whole, narrow] {
            let statements = json!(policy.and_versions())["Statement"].clone();
            let reading = &statements[0]["Action"];
            assert_eq!(
                [&reading[0], &reading[1]],
                ["s3:GetObject", "s3:GetObjectVersion"]
            );
            assert_eq!(statements.to_string().matches("GetObjectVersion").count(), 1);
        }
    }

    #[test]
    fn the_policy_is_the_one_of_the_page() {
        let policy = access_policy(
            &buckets(&["photos", "more-photos", "photos"]),
            &[],
            Partition::Aws,
        );
        assert_eq!(
            policy.to_json(),
            concat!(
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#,
                r#""Action":["s3:GetObject","s3:ListBucket","s3:GetBucketLocation"],"#,
                r#""Resource":["arn:aws:s3:::photos/*","arn:aws:s3:::photos","arn:aws:s3:::more-photos/*","arn:aws:s3:::more-photos"]}]}"#,
            )
        );
    }

    #[test]
    fn each_partition_has_arns_of_its_own() {
        for (partition, start) in [
            (Partition::AwsCn, "arn:aws-cn:s3:::"),
            (Partition::AwsUsGov, "arn:aws-us-gov:s3:::"),
        ] {
            let json = access_policy(&buckets(&["photos"]), &[], partition).to_json();
            assert!(json.contains(start) && !json.contains("arn:aws:"), "{json}");
        }
    }

    #[test]
    fn prefixes_make_it_narrower() {
        let policy = access_policy(
            &buckets(&["open"]),
            &prefixes(&["photos/cats", "photos/dogs/big"]),
            Partition::Aws,
        );
        let value = serde_json::to_value(&policy).unwrap();
        assert_eq!(
            value["Statement"][0]["Resource"],
            json!(["arn:aws:s3:::open/*", "arn:aws:s3:::open"])
        );
        assert_eq!(
            value["Statement"][1],
            json!({"Effect": "Allow", "Action": "s3:GetObject",
                   "Resource": ["arn:aws:s3:::photos/cats/*", "arn:aws:s3:::photos/dogs/big/*"]})
        );
        assert_eq!(
            value["Statement"][2],
            json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": ["arn:aws:s3:::photos"],
                   "Condition": {"StringLike": {"s3:prefix": ["cats/*", "dogs/big/*"]}}})
        );
        assert!(!policy.to_json().contains("photos/*\""));
    }

    #[test]
    fn a_prefix_that_is_a_bucket_opens_it_whole() {
        let policy = access_policy(&[], &prefixes(&["photos", "photos/cats"]), Partition::Aws);
        assert_eq!(policy, access_policy(&buckets(&["photos"]), &[], Partition::Aws));
    }

    #[test]
    fn only_the_hub_with_the_external_id_may_become_the_role() {
        let session: PrincipalArn = "arn:aws:sts::111122223333:assumed-role/hub/i-0abc"
            .parse()
            .unwrap();
        let policy = trust_policy(&session, &"2f1d-8a".parse().unwrap());
        assert_eq!(
            policy.to_json(),
            concat!(
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/hub"},"#,
                r#""Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"2f1d-8a"}}}]}"#,
            )
        );
    }

    #[test]
    fn the_cors_rule_names_the_origin_of_the_hub_alone_and_no_writing() {
        assert_eq!(
            serde_json::to_value(cors_rules("https://hub.example.com/")).unwrap(),
            json!([{"AllowedHeaders": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["https://hub.example.com"],
                    "ExposeHeaders": ["ETag", "Content-Length", "Content-Range", "Accept-Ranges"], "MaxAgeSeconds": 3600}])
        );
    }
}
