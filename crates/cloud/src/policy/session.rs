//! What a session of the hub may do, whatever its role allows: read, or put a file that somebody asked to upload.
//!
//! STS gives a session what both its role and this policy allow, so a role with too many rights lends the hub no more
//! than these. Without prefixes every resource is named, which leaves it to the role which buckets they are.
//!
//! STS reads no character beyond U+00FF in a policy, though keys may have any: these are written as JSON escapes.

use insitu_model::prefix::Prefix;
use insitu_model::region::Partition;

use super::*;

/// Longest session policy that STS takes, in characters.
pub const SESSION_POLICY_CHARS_MAX: usize = 2048;

/// The code of a storage whose prefixes make a policy that is too long, or too large when STS packs it.
pub const SESSION_POLICY_TOO_LONG: &str = "policy.session_policy_too_long";

const READ_OBJECT: [&str; 2] = [GET_OBJECT, GET_OBJECT_VERSION];
const PUT_OBJECT: &str = "s3:PutObject";
/// What S3 asks of KMS to encrypt an object that is put.
const ENCRYPT: &str = "kms:GenerateDataKey";
const EVERYTHING: &str = "*";

/// Why no session policy can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// STS takes no policy of this length.
    #[error(
        "the prefixes of this storage make a session policy of {chars} characters, and STS takes {SESSION_POLICY_CHARS_MAX}: \
         name fewer or shorter prefixes, or make a second storage"
    )]
    SessionPolicyTooLong {
        /// Its length.
        chars: usize,
    },
}

impl PolicyError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        SESSION_POLICY_TOO_LONG
    }
}

/// The policy that narrows a session to reading, and to the prefixes where there are any, as the compact JSON that STS
/// takes.
pub fn reading_session(prefixes: &[Prefix], partition: Partition) -> Result<String, PolicyError> {
    let mut statement = Vec::new();
    if prefixes.is_empty() {
        let actions = [&READ_OBJECT[..], &[LIST_BUCKET, GET_BUCKET_LOCATION]].concat();
        statement.push(allow(Actions::Many(actions), vec![EVERYTHING.to_owned()]));
    } else {
        statement.push(allow(
            Actions::Many(READ_OBJECT.to_vec()),
            objects_within(prefixes, partition),
        ));
        statement.extend(listings(prefixes, partition));
    }
    statement.push(through_s3(vec![DECRYPT]));
    checked(statement)
}

/// The policy that narrows a session to putting objects, below the prefixes where there are any.
pub fn uploading_session(prefixes: &[Prefix], partition: Partition) -> Result<String, PolicyError> {
    let resource = match prefixes {
        [] => vec![EVERYTHING.to_owned()],
        _ => objects_within(prefixes, partition),
    };
    checked(vec![
        allow(Actions::One(PUT_OBJECT), resource),
        through_s3(vec![ENCRYPT, DECRYPT]),
    ])
}

fn objects_within(prefixes: &[Prefix], partition: Partition) -> Vec<String> {
    let pattern = |prefix: &Prefix| {
        let arn = bucket_arn(prefix.bucket(), partition);
        format!("{arn}/{}*", prefix.key_prefix())
    };
    let patterns: BTreeSet<String> = prefixes.iter().map(pattern).collect();
    patterns.into_iter().collect()
}

/// What may be listed, and whose region asked for: whole buckets in one statement, others by the prefix of the listing.
fn listings(prefixes: &[Prefix], partition: Partition) -> Vec<Statement> {
    let mut keys_by_bucket: BTreeMap<&BucketName, Vec<&str>> = BTreeMap::new();
    for prefix in prefixes {
        keys_by_bucket
            .entry(prefix.bucket())
            .or_default()
            .push(prefix.key_prefix());
    }
    let is_whole = |keys: &[&str]| keys.iter().any(|key| key.is_empty());
    let all = keys_by_bucket
        .keys()
        .map(|bucket| bucket_arn(bucket, partition))
        .collect();
    let whole: Vec<String> = keys_by_bucket
        .iter()
        .filter(|(_, keys)| is_whole(keys))
        .map(|(bucket, _)| bucket_arn(bucket, partition))
        .collect();
    let mut statements = vec![allow(Actions::One(GET_BUCKET_LOCATION), all)];
    if !whole.is_empty() {
        statements.push(allow(Actions::One(LIST_BUCKET), whole));
    }
    let narrow = keys_by_bucket.iter().filter(|(_, keys)| !is_whole(keys));
    statements.extend(narrow.map(|(bucket, keys)| listing_below(bucket, keys, partition)));
    statements
}

/// Keys of KMS are named by the role alone; they may be used by way of S3 and not otherwise.
fn through_s3(actions: Vec<&'static str>) -> Statement {
    let mut statement = allow(Actions::Many(actions), vec![EVERYTHING.to_owned()]);
    let by_s3 = Values::One("s3.*".to_owned());
    statement.condition = BTreeMap::from([("StringLike", BTreeMap::from([("kms:ViaService", by_s3)]))]);
    statement
}

fn checked(statement: Vec<Statement>) -> Result<String, PolicyError> {
    let policy = Policy {
        version: VERSION,
        statement,
    };
    let json = escaped(&policy.to_json());
    let chars = json.chars().count();
    if chars > SESSION_POLICY_CHARS_MAX {
        return Err(PolicyError::SessionPolicyTooLong { chars });
    }
    Ok(json)
}

/// The same JSON with every character that AWS reads in no policy written as `\uXXXX`, by the units of UTF-16. JSON has them
/// within strings alone.
pub fn escaped(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    for c in json.chars() {
        if c <= '\u{FF}' {
            written.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            written.push_str(&format!("\\u{unit:04x}"));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn prefixes(texts: &[&str]) -> Vec<Prefix> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn statements(policy: Result<String, PolicyError>) -> Value {
        let document: Value = serde_json::from_str(&policy.unwrap()).unwrap();
        document["Statement"].clone()
    }

    fn actions(statements: &Value) -> BTreeSet<String> {
        let each = statements.as_array().unwrap().iter();
        each.flat_map(|one| match &one["Action"] {
            Value::Array(many) => many.clone(),
            one => vec![one.clone()],
        })
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
    }

    #[test]
    fn a_session_reads_and_nothing_else_with_prefixes_and_without() {
        let reading = [
            "kms:Decrypt",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:ListBucket",
        ];
        for prefixes in [vec![], prefixes(&["photos/cats", "videos"])] {
            let found = statements(reading_session(&prefixes, Partition::Aws));
            assert_eq!(
                actions(&found),
                reading.iter().map(|one| (*one).to_owned()).collect()
            );
        }
    }

    #[test]
    fn a_session_is_narrowed_to_the_prefixes() {
        let found = statements(reading_session(
            &prefixes(&["photos/cats", "photos/dogs/big", "videos"]),
            Partition::AwsCn,
        ));
        assert_eq!(
            found[0]["Resource"],
            json!([
                "arn:aws-cn:s3:::photos/cats/*",
                "arn:aws-cn:s3:::photos/dogs/big/*",
                "arn:aws-cn:s3:::videos/*"
            ])
        );
        assert_eq!(found[2]["Resource"], json!(["arn:aws-cn:s3:::videos"]));
        assert_eq!(found[3]["Resource"], json!(["arn:aws-cn:s3:::photos"]));
        assert_eq!(
            found[3]["Condition"],
            json!({"StringLike": {"s3:prefix": ["cats/*", "dogs/big/*"]}})
        );
        assert_eq!(
            found[4]["Condition"],
            json!({"StringLike": {"kms:ViaService": "s3.*"}})
        );
    }

    #[test]
    fn a_session_for_uploads_puts_and_does_not_read() {
        let found = statements(uploading_session(&prefixes(&["photos/cats"]), Partition::Aws));
        assert_eq!(
            found[0],
            json!({"Effect": "Allow", "Action": "s3:PutObject", "Resource": ["arn:aws:s3:::photos/cats/*"]})
        );
        assert!(!actions(&found).iter().any(|action| action.starts_with("s3:Get")));
    }

    #[test]
    fn characters_that_sts_does_not_read_are_escaped_before_the_length_is_counted() {
        let named = prefixes(&["photos/写真", "photos/Łódź", "photos/été", "photos/🐈"]);
        let both = [reading_session, uploading_session];
        for policy in both.map(|narrow| narrow(&named, Partition::Aws)) {
            let json = policy.unwrap();
            assert!(json.chars().all(|c| (' '..='\u{FF}').contains(&c)), "{json}");
            assert!(
                json.contains("photos/\\ud83d\\udc08/*") && json.contains("photos/été/*"),
                "{json}"
            );
            let found: Value = serde_json::from_str(&json).unwrap();
            let resources = found["Statement"][0]["Resource"].as_array().unwrap();
            for prefix in &named {
                assert!(
                    resources.contains(&json!(format!("arn:aws:s3:::{prefix}*"))),
                    "{resources:?}"
                );
            }
        }
        // Six characters each, twice.
        let long = format!("photos/{}", "写".repeat(150));
        assert!(long.chars().count() * 2 + 500 < SESSION_POLICY_CHARS_MAX);
        let refused = reading_session(&prefixes(&[&long]), Partition::Aws);
        assert!(
            matches!(refused, Err(PolicyError::SessionPolicyTooLong { chars }) if chars > 1800),
            "{refused:?}"
        );
    }

    #[test]
    fn a_session_policy_longer_than_sts_takes_is_refused() {
        let many: Vec<String> = (0..60).map(|n| format!("photos/folder-number-{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let error = reading_session(&prefixes(&many), Partition::Aws).unwrap_err();
        assert_eq!(error.code(), "policy.session_policy_too_long");
    }
}
