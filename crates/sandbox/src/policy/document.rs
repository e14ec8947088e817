//! The shape of a policy document, and what is refused when it is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::Operator;

/// A policy as AWS writes it: identity policy, session policy or trust policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    #[serde(default = "newest_version")]
    pub version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub statement: OneOrMany<Statement>,
}

/// One statement: these actions on these resources, for these principals, under these conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    pub effect: Effect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<OneOrMany<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_action: Option<OneOrMany<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<OneOrMany<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_resource: Option<OneOrMany<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<Operator, BTreeMap<String, OneOrMany<Scalar>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    Allow,
    Deny,
}

/// Whom a trust policy speaks of: `"*"`, or `{"AWS": …}` with ARNs and account numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Principal {
    Everybody(Star),
    Named(BTreeMap<String, OneOrMany<String>>),
}

/// The string `"*"` and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Star {
    #[serde(rename = "*")]
    Star,
}

/// AWS allows one value or a list of them almost everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// A condition's value; `true` and `"true"` mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Text(String),
    Bool(bool),
    Number(i64),
}

/// Why a policy document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy is not a policy document: {0}")]
    Syntax(String),
    #[error("the policy's version is '{0}'; use 2012-10-17")]
    Version(String),
    #[error("a statement needs exactly one of {0} and Not{0}")]
    OneOf(&'static str),
    #[error("a trust policy's statement needs a Principal and no Resource")]
    Trust,
    #[error("an identity policy's statement has no Principal")]
    Identity,
    #[error("'{0}' is no principal: name an account, a user or a role in full, or \"*\"")]
    Principal(String),
}

impl Policy {
    /// Reads an identity or session policy.
    pub fn identity(json: &str) -> Result<Self, PolicyError> {
        let policy: Self = serde_json::from_str(json).map_err(|e| PolicyError::Syntax(e.to_string()))?;
        policy.check_identity()?;
        Ok(policy)
    }

    /// The same policy, without what its conditions say about one key.
    #[must_use]
    pub fn without_condition(&self, key: &str) -> Self {
        let without = |statement: &Statement| {
            let mut statement = statement.clone();
            for keys in statement.condition.values_mut() {
                keys.retain(|known, _| !known.eq_ignore_ascii_case(key));
            }
            statement
        };
        Self {
            statement: OneOrMany::Many(self.statement.iter().map(without).collect()),
            ..self.clone()
        }
    }

    /// What every identity policy must satisfy beyond its syntax.
    pub fn check_identity(&self) -> Result<(), PolicyError> {
        self.check_version()?;
        for statement in self.statement.iter() {
            exactly_one("Action", &statement.action, &statement.not_action)?;
            exactly_one("Resource", &statement.resource, &statement.not_resource)?;
            if statement.principal.is_some() {
                return Err(PolicyError::Identity);
            }
        }
        Ok(())
    }

    /// What every trust policy must satisfy beyond its syntax.
    pub fn check_trust(&self) -> Result<(), PolicyError> {
        self.check_version()?;
        for statement in self.statement.iter() {
            exactly_one("Action", &statement.action, &statement.not_action)?;
            if statement.resource.is_some() || statement.not_resource.is_some() {
                return Err(PolicyError::Trust);
            }
            statement.principal.as_ref().ok_or(PolicyError::Trust)?.check()?;
        }
        Ok(())
    }

    fn check_version(&self) -> Result<(), PolicyError> {
        match self.version.as_str() {
            "2012-10-17" | "2008-10-17" => Ok(()),
            other => Err(PolicyError::Version(other.to_owned())),
        }
    }
}

impl Principal {
    /// The principals of the kind `AWS`, `*` among them.
    pub fn aws(&self) -> impl Iterator<Item = &str> {
        let named = match self {
            Self::Everybody(_) => None,
            Self::Named(map) => map.get("AWS"),
        };
        let everybody = matches!(self, Self::Everybody(_)).then_some("*");
        everybody
            .into_iter()
            .chain(named.into_iter().flat_map(OneOrMany::iter).map(String::as_str))
    }

    fn check(&self) -> Result<(), PolicyError> {
        for entry in self.aws() {
            let account = entry.len() == 12 && entry.bytes().all(|b| b.is_ascii_digit());
            let arn = entry.starts_with("arn:aws") && !entry.contains('*');
            if !(entry == "*" || account || arn) {
                return Err(PolicyError::Principal(entry.to_owned()));
            }
        }
        Ok(())
    }
}

impl<T> OneOrMany<T> {
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            Self::One(one) => std::slice::from_ref(one).iter(),
            Self::Many(many) => many.iter(),
        }
    }
}

impl Scalar {
    /// The value as text, as conditions compare it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
        }
    }
}

fn newest_version() -> String {
    "2012-10-17".to_owned()
}

fn exactly_one<T>(name: &'static str, plain: &Option<T>, not: &Option<T>) -> Result<(), PolicyError> {
    if plain.is_some() == not.is_some() {
        return Err(PolicyError::OneOf(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_condition_operator_is_refused_not_ignored() {
        let json = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
            "Condition":{"StringMatches":{"s3:prefix":"a"}}}}"#;
        assert!(matches!(Policy::identity(json), Err(PolicyError::Syntax(_))));
    }

    #[test]
    fn an_unknown_field_is_refused_not_ignored() {
        let json = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","NotPrincipal":"*"}}"#;
        assert!(matches!(Policy::identity(json), Err(PolicyError::Syntax(_))));
    }

    #[test]
    fn a_statement_without_resource_is_no_identity_policy() {
        let json = r#"{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}"#;
        assert_eq!(Policy::identity(json), Err(PolicyError::OneOf("Resource")));
    }

    #[test]
    fn a_trust_policy_names_principals_in_full() {
        let json = r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::1:user/*"}}]}"#;
        let policy: Policy = serde_json::from_str(json).unwrap();
        assert!(matches!(policy.check_trust(), Err(PolicyError::Principal(_))));
    }

    #[test]
    fn a_policy_is_written_as_it_was_read() {
        let json = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":["a","b"]}]}"#;
        let policy = Policy::identity(json).unwrap();
        assert_eq!(serde_json::to_string(&policy).unwrap(), json);
    }
}
