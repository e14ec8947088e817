//! The parameters of AssumeRole, checked as STS does: all faults of shape in one message.

use super::Form;
use crate::refusal::Refusal;

/// Parameters of the right shape.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameters<'f> {
    pub role_arn: &'f str,
    pub session_name: &'f str,
    pub external_id: Option<&'f str>,
    pub duration_seconds: Option<u32>,
    pub policy: Option<&'f str>,
}

const NAME_PATTERN: &str = r"[\w+=,.@-]*";
const EXTERNAL_ID_PATTERN: &str = r"[\w+=,.@:\/-]*";
const POLICY_PATTERN: &str = r"[\u0009\u000A\u000D\u0020-\u00FF]+";

/// Refuses what has the wrong shape; whether a role exists is not asked here.
pub(super) fn read<'f>(form: &'f Form, minimum_seconds: u32) -> Result<Parameters<'f>, Refusal> {
    let mut faults = Faults::default();
    let role_arn = form.get("RoleArn");
    let session_name = form.get("RoleSessionName");
    let external_id = form.get("ExternalId");
    let policy = form.get("Policy");
    faults.required("roleArn", role_arn);
    faults.length("roleArn", role_arn, 20, 2048);
    faults.required("roleSessionName", session_name);
    faults.length("roleSessionName", session_name, 2, 64);
    let word = |also: &'static str| move |c: char| c.is_ascii_alphanumeric() || c == '_' || also.contains(c);
    faults.pattern("roleSessionName", session_name, NAME_PATTERN, word("+=,.@-"));
    faults.length("externalId", external_id, 2, 1224);
    faults.pattern("externalId", external_id, EXTERNAL_ID_PATTERN, word("+=,.@:/-"));
    faults.length("policy", policy, 1, 2048);
    faults.pattern("policy", policy, POLICY_PATTERN, |c| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FF}')
    });
    let duration = read_duration(form)?;
    if let Some(seconds) = duration {
        let minimum = i64::from(minimum_seconds);
        if seconds < minimum {
            faults.value(
                "durationSeconds",
                &seconds.to_string(),
                &format!("have value greater than or equal to {minimum}"),
            );
        } else if seconds > 43_200 {
            faults.value(
                "durationSeconds",
                &seconds.to_string(),
                "have value less than or equal to 43200",
            );
        }
    }
    faults.refuse()?;
    let role_arn = role_arn.unwrap_or_default();
    if !is_role_arn(role_arn) {
        return Err(Refusal::bad_request(
            "ValidationError",
            format!("{role_arn} is invalid"),
        ));
    }
    Ok(Parameters {
        role_arn,
        session_name: session_name.unwrap_or_default(),
        external_id,
        duration_seconds: duration.and_then(|seconds| u32::try_from(seconds).ok()),
        policy,
    })
}

fn read_duration(form: &Form) -> Result<Option<i64>, Refusal> {
    let Some(text) = form.get("DurationSeconds") else {
        return Ok(None);
    };
    match text.parse() {
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => Err(Refusal::bad_request(
            "MalformedInput",
            "DurationSeconds is not a number",
        )),
    }
}

/// `arn:<partition>:iam::<account>:role/<path and name>`
fn is_role_arn(arn: &str) -> bool {
    match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "iam", "", account, name] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && name.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        }
        _ => false,
    }
}

/// What is wrong with the parameters, in the words of STS's validator.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn required(&mut self, name: &str, value: Option<&str>) {
        if value.is_none() {
            self.0.push(format!(
                "Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ));
        }
    }

    fn length(&mut self, name: &str, value: Option<&str>, min: usize, max: usize) {
        let Some(value) = value else { return };
        let length = value.chars().count();
        if length < min {
            self.value(
                name,
                value,
                &format!("have length greater than or equal to {min}"),
            );
        } else if length > max {
            self.value(name, value, &format!("have length less than or equal to {max}"));
        }
    }

    fn pattern(&mut self, name: &str, value: Option<&str>, pattern: &str, fits: impl Fn(char) -> bool) {
        let Some(value) = value else { return };
        if !value.chars().all(fits) {
            self.value(
                name,
                value,
                &format!("satisfy regular expression pattern: {pattern}"),
            );
        }
    }

    fn value(&mut self, name: &str, value: &str, constraint: &str) {
        self.0.push(format!(
            "Value '{value}' at '{name}' failed to satisfy constraint: Member must {constraint}"
        ));
    }

    fn refuse(self) -> Result<(), Refusal> {
        let count = self.0.len();
        if count == 0 {
            return Ok(());
        }
        let errors = if count == 1 { "error" } else { "errors" };
        let message = format!("{count} validation {errors} detected: {}", self.0.join("; "));
        Err(Refusal::bad_request("ValidationError", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/insitu-read";

    fn check(pairs: &[(&str, &str)]) -> Result<(), Refusal> {
        let mut form = vec![("RoleArn", ROLE), ("RoleSessionName", "insitu")];
        form.retain(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
        form.extend(pairs);
        let owned = form
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect();
        read(&Form(owned), 900).map(drop)
    }

    fn message(pairs: &[(&str, &str)]) -> String {
        let refusal = check(pairs).unwrap_err();
        assert_eq!(refusal.code, "ValidationError");
        refusal.message
    }

    #[test]
    fn parameters_of_the_right_shape_pass() {
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(
            check(&[("ExternalId", "a:/+=,.@-_9"), ("DurationSeconds", "900")]),
            Ok(())
        );
    }

    #[test]
    fn a_short_or_foreign_arn_is_refused() {
        assert_eq!(
            message(&[("RoleArn", "arn:aws:iam")]),
            "1 validation error detected: Value 'arn:aws:iam' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"
        );
        let user = "arn:aws:iam::111122223333:user/anna";
        assert_eq!(message(&[("RoleArn", user)]), format!("{user} is invalid"));
    }

    #[test]
    fn an_external_id_of_one_character_or_with_a_space_is_refused() {
        assert!(message(&[("ExternalId", "x")]).contains("greater than or equal to 2"));
        assert!(message(&[("ExternalId", "a b")]).ends_with(r"pattern: [\w+=,.@:\/-]*"));
        assert!(message(&[("ExternalId", &"x".repeat(1225))]).contains("less than or equal to 1224"));
    }

    #[test]
    fn a_session_name_follows_its_pattern() {
        assert!(message(&[("RoleSessionName", "a/b")]).ends_with(r"pattern: [\w+=,.@-]*"));
        assert!(message(&[("RoleSessionName", "a")]).contains("at 'roleSessionName'"));
    }

    #[test]
    fn a_policy_has_no_character_beyond_latin_1() {
        assert_eq!(check(&[("Policy", "{\"é\":\t\"\\u5199\"}\r\n")]), Ok(()));
        for policy in ["{\"写\":1}", "{\"🐈\":1}", "{\"\u{1}\":1}"] {
            assert!(
                message(&[("Policy", policy)]).ends_with(r"pattern: [\u0009\u000A\u000D\u0020-\u00FF]+"),
                "{policy}"
            );
        }
    }

    #[test]
    fn a_duration_has_both_limits() {
        assert!(
            message(&[("DurationSeconds", "899")])
                .ends_with("Member must have value greater than or equal to 900")
        );
        assert!(message(&[("DurationSeconds", "43201")]).contains("less than or equal to 43200"));
    }

    #[test]
    fn several_faults_come_in_one_message() {
        assert!(
            message(&[("ExternalId", "x"), ("DurationSeconds", "1")])
                .starts_with("2 validation errors detected: ")
        );
    }
}
