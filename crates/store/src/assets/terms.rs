//! Terms: what the answers of assets' tasks are found by, by term and by asset.

use std::collections::BTreeSet;

use insitu_model::answer::{Term, Terms};

use crate::{
    Result, Tx,
    tx::Column,
    value::{Value, params},
};

const BY_TERM: &[Column] = &[Column::int("term"), Column::int("place")];
const BY_ASSET: &[Column] = &[Column::int("place"), Column::blob("terms")];

const TERMS_PER_STATEMENT: usize = 4;

/// Gives an asset the terms of its task's answer in place of those that it had. On PostgreSQL, the caller keeps others
/// who would out: it holds the task's row, or its project where it has none.
pub(crate) fn set(tx: &mut Tx, place: i64, terms: &Terms) -> Result<()> {
    let before = of(tx, place)?;
    if before == *terms {
        return Ok(());
    }
    for gone in before.as_slice().iter().filter(|term| !terms.contains(**term)) {
        remove(tx, *gone, place)?;
    }
    let new: Vec<Term> = terms
        .as_slice()
        .iter()
        .copied()
        .filter(|term| !before.contains(*term))
        .collect();
    for some in new.chunks(TERMS_PER_STATEMENT) {
        insert(tx, some, place)?;
    }
    if terms.is_empty() {
        tx.execute("DELETE FROM asset_terms WHERE place = ?1", params![place])?;
    } else {
        tx.execute(
            "INSERT INTO asset_terms (place, terms) VALUES (?1, ?2)
             ON CONFLICT (place) DO UPDATE SET terms = excluded.terms",
            params![place, &packed(terms)],
        )?;
    }
    Ok(())
}

/// The terms of new assets, given in the order of their places.
pub(super) fn append(tx: &mut Tx, assets: &[(i64, &Terms)]) -> Result<()> {
    if assets.is_empty() {
        return Ok(());
    }
    let mut by_term: Vec<(Term, i64)> = assets
        .iter()
        .flat_map(|(place, terms)| terms.as_slice().iter().map(|term| (*term, *place)))
        .collect();
    by_term.sort_unstable();
    tx.bulk("answer_terms", BY_TERM, by_term.len(), |i, out| {
        let (term, place) = by_term[i];
        out.extend([Value::Int(term.number()), Value::Int(place)]);
    })?;
    let packed: Vec<(i64, Vec<u8>)> = assets
        .iter()
        .map(|(place, terms)| (*place, packed(terms)))
        .collect();
    tx.bulk("asset_terms", BY_ASSET, packed.len(), |i, out| {
        let (place, terms) = &packed[i];
        out.extend([Value::Int(*place), Value::from(terms)]);
    })
}

/// Forgets the terms of the assets from `first` to `last`.
pub(super) fn discard(tx: &mut Tx, first: i64, last: i64) -> Result<()> {
    let mut found: BTreeSet<Term> = BTreeSet::new();
    tx.visit(
        "SELECT terms FROM asset_terms WHERE place BETWEEN ?1 AND ?2",
        params![first, last],
        |row| {
            found.extend(unpacked(&row.next::<Vec<u8>>()?).as_slice());
            Ok(true)
        },
    )?;
    for term in &found {
        tx.execute(
            "DELETE FROM answer_terms WHERE term = ?1 AND place BETWEEN ?2 AND ?3",
            params![term.number(), first, last],
        )?;
    }
    if !found.is_empty() {
        tx.execute(
            "DELETE FROM asset_terms WHERE place BETWEEN ?1 AND ?2",
            params![first, last],
        )?;
    }
    Ok(())
}

fn of(tx: &mut Tx, place: i64) -> Result<Terms> {
    let found: Option<Vec<u8>> = tx.cell("SELECT terms FROM asset_terms WHERE place = ?1", params![place])?;
    Ok(found.map(|bytes| unpacked(&bytes)).unwrap_or_default())
}

/// There are statements for one term and for a few, so that both are prepared once.
fn insert(tx: &mut Tx, terms: &[Term], place: i64) -> Result<()> {
    let Some(last) = terms.last() else { return Ok(()) };
    let (sql, size) = if terms.len() == 1 {
        ("INSERT INTO answer_terms (place, term) VALUES (?1, ?2)", 1)
    } else {
        (
            "INSERT INTO answer_terms (place, term) VALUES (?1, ?2), (?1, ?3), (?1, ?4), (?1, ?5)
             ON CONFLICT (term, place) DO NOTHING",
            TERMS_PER_STATEMENT,
        )
    };
    let padded = terms.iter().chain(std::iter::repeat(last)).take(size);
    let params: Vec<Value<'_>> = std::iter::once(place)
        .chain(padded.map(|term| term.number()))
        .map(Value::from)
        .collect();
    tx.execute(sql, &params)?;
    Ok(())
}

fn remove(tx: &mut Tx, term: Term, place: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM answer_terms WHERE term = ?1 AND place = ?2",
        params![term.number(), place],
    )?;
    Ok(())
}

fn packed(terms: &Terms) -> Vec<u8> {
    terms.as_slice().iter().flat_map(|term| term.to_bytes()).collect()
}

fn unpacked(bytes: &[u8]) -> Terms {
    let (terms, _) = bytes.as_chunks::<8>();
    Terms::from_terms(terms.iter().map(|bytes| Term::from_bytes(*bytes)))
}
