//! Faults that answer in the place of the service, in AWS's own words, and the one that spoils an answer on its way.

use std::io;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::header::CONTENT_LENGTH;
use hyper::{HeaderMap, StatusCode, Uri};
use s3s::{Body, HttpResponse};

use super::Fault;
use crate::canonical;
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::sts;

/// What is refused whoever asks.
pub(crate) fn refusal(facts: &Facts) -> Option<Refusal> {
    let retry_after = facts.struck.find(|fault| match fault {
        Fault::Throttle { retry_after } => Some(*retry_after),
        _ => None,
    })?;
    let refusal = if facts.is_sts {
        Refusal::bad_request("Throttling", "Rate exceeded")
    } else {
        let message = "Please reduce your request rate.";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", message)
    };
    Some(match retry_after {
        Some(seconds) => refusal.with_header("retry-after", seconds.to_string()),
        None => refusal,
    })
}

/// What is refused for the key that signed, or for its secret.
pub(crate) fn refusal_of_signature(facts: &Facts, uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
    let signature = facts.signature()?;
    if facts.struck.has(&Fault::UnknownKey) {
        return Some(if facts.is_sts {
            sts::in_sts_words("InvalidAccessKeyId", "")
        } else {
            Refusal::invalid_access_key_id(&signature.access_key_id)
        });
    }
    facts.struck.has(&Fault::RefuseSecret).then(|| {
        if facts.is_sts {
            sts::in_sts_words("SignatureDoesNotMatch", "")
        } else {
            canonical::mismatch(facts, signature, uri, headers)
        }
    })
}

/// Lets half of a body through, then ends the connection.
pub(crate) fn cut_in_half(response: &mut HttpResponse) {
    let length = response.headers().get(CONTENT_LENGTH);
    let length: usize = length
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(0);
    let whole = std::mem::take(response.body_mut());
    let mut left = length / 2;
    let half = whole.map(move |chunk| {
        let mut chunk = chunk.map_err(io::Error::other)?;
        chunk.truncate(left);
        left -= chunk.len();
        Ok(chunk)
    });
    // The pause lets what was sent so far leave: an error at once would take it along.
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::other("the body is cut short on purpose"))
    });
    let half = half.take_while(|chunk: &io::Result<Bytes>| {
        let more = chunk.as_ref().map_or(true, |bytes| !bytes.is_empty());
        std::future::ready(more)
    });
    *response.body_mut() =
        Body::http_body_unsync(StreamBody::new(half.chain(end).map(|c| c.map(Frame::data))));
}
