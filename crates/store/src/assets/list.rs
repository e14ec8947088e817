//! Pages of assets.

use insitu_model::{
    id::{OrganizationId, ProjectId},
    task::Stage,
};

use super::{
    AssetCursor, AssetFilter, AssetPage, AssetSort, PageStart,
    blocks::Counted,
    by_completion, by_external_id, by_task, by_time, extents, few,
    filter::Conditions,
    kinds::{self, KindSet, condition},
    place::of_project,
    read::{COLUMNS, Stored, at_places, finish, read},
    spans::{Span, holds},
    term_fill,
};
use crate::{
    Error, Page, Result, Tx,
    limits::{MAX_ASSETS_LOOKED_AT, MAX_ASSETS_LOOKED_AT_PER_STEP, MAX_FEW_ASSETS},
    projects, tasks,
};

/// How much is done for one page where no count leads to its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Assets that are put in order in memory, where an index names so few.
    pub few: u32,
    /// Assets that are looked at one by one.
    pub looked_at: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            few: MAX_FEW_ASSETS,
            looked_at: MAX_ASSETS_LOOKED_AT,
        }
    }
}

/// What a page is cut from.
pub(super) struct Wanted<'a> {
    pub(super) project: i64,
    pub(super) filter: &'a AssetFilter,
    pub(super) kinds: Option<KindSet>,
    /// What the rows have to be, kinds included.
    pub(super) conditions: Conditions<'a>,
    /// The places of the exceptions, ascending.
    pub(super) except: Vec<i64>,
    pub(super) hidden: Vec<Span>,
    /// Places outside hold nothing of the list.
    pub(super) places: Span,
    pub(super) sort: AssetSort,
    pub(super) bounds: Bounds,
}

/// How many assets a list has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Total {
    Exact(u64),
    /// What was found is all (true), or there may be more.
    Seen(bool),
}

impl Total {
    pub(super) fn exact(total: u64) -> Self {
        Self::Exact(total)
    }

    pub(super) fn seen(is_whole: bool) -> Self {
        Self::Seen(is_whole)
    }
}

/// Rows of a page, and perhaps one more to know that there is a next page.
pub(super) struct Found {
    pub(super) rows: Vec<Stored>,
    pub(super) total: Total,
    pub(super) looked_at: u64,
    /// Where to go on, when as much was looked at as may be for one page.
    pub(super) resume: Option<AssetCursor>,
}

impl Found {
    pub(super) fn of(rows: Vec<Stored>, total: Total) -> Self {
        Self {
            rows,
            total,
            looked_at: 0,
            resume: None,
        }
    }
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
    let bounds = Bounds::default();
    list_within(tx, (organization, project), filter, sort, start, (limit, bounds))
}

/// The same with other bounds.
pub fn list_within(
    tx: &mut Tx,
    (organization, project): (OrganizationId, ProjectId),
    filter: &AssetFilter,
    sort: AssetSort,
    start: &PageStart,
    (limit, bounds): (u32, Bounds),
) -> Result<AssetPage> {
    let number = projects::number(tx, organization, project)?;
    let (page, after) = match start {
        PageStart::Page(page) => (Page { number: *page, limit }, None),
        PageStart::After(cursor) => {
            cursor.check(number, sort)?;
            (Page { number: 1, limit }, Some(cursor))
        }
    };
    let wanted = Wanted {
        sort,
        bounds,
        ..Wanted::in_order(tx, number, filter)?
    };
    let mut found = wanted.page(tx, after, page)?;
    let limit = page.limit() as usize;
    let more = found.rows.len() > limit;
    let (total, is_total_exact) = match found.total {
        Total::Exact(total) => (total, true),
        Total::Seen(is_whole) => (found.rows.len() as u64, is_whole && !more),
    };
    found.rows.truncate(limit);
    let next = match found.rows.last() {
        Some(row) if more => Some(wanted.cursor(row)),
        _ => found.resume,
    };
    Ok(AssetPage {
        assets: finish(tx, number, found.rows)?,
        total,
        is_total_exact,
        looked_at: found.looked_at,
        next,
    })
}

/// How many visible assets of a project a filter lets through; 0 where only looking at them would tell.
pub(crate) fn count(tx: &mut Tx, project: i64, filter: &AssetFilter) -> Result<u64> {
    let wanted = Wanted::in_order(tx, project, filter)?;
    if wanted.is_hopeless() {
        return Ok(0);
    }
    if let Some(places) = few::places(tx, &wanted)? {
        return Ok(wanted.at(tx, &places)?.len() as u64);
    }
    match wanted.known_total(tx)? {
        Some(Total::Exact(total)) => Ok(total),
        _ => Ok(0),
    }
}

/// The next assets that a filter lets through, in the order of their places: behind `last` (0: from the first on) and
/// before `end`, at most `limit`, which is below [`crate::limits::MAX_PAGE_ROWS`]; and the place to go on behind, unless
/// these are the last.
pub(crate) fn between(
    tx: &mut Tx,
    project: i64,
    filter: &AssetFilter,
    (last, end): (i64, i64),
    limit: u32,
) -> Result<(Vec<Stored>, Option<i64>)> {
    let mut wanted = Wanted::in_order(tx, project, filter)?;
    // Others who write wait meanwhile.
    wanted.bounds.looked_at = MAX_ASSETS_LOOKED_AT_PER_STEP;
    let after = AssetCursor::at(last);
    let page = Page { number: 1, limit };
    let mut found = wanted.page(tx, Some(&after).filter(|_| last > 0), page)?;
    let mut next = found.resume.map(|cursor| cursor.place);
    if found.rows.len() > limit as usize {
        found.rows.truncate(limit as usize);
        next = found.rows.last().map(|row| row.place);
    }
    found.rows.retain(|row| row.place < end);
    Ok((found.rows, next.filter(|place| *place < end)))
}

impl<'a> Wanted<'a> {
    /// Everything that a filter lets through, in the order of places.
    fn in_order(tx: &mut Tx, project: i64, filter: &'a AssetFilter) -> Result<Self> {
        if !filter.answers.is_empty() {
            term_fill::check(tx, project)?;
        }
        let kinds = kinds::matching(tx, project, filter)?;
        let mut conditions = Conditions::of(filter);
        conditions.sql += &condition(kinds.as_ref());
        let mut except: Vec<i64> = few::places_of(tx, project, &filter.except)?;
        except.sort_unstable();
        let (first, last) = of_project(project);
        let places = if filter.created.is_any() {
            Some(Span { first, last })
        } else {
            extents::imported_within(tx, project, filter.created)?
        };
        Ok(Self {
            project,
            filter,
            kinds,
            conditions,
            except,
            hidden: extents::hidden(tx, project)?,
            places: places.unwrap_or(Span { first, last: first }),
            sort: AssetSort::OldestFirst,
            bounds: Bounds::default(),
        })
    }
}

impl Wanted<'_> {
    fn page(&self, tx: &mut Tx, after: Option<&AssetCursor>, page: Page) -> Result<Found> {
        if self.is_hopeless() {
            return Ok(Found::of(Vec::new(), Total::exact(0)));
        }
        if self.sort.task_order().is_none()
            && let Some(places) = few::places(tx, self)?
        {
            let rows = self.at(tx, &places)?;
            return Ok(of_few(rows, self, after, page));
        }
        if (self.looks_at_rows() || self.sort.task_order().is_some()) && page.number > 1 {
            return Err(Error::NeedsCursor);
        }
        let mut found = if let Some(order) = self.sort.task_order() {
            by_completion::page(tx, self, order, after, page)?
        } else if self.sort.is_by_external_id() {
            by_external_id::page(tx, self, after, page)?
        } else {
            match &by_task::Index::in_order(self.filter)[..] {
                [] => by_time::page(tx, self, after, page)?,
                indexes => by_task::page(tx, self, indexes, after, page)?,
            }
        };
        if let Total::Seen(_) = found.total
            && let Some(total) = self.known_total(tx)?
        {
            found.total = total;
        }
        Ok(found)
    }

    /// The rows at `places` that the list lets through, in the order of their places.
    fn at(&self, tx: &mut Tx, places: &[i64]) -> Result<Vec<Stored>> {
        let found = at_places(tx, COLUMNS, &self.conditions, places, |row| {
            let row = read(row)?;
            Ok((row.place, row))
        })?;
        let mut rows: Vec<Stored> = found
            .into_values()
            .filter(|row| !self.is_excepted(row.place) && !holds(&self.hidden, row.place))
            .collect();
        rows.sort_unstable_by_key(|row| row.place);
        Ok(rows)
    }

    /// The total where counts tell it.
    fn known_total(&self, tx: &mut Tx) -> Result<Option<Total>> {
        let without = AssetFilter {
            except: Vec::new(),
            ..self.filter.clone()
        };
        let total = if self.sort.task_order().is_some() {
            let is_complete = without.asks_for_stages_only() && without.task.stages == [Stage::Complete];
            if !self.except.is_empty() || !is_complete && without != AssetFilter::default() {
                return Ok(None);
            }
            tasks::counts_of(tx, self.project)?.of(Stage::Complete)
        } else if !without.looks_at_rows() {
            self.counted().total(tx)?
        } else if without.asks_for_stages_only() {
            let counts = tasks::counts_of(tx, self.project)?;
            let wanted = |stage: &&Stage| without.task.stages.contains(stage);
            Stage::ALL
                .iter()
                .filter(wanted)
                .map(|stage| counts.of(*stage))
                .sum()
        } else {
            return Ok(None);
        };
        let excepted = at_places(tx, "place", &self.conditions, &self.except, |row| {
            Ok((row.next()?, ()))
        })?;
        Ok(Some(Total::exact(total.saturating_sub(excepted.len() as u64))))
    }

    /// No kind fits.
    fn is_hopeless(&self) -> bool {
        self.kinds.as_ref().is_some_and(KindSet::is_empty)
    }

    /// Whether the rows have to be looked at, because counts do not lead to them.
    pub(super) fn looks_at_rows(&self) -> bool {
        self.filter.looks_at_rows()
    }

    pub(super) fn is_excepted(&self, place: i64) -> bool {
        self.except.binary_search(&place).is_ok()
    }

    pub(super) fn counted(&self) -> Counted<'_> {
        Counted {
            project: self.project,
            kinds: self.kinds.as_ref(),
            state: self.filter.state,
            descending: self.is_descending(),
        }
    }

    /// The places that are left behind a cursor, in the list's direction.
    pub(super) fn behind(&self, after: Option<&AssetCursor>) -> Span {
        let Span { first, last } = self.places;
        match after {
            None => self.places,
            Some(cursor) if self.is_descending() => Span {
                first,
                last: last.min(cursor.place - 1),
            },
            Some(cursor) => Span {
                first: first.max(cursor.place + 1),
                last,
            },
        }
    }

    pub(super) fn is_descending(&self) -> bool {
        self.sort.is_descending()
    }

    /// Whether a row comes after a cursor.
    fn is_behind(&self, row: &Stored, cursor: &AssetCursor) -> bool {
        let row = (
            self.sort.is_by_external_id().then_some(&row.external_id),
            row.place,
        );
        let cursor = (cursor.external_id.as_ref(), cursor.place);
        if self.is_descending() {
            row < cursor
        } else {
            row > cursor
        }
    }

    fn cursor(&self, row: &Stored) -> AssetCursor {
        let external_id = self.sort.is_by_external_id().then(|| row.external_id.clone());
        AssetCursor {
            place: row.place,
            external_id,
            task: self.sort.task_order().zip(row.task),
        }
    }
}

/// A page of rows that fit into memory, given in the order of their places.
fn of_few(mut rows: Vec<Stored>, wanted: &Wanted<'_>, after: Option<&AssetCursor>, page: Page) -> Found {
    if wanted.sort.is_by_external_id() {
        rows.sort_by(|a, b| (&a.external_id, a.place).cmp(&(&b.external_id, b.place)));
    }
    if wanted.is_descending() {
        rows.reverse();
    }
    let total = rows.len() as u64;
    let begin = match after {
        // The asset of the cursor may not be of the list any more.
        Some(cursor) => rows.partition_point(|row| !wanted.is_behind(row, cursor)),
        None => usize::try_from(page.offset())
            .unwrap_or(usize::MAX)
            .min(rows.len()),
    };
    let rows = rows.drain(begin..).take(page.limit() as usize + 1).collect();
    Found::of(rows, Total::exact(total))
}
