//! What the columns of a table mean, by their names.
//!
//! Upper and lower case, spaces, `_` and `-` make no difference: `externalId`, `External ID` and `external_id` are one
//! column. `url` is another name of `data`. `metadata.x` and `contextData.x` are members of those objects, and keep the
//! name behind the point as written.

use crate::asset::Field;

/// One column's meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    Known(Field),
    /// A member of `metadata`.
    Metadata(String),
    /// A member of `contextData`.
    ContextData(String),
    /// Not read; the file gets a notice.
    Unknown(String),
}

/// Whether a column of this name gives rows their data, which makes the line a header.
pub(crate) fn names_data(name: &str) -> bool {
    matches!(plain(name).as_str(), "data" | "url")
}

/// The meanings of all columns, or the name that comes twice.
pub(crate) fn columns(names: &[String]) -> Result<Vec<Column>, String> {
    let columns: Vec<Column> = names.iter().map(|name| column(name)).collect();
    let mut keys: Vec<(String, &String)> = columns.iter().zip(names).filter_map(key).collect();
    keys.sort();
    if let Some(pair) = keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(pair[1].1.clone());
    }
    // `metadata` and `metadata.x` would both be the whole truth about `metadata`.
    for (column, name) in columns.iter().zip(names) {
        let whole = match column {
            Column::Metadata(_) => Field::Metadata,
            Column::ContextData(_) => Field::ContextData,
            _ => continue,
        };
        if columns.contains(&Column::Known(whole)) {
            return Err(name.clone());
        }
    }
    Ok(columns)
}

fn key<'n>((column, name): (&Column, &'n String)) -> Option<(String, &'n String)> {
    let key = match column {
        Column::Known(field) => field.name().to_owned(),
        Column::Metadata(member) => format!("metadata.{member}"),
        Column::ContextData(member) => format!("contextData.{member}"),
        // Columns that are not read may come as often as they like.
        Column::Unknown(_) => return None,
    };
    Some((key, name))
}

fn column(name: &str) -> Column {
    if let Some((object, member)) = name
        .split_once('.')
        .filter(|(_, member)| !member.trim().is_empty())
    {
        match plain(object).as_str() {
            "metadata" => return Column::Metadata(member.trim().to_owned()),
            "contextdata" => return Column::ContextData(member.trim().to_owned()),
            _ => {}
        }
    }
    let plain = plain(name);
    let name_or_alias = if plain == "url" { "data" } else { &plain };
    // Pages are addresses, and addresses hold every separator: several pages come by JSON only.
    let known = Field::ALL.into_iter().filter(|field| *field != Field::Dataset);
    match known
        .into_iter()
        .find(|field| field.name().to_lowercase() == name_or_alias)
    {
        Some(field) => Column::Known(field),
        None => Column::Unknown(name.to_owned()),
    }
}

/// A name without case and separators.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
    kept.flat_map(char::to_lowercase).collect()
}
