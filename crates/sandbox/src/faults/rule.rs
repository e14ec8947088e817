//! A rule: which fault strikes, whom, and how often.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault::Fault;
use super::target::{Operation, Target};

/// A fault and the requests that it strikes. In JSON all fields stand side by side:
/// `{"fault": "throttle", "bucket": "photos", "times": 3}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct FaultRule {
    #[serde(flatten)]
    pub fault: Fault,
    #[serde(flatten)]
    pub scope: Scope,
}

/// Whom a rule strikes, and how often; what is absent narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Requests for an object whose key begins so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
    /// The ARN of the role that is assumed, or whose session signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The access key id that signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// So many requests pass first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// After them, every so manieth is struck; every one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// So many are struck, then none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// The fields of [`Scope`]; every other one belongs to the fault.
const SCOPE_FIELDS: [&str; 8] = [
    "bucket",
    "keyPrefix",
    "role",
    "accessKey",
    "operation",
    "after",
    "every",
    "times",
];

/// Why a rule is refused.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    #[error("the rule is not one: {0}")]
    Syntax(#[from] serde_json::Error),
    #[error("'{fault}' has no '{field}'")]
    Field { fault: String, field: String },
    #[error("'{fault}' cannot answer with the {field} '{value}'")]
    Value {
        fault: String,
        field: &'static str,
        value: String,
    },
    #[error("'{0}' would never strike: 'every' and 'times' count from 1")]
    Zero(String),
    #[error("'{0}' never strikes a {1:?}; leave 'operation' away or name another")]
    Operation(String, Operation),
    #[error(
        "'{0}' strikes before anything of a request is known; it can only be counted (after, every, times)"
    )]
    Narrowed(String),
    #[error(
        "'{0}' strikes names: it can be narrowed by 'host', by 'bucket' and by an operation of STS, and counted; a name tells nothing else"
    )]
    Name(String),
}

impl FaultRule {
    /// Refuses a rule that could never strike.
    pub(super) fn check(&self) -> Result<(), FaultError> {
        self.fault.check()?;
        let (scope, name) = (&self.scope, || self.fault.name());
        if scope.every == Some(0) || scope.times == Some(0) {
            return Err(FaultError::Zero(name()));
        }
        if self.fault == Fault::CutTls {
            let narrowed = [&scope.bucket, &scope.key_prefix, &scope.role, &scope.access_key]
                .iter()
                .any(|field| field.is_some());
            return if narrowed || scope.operation.is_some() {
                Err(FaultError::Narrowed(name()))
            } else {
                Ok(())
            };
        }
        if matches!(self.fault, Fault::RefuseDns { .. }) {
            return self.check_of_names();
        }
        match scope.operation {
            Some(operation) if !self.fault.can_spoil(operation) => {
                Err(FaultError::Operation(name(), operation))
            }
            _ => Ok(()),
        }
    }

    fn check_of_names(&self) -> Result<(), FaultError> {
        let scope = &self.scope;
        let narrowed = [&scope.key_prefix, &scope.role, &scope.access_key]
            .iter()
            .any(|field| field.is_some());
        let of_sts = [
            None,
            Some(Operation::AssumeRole),
            Some(Operation::GetCallerIdentity),
        ];
        if narrowed || !of_sts.contains(&scope.operation) {
            return Err(FaultError::Name(self.fault.name()));
        }
        Ok(())
    }

    /// Is the rule about this name? That of a bucket begins with it, that of STS has it among its labels.
    pub(super) fn is_about_name(&self, name: &str) -> bool {
        let Fault::RefuseDns { host } = &self.fault else {
            return false;
        };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let below = |host: &String| {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            name.strip_suffix(&host)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let of_bucket = |bucket: &String| {
            let rest = name.strip_prefix(bucket.as_str());
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        host.as_ref().is_none_or(below)
            && self.scope.bucket.as_ref().is_none_or(of_bucket)
            && (self.scope.operation.is_none() || name.split('.').any(|label| label == "sts"))
    }

    /// Is the rule about this request? Counting comes later.
    pub(super) fn is_about(&self, target: &Target<'_>) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let scope = &self.scope;
        let prefix = scope.key_prefix.as_deref();
        same(&scope.bucket, target.bucket)
            && same(&scope.role, target.role.as_deref())
            && same(&scope.access_key, target.access_key)
            && prefix.is_none_or(|prefix| target.key.is_some_and(|key| key.starts_with(prefix)))
            && scope.operation.is_none_or(|wanted| wanted == target.operation)
            && self.fault.concerns(target)
    }
}

impl From<Fault> for FaultRule {
    /// Strikes every request that it can.
    fn from(fault: Fault) -> Self {
        let scope = Scope::default();
        Self { fault, scope }
    }
}

impl TryFrom<Map<String, Value>> for FaultRule {
    type Error = FaultError;

    fn try_from(written: Map<String, Value>) -> Result<Self, FaultError> {
        let (scope, fault): (Map<_, _>, Map<_, _>) = written
            .into_iter()
            .partition(|(name, _)| SCOPE_FIELDS.contains(&name.as_str()));
        let names: Vec<String> = fault.keys().cloned().collect();
        let rule = Self {
            fault: serde_json::from_value(Value::Object(fault))?,
            scope: serde_json::from_value(Value::Object(scope))?,
        };
        let understood = serde_json::to_value(&rule.fault)?;
        // serde lets a fault without fields pass with any; a misspelt field must not be a silence.
        if let Some(field) = names.into_iter().find(|name| understood.get(name).is_none()) {
            let fault = rule.fault.name();
            return Err(FaultError::Field { fault, field });
        }
        rule.check()?;
        Ok(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<FaultRule, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rule_is_written_and_read_back() {
        for json in [
            r#"{"fault":"hang"}"#,
            r#"{"fault":"clock-skew","seconds":-960,"operation":"AssumeRole"}"#,
            r#"{"fault":"redirect-301","region":"us-west-2","bucket":"photos"}"#,
            r#"{"fault":"throttle","retryAfter":2,"keyPrefix":"a/","after":1,"every":2,"times":3}"#,
            r#"{"fault":"throttle"}"#,
            r#"{"fault":"wrong-content-type","type":"text/html","accessKey":"AKIAX"}"#,
            r#"{"fault":"revoke-sessions","before":"2026-03-04T05:06:07.5Z","role":"arn:aws:iam::111122223333:role/read"}"#,
            r#"{"fault":"no-external-id-demanded","role":"arn:aws:iam::111122223333:role/read"}"#,
            r#"{"fault":"cut-tls","times":1}"#,
            r#"{"fault":"refuse-dns"}"#,
            r#"{"fault":"refuse-dns","host":"photos.test","bucket":"photos","operation":"AssumeRole","times":2}"#,
        ] {
            assert_eq!(serde_json::to_string(&read(json).unwrap()).unwrap(), json);
        }
    }

    #[test]
    fn a_rule_about_names_knows_its_own() {
        for (json, own, others) in [
            (r#"{"fault":"refuse-dns"}"#, vec!["a.test", "localhost"], vec![]),
            (
                r#"{"fault":"refuse-dns","host":"photos.test"}"#,
                vec!["photos.test", "Photos.TEST.", "a.photos.test"],
                vec!["otherphotos.test", "test", "photos.test.example"],
            ),
            (
                r#"{"fault":"refuse-dns","bucket":"photos"}"#,
                vec!["photos.s3.eu-central-1.amazonaws.com", "photos.test"],
                vec!["photos", "photos2.test", "s3.photos.test"],
            ),
            (
                r#"{"fault":"refuse-dns","operation":"AssumeRole"}"#,
                vec!["sts.eu-central-1.amazonaws.com", "sts.test"],
                vec!["s3.eu-central-1.amazonaws.com", "stst.test"],
            ),
        ] {
            let rule = read(json).unwrap();
            assert!(own.iter().all(|name| rule.is_about_name(name)), "{json}");
            assert!(!others.iter().any(|name| rule.is_about_name(name)), "{json}");
        }
        assert!(!read(r#"{"fault":"hang"}"#).unwrap().is_about_name("photos.test"));
    }

    #[test]
    fn a_rule_that_is_misspelt_or_could_never_strike_is_refused_with_the_reason() {
        for (json, complaint) in [
            (r#"{"bucket":"photos"}"#, "missing field `fault`"),
            (r#"{"fault":"hangs"}"#, "expected one of `hang`"),
            (r#"{"fault":"hang","bukket":"photos"}"#, "'hang' has no 'bukket'"),
            (
                r#"{"fault":"hang","region":"us-east-1"}"#,
                "'hang' has no 'region'",
            ),
            (r#"{"fault":"redirect-400"}"#, "missing field `region`"),
            (r#"{"fault":"redirect-400","region":"Mars"}"#, "the region 'Mars'"),
            (
                r#"{"fault":"wrong-content-type","type":"a\nb"}"#,
                "the type 'a\nb'",
            ),
            (r#"{"fault":"hang","times":0}"#, "count from 1"),
            (r#"{"fault":"hang","times":-1}"#, "invalid value"),
            (r#"{"fault":"hang","operation":"Get"}"#, "unknown variant `Get`"),
            (
                r#"{"fault":"cut-body","operation":"HeadObject"}"#,
                "never strikes a HeadObject",
            ),
            (
                r#"{"fault":"cut-tls","bucket":"photos"}"#,
                "before anything of a request is known",
            ),
            (
                r#"{"fault":"refuse-dns","role":"arn:aws:iam::111122223333:role/read"}"#,
                "a name tells nothing else",
            ),
            (
                r#"{"fault":"refuse-dns","operation":"GetObject"}"#,
                "a name tells nothing else",
            ),
        ] {
            let said = read(json).unwrap_err();
            assert!(said.contains(complaint), "{json}: {said}");
        }
    }
}
