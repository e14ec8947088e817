//! Conditional requests: an object is given only if it is, or is not, the one that the client has.

use hyper::StatusCode;
use s3s::dto::{ETag, ETagCondition, Timestamp};

use super::timestamp;
use crate::objects::Object;
use crate::refusal::Refusal;

/// The four conditions of a GET or HEAD.
pub(super) struct Conditions<'a> {
    pub if_match: Option<&'a ETagCondition>,
    pub if_none_match: Option<&'a ETagCondition>,
    pub if_modified_since: Option<&'a Timestamp>,
    pub if_unmodified_since: Option<&'a Timestamp>,
}

impl Conditions<'_> {
    /// In the order of RFC 9110, 13.2.2: an ETag outranks a time.
    pub(super) fn check(&self, object: &Object) -> Result<(), Refusal> {
        // HTTP dates have whole seconds.
        let modified = timestamp(object.modified_ms / 1000 * 1000);
        match (self.if_match, self.if_unmodified_since) {
            (Some(condition), _) if !fits(condition, object) => {
                return Err(Refusal::precondition_failed("If-Match"));
            }
            (None, Some(since)) if modified > *since => {
                return Err(Refusal::precondition_failed("If-Unmodified-Since"));
            }
            _ => {}
        }
        let unchanged = match (self.if_none_match, self.if_modified_since) {
            (Some(condition), _) => fits(condition, object),
            (None, Some(since)) => modified <= *since,
            (None, None) => false,
        };
        if unchanged {
            Err(not_modified(object))
        } else {
            Ok(())
        }
    }
}

fn fits(condition: &ETagCondition, object: &Object) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.weak_cmp(&ETag::Strong(object.etag.clone())),
    }
}

fn not_modified(object: &Object) -> Refusal {
    Refusal::new(StatusCode::NOT_MODIFIED, "NotModified", "Not Modified")
        .with_header("etag", format!("\"{}\"", object.etag))
}
