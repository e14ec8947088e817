//! Access keys and session tokens, and the store that keeps those of every storage fresh.

mod cache;
mod duration;
mod error;
#[cfg(test)]
mod fake_sts;
mod grant;
mod slot;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

pub use cache::CredentialCache;
pub use error::CredentialError;
pub use grant::{AssumeRoles, Assuming, Grant, RoleGrant, session_name};

/// What a request is signed with.
#[derive(Clone)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: SecretString,
    session_token: Option<SecretString>,
    expires_at_ms: Option<i64>,
}

impl Credentials {
    /// A key that does not end: an IAM user's.
    pub fn permanent(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: SecretString::from(secret_access_key.into()),
            session_token: None,
            expires_at_ms: None,
        }
    }

    /// The key of a session, with its token and, where it is known, its end in milliseconds since 1970.
    pub fn of_session(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        session_token: impl Into<String>,
        expires_at_ms: Option<i64>,
    ) -> Self {
        Self {
            session_token: Some(SecretString::from(session_token.into())),
            expires_at_ms,
            ..Self::permanent(access_key_id, secret_access_key)
        }
    }

    /// The public half.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret half. For signing alone.
    pub fn expose_secret(&self) -> &str {
        self.secret_access_key.expose_secret()
    }

    /// The session's token. For signing and sending alone.
    pub fn expose_token(&self) -> Option<&str> {
        self.session_token.as_ref().map(|token| token.expose_secret())
    }

    /// When they end, in milliseconds since 1970; never, if none.
    pub fn expires_at_ms(&self) -> Option<i64> {
        self.expires_at_ms
    }

    /// Do they still hold at this time?
    pub fn is_valid_at(&self, now_ms: i64) -> bool {
        self.expires_at_ms.is_none_or(|end| now_ms < end)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_print_their_secrets() {
        let shown = format!(
            "{:?}",
            Credentials::of_session("AKID", "CANARY-SECRET", "CANARY-TOKEN", Some(5))
        );
        assert!(shown.contains("AKID") && !shown.contains("CANARY"), "{shown}");
    }

    #[test]
    fn a_session_ends_and_a_user_key_does_not() {
        let session = Credentials::of_session("a", "b", "c", Some(1000));
        assert!(session.is_valid_at(999) && !session.is_valid_at(1000));
        assert!(Credentials::permanent("a", "b").is_valid_at(i64::MAX));
    }
}
