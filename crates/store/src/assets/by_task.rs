//! Pages in the order of time of assets whose tasks an index names.

use insitu_model::{
    answer::Term,
    id::UserId,
    task::{ReviewStatus, Stage, TaskStatus},
};

use super::{
    AssetCursor, AssetFilter, Times,
    list::{Found, Total, Wanted},
    place::of_project,
    read::{COLUMNS, Stored, at_places, read},
    spans::{Span, without},
};
use crate::{Page, Result, Tx, value::Value};

/// Assets that are read at once.
const ASSETS_PER_READ: u64 = 128;

/// An index over tasks or their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    Assignee(UserId),
    Review(ReviewStatus),
    /// Not [`Stage::Label`]: most tasks there have no row.
    Stage(Stage),
    Completed(Times),
    /// The answer uses it.
    Term(Term),
}

impl Index {
    /// Those that hold all that a filter lets through; first those that name fewer as a rule.
    pub(super) fn all_of(filter: &AssetFilter) -> Vec<Self> {
        let answers = filter.answers.iter().filter(|condition| condition.exists);
        let terms = answers.map(|condition| Self::Term(condition.term()));
        let filter = &filter.task;
        let mut all = Vec::new();
        if let Some(Some(user)) = filter.assignee {
            all.push(Self::Assignee(user));
        }
        if let [review] = filter.reviews[..]
            && review != ReviewStatus::Todo
        {
            all.push(Self::Review(review));
        }
        if !filter.completed.is_any() {
            all.push(Self::Completed(filter.completed));
        }
        let stage = match (&filter.stages[..], &filter.statuses[..]) {
            _ if !filter.completed.is_any() => Some(Stage::Complete),
            ([stage], _) if *stage != Stage::Label => Some(*stage),
            (_, [TaskStatus::Labeled]) => Some(Stage::Review),
            (_, [TaskStatus::Reviewed]) => Some(Stage::Complete),
            _ => None,
        };
        all.extend(stage.map(Self::Stage));
        all.extend(terms);
        all
    }

    /// Those that have them in the order of their places.
    pub(super) fn in_order(filter: &AssetFilter) -> Vec<Self> {
        let mut all = Self::all_of(filter);
        all.retain(|index| !matches!(index, Self::Completed(_)));
        all
    }

    /// The table, which has a `place`.
    fn table(self) -> &'static str {
        match self {
            Self::Term(_) => "answer_terms",
            _ => "tasks",
        }
    }

    /// The conditions of the index, in its own words, and their parameter.
    fn condition(&self) -> (String, Option<Value<'_>>) {
        match self {
            Self::Assignee(user) => ("assignee = ?1".to_owned(), Some(Value::from(user))),
            Self::Review(review) => (
                format!("review_status <> 'Todo' AND review_status = '{review}'"),
                None,
            ),
            Self::Stage(stage) => (format!("stage <> 'Label' AND stage = '{stage}'"), None),
            Self::Term(term) => (format!("term = {}", term.number()), None),
            Self::Completed(times) => (
                format!("completed_at IS NOT NULL{}", times.condition("completed_at")),
                None,
            ),
        }
    }

    /// Some of the places that it names in a project.
    pub(super) fn some(&self, tx: &mut Tx, project: i64, most: u32) -> Result<Vec<i64>> {
        let (condition, param) = self.condition();
        let span = match self {
            // This one knows projects, and its places are in no order.
            Self::Completed(_) => format!("project = {project}"),
            _ => {
                let (first, last) = of_project(project);
                format!("place BETWEEN {first} AND {last}")
            }
        };
        let params: Vec<Value<'_>> = param.into_iter().collect();
        let sql = format!(
            "SELECT place FROM {} WHERE {condition} AND {span} LIMIT {most}",
            self.table()
        );
        tx.rows(&sql, &params, |row| row.next())
    }

    /// The next places that it names in a span.
    fn next(&self, tx: &mut Tx, span: Span, descending: bool, most: u64) -> Result<Vec<i64>> {
        let (condition, param) = self.condition();
        let behind = usize::from(param.is_some());
        let params: Vec<Value<'_>> = param
            .into_iter()
            .chain([span.first.into(), span.last.into(), most.into()])
            .collect();
        let sql = format!(
            "SELECT place FROM {} WHERE {condition} AND place BETWEEN ?{} AND ?{} ORDER BY place{} LIMIT ?{}",
            self.table(),
            behind + 1,
            behind + 2,
            if descending { " DESC" } else { "" },
            behind + 3
        );
        tx.rows(&sql, &params, |row| row.next())
    }
}

/// The page, and where to go on when as many were looked at as may be for one page. Each of `indexes` names all of them.
pub(super) fn page(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    indexes: &[Index],
    after: Option<&AssetCursor>,
    page: Page,
) -> Result<Found> {
    let descending = wanted.is_descending();
    let limit = page.limit() as usize + 1;
    let mut rows: Vec<Stored> = Vec::new();
    let mut looked_at = 0;
    let mut resume = None;
    let mut spans = without(wanted.behind(after), &wanted.hidden);
    if !descending {
        spans.reverse();
    }
    while rows.len() < limit
        && let Some(mut span) = spans.pop()
    {
        if looked_at >= wanted.bounds.looked_at {
            let place = if descending { span.last + 1 } else { span.first - 1 };
            resume = Some(AssetCursor::at(place));
            break;
        }
        let places = fewest(tx, indexes, span, descending)?;
        let Some(last) = places.last() else { continue };
        if descending {
            span.last = *last - 1;
        } else {
            span.first = *last + 1;
        }
        if span.first <= span.last {
            spans.push(span);
        }
        looked_at += places.len() as u64;
        let mut found = at_places(tx, COLUMNS, &wanted.conditions, &places, |row| {
            let row = read(row)?;
            Ok((row.place, row))
        })?;
        let fitting = places.iter().filter_map(|place| found.remove(place));
        rows.extend(fitting.filter(|row| !wanted.is_excepted(row.place)));
    }
    let is_whole = after.is_none() && resume.is_none() && rows.len() < limit;
    rows.truncate(limit);
    Ok(Found {
        looked_at,
        resume,
        ..Found::of(rows, Total::seen(is_whole))
    })
}

/// The next places in a span, of the index that names the fewest there: its next ones reach furthest.
fn fewest(tx: &mut Tx, indexes: &[Index], span: Span, descending: bool) -> Result<Vec<i64>> {
    let mut best: Option<Vec<i64>> = None;
    for index in indexes {
        let places = index.next(tx, span, descending, ASSETS_PER_READ)?;
        let reach = |places: &Vec<i64>| {
            let is_all = (places.len() as u64) < ASSETS_PER_READ;
            let last = places
                .last()
                .map(|place| if descending { -place } else { *place });
            (
                is_all,
                if is_all { None } else { last },
                std::cmp::Reverse(places.len()),
            )
        };
        if best.as_ref().is_none_or(|best| reach(best) < reach(&places)) {
            best = Some(places);
        }
    }
    Ok(best.unwrap_or_default())
}
