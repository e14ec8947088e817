//! Which policy denies: AWS says so in the words of its refusal, and an Allow helps against some of them alone.

use crate::refusal::CallError;

/// What AWS calls the policies that are not the user's or the role's own, and where each is found.
const OTHERS: [(&str, &str); 7] = [
    (
        "session policy",
        "the session policy: the hub narrows sessions to the prefixes of the storage and to reading",
    ),
    (
        "permissions boundary",
        "the permissions boundary of the user or role (IAM console, the user or role, Permissions)",
    ),
    (
        "service control policy",
        "the service control policies of the organization in AWS (AWS Organizations)",
    ),
    (
        "resource control policy",
        "the resource control policies of the organization in AWS (AWS Organizations)",
    ),
    (
        "VPC endpoint policy",
        "the policy of the VPC endpoint that the hub goes through",
    ),
    (
        "resource-based policy",
        "the policy of the bucket, or of the access point",
    ),
    (
        "identity-based policy",
        "the policies of the user or role and of its groups",
    ),
];

/// A refusal with the server's words for it.
pub(super) struct Denial<'a> {
    words: &'a str,
}

impl<'a> Denial<'a> {
    pub fn of(error: &'a CallError) -> Self {
        let words = error.refusal().and_then(|refusal| refusal.message.as_deref());
        Self {
            words: words.unwrap_or_default(),
        }
    }

    /// What the server said, to go on a sentence with; nothing where it said nothing.
    pub fn said(&self) -> String {
        match self.words.trim_end_matches('.') {
            "" => String::new(),
            words => format!(" (the server says: {words})"),
        }
    }

    /// Whether it helps that a policy of the user or role allows it.
    pub fn is_mended_by_allowing(&self) -> bool {
        self.policy().is_none()
    }

    /// What to do: `allow`, unless that does not help.
    pub fn fix(&self, allow: &str) -> String {
        match self.policy() {
            None => allow.to_owned(),
            Some((true, place)) => format!(
                "A Deny stands above every Allow, so allowing it does not help. Find the Deny in {place}, and take it away or narrow it."
            ),
            Some((false, place)) => format!(
                "It is not enough that the user or role is allowed it: allow it in {place} too, or take the storage's prefixes so that it lies within."
            ),
        }
    }

    /// The policy that has to change, and whether it has to stop denying; none where it has to allow and is the user's or
    /// role's own, or where the words do not say which.
    fn policy(&self) -> Option<(bool, &'static str)> {
        let named = |rest: &str| OTHERS.into_iter().find(|(name, _)| rest.contains(name));
        if let Some((_, rest)) = self.words.split_once("with an explicit deny in ") {
            return named(rest).map(|(_, place)| (true, place));
        }
        let (_, rest) = self.words.split_once("because no ")?;
        let (policy, _) = rest.split_once(" allows")?;
        named(policy)
            .filter(|(name, _)| !matches!(*name, "identity-based policy" | "resource-based policy"))
            .map(|(_, place)| (false, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;

    fn denied(why: &str) -> CallError {
        CallError::Refused {
            host: "s3".to_owned(),
            call: "GetObject",
            refusal: Box::new(Refusal {
                status: 403,
                code: Some("AccessDenied".to_owned()),
                message: Some(format!(
                    "User: u is not authorized to perform: s3:GetObject on resource: r {why}"
                )),
                ..Refusal::default()
            }),
        }
    }

    #[test]
    fn an_allow_is_the_fix_only_where_none_allows() {
        for why in [
            "because no identity-based policy allows the s3:GetObject action",
            "for reasons of its own",
            "",
        ] {
            let error = denied(why);
            let denial = Denial::of(&error);
            assert!(denial.is_mended_by_allowing(), "{why}");
            assert_eq!(denial.fix("Allow it."), "Allow it.");
        }
        for (why, place) in [
            (
                "with an explicit deny in an identity-based policy",
                "the policies of the user or role",
            ),
            (
                "with an explicit deny in a resource-based policy",
                "the policy of the bucket",
            ),
            (
                "with an explicit deny in a service control policy",
                "service control policies",
            ),
            (
                "with an explicit deny in a VPC endpoint policy",
                "the VPC endpoint",
            ),
            (
                "because no session policy allows the s3:GetObject action",
                "narrows sessions",
            ),
            (
                "because no permissions boundary allows the s3:GetObject action",
                "permissions boundary",
            ),
        ] {
            let error = denied(why);
            let denial = Denial::of(&error);
            assert!(!denial.is_mended_by_allowing(), "{why}");
            let fix = denial.fix("Allow it.");
            assert!(fix.contains(place) && !fix.contains("Allow it."), "{why}: {fix}");
        }
    }

    #[test]
    fn what_the_server_says_is_shown() {
        let error = denied("with an explicit deny in an identity-based policy.");
        assert!(
            Denial::of(&error)
                .said()
                .ends_with("an explicit deny in an identity-based policy)")
        );
        let silent = CallError::Refused {
            host: "s3".to_owned(),
            call: "HeadObject",
            refusal: Box::default(),
        };
        assert_eq!(Denial::of(&silent).said(), "");
    }
}
