//! AWS policies: read from the JSON that one pastes into the IAM console, and evaluated as IAM does.

mod condition;
mod document;
mod evaluate;
mod pattern;
mod trust;

pub use condition::{Context, Operator};
pub use document::{Effect, OneOrMany, Policy, PolicyError, Principal, Scalar, Star, Statement};
pub use evaluate::{Decision, Grants, Question};
pub(crate) use pattern::matches_wildcard;
pub use trust::{Assumption, Caller, may_assume};
