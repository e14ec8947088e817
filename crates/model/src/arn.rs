//! The Amazon resource names of those who act: the role that a customer lets the hub assume, and the hub itself.
//!
//! Rules: "IAM ARNs" and "IAM and AWS STS quotas" in the IAM user guide: `arn:partition:iam::account:role/path/name`,
//! paths of printable ASCII up to 512 characters, names of `[\w+=,.@-]{1,64}`.

use std::str::FromStr;

use crate::newtype::excerpt;
use crate::region::Partition;

/// Longest ARN, in bytes.
pub const ARN_BYTES_MAX: usize = 2048;
const ACCOUNT_ID_DIGITS: usize = 12;
const PATH_BYTES_MAX: usize = 512;
const NAME_BYTES_MAX: usize = 64;

/// The ARN of a role, such as `arn:aws:iam::123456789012:role/labeling/insitu`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn(String);

text_type!(RoleArn);

/// The ARN of somebody who calls AWS: a user, a role, a session of a role, or a whole account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalArn(String);

text_type!(PrincipalArn);

/// Why a text is not the ARN that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not the ARN of {what}: {reason}")]
pub struct ArnError {
    /// The beginning of what was found.
    pub found: String,
    /// What was asked for, such as `a role`.
    pub what: &'static str,
    /// What is wrong and what to do.
    pub reason: String,
}

impl ArnError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "arn.malformed"
    }
}

/// The parts of `arn:partition:service::account:kind/rest`.
struct Parts<'a> {
    partition: Partition,
    service: &'a str,
    account: &'a str,
    kind: &'a str,
    rest: &'a str,
}

fn split(arn: &str) -> Result<Parts<'_>, String> {
    const FORM: &str = "write it as arn:aws:iam::123456789012:role/name, as the IAM console shows it";
    if arn.len() > ARN_BYTES_MAX {
        return Err(format!(
            "it has {} bytes, and an ARN has at most {ARN_BYTES_MAX}",
            arn.len()
        ));
    }
    let mut fields = arn.splitn(6, ':');
    let mut field = || fields.next().unwrap_or_default();
    let (scheme, partition, service, region, account, resource) =
        (field(), field(), field(), field(), field(), field());
    if scheme != "arn" || resource.is_empty() {
        return Err(FORM.to_owned());
    }
    // Case matters to AWS here, so the exact word is asked for.
    let known = Partition::ALL.iter().find(|known| known.as_str() == partition);
    let Some(partition) = known.copied() else {
        return Err(format!("\"{}\" is no partition; {FORM}", excerpt(partition)));
    };
    if !region.is_empty() {
        return Err("IAM has no regions, so the fourth part must be empty".to_owned());
    }
    if account.len() != ACCOUNT_ID_DIGITS || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("an account ID has {ACCOUNT_ID_DIGITS} digits"));
    }
    let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
    Ok(Parts {
        partition,
        service,
        account,
        kind,
        rest,
    })
}

/// Splits `path/name` into `/path/` and `name` and checks both.
fn check_path_and_name(rest: &str) -> Result<(), String> {
    let (path, name) = rest.rsplit_once('/').unwrap_or(("", rest));
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_name) {
        return Err(format!(
            "its name must be 1 to {NAME_BYTES_MAX} letters, digits or the characters _ + = , . @ -"
        ));
    }
    let is_path = |byte: u8| matches!(byte, b'!'..=b'~');
    if path.len() + 2 > PATH_BYTES_MAX || !path.bytes().all(is_path) {
        return Err(format!(
            "its path must be at most {PATH_BYTES_MAX} visible ASCII characters"
        ));
    }
    Ok(())
}

fn check_role(text: &str) -> Result<(), String> {
    let parts = split(text)?;
    match (parts.service, parts.kind) {
        ("iam", "role") => check_path_and_name(parts.rest),
        ("iam", "user") => Err("it names a user; create a role and copy the role's ARN".to_owned()),
        ("iam", "policy") => Err("it names a policy; attach it to a role and copy the role's ARN".to_owned()),
        ("iam", "instance-profile") => {
            Err("it names an instance profile; copy the ARN of its role".to_owned())
        }
        ("sts", "assumed-role") => {
            let role = parts.rest.split('/').next().unwrap_or_default();
            Err(format!(
                "it names a session; copy the role's own ARN, which is like arn:{}:iam::{}:role/{}",
                parts.partition,
                parts.account,
                excerpt(role)
            ))
        }
        _ => Err("its last part must be role/ and the role's name".to_owned()),
    }
}

fn check_principal(text: &str) -> Result<(), String> {
    let parts = split(text)?;
    match (parts.service, parts.kind) {
        ("iam", "root") if parts.rest.is_empty() => Ok(()),
        ("iam", "role" | "user") => check_path_and_name(parts.rest),
        ("sts", "assumed-role") if parts.rest.split('/').count() == 2 => check_path_and_name(parts.rest),
        ("sts", "federated-user") => check_path_and_name(parts.rest),
        _ => Err("it must name a user, a role, a session of a role, or an account's root".to_owned()),
    }
}

impl FromStr for RoleArn {
    type Err = ArnError;

    /// Reads the ARN of a role. Space around it, which comes with pasting, is dropped.
    fn from_str(text: &str) -> Result<Self, ArnError> {
        let text = text.trim();
        match check_role(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(reason) => Err(ArnError {
                found: excerpt(text),
                what: "a role",
                reason,
            }),
        }
    }
}

impl FromStr for PrincipalArn {
    type Err = ArnError;

    /// Reads the ARN that `GetCallerIdentity` answers, or that a trust policy names.
    fn from_str(text: &str) -> Result<Self, ArnError> {
        let text = text.trim();
        match check_principal(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(reason) => Err(ArnError {
                found: excerpt(text),
                what: "a principal",
                reason,
            }),
        }
    }
}

impl RoleArn {
    /// The part of AWS that the role belongs to.
    pub fn partition(&self) -> Partition {
        partition_of(&self.0)
    }

    /// The twelve digits of the account that the role belongs to.
    pub fn account_id(&self) -> &str {
        account_of(&self.0)
    }

    /// The role's name, without its path.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The role's path: `/` or `/some/path/`.
    pub fn path(&self) -> &str {
        let from = self.0.find('/').unwrap_or_default();
        let to = self.0.rfind('/').unwrap_or_default();
        self.0.get(from..=to).unwrap_or("/")
    }
}

impl PrincipalArn {
    /// The part of AWS that the principal belongs to.
    pub fn partition(&self) -> Partition {
        partition_of(&self.0)
    }

    /// The twelve digits of the account that the principal belongs to.
    pub fn account_id(&self) -> &str {
        account_of(&self.0)
    }

    /// The ARN to name in a trust policy. A session comes and goes, so it is the session's role that is named; its
    /// path, which a session's ARN does not tell, is taken to be `/`.
    pub fn to_trust(&self) -> PrincipalArn {
        let Some((_, session)) = self.0.split_once(":assumed-role/") else {
            return self.clone();
        };
        let role = session.split('/').next().unwrap_or_default();
        PrincipalArn(format!(
            "arn:{}:iam::{}:role/{role}",
            self.partition(),
            self.account_id()
        ))
    }
}

fn partition_of(arn: &str) -> Partition {
    split(arn).map_or(Partition::Aws, |parts| parts.partition)
}

fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

#[cfg(test)]
mod tests;
