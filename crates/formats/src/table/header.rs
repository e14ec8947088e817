//! The first line of a table: which byte separates its fields, and what its columns mean.

use std::io::Read;

use serde::{Deserialize, Serialize};

use super::columns::{Column, columns, names_data};
use super::record::{Records, fields};
use crate::detect::Format;
use crate::error::{Fault, ListFault};
use crate::limits::Limits;
use crate::split::Element;
use crate::window::Window;

/// What the first line says; kept in a position, so that reading can go on without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub delimiter: u8,
    pub names: Vec<String>,
}

impl Header {
    /// Reads the first line and stands behind it.
    ///
    /// The delimiter is the one among those of the format by which a column `data`, `url` or `dataset` appears.
    pub fn read<R: Read>(
        window: &mut Window<R>,
        named: Option<Format>,
        limits: &Limits,
    ) -> Result<Self, Fault> {
        let candidates: &[u8] = match named {
            Some(Format::Csv) => b",;",
            Some(Format::Tsv) => b"\t",
            _ => b",;\t",
        };
        let offset = window.offset();
        let mut found: Option<(Self, usize)> = None;
        for delimiter in candidates.iter().copied() {
            let Some((names, len)) = first_record(window, delimiter, limits)? else {
                continue;
            };
            // A single column reads the same by every delimiter.
            let is_same = found.as_ref().is_some_and(|(header, _)| header.names == names);
            if is_same || !names.iter().any(|name| names_data(name)) {
                continue;
            }
            if found.is_some() {
                return Err(ListFault::AmbiguousDelimiter.at(offset));
            }
            found = Some((Self { delimiter, names }, len));
        }
        let (header, len) = found.ok_or_else(|| ListFault::HeaderMissing.at(offset))?;
        columns(&header.names).map_err(|name| ListFault::DuplicateColumn { name }.at(offset))?;
        window.consume(len);
        Ok(header)
    }

    pub fn format(&self) -> Format {
        if self.delimiter == b'\t' {
            Format::Tsv
        } else {
            Format::Csv
        }
    }

    /// The columns' meanings; the names were found to differ when the header was read.
    pub fn columns(&self) -> Vec<Column> {
        columns(&self.names).unwrap_or_default()
    }
}

/// The first line's names by this delimiter and its length; nothing if it is no text or not well quoted.
fn first_record<R: Read>(
    window: &mut Window<R>,
    delimiter: u8,
    limits: &Limits,
) -> Result<Option<(Vec<String>, usize)>, Fault> {
    let too_large = || ListFault::HeaderTooLarge {
        limit: limits.columns,
        limit_bytes: limits.header_bytes,
    };
    let offset = window.offset();
    let Some(len) = first_record_len(window, delimiter, limits)? else {
        return Err(too_large().at(offset));
    };
    let Ok(text) = std::str::from_utf8(&window.rest()[..len]) else {
        return Ok(None);
    };
    let Ok(fields) = fields(text, delimiter) else {
        return Ok(None);
    };
    if fields.len() > limits.columns {
        return Err(too_large().at(offset));
    }
    Ok(Some((
        fields
            .iter()
            .map(|name| name.trim_matches(' ').to_owned())
            .collect(),
        len,
    )))
}

/// The first line's length without using it up; nothing if it is too long. An open quote is no well quoted header.
fn first_record_len<R: Read>(
    window: &mut Window<R>,
    delimiter: u8,
    limits: &Limits,
) -> Result<Option<usize>, Fault> {
    window.ensure(limits.header_bytes + 1)?;
    let head = &window.rest()[..window.rest().len().min(limits.header_bytes + 1)];
    let mut piece = Window::new(
        crate::detect::source::Source::plain_from(head, 0),
        window.offset(),
    );
    match (Records { delimiter }).next(&mut piece, limits) {
        Ok(Some(Element::Whole { len, .. })) if len <= limits.header_bytes => Ok(Some(len)),
        Err(Fault {
            fault: ListFault::Truncated { .. },
            ..
        }) if head.len() <= limits.header_bytes => Ok(Some(0)),
        _ => Ok(None),
    }
}
