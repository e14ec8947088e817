//! Records and reports as downloads of any length, read by pages while they are sent.

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

impl FormatParams {
    /// The format asked for, or the refusal with this code.
    pub fn format(&self, unknown: &'static str) -> ApiResult<Format> {
        Format::parse(self.format.as_deref()).map_err(|other| {
            ApiError::invalid(
                unknown,
                format!("This record cannot be downloaded as {other:?}: choose ndjson or csv."),
            )
        })
    }
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Ndjson,
    Csv,
}

impl Format {
    /// The format of this name, NDJSON where none is named; else the name is given back.
    pub fn parse(name: Option<&str>) -> Result<Self, &str> {
        match name {
            None | Some("" | "ndjson") => Ok(Self::Ndjson),
            Some("csv") => Ok(Self::Csv),
            Some(other) => Err(other),
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// A page of records, and where the next one begins.
pub type Read<R, C> = ApiResult<(Vec<R>, Option<C>)>;

/// What is downloaded: where its pages come from, and how one of its records is written.
pub trait Source: Send + 'static {
    type Record: Send;
    type Cursor: Send;
    /// The first line of the table, where there is one.
    const CSV_HEADER: &'static str = "";

    /// A page of records, and where the next one begins.
    fn page(
        &self,
        cursor: Option<Self::Cursor>,
    ) -> impl Future<Output = Read<Self::Record, Self::Cursor>> + Send;

    /// A record as lines of the file.
    fn write(record: &Self::Record, format: Format, out: &mut Vec<u8>) -> ApiResult<()>;
}

/// How far it was read.
struct Reader<S: Source> {
    source: S,
    format: Format,
    next: Next<S::Cursor>,
}

enum Next<C> {
    Begin,
    At(C),
    End,
}

/// The answer that sends it all, as a file of this name, to which its ending is added.
pub fn download<S: Source>(source: S, format: Format, name: &str) -> ApiResult<Response> {
    let reader = Reader {
        source,
        format,
        next: Next::Begin,
    };
    let mut response = Body::from_stream(stream::try_unfold(reader, Reader::read)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.content_type()),
    );
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.ending());
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
        let cursor = match self.next {
            Next::Begin => {
                if self.format == Format::Csv {
                    text.extend_from_slice(S::CSV_HEADER.as_bytes());
                }
                None
            }
            Next::At(cursor) => Some(cursor),
            Next::End => return Ok(None),
        };
        let (records, next) = self.source.page(cursor).await?;
        self.next = next.map_or(Next::End, Next::At);
        for record in &records {
            S::write(record, self.format, &mut text)?;
        }
        Ok(Some((text.into(), self)))
    }
}

/// One line of JSON.
pub fn write_json_line(record: &impl Serialize, out: &mut Vec<u8>) -> ApiResult<()> {
    serde_json::to_writer(&mut *out, record).map_err(ApiError::internal)?;
    out.push(b'\n');
    Ok(())
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
