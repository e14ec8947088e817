//! Pages in the order of time: the blocks' counts lead to the rows.

use super::{
    AssetCursor,
    blocks::{Block, FINE},
    list::{Found, Total, Wanted},
    read::{COLUMNS, Stored, read},
    spans::{Span, without},
};
use crate::{Page, Result, Tx, value::Value};

/// The page, and where to go on when as many rows were looked at as may be for one page.
pub(super) fn page(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    after: Option<&AssetCursor>,
    page: Page,
) -> Result<Found> {
    if wanted.looks_at_rows() {
        return looked_for(tx, wanted, after, u64::from(page.limit()) + 1);
    }
    let counted = wanted.counted();
    let total = counted.total(tx)?;
    let nothing = Found::of(Vec::new(), Total::exact(total));
    let limit = u64::from(page.limit()) + 1;
    let (block, skip) = match after {
        Some(cursor) => (cursor.place >> FINE, 0),
        None if page.offset() >= total => return Ok(nothing),
        None => match counted.locate(tx, page.offset())? {
            Some(found) => found,
            None => return Ok(nothing),
        },
    };
    let blocks = counted.blocks_from(tx, block, limit)?;
    let mut rows = Rows::new(wanted, skip, limit);
    let mut spans = runs(&blocks, wanted.is_descending());
    rows.shorten(&mut spans, blocks.first(), after);
    for span in spans {
        rows.read(tx, span)?;
    }
    Ok(Found::of(rows.found, nothing.total))
}

/// A page of a list whose rows have to be looked at: through blocks that hold as many as may be.
fn looked_for(tx: &mut Tx, wanted: &Wanted<'_>, after: Option<&AssetCursor>, limit: u64) -> Result<Found> {
    let descending = wanted.is_descending();
    let bounds = wanted.behind(after);
    let start = if descending { bounds.last } else { bounds.first };
    let most = wanted.bounds.looked_at;
    let blocks = wanted.counted().blocks_from(tx, start >> FINE, most)?;
    let held: u64 = blocks.iter().skip(1).map(|block| block.assets).sum();
    let mut rows = Rows::new(wanted, 0, limit);
    for span in runs(&blocks, descending) {
        let (first, last) = (span.first.max(bounds.first), span.last.min(bounds.last));
        if first <= last {
            rows.read(tx, Span { first, last })?;
        }
    }
    let edge = blocks.last().filter(|_| held >= most).map(|block| {
        let (first, last) = (block.first_place(), block.last_place());
        if descending { first } else { last }
    });
    let is_inside = |place: &i64| bounds.first < *place && *place < bounds.last;
    let resume = edge.filter(is_inside);
    let is_whole = after.is_none() && resume.is_none() && rows.left > 0;
    Ok(Found {
        looked_at: held,
        resume: resume.map(AssetCursor::at),
        ..Found::of(rows.found, Total::seen(is_whole))
    })
}

/// Neighbouring blocks as one span each, in the list's direction.
fn runs(blocks: &[Block], descending: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for block in blocks {
        match spans.last_mut() {
            Some(span) if descending && span.first == block.last_place() + 1 => {
                span.first = block.first_place()
            }
            Some(span) if !descending && span.last == block.first_place() - 1 => {
                span.last = block.last_place()
            }
            _ => spans.push(Span {
                first: block.first_place(),
                last: block.last_place(),
            }),
        }
    }
    spans
}

struct Rows<'a> {
    wanted: &'a Wanted<'a>,
    /// Rows to pass over before the page begins.
    skip: u64,
    left: u64,
    found: Vec<Stored>,
}

impl<'a> Rows<'a> {
    fn new(wanted: &'a Wanted<'a>, skip: u64, left: u64) -> Self {
        Self {
            wanted,
            skip,
            left,
            found: Vec::new(),
        }
    }

    /// Begins the first span behind the cursor, or behind the skipped rows where the block is so full that their
    /// places are known.
    fn shorten(&mut self, spans: &mut [Span], first: Option<&Block>, after: Option<&AssetCursor>) {
        let Some(span) = spans.first_mut() else { return };
        let descending = self.wanted.is_descending();
        if let Some(cursor) = after {
            if descending {
                span.last = span.last.min(cursor.place - 1);
            } else {
                span.first = span.first.max(cursor.place + 1);
            }
        } else if first.is_some_and(|block| block.is_full()) {
            let skip = i64::try_from(std::mem::take(&mut self.skip)).unwrap_or(0);
            if descending {
                span.last -= skip;
            } else {
                span.first += skip;
            }
        }
    }

    fn read(&mut self, tx: &mut Tx, span: Span) -> Result<()> {
        let descending = self.wanted.is_descending();
        let conditions = &self.wanted.conditions;
        let behind = conditions.count();
        let sql = format!(
            "SELECT {COLUMNS} FROM assets WHERE place BETWEEN ?{} AND ?{}{} ORDER BY place{} LIMIT ?{}",
            behind + 1,
            behind + 2,
            conditions.sql,
            if descending { " DESC" } else { "" },
            behind + 3
        );
        let except = &self.wanted.except;
        let mut parts = without(span, &self.wanted.hidden);
        if descending {
            parts.reverse();
        }
        for part in parts {
            if self.left == 0 {
                break;
            }
            let (skip, left, found) = (&mut self.skip, &mut self.left, &mut self.found);
            let most = *skip + *left + except.len() as u64;
            let params = conditions.params([part.first.into(), part.last.into(), Value::from(most)]);
            tx.visit(&sql, &params, |row| {
                if *skip > 0 {
                    *skip -= 1;
                    return Ok(true);
                }
                let row = read(row)?;
                if except.binary_search(&row.place).is_ok() {
                    return Ok(true);
                }
                found.push(row);
                *left -= 1;
                Ok(*left > 0)
            })?;
        }
        Ok(())
    }
}
