//! STS's answers as XML.

use crate::identity::{Identity, Session};
use crate::time::iso8601;
use crate::xml::escape;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub(super) const UNKNOWN_KEY: &str = "The security token included in the request is invalid.";

pub(super) fn caller_identity(caller: &Identity, request_id: &str) -> String {
    let result = format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
        escape(caller.arn()),
        escape(caller.id()),
        escape(caller.account())
    );
    wrapped("GetCallerIdentity", &result, request_id)
}

pub(super) fn assumed_role(session: &Session, request_id: &str) -> String {
    let result = format!(
        "<AssumedRoleUser><AssumedRoleId>{}</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
         <SessionToken>{}</SessionToken><Expiration>{}</Expiration></Credentials>",
        escape(&session.id),
        escape(&session.arn),
        session.access_key_id,
        session.secret_access_key,
        session.token,
        iso8601(session.expires_ms)
    );
    wrapped("AssumeRole", &result, request_id)
}

fn wrapped(action: &str, result: &str, request_id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
}
