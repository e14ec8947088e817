//! Files as downloads that can be continued: whole, or the part that is asked for.

use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use crate::error::{ApiError, ApiResult};
use crate::own_files::range::{Part, part};

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// A file that never changes once it is there.
#[derive(Debug)]
pub struct Download<'a> {
    pub path: &'a Path,
    /// What it is called where somebody keeps it.
    pub name: &'a str,
    pub content_type: &'static str,
    /// Names its contents; different contents have different tags.
    pub tag: &'a str,
}

impl Download<'_> {
    /// The answer to a request with these headers. The body of a HEAD is left out by whoever calls.
    pub async fn answer(&self, headers: &HeaderMap) -> ApiResult<Response> {
        let mut file = File::open(self.path).await.map_err(ApiError::internal)?;
        let length = file.metadata().await.map_err(ApiError::internal)?.len();
        let tag = format!("\"{}\"", self.tag);
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        // A part of another file than the client has a part of would be worse than all of it again.
        let is_same = text(header::IF_RANGE).is_none_or(|theirs| theirs == tag);
        let wanted = text(header::RANGE).filter(|_| is_same);
        let (status, first, count) = match part(wanted, length) {
            Part::Whole => (StatusCode::OK, 0, length),
            Part::Bytes { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
            Part::Outside => return beyond(length),
        };
        file.seek(std::io::SeekFrom::Start(first))
            .await
            .map_err(ApiError::internal)?;
        let mut response = (status, Body::from_stream(chunks(file, count))).into_response();
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        out.insert(header::CONTENT_LENGTH, count.into());
        out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        out.insert(header::ETAG, value(&tag)?);
        out.insert(header::CONTENT_DISPOSITION, value(&disposition(self.name))?);
        if status == StatusCode::PARTIAL_CONTENT {
            let range = format!("bytes {first}-{}/{length}", first + count - 1);
            out.insert(header::CONTENT_RANGE, value(&range)?);
        }
        Ok(response)
    }
}

fn value(text: &str) -> ApiResult<HeaderValue> {
    HeaderValue::from_str(text).map_err(ApiError::internal)
}

fn beyond(length: u64) -> ApiResult<Response> {
    let error = ApiError::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "request.range_beyond_end",
        format!(
            "The file has {length} bytes, and none of those that were asked for. Ask for others, or for all."
        ),
    );
    let mut response = error.into_response();
    let range = value(&format!("bytes */{length}"))?;
    response.headers_mut().insert(header::CONTENT_RANGE, range);
    Ok(response)
}

/// The name for every client: plain for the old ones, whole for the others (RFC 6266).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let whole = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

fn chunks(file: File, count: u64) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    stream::try_unfold(file.take(count), |mut file| async move {
        let mut chunk = BytesMut::with_capacity(CHUNK_BYTES);
        let read = file.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| (chunk.freeze(), file)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_to_old_clients_and_new_ones() {
        assert_eq!(
            disposition("Möwen \"1\".zip"),
            "attachment; filename=\"M_wen _1_.zip\"; filename*=UTF-8''M%C3%B6wen%20%221%22%2Ezip"
        );
    }
}
