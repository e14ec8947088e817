//! Pages of assets.

use insitu_model::id::{OrganizationId, ProjectId};

use super::{
    AssetCursor, AssetFilter, AssetPage, AssetSort, AssetState, PageStart,
    blocks::{Block, Counted, FINE},
    by_external_id, extents,
    kinds::{self, KindSet, condition},
    lookup::stored_of,
    place::project_of,
    read::{COLUMNS, Stored, finish, read},
    spans::{Span, without},
};
use crate::{Error, Page, Result, Tx, projects, value::params};

/// What a page is cut from.
pub(super) struct Wanted<'a> {
    pub(super) project: i64,
    pub(super) filter: &'a AssetFilter,
    pub(super) kinds: Option<KindSet>,
    pub(super) hidden: Vec<Span>,
    pub(super) sort: AssetSort,
}

/// Rows of a page, and perhaps one more to know that there is a next page.
pub(super) struct Found {
    pub(super) rows: Vec<Stored>,
    pub(super) total: u64,
}

/// A page of a project's visible assets. `limit` is at most [`crate::limits::MAX_PAGE_ROWS`]. Run it in
/// [`crate::Db::read`].
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    filter: &AssetFilter,
    sort: AssetSort,
    start: &PageStart,
    limit: u32,
) -> Result<AssetPage> {
    let number = projects::number(tx, organization, project)?;
    let page = Page {
        number: if let PageStart::Page(page) = start {
            *page
        } else {
            1
        },
        limit,
    };
    if let PageStart::After(cursor) = start {
        check_cursor(cursor, number, sort)?;
    }
    let wanted = Wanted {
        sort,
        ..Wanted::in_order(tx, number, filter)?
    };
    let after = if let PageStart::After(cursor) = start {
        Some(cursor)
    } else {
        None
    };
    let mut found = if filter.is_of_few() {
        of_few(wanted.few(tx)?, &wanted, after, page)
    } else if wanted.is_by_external_id() {
        by_external_id::page(tx, &wanted, after, page)?
    } else {
        by_time(tx, &wanted, after, page)?
    };
    let limit = page.limit() as usize;
    let more = found.rows.len() > limit;
    found.rows.truncate(limit);
    let next = found.rows.last().filter(|_| more).map(|row| wanted.cursor(row));
    Ok(AssetPage {
        assets: finish(tx, number, found.rows)?,
        total: found.total,
        next,
    })
}

/// How many visible assets of a project a filter lets through.
pub(crate) fn count(tx: &mut Tx, project: i64, filter: &AssetFilter) -> Result<u64> {
    let wanted = Wanted::in_order(tx, project, filter)?;
    if filter.is_of_few() {
        return Ok(wanted.few(tx)?.len() as u64);
    }
    wanted.counted().total(tx)
}

/// The next assets that a filter lets through, in the order of their places: behind `last` (0: from the first on) and
/// before `end`, at most `limit`, which is below [`crate::limits::MAX_PAGE_ROWS`].
pub(crate) fn between(
    tx: &mut Tx,
    project: i64,
    filter: &AssetFilter,
    (last, end): (i64, i64),
    limit: u32,
) -> Result<Vec<Stored>> {
    let wanted = Wanted::in_order(tx, project, filter)?;
    let mut rows = if filter.is_of_few() {
        wanted.few(tx)?
    } else {
        let after = AssetCursor {
            place: last,
            external_id: None,
        };
        let page = Page { number: 1, limit };
        by_time(tx, &wanted, Some(&after).filter(|_| last > 0), page)?.rows
    };
    rows.retain(|row| row.place > last && row.place < end);
    rows.truncate(limit as usize);
    Ok(rows)
}

impl AssetFilter {
    /// Whether it names assets so closely that all of them fit into memory.
    fn is_of_few(&self) -> bool {
        !self.ids.is_empty() || self.external_id.is_some()
    }
}

impl<'a> Wanted<'a> {
    /// Everything that a filter lets through, in the order of places.
    fn in_order(tx: &mut Tx, project: i64, filter: &'a AssetFilter) -> Result<Self> {
        Ok(Self {
            project,
            filter,
            kinds: kinds::matching(tx, project, filter)?,
            hidden: extents::hidden(tx, project)?,
            sort: AssetSort::OldestFirst,
        })
    }
}

impl Wanted<'_> {
    /// The rows of a filter that names few, in the order of their places.
    fn few(&self, tx: &mut Tx) -> Result<Vec<Stored>> {
        let filter = self.filter;
        let mut rows = match &filter.external_id {
            Some(external_id) if filter.ids.is_empty() => with_external_id(tx, self, external_id)?,
            _ => stored_of(tx, self.project, &filter.ids, filter.state)?,
        };
        rows.retain(|row| {
            self.kinds.as_ref().is_none_or(|kinds| kinds.holds(row.kind))
                && filter
                    .external_id
                    .as_ref()
                    .is_none_or(|wanted| *wanted == row.external_id)
        });
        Ok(rows)
    }

    pub(super) fn counted(&self) -> Counted<'_> {
        Counted {
            project: self.project,
            kinds: self.kinds.as_ref(),
            state: self.filter.state,
            descending: self.is_descending(),
        }
    }

    pub(super) fn is_descending(&self) -> bool {
        matches!(
            self.sort,
            AssetSort::NewestFirst | AssetSort::ExternalIdDescending
        )
    }

    fn is_by_external_id(&self) -> bool {
        matches!(self.sort, AssetSort::ExternalId | AssetSort::ExternalIdDescending)
    }

    /// ` AND …`: the state and the kinds.
    pub(super) fn condition(&self) -> String {
        let state = match self.filter.state {
            AssetState::Active => " AND deleted_at IS NULL",
            AssetState::Deleted => " AND deleted_at IS NOT NULL",
        };
        format!("{state}{}", condition(self.kinds.as_ref()))
    }

    fn cursor(&self, row: &Stored) -> AssetCursor {
        let external_id = self.is_by_external_id().then(|| row.external_id.clone());
        AssetCursor {
            place: row.place,
            external_id,
        }
    }
}

/// By time: the blocks' counts lead to the rows.
fn by_time(tx: &mut Tx, wanted: &Wanted<'_>, after: Option<&AssetCursor>, page: Page) -> Result<Found> {
    let counted = wanted.counted();
    let total = counted.total(tx)?;
    let nothing = Found {
        rows: Vec::new(),
        total,
    };
    if wanted.kinds.as_ref().is_some_and(KindSet::is_empty) {
        return Ok(nothing);
    }
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
    let mut rows = Rows {
        wanted,
        skip,
        left: limit,
        found: Vec::new(),
    };
    let mut spans = runs(&blocks, wanted.is_descending());
    rows.shorten(&mut spans, blocks.first(), after);
    for span in spans {
        rows.read(tx, span)?;
    }
    Ok(Found {
        rows: rows.found,
        total,
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

impl Rows<'_> {
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
        let sql = format!(
            "SELECT {COLUMNS} FROM assets WHERE place BETWEEN ?1 AND ?2{} ORDER BY place{} LIMIT ?3",
            self.wanted.condition(),
            if descending { " DESC" } else { "" }
        );
        let mut parts = without(span, &self.wanted.hidden);
        if descending {
            parts.reverse();
        }
        for part in parts {
            if self.left == 0 {
                break;
            }
            let (skip, left, found) = (&mut self.skip, &mut self.left, &mut self.found);
            tx.visit(&sql, params![part.first, part.last, *skip + *left], |row| {
                if *skip > 0 {
                    *skip -= 1;
                    return Ok(true);
                }
                found.push(read(row)?);
                *left -= 1;
                Ok(*left > 0)
            })?;
        }
        Ok(())
    }
}

/// The visible rows with an external ID, in the order of their places.
fn with_external_id(tx: &mut Tx, wanted: &Wanted<'_>, external_id: &str) -> Result<Vec<Stored>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM assets WHERE place IN (
             SELECT n.place FROM asset_runs r JOIN asset_names n ON n.run = r.run
             WHERE r.project = ?1 AND r.visible = 1 AND n.external_id = ?2){} ORDER BY place",
        wanted.condition()
    );
    tx.rows(&sql, params![wanted.project, external_id], read)
}

/// A page of rows that fit into memory, given in the order of their places.
fn of_few(mut rows: Vec<Stored>, wanted: &Wanted<'_>, after: Option<&AssetCursor>, page: Page) -> Found {
    if wanted.is_by_external_id() {
        rows.sort_by(|a, b| (&a.external_id, a.place).cmp(&(&b.external_id, b.place)));
    }
    if wanted.is_descending() {
        rows.reverse();
    }
    let total = rows.len() as u64;
    let begin = match after {
        Some(cursor) => rows
            .iter()
            .position(|row| wanted.cursor(row) == *cursor)
            .map_or(rows.len(), |at| at + 1),
        None => usize::try_from(page.offset())
            .unwrap_or(usize::MAX)
            .min(rows.len()),
    };
    let rows = rows.drain(begin..).take(page.limit() as usize + 1).collect();
    Found { rows, total }
}

/// A cursor goes on in the list that answered it.
fn check_cursor(cursor: &AssetCursor, project: i64, sort: AssetSort) -> Result<()> {
    let by_external_id = matches!(sort, AssetSort::ExternalId | AssetSort::ExternalIdDescending);
    if project_of(cursor.place) != project || cursor.external_id.is_some() != by_external_id {
        return Err(Error::Refused {
            what: "the cursor",
            problem: "it is of another list; begin with the first page",
        });
    }
    Ok(())
}
