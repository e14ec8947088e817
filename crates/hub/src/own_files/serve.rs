//! A file leaves: whole or a part of it, with what browsers need to keep it, and nothing that they could run.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use insitu_model::own_file::OwnFile;
use tokio::io::AsyncReadExt as _;

use super::OwnFiles;
use super::content_type::{self, SNIFFED_BYTES};
use super::range::{Part, part};
use crate::error::{ApiError, ApiResult};

/// Bytes read and sent at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// Whatever a file holds, it is no page of the hub: no script, no form, nothing loaded.
const POLICY: &str = "default-src 'none'; sandbox";
/// What scripts of the hub's pages may read of an answer.
const EXPOSED: &str = "ETag, Content-Length, Content-Range, Accept-Ranges";

/// An opened file and what is to be said of it.
struct Opened {
    file: File,
    length: u64,
    etag: String,
    content_type: &'static str,
}

impl OwnFiles {
    /// Answers a request for a file whose link was checked and lasts for `fresh_s` more seconds. `origin` is the
    /// hub's own.
    pub async fn serve(
        self: &Arc<Self>,
        own: OwnFile,
        asked: &HeaderMap,
        origin: &str,
        fresh_s: i64,
    ) -> ApiResult<Response> {
        let files = self.clone();
        let name = own.name.as_str().to_owned();
        let opened = tokio::task::spawn_blocking(move || files.open(&own))
            .await
            .map_err(ApiError::internal)?;
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ApiError::not_found("file", name));
            }
            Err(error) => return Err(ApiError::internal(error)),
        };
        let headers = opened.headers(origin, fresh_s).map_err(ApiError::internal)?;
        opened.answer(asked, headers).map_err(ApiError::internal)
    }

    fn open(&self, own: &OwnFile) -> io::Result<Opened> {
        let mut file = File::open(self.path(own))?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut first = Vec::with_capacity(SNIFFED_BYTES);
        io::Read::by_ref(&mut file)
            .take(SNIFFED_BYTES as u64)
            .read_to_end(&mut first)?;
        Ok(Opened {
            length: metadata.len(),
            etag: etag(&metadata),
            content_type: content_type::of(own.name.as_str(), &first),
            file,
        })
    }
}

/// Another for every upload: its length and the moment at which it was written.
fn etag(metadata: &Metadata) -> String {
    let written = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    format!("\"{:x}-{written:x}\"", metadata.len())
}

impl Opened {
    fn headers(
        &self,
        origin: &str,
        fresh_s: i64,
    ) -> Result<HeaderMap, axum::http::header::InvalidHeaderValue> {
        let mut headers = HeaderMap::new();
        let fixed: [(HeaderName, &'static str); 5] = [
            (header::ACCEPT_RANGES, "bytes"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
            (header::VARY, "Origin"),
            (header::CONTENT_TYPE, self.content_type),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.content_type == content_type::UNKNOWN {
            headers.insert(
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment"),
            );
        }
        headers.insert(header::ETAG, HeaderValue::try_from(&self.etag)?);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::try_from(origin)?,
        );
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::try_from(format!("private, max-age={}", fresh_s.max(0)))?,
        );
        Ok(headers)
    }

    fn answer(mut self, asked: &HeaderMap, mut headers: HeaderMap) -> io::Result<Response> {
        let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
        let is_known = |etags: &str| {
            let mut each = etags.split(',').map(|etag| etag.trim().trim_start_matches("W/"));
            each.any(|etag| etag == self.etag || etag == "*")
        };
        if text(header::IF_NONE_MATCH).is_some_and(is_known) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        // A part is good only for the file that the other parts came from.
        let is_same = text(header::IF_RANGE).is_none_or(|etag| etag == self.etag);
        let wanted = text(header::RANGE).filter(|_| is_same);
        let (status, first, count) = match part(wanted, self.length) {
            Part::Whole => (StatusCode::OK, 0, self.length),
            Part::Bytes { first, last } => {
                content_range(&mut headers, &format!("bytes {first}-{last}/{}", self.length))?;
                (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
            }
            Part::Outside => {
                content_range(&mut headers, &format!("bytes */{}", self.length))?;
                return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
            }
        };
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
        self.file.seek(SeekFrom::Start(first))?;
        Ok((status, headers, stream_of(self.file, count)).into_response())
    }
}

fn content_range(headers: &mut HeaderMap, text: &str) -> io::Result<()> {
    let value = HeaderValue::try_from(text).map_err(io::Error::other)?;
    headers.insert(header::CONTENT_RANGE, value);
    Ok(())
}

/// The next `count` bytes of the file, read as they are sent.
fn stream_of(file: File, count: u64) -> Body {
    let state = (tokio::fs::File::from_std(file), count);
    Body::from_stream(stream::try_unfold(state, |(mut file, left)| async move {
        if left == 0 {
            return Ok::<_, io::Error>(None);
        }
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        let mut chunk = vec![0; wanted];
        let read = file.read(&mut chunk).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        chunk.truncate(read);
        Ok(Some((Bytes::from(chunk), (file, left - read as u64))))
    }))
}
