//! The caller behind a valid signature: a user, or a session of a role.

use std::fmt;
use std::sync::Arc;

use crate::policy::{Decision, Grants, Policy, Question};
use crate::world::{Role, User, account_of};

/// Temporary credentials that `AssumeRole` gave out.
pub struct Session {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) token: String,
    pub(crate) role_arn: String,
    /// `arn:aws:sts::<account>:assumed-role/<role>/<session name>`
    pub(crate) arn: String,
    /// `<role id>:<session name>`
    pub(crate) id: String,
    pub(crate) given_ms: i64,
    pub(crate) expires_ms: i64,
    /// The policies that the session was narrowed with.
    pub(crate) policies: Option<Vec<Policy>>,
}

/// Who calls. A session's role is gone when somebody took it away.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    User(Arc<User>),
    Session(Arc<Session>, Option<Arc<Role>>),
}

/// What is wrong with the token that came with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFault {
    Missing,
    Wrong,
    Expired,
}

impl Identity {
    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::User(user) => &user.secret_access_key,
            Self::Session(session, _) => &session.secret_access_key,
        }
    }

    pub(crate) fn arn(&self) -> &str {
        match self {
            Self::User(user) => &user.arn,
            Self::Session(session, _) => &session.arn,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::User(user) => &user.id,
            Self::Session(session, _) => &session.id,
        }
    }

    pub(crate) fn account(&self) -> &str {
        account_of(self.arn())
    }

    /// The ARNs by which a trust policy can name this caller.
    pub(crate) fn arns(&self) -> Vec<&str> {
        match self {
            Self::User(user) => vec![&user.arn],
            Self::Session(session, _) => vec![&session.role_arn, &session.arn],
        }
    }

    pub(crate) fn grants(&self) -> Grants<'_> {
        match self {
            Self::User(user) => Grants {
                identity: &user.policies,
                session: None,
            },
            Self::Session(session, role) => Grants {
                identity: role.as_ref().map_or(&[], |role| role.policies.as_slice()),
                session: session.policies.as_deref(),
            },
        }
    }

    pub(crate) fn decide(&self, question: &Question<'_>) -> Decision {
        self.grants().decide(question)
    }

    /// Users send no token; sessions send theirs, unchanged and in time.
    pub(crate) fn check_token(&self, token: Option<&str>, now_ms: i64) -> Result<(), TokenFault> {
        match (self, token) {
            (Self::User(_), None) => Ok(()),
            (Self::User(_), Some(_)) => Err(TokenFault::Wrong),
            (Self::Session(..), None) => Err(TokenFault::Missing),
            (Self::Session(session, _), Some(token)) if session.token != token => Err(TokenFault::Wrong),
            (Self::Session(session, _), _) if session.expires_ms <= now_ms => Err(TokenFault::Expired),
            (Self::Session(..), Some(_)) => Ok(()),
        }
    }
}

impl fmt::Debug for Session {
    /// Without secret and token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}
