//! Which tasks a list holds, and in which order: conditions as SQL over assets and their tasks.

use std::sync::Arc;

use insitu_model::{
    id::{BatchId, UserId},
    task::Stage,
};

use crate::{Result, Tx, assets, value::Value};

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Stage,
    ReviewStatus,
    Assignee,
    ExternalId,
    CreatedAt,
    CreatedBy,
    UpdatedAt,
    UpdatedBy,
    Priority,
    Duration,
    TotalDuration,
    IsDraft,
    IsSkipped,
}

/// How a number or time is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cmp {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    Int(i64),
    Text(String),
    User(UserId),
}

/// Answers whether an external ID is wanted.
pub type ExternalIdTest = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What must be true of a field.
#[derive(Clone)]
pub enum Test {
    /// It is one of these.
    In(Vec<Operand>),
    /// It is none of these, or there is none.
    NotIn(Vec<Operand>),
    Compare(Cmp, i64),
    /// Whether there is any.
    Exists(bool),
    /// An external ID for which this answers true.
    Matches(ExternalIdTest),
}

impl std::fmt::Debug for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::In(values) => f.debug_tuple("In").field(values).finish(),
            Self::NotIn(values) => f.debug_tuple("NotIn").field(values).finish(),
            Self::Compare(cmp, value) => f.debug_tuple("Compare").field(cmp).field(value).finish(),
            Self::Exists(exists) => f.debug_tuple("Exists").field(exists).finish(),
            Self::Matches(_) => f.write_str("Matches(…)"),
        }
    }
}

/// One of the conditions that must all be true.
#[derive(Clone, Debug)]
pub enum Condition {
    Of(Field, Test),
    /// The tasks of these places in the public ids' terms.
    Ids(Vec<insitu_model::id::TaskId>),
    /// In at least one of these batches (true), or in none of them (false).
    Batches(Vec<BatchId>, bool),
    /// In some batch (true), or in none at all (false).
    AnyBatch(bool),
    /// Nothing fulfils it.
    Never,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortField {
    CreatedAt,
    UpdatedAt,
    Priority,
    ExternalId,
    Stage,
    Duration,
    TotalDuration,
}

/// A sort field and its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub by: SortField,
    pub descending: bool,
}

/// Conditions as SQL, with their parameters.
pub(super) struct Compiled {
    /// `FROM … WHERE …`
    pub(super) from_where: String,
    /// The place of a row, in the table that is looked at first.
    pub(super) place: &'static str,
    pub(super) params: Vec<Param>,
    /// What only the program can test, of an external ID.
    pub(super) matches: Vec<ExternalIdTest>,
}

pub(super) enum Param {
    Int(i64),
    Text(String),
    Blob([u8; 12]),
}

impl Param {
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Int(n) => Value::Int(*n),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

/// The expression of a field over an asset `a` and its task `t`, which is missing while nobody has touched it.
fn expression(field: Field) -> &'static str {
    match field {
        Field::Stage => "COALESCE(t.stage, 'Label')",
        Field::ReviewStatus => "COALESCE(t.review_status, 'Todo')",
        Field::Assignee => "t.assignee",
        Field::ExternalId => "a.external_id",
        Field::CreatedAt => "a.created_at",
        Field::CreatedBy => {
            "(SELECT i.created_by FROM asset_extents e JOIN imports i ON i.number = e.import
              WHERE e.place = (SELECT MAX(place) FROM asset_extents WHERE place <= a.place))"
        }
        Field::UpdatedAt => "COALESCE(t.updated_at, a.created_at)",
        Field::UpdatedBy => "t.updated_by",
        Field::Priority => "a.priority",
        Field::Duration => "COALESCE(t.duration, 0)",
        Field::TotalDuration => "COALESCE(t.total_duration, 0)",
        Field::IsDraft => "COALESCE(t.is_draft, 0)",
        Field::IsSkipped => "COALESCE(t.is_skipped, 0)",
    }
}

/// Whether only touched tasks can fulfil a condition, so that the list need not look at the others.
fn is_of_touched(condition: &Condition) -> bool {
    match condition {
        Condition::Of(Field::Stage, Test::In(stages)) => {
            let label = Operand::Text(Stage::Label.as_str().to_owned());
            !stages.contains(&label)
        }
        Condition::Of(Field::Assignee | Field::UpdatedBy, Test::In(_) | Test::Exists(true)) => true,
        Condition::Of(Field::IsDraft | Field::IsSkipped, Test::In(values)) => {
            !values.contains(&Operand::Int(0))
        }
        _ => false,
    }
}

/// The rows of a project that fulfil all conditions.
pub(super) fn compile(tx: &mut Tx, project: i64, conditions: &[Condition]) -> Result<Compiled> {
    compile_for(tx, project, conditions, "t.project = ?3")
}

/// The same for reading them in the order of their places: without the project's number, which the places say already
/// and by which SQLite would read all of them for each page, to sort them.
pub(super) fn compile_by_place(tx: &mut Tx, project: i64, conditions: &[Condition]) -> Result<Compiled> {
    compile_for(tx, project, conditions, "CAST(?3 AS BIGINT) = ?3")
}

fn compile_for(
    tx: &mut Tx,
    project: i64,
    conditions: &[Condition],
    touched_in_project: &str,
) -> Result<Compiled> {
    let (first, last) = assets::span(project);
    let (from, place) = if conditions.iter().any(is_of_touched) {
        let from = "FROM tasks t JOIN assets a ON a.place = t.place WHERE t.is_gone = 0 AND ";
        (format!("{from}{touched_in_project}"), "t.place")
    } else {
        let from = "FROM assets a LEFT JOIN tasks t ON t.place = a.place WHERE CAST(?3 AS BIGINT) = ?3";
        (from.to_owned(), "a.place")
    };
    let mut compiled = Compiled {
        from_where: format!("{from} AND {place} BETWEEN ?1 AND ?2 AND a.deleted_at IS NULL"),
        place,
        params: vec![Param::Int(first), Param::Int(last), Param::Int(project)],
        matches: Vec::new(),
    };
    for (first, last) in assets::hidden(tx, project)? {
        let (first, last) = (compiled.bind(Param::Int(first)), compiled.bind(Param::Int(last)));
        compiled.and(&format!("NOT (a.place BETWEEN {first} AND {last})"));
    }
    for condition in conditions {
        compiled.add(tx, project, condition)?;
    }
    Ok(compiled)
}

impl Compiled {
    /// Begins behind a place. It moves the one lower bound that there is: beside a second one, SQLite would go through
    /// everything from the first.
    pub(super) fn start_after(&mut self, place: i64) {
        if let Some(Param::Int(first)) = self.params.first_mut() {
            *first = place.saturating_add(1).max(*first);
        }
    }

    /// The number under which a parameter is known.
    pub(super) fn bind(&mut self, param: Param) -> String {
        self.params.push(param);
        format!("?{}", self.params.len())
    }

    pub(super) fn and(&mut self, sql: &str) {
        self.from_where.push_str(" AND ");
        self.from_where.push_str(sql);
    }

    pub(super) fn values(&self) -> Vec<Value<'_>> {
        self.params.iter().map(Param::value).collect()
    }

    fn add(&mut self, tx: &mut Tx, project: i64, condition: &Condition) -> Result<()> {
        match condition {
            Condition::Of(field, test) => self.test(*field, test),
            Condition::Never => self.and("1 = 0"),
            Condition::Ids(ids) => {
                let mut places = Vec::new();
                for id in ids {
                    places.extend(super::read::place(tx, project, *id)?);
                }
                self.numbers("a.place", &places, true);
            }
            Condition::Batches(batches, wanted) => {
                let kinds = assets::kinds_of_batches(tx, project, batches)?;
                self.numbers("a.kind", &kinds, *wanted);
            }
            Condition::AnyBatch(wanted) => self.and(&format!(
                "a.kind {}IN (SELECT kind FROM asset_kinds WHERE project = ?3 AND batches <> '[]')",
                if *wanted { "" } else { "NOT " }
            )),
        }
        Ok(())
    }

    /// Whether a number is among some; of none it never is.
    fn numbers(&mut self, expression: &str, numbers: &[i64], wanted: bool) {
        if numbers.is_empty() {
            self.and(if wanted { "1 = 0" } else { "1 = 1" });
            return;
        }
        let list: Vec<String> = numbers.iter().map(|n| self.bind(Param::Int(*n))).collect();
        let not = if wanted { "" } else { "NOT " };
        self.and(&format!("{expression} {not}IN ({})", list.join(", ")));
    }

    fn test(&mut self, field: Field, test: &Test) {
        let expression = expression(field);
        match test {
            Test::In(values) if values.is_empty() => self.and("1 = 0"),
            Test::NotIn(values) if values.is_empty() => {}
            Test::In(values) => {
                let list = self.operands(values);
                self.and(&format!("{expression} IN ({list})"));
            }
            Test::NotIn(values) => {
                let list = self.operands(values);
                self.and(&format!("({expression} IS NULL OR {expression} NOT IN ({list}))"));
            }
            Test::Compare(cmp, value) => {
                let sign = match cmp {
                    Cmp::Less => "<",
                    Cmp::LessOrEqual => "<=",
                    Cmp::Greater => ">",
                    Cmp::GreaterOrEqual => ">=",
                };
                let value = self.bind(Param::Int(*value));
                self.and(&format!("{expression} {sign} {value}"));
            }
            Test::Exists(exists) => {
                let is_there = match field {
                    Field::ExternalId => format!("{expression} <> ''"),
                    _ => format!("{expression} IS NOT NULL"),
                };
                self.and(&if *exists {
                    is_there
                } else {
                    format!("NOT ({is_there})")
                });
            }
            Test::Matches(matches) => self.matches.push(Arc::clone(matches)),
        }
    }

    fn operands(&mut self, values: &[Operand]) -> String {
        let bound: Vec<String> = values
            .iter()
            .map(|value| {
                self.bind(match value {
                    Operand::Int(n) => Param::Int(*n),
                    Operand::Text(text) => Param::Text(text.clone()),
                    Operand::User(id) => Param::Blob(*id.as_bytes()),
                })
            })
            .collect();
        bound.join(", ")
    }
}

/// ` ORDER BY …`, always ending in the place so that pages do not overlap.
pub(super) fn order_by(orders: &[Order]) -> String {
    let mut parts = Vec::new();
    let mut by_place = None;
    for order in orders {
        let expression = match order.by {
            SortField::CreatedAt => {
                by_place = Some(order.descending);
                break;
            }
            SortField::UpdatedAt => expression(Field::UpdatedAt),
            SortField::Priority => expression(Field::Priority),
            SortField::ExternalId => expression(Field::ExternalId),
            SortField::Stage => expression(Field::Stage),
            SortField::Duration => expression(Field::Duration),
            SortField::TotalDuration => expression(Field::TotalDuration),
        };
        parts.push(format!("{expression}{}", direction(order.descending)));
    }
    parts.push(format!("a.place{}", direction(by_place.unwrap_or(false))));
    format!(" ORDER BY {}", parts.join(", "))
}

fn direction(descending: bool) -> &'static str {
    if descending { " DESC" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_of_one_moment_keep_their_order() {
        let by = |by, descending| Order { by, descending };
        assert_eq!(order_by(&[]), " ORDER BY a.place");
        assert_eq!(
            order_by(&[by(SortField::Priority, true), by(SortField::CreatedAt, true)]),
            " ORDER BY a.priority DESC, a.place DESC"
        );
    }

    #[test]
    fn the_stage_label_holds_untouched_tasks_too() {
        let stage = |word: &str| Condition::Of(Field::Stage, Test::In(vec![Operand::Text(word.to_owned())]));
        assert!(is_of_touched(&stage("Review")));
        assert!(!is_of_touched(&stage("Label")));
    }
}
