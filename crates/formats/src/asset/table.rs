//! A row written as a record of a table: empty cells are absent, and columns say what the others mean.
//!
//! Members of `metadata` and `contextData` are text, except cells that are a JSON number in its plain form (`25`, but
//! neither `007` nor `1e3`), `true` or `false`. `batches` are separated by semicolons. Other lists and objects are JSON.

use serde_json::{Map, Number, Value};

use super::json::Read;
use super::nested::Origin;
use super::notices::Noticed;
use super::problem::{RowProblem, codes};
use super::scalar::Scalar;
use super::{Draft, Field};
use crate::limits::Limits;
use crate::table::{Column, fields};

/// Reads one record; `offset` is where it begins in the file.
pub(crate) fn read_record(
    text: &str,
    offset: u64,
    delimiter: u8,
    columns: &[Column],
    limits: &Limits,
    noticed: &mut Noticed,
) -> Read {
    let mut draft = Draft::new(limits);
    for column in columns {
        if let Column::Unknown(name) = column {
            draft.notices.extend(noticed.notice(name));
        }
    }
    let cells = match fields(text, delimiter) {
        Ok(cells) => cells,
        Err(stray) => {
            let at = offset + stray.at as u64;
            let message = format!(
                "at byte {at} of the file text follows a closing quote; write a quote inside a field twice"
            );
            draft.refuse(RowProblem::new("", codes::QUOTE, message));
            return draft.give_up();
        }
    };
    if cells.len() != columns.len() {
        let message = format!(
            "the row has {} fields and the header {}; give every column a field, quoting fields with separators",
            cells.len(),
            columns.len()
        );
        draft.refuse(RowProblem::new("", codes::RAGGED, message));
        return draft.give_up();
    }
    let (mut metadata, mut context_data) = (Map::new(), Map::new());
    for (column, cell) in columns.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty()) {
        match column {
            Column::Known(field) => known(&mut draft, *field, cell, offset),
            Column::Metadata(member) => drop(metadata.insert(member.clone(), typed(cell))),
            Column::ContextData(member) => drop(context_data.insert(member.clone(), typed(cell))),
            Column::Unknown(_) => {}
        }
    }
    for (field, object) in [(Field::Metadata, metadata), (Field::ContextData, context_data)] {
        if !object.is_empty() {
            draft.nested(field, &Value::Object(object).to_string(), Origin::Row(offset));
        }
    }
    draft.finish()
}

fn known(draft: &mut Draft<'_>, field: Field, cell: &str, offset: u64) {
    match field {
        Field::Data | Field::ExternalId => draft.simple(field, Scalar::Text(cell.into())),
        Field::Storage => draft.simple(field, Scalar::Text(cell.trim().into())),
        Field::Width | Field::Height | Field::Priority => draft.simple(field, number(cell.trim())),
        Field::Batches if !cell.trim_start().starts_with('[') => {
            cell.split(';').for_each(|name| draft.batch(name));
        }
        _ => draft.nested(field, cell, Origin::Row(offset)),
    }
}

/// A cell as the number it should be; text stays text and is refused as such.
fn number(cell: &str) -> Scalar<'_> {
    if cell.is_empty() {
        return Scalar::Null;
    }
    if let Ok(whole) = cell.parse::<i128>() {
        return Scalar::Whole(whole);
    }
    match cell.parse::<f64>() {
        Ok(number) if cell.bytes().any(|byte| byte.is_ascii_digit()) => Scalar::Float(number),
        _ => Scalar::Text(cell.into()),
    }
}

fn typed(cell: &str) -> Value {
    match cell {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match serde_json::from_str::<Number>(cell) {
            Ok(number) if number.to_string() == cell => Value::Number(number),
            _ => Value::String(cell.to_owned()),
        },
    }
}
