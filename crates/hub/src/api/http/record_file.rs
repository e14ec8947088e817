//! A record as a download of any length, read by pages while it is sent.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use insitu_formats::report::write_cell;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatParams {
    /// `ndjson` (the default): a line for each record; `csv`: a table.
    format: Option<String>,
}

/// A page of records, and where the next one begins.
pub type Read<R, C> = ApiResult<(Vec<R>, Option<C>)>;

/// What is downloaded: where its pages come from, and how one of its records is written.
pub trait Source: Send + 'static {
    type Record: Serialize + Send;
    type Cursor: Send;
    /// The first line of the table.
    const CSV_HEADER: &'static [u8];
    /// What the file is called, without its ending.
    const FILE_NAME: &'static str;
    /// The code for a format that there is none of.
    const UNKNOWN_FORMAT: &'static str;

    /// A page of records, and where the next one begins.
    fn page(
        &self,
        before: Option<Self::Cursor>,
    ) -> impl Future<Output = Read<Self::Record, Self::Cursor>> + Send;

    /// A record as lines of the table.
    fn write_csv(record: &Self::Record, out: &mut Vec<u8>);
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Ndjson,
    Csv,
}

/// How far it was read.
struct Reader<S: Source> {
    source: S,
    format: Format,
    next: Next<S::Cursor>,
}

enum Next<C> {
    Begin,
    Before(C),
    End,
}

/// The answer that sends it all.
pub fn download<S: Source>(source: S, params: &FormatParams) -> ApiResult<Response> {
    let (format, content_type, ending) = match params.format.as_deref() {
        None | Some("" | "ndjson") => (Format::Ndjson, "application/x-ndjson", "ndjson"),
        Some("csv") => (Format::Csv, "text/csv; charset=utf-8", "csv"),
        Some(other) => {
            return Err(ApiError::invalid(
                S::UNKNOWN_FORMAT,
                format!("This record cannot be downloaded as {other:?}: choose ndjson or csv."),
            ));
        }
    };
    let reader = Reader {
        source,
        format,
        next: Next::Begin,
    };
    let mut response = Body::from_stream(stream::try_unfold(reader, Reader::read)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let disposition = format!("attachment; filename=\"{}.{ending}\"", S::FILE_NAME);
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&disposition).map_err(ApiError::internal)?,
    );
    Ok(response)
}

impl<S: Source> Reader<S> {
    /// The next piece of the download, and where to go on.
    async fn read(mut self) -> ApiResult<Option<(Bytes, Self)>> {
        let mut text = Vec::new();
        let before = match self.next {
            Next::Begin => {
                if matches!(self.format, Format::Csv) {
                    text.extend_from_slice(S::CSV_HEADER);
                }
                None
            }
            Next::Before(cursor) => Some(cursor),
            Next::End => return Ok(None),
        };
        let (records, next) = self.source.page(before).await?;
        self.next = next.map_or(Next::End, Next::Before);
        for record in records {
            match self.format {
                Format::Ndjson => {
                    serde_json::to_writer(&mut text, &record).map_err(ApiError::internal)?;
                    text.push(b'\n');
                }
                Format::Csv => S::write_csv(&record, &mut text),
            }
        }
        Ok(Some((text.into(), self)))
    }
}

/// One line of a table.
pub fn write_line<'a>(cells: impl IntoIterator<Item = &'a str>, out: &mut Vec<u8>) {
    for (position, cell) in cells.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_cell(cell, out);
    }
    out.extend_from_slice(b"\r\n");
}
