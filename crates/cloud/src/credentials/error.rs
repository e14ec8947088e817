//! Why a storage has no credentials.

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
    Call(#[from] CallError),
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

impl CredentialError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            CredentialError::NoIdentity => "credentials.no_identity",
            CredentialError::Identity { .. } => "credentials.identity",
            CredentialError::Call(error) => error.code(),
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
