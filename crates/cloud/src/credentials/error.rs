//! Why a storage has no credentials.

use crate::policy::SESSION_POLICY_TOO_LONG;
use crate::refusal::CallError;
use crate::sts;

/// Why a storage has no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The hub has no AWS identity, so it cannot become a role.
    #[error(
        "the hub has no AWS identity of its own, which IAM delegation needs: give it one by the standard AWS chain \
         (environment, profile, web identity, container or instance role)"
    )]
    NoIdentity,
    /// The hub's AWS identity was configured but cannot be had.
    #[error("the hub's own AWS identity cannot be had: {reason}")]
    Identity {
        /// What went wrong.
        reason: String,
    },
    /// STS did not give a session.
    #[error("the role cannot be assumed: {0}")]
    Call(#[source] CallError),
    /// STS packs the policy that narrows the session, and finds it too large then. Without it a session would reach
    /// beyond the storage's prefixes.
    #[error(
        "the prefixes of this storage make a session policy that STS finds too large when it is packed ({0}): name fewer \
         or shorter prefixes, or make a second storage"
    )]
    PolicyTooLarge(#[source] CallError),
    /// STS has not answered yet, and whoever waits is told so.
    #[error(
        "STS, which is asked for a session of its role, has not answered for {seconds} s: try again in a minute"
    )]
    Unanswered {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The renewal itself broke off.
    #[error("renewing the credentials broke off: try again")]
    BrokenOff,
}

impl From<CallError> for CredentialError {
    fn from(error: CallError) -> Self {
        if sts::is_policy_too_large(&error) {
            Self::PolicyTooLarge(error)
        } else {
            Self::Call(error)
        }
    }
}

impl CredentialError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            CredentialError::NoIdentity => "credentials.no_identity",
            CredentialError::Identity { .. } => "credentials.identity",
            CredentialError::Call(error) => error.code(),
            CredentialError::PolicyTooLarge(_) => SESSION_POLICY_TOO_LONG,
            CredentialError::Unanswered { .. } => "credentials.unanswered",
            CredentialError::BrokenOff => "credentials.broken_off",
        }
    }

    /// Does STS say that the hub may not become the role, or not any more? Whatever else goes wrong says nothing about
    /// the role; see [`sts::is_denial`].
    pub fn is_denial(&self) -> bool {
        matches!(self, CredentialError::Call(error) if sts::is_denial(error))
    }
}
