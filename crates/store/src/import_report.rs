//! The refused rows of an import, each with its place in the list and its reason, and what else there is to say.

use insitu_model::id::{ImportId, OrganizationId};

use crate::{
    Error, Result, Tx,
    tx::Column,
    value::{Value, params},
};

/// One reason why a row was refused, or one notice about a row that was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The row was imported nevertheless.
    pub is_notice: bool,
    /// The row's number in the list, from 0.
    pub index: u64,
    /// Where the row begins, in bytes of the decompressed list.
    pub offset: u64,
    /// The property, or empty for the whole row.
    pub field: String,
    /// A stable dotted code.
    pub code: String,
    pub message: String,
    /// The beginning of the row.
    pub excerpt: String,
}

/// Refusals read at once.
pub const MAX_REFUSALS_PER_READ: u32 = 10_000;

const COLUMNS: &[Column] = &[
    Column::int("import"),
    Column::int("position"),
    Column::int("is_notice"),
    Column::int("row_index"),
    Column::int("row_offset"),
    Column::text("field"),
    Column::text("code"),
    Column::text("message"),
    Column::text("excerpt"),
];

/// The refusals of an import in the order of the list, beginning with number `from` (0 is the first).
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ImportId,
    from: u64,
    limit: u32,
) -> Result<Vec<Refusal>> {
    let number: i64 = tx
        .cell(
            "SELECT number FROM imports WHERE id = ?2 AND organization = ?1",
            params![&organization, &id],
        )?
        .ok_or_else(|| Error::not_found("import", id))?;
    tx.rows(
        "SELECT is_notice, row_index, row_offset, field, code, message, excerpt FROM import_refusals
         WHERE import = ?1 AND position >= ?2 ORDER BY position LIMIT ?3",
        params![number, from, limit.clamp(1, MAX_REFUSALS_PER_READ)],
        |row| {
            Ok(Refusal {
                is_notice: row.next()?,
                index: row.next()?,
                offset: row.next()?,
                field: row.next()?,
                code: row.next()?,
                message: row.next()?,
                excerpt: row.next()?,
            })
        },
    )
}

/// Appends refusals behind the `position` that are there. A NUL, which no database keeps in a text, is shown as the
/// replacement character.
pub(crate) fn append(tx: &mut Tx, import: i64, position: u64, refusals: &[Refusal]) -> Result<()> {
    let clean: Vec<[std::borrow::Cow<'_, str>; 4]> = refusals
        .iter()
        .map(|r| [&r.field, &r.code, &r.message, &r.excerpt].map(|text| without_nul(text)))
        .collect();
    tx.bulk("import_refusals", COLUMNS, refusals.len(), |i, out| {
        let [field, code, message, excerpt] = &clean[i];
        out.extend([
            Value::Int(import),
            Value::from(position + i as u64),
            Value::from(refusals[i].is_notice),
            Value::from(refusals[i].index),
            Value::from(refusals[i].offset),
            Value::Text(field),
            Value::Text(code),
            Value::Text(message),
            Value::Text(excerpt),
        ]);
    })
}

/// The text with every NUL, which no database keeps, shown as the replacement character.
pub(crate) fn without_nul(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}
