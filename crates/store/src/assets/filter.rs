//! Which assets a list holds, and the conditions on their rows that say so.

use insitu_model::{
    answer::Term,
    id::{AssetId, BatchId, StorageId, UserId},
    task::{ReviewStatus, Stage, TaskStatus},
};
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// Which assets a list holds: those that all of these let through. A member that this version does not know makes one
/// unreadable: without it, more would be let through. Those that came later are left out where they ask for nothing, so
/// that versions from before read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetFilter {
    /// Only these, at most [`crate::limits::MAX_ASSETS_PER_CALL`]; empty: any.
    pub ids: Vec<AssetId>,
    /// None of these, at most as many.
    #[serde(default, skip_serializing_if = "is_default")]
    pub except: Vec<AssetId>,
    pub external_id: Option<String>,
    /// Those whose external ID begins so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub external_id_prefix: Option<String>,
    /// In all of these batches.
    pub batches: Vec<BatchId>,
    /// `Some(None)`: public assets.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "null_is_some"
    )]
    pub storage: Option<Option<StorageId>>,
    /// Those that came with labels, or those that did not.
    pub is_pre_labeled: Option<bool>,
    /// When they were imported.
    #[serde(default, skip_serializing_if = "is_default")]
    pub created: Times,
    #[serde(default, skip_serializing_if = "is_default")]
    pub task: TaskFilter,
    /// What the answer of its task has to use, or may not: all of these, at most [`crate::limits::MAX_ANSWER_CONDITIONS`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub answers: Vec<AnswerCondition>,
    pub state: AssetState,
}

/// What an asset's task has to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskFilter {
    /// In one of these; empty: any.
    pub stages: Vec<Stage>,
    /// One of these; empty: any.
    pub statuses: Vec<TaskStatus>,
    /// One of these; empty: any.
    pub reviews: Vec<ReviewStatus>,
    /// `Some(None)`: nobody's.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "null_is_some"
    )]
    pub assignee: Option<Option<UserId>>,
    pub completed: Times,
}

/// Something that an answer has to use, or may not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerCondition {
    /// Of a class or a question.
    pub schema_id: String,
    /// The schema id of an option of the question, or `true` or `false`; none: whatever was answered.
    pub choice: Option<String>,
    pub exists: bool,
}

/// A time span, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// From this moment on.
    pub from: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
}

/// Whether an asset is there or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssetState {
    #[default]
    Active,
    Deleted,
}

/// Where the member is there at all, null stands for public assets, or for nobody.
fn null_is_some<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl AssetFilter {
    /// Whether rows have to be looked at to know which it lets through: neither counts nor kinds say it.
    pub(super) fn looks_at_rows(&self) -> bool {
        *self
            != Self {
                batches: self.batches.clone(),
                storage: self.storage,
                is_pre_labeled: self.is_pre_labeled,
                state: self.state,
                ..Self::default()
            }
    }

    /// Whether all that it asks for is one of some stages.
    pub(super) fn asks_for_stages_only(&self) -> bool {
        let stages = self.task.stages.clone();
        !stages.is_empty()
            && *self
                == Self {
                    task: TaskFilter {
                        stages,
                        ..TaskFilter::default()
                    },
                    ..Self::default()
                }
    }
}

impl AnswerCondition {
    pub(super) fn term(&self) -> Term {
        Term::new(&self.schema_id, self.choice.as_deref())
    }

    /// ` AND …` over rows of assets. A term is a number that the store made, so it can stand in the text.
    fn condition(&self) -> String {
        let not = if self.exists { "" } else { "NOT " };
        format!(
            " AND {not}EXISTS (SELECT 1 FROM answer_terms w WHERE w.term = {} AND w.place = assets.place)",
            self.term().number()
        )
    }
}

impl Times {
    pub(super) fn is_any(self) -> bool {
        self == Self::default()
    }

    /// ` AND …` for a column of times.
    pub(super) fn condition(self, column: &str) -> String {
        let from = self.from.map(|ms| format!(" AND {column} >= {ms}"));
        let until = self.until.map(|ms| format!(" AND {column} < {ms}"));
        from.into_iter().chain(until).collect()
    }
}

impl TaskFilter {
    /// Whether a task that nobody has touched, of which there is no row, is let through.
    pub(super) fn lets_untouched_through(&self) -> bool {
        (self.stages.is_empty() || self.stages.contains(&Stage::Label))
            && (self.statuses.is_empty() || self.statuses.contains(&TaskStatus::ToDo))
            && (self.reviews.is_empty() || self.reviews.contains(&ReviewStatus::Todo))
            && !matches!(self.assignee, Some(Some(_)))
            && self.completed.is_any()
    }

    /// What a row of tasks, `t`, has to be; empty: anything.
    fn condition(&self, params: &mut Conditions<'_>) -> String {
        let mut all = Vec::new();
        if !self.stages.is_empty() {
            all.push(format!(
                "t.stage IN ({})",
                quoted(self.stages.iter().map(|stage| stage.as_str()))
            ));
        }
        if !self.statuses.is_empty() {
            let any: Vec<String> = self.statuses.iter().map(|status| of_status(*status)).collect();
            all.push(format!("({})", any.join(" OR ")));
        }
        if !self.reviews.is_empty() {
            let words = quoted(self.reviews.iter().map(|review| review.as_str()));
            all.push(format!("t.review_status IN ({words})"));
        }
        match self.assignee {
            None => {}
            Some(None) => all.push("t.assignee IS NULL".to_owned()),
            Some(Some(user)) => all.push(format!("t.assignee = {}", params.bind_user(user))),
        }
        if !self.completed.is_any() {
            all.push(format!(
                "t.completed_at IS NOT NULL{}",
                self.completed.condition("t.completed_at")
            ));
        }
        all.join(" AND ")
    }
}

/// Somebody has it open, or saved it to go on later.
const IN_PROGRESS: &str = "(t.is_draft = 1 OR (t.assignee IS NOT NULL AND t.opened_at IS NOT NULL))";

fn of_status(status: TaskStatus) -> String {
    match status {
        TaskStatus::ToDo => format!("(t.stage = 'Label' AND NOT {IN_PROGRESS})"),
        TaskStatus::InProgress => format!("(t.stage = 'Label' AND {IN_PROGRESS})"),
        TaskStatus::Labeled => "t.stage = 'Review'".to_owned(),
        TaskStatus::Reviewed => "t.stage = 'Complete'".to_owned(),
    }
}

/// Words of ours, which need no escaping.
fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|word| format!("'{word}'"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// ` AND …` over rows of assets. Its parameters are the first of the statement.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions<'a> {
    pub(super) sql: String,
    texts: Vec<std::borrow::Cow<'a, str>>,
    user: Option<UserId>,
}

impl<'a> Conditions<'a> {
    /// Conditions without parameters.
    pub(super) fn plain(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            ..Self::default()
        }
    }

    /// Those of a filter, but for kinds, exceptions and ids.
    pub(super) fn of(filter: &'a AssetFilter) -> Self {
        let mut all = Self::plain(match filter.state {
            AssetState::Active => " AND deleted_at IS NULL",
            AssetState::Deleted => " AND deleted_at IS NOT NULL",
        });
        all.sql += &filter.created.condition("created_at");
        // The user is the first parameter, so that the texts can be numbered behind it.
        let task = filter.task.condition(&mut all);
        if !task.is_empty() {
            let of_asset = "EXISTS (SELECT 1 FROM tasks t WHERE t.place = assets.place AND";
            all.sql += &if filter.task.lets_untouched_through() {
                format!(" AND NOT {of_asset} NOT ({task}))")
            } else {
                format!(" AND {of_asset} {task})")
            };
        }
        all.sql
            .extend(filter.answers.iter().map(AnswerCondition::condition));
        if let Some(external_id) = &filter.external_id {
            let bound = all.bind_text(external_id.as_str().into());
            all.sql += &format!(" AND external_id = {bound}");
        }
        if let Some(prefix) = &filter.external_id_prefix {
            let from = all.bind_text(prefix.as_str().into());
            all.sql += &format!(" AND external_id >= {from}");
            if let Some(end) = end_of_prefix(prefix) {
                let end = all.bind_text(end.into());
                all.sql += &format!(" AND external_id < {end}");
            }
        }
        all
    }

    fn bind_user(&mut self, user: UserId) -> &'static str {
        self.user = Some(user);
        "?1"
    }

    fn bind_text(&mut self, text: std::borrow::Cow<'a, str>) -> String {
        self.texts.push(text);
        format!("?{}", self.count())
    }

    /// How many parameters there are.
    pub(super) fn count(&self) -> usize {
        usize::from(self.user.is_some()) + self.texts.len()
    }

    /// The parameters, with others of the statement behind them.
    pub(super) fn params<'b>(&'b self, others: impl IntoIterator<Item = Value<'b>>) -> Vec<Value<'b>> {
        let user = self.user.as_ref().map(Value::from);
        let texts = self.texts.iter().map(|text| Value::Text(text));
        user.into_iter().chain(texts).chain(others).collect()
    }
}

/// The first text behind all that begin so, in the order of bytes; none where there is none.
pub(super) fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The numbers between these two are no characters.
        let next = if last == '\u{d7ff}' {
            0xe000
        } else {
            u32::from(last) + 1
        };
        if let Some(next) = char::from_u32(next) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text_that_begins_otherwise() {
        for (prefix, end) in [
            ("a", Some("b")),
            ("img_", Some("img`")),
            ("z\u{10ffff}", Some("{")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(end_of_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
    }

    #[test]
    fn a_filter_of_before_reads_back_as_it_was_meant() {
        let old = r#"{"ids":[],"external_id":"a","batches":[],"is_pre_labeled":null,"state":"Active"}"#;
        let filter: AssetFilter = serde_json::from_str(old).unwrap();
        let meant = AssetFilter {
            external_id: Some("a".to_owned()),
            ..AssetFilter::default()
        };
        assert_eq!(filter, meant);
        let mut nobodys = AssetFilter::default();
        nobodys.task.assignee = Some(None);
        let text = serde_json::to_string(&nobodys).unwrap();
        assert_eq!(serde_json::from_str::<AssetFilter>(&text).unwrap(), nobodys);
    }

    #[test]
    fn a_filter_with_a_condition_that_nobody_here_knows_is_unreadable_instead_of_wider() {
        let mut filter = AssetFilter::default();
        filter.task.stages.push(Stage::Label);
        filter.created.from = Some(1);
        filter.answers.push(AnswerCondition {
            schema_id: "a".to_owned(),
            choice: None,
            exists: true,
        });
        let known = serde_json::to_value(&filter).unwrap();
        assert_eq!(
            serde_json::from_value::<AssetFilter>(known.clone()).unwrap(),
            filter
        );
        for at in ["", "/task", "/task/completed", "/created", "/answers/0"] {
            let mut newer = known.clone();
            newer.pointer_mut(at).unwrap()["size"] = 1.into();
            assert!(serde_json::from_value::<AssetFilter>(newer).is_err(), "{at}");
        }
    }

    #[test]
    fn what_a_filter_does_not_ask_for_is_not_written_so_that_versions_of_before_read_it() {
        let mut members: Vec<String> = match serde_json::to_value(AssetFilter::default()).unwrap() {
            serde_json::Value::Object(members) => members.into_iter().map(|(name, _)| name).collect(),
            other => panic!("{other}"),
        };
        members.sort();
        assert_eq!(
            members,
            ["batches", "external_id", "ids", "is_pre_labeled", "state"]
        );
    }

    #[test]
    fn the_status_to_do_holds_tasks_that_nobody_has_touched() {
        let of = |statuses: &[TaskStatus]| TaskFilter {
            statuses: statuses.to_vec(),
            ..TaskFilter::default()
        };
        assert!(of(&[TaskStatus::Labeled, TaskStatus::ToDo]).lets_untouched_through());
        assert!(!of(&[TaskStatus::InProgress]).lets_untouched_through());
    }
}
