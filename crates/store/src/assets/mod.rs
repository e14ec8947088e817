//! Assets: tens of millions per project, imported fast, listed at any depth for the same price.
//!
//! How it works, from the bottom:
//! - An asset's key is its **place**: the project's number above 40 bits that count up. Rows are only appended.
//! - An **extent** says which places hold which assets of which import, so the public id (import and ordinal) and
//!   the place follow from each other (`extents.rs`). An extent is hidden until its import completes.
//! - A **kind** stands for what many assets share: storage, batches, having pre-labels (`kinds.rs`): a filter is a set of kinds.
//! - A **block** counts the visible assets of each kind in a range of places (`blocks.rs`), so totals are exact and
//!   any page is found without counting rows.
//! - **Probes** find the size of assets that came without (`dimensions.rs`, `probes/`).
//! - **Names** list the assets by external ID, in sorted runs (`names.rs`), which are merged later (`merge.rs`).
//! - **Terms** say which classes, questions and choices the answer of an asset's task uses (`terms.rs`); those of before
//!   there were terms are looked through once (`term_fill.rs`).
//! - **Notes** say what assets were before a change of many, for as long as it can be taken back (`notes.rs`).
//! - What no count tells (the task's stage, whose it is, times) comes from an index that names few (`few.rs`), or is
//!   looked for along one (`by_task.rs`) or block by block (`list.rs`), so far
//!   and no further for one page.

mod append;
mod batch_counts;
mod blocks;
mod by_completion;
mod by_external_id;
mod by_task;
mod by_time;
mod change;
mod deleted_by;
mod dimensions;
mod discard;
mod extents;
mod few;
mod filter;
mod for_tasks;
mod kinds;
mod list;
mod lookup;
mod merge;
mod names;
mod notes;
mod place;
mod pre_labels;
pub mod probes;
mod read;
mod reveal;
mod sample;
mod spans;
mod term_fill;
mod terms;

use std::sync::Arc;

use insitu_model::{
    answer::Terms,
    id::{AssetId, BatchId, StorageId},
};

pub(crate) use append::{IfKnown, Target, append, append_unless_known};
pub use batch_counts::batch_counts;
pub(crate) use change::{apply, pre_label};
pub use change::{assign_batches, delete};
pub(crate) use deleted_by::{count_deleted_by, deleted_by};
pub use dimensions::{Unmeasured, fill};
pub(crate) use discard::discard;
pub use filter::{AnswerCondition, AssetFilter, AssetState, TaskFilter, Times};
pub(crate) use for_tasks::{
    at, creators, hidden, kinds_of_batches, live, place_of, places_of, project_and_place, span,
};
pub use list::{Bounds, list, list_within};
pub(crate) use list::{between, count};
pub use lookup::{Signable, external_ids, find, find_anywhere, for_signing, project_of, with_external_id};
pub(crate) use merge::{has_to_merge, merge_step};
pub(crate) use names::Runs;
pub(crate) use notes::{Aspect, TakenBack, count_noted, forget, take_back};
pub(crate) use place::{lock, next_place};
pub(crate) use pre_labels::{PreLabels, members as members_of_answer};
pub(crate) use reveal::reveal;
pub use sample::{sample, samples};
pub use term_fill::{are_terms_filled, fill_terms_step};
pub(crate) use terms::set as set_terms;

/// A row of a list, ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAsset {
    /// None and the empty text are the same.
    pub external_id: Option<String>,
    /// The canonical address, or the data itself where there is no address.
    pub data: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub storage: Option<StorageId>,
    /// Rows of one import usually share one list; sharing the `Arc` is fastest.
    pub batches: Arc<[BatchId]>,
    pub priority: i32,
    /// JSON: what few assets have (metadata, contextData, attachments, dataset, pre-labels).
    pub extra: Option<String>,
    /// There are pre-labels in `extra`.
    pub is_pre_labeled: bool,
    /// What its pre-labels are found by.
    pub terms: Terms,
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub id: AssetId,
    pub external_id: Option<String>,
    pub data: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub storage: Option<StorageId>,
    /// In the order of their ids.
    pub batches: Arc<[BatchId]>,
    pub priority: i32,
    pub extra: Option<String>,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
}

/// The order of a list of assets. Assets of the same time or external ID keep the order of their lists. In the order of
/// completion or duration only those are listed whose tasks are complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AssetSort {
    #[default]
    NewestFirst,
    OldestFirst,
    ExternalId,
    ExternalIdDescending,
    CompletedFirst,
    CompletedLast,
    ShortestFirst,
    LongestFirst,
}

/// What lists of complete tasks alone are in the order of: when each was completed, or how long people worked on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TaskOrder {
    Completion,
    Duration,
}

/// Where a page of assets begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// The page with this number, from 1.
    Page(u64),
    /// Right after the page that answered this cursor.
    After(AssetCursor),
}

/// A place in a list, to continue from. A text to everybody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetCursor {
    place: i64,
    /// In lists by external ID.
    external_id: Option<String>,
    /// In lists of complete tasks alone, what their order goes by.
    task: Option<(TaskOrder, i64)>,
}

/// One page of assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetPage {
    pub assets: Vec<Asset>,
    /// Assets of all pages; at least so many where `is_total_exact` is false.
    pub total: u64,
    /// False where counting would mean to look at more assets than one page may.
    pub is_total_exact: bool,
    /// How many assets were looked at for this page, where they had to be looked at one by one.
    pub looked_at: u64,
    /// None at the end of the list. A page may have fewer assets than it could and still not be the last: then as many
    /// were looked at as may be for one page.
    pub next: Option<AssetCursor>,
}

impl AssetSort {
    fn is_by_external_id(self) -> bool {
        matches!(self, Self::ExternalId | Self::ExternalIdDescending)
    }

    fn task_order(self) -> Option<TaskOrder> {
        match self {
            Self::CompletedFirst | Self::CompletedLast => Some(TaskOrder::Completion),
            Self::ShortestFirst | Self::LongestFirst => Some(TaskOrder::Duration),
            _ => None,
        }
    }

    fn is_descending(self) -> bool {
        matches!(
            self,
            Self::NewestFirst | Self::ExternalIdDescending | Self::CompletedLast | Self::LongestFirst
        )
    }
}

impl AssetCursor {
    /// A cursor goes on in the list that answered it.
    fn check(&self, project: i64, sort: AssetSort) -> crate::Result<()> {
        if place::project_of(self.place) == project
            && self.external_id.is_some() == sort.is_by_external_id()
            && self.task.map(|(order, _)| order) == sort.task_order()
        {
            return Ok(());
        }
        Err(crate::Error::BadCursor("is of another list"))
    }

    /// In lists by time.
    fn at(place: i64) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }
}

impl std::fmt::Display for AssetCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.place)?;
        if let Some(text) = &self.external_id {
            f.write_str(".")?;
            text.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        match self.task {
            Some((TaskOrder::Completion, at)) => write!(f, "~{at:x}"),
            Some((TaskOrder::Duration, milliseconds)) => write!(f, "~~{milliseconds:x}"),
            None => Ok(()),
        }
    }
}

impl std::str::FromStr for AssetCursor {
    type Err = crate::Error;

    fn from_str(text: &str) -> crate::Result<Self> {
        parse_cursor(text).ok_or(crate::Error::BadCursor(
            "is not one that a list of assets answered",
        ))
    }
}

fn parse_cursor(text: &str) -> Option<AssetCursor> {
    let (text, task) = match text.split_once('~') {
        Some((text, by)) => {
            let order = match by.strip_prefix('~') {
                Some(milliseconds) => (TaskOrder::Duration, milliseconds),
                None => (TaskOrder::Completion, by),
            };
            (text, Some((order.0, i64::from_str_radix(order.1, 16).ok()?)))
        }
        None => (text, None),
    };
    let (place, rest) = text
        .split_once('.')
        .map_or((text, None), |(place, rest)| (place, Some(rest)));
    let place = i64::from_str_radix(place, 16).ok().filter(|place| *place >= 0)?;
    let external_id = match rest {
        None => None,
        Some(hex) => {
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(byte).collect();
            Some(String::from_utf8(bytes?).ok()?)
        }
    };
    Some(AssetCursor {
        place,
        external_id,
        task,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        for (external_id, task) in [
            (None, None),
            (Some(String::new()), None),
            (Some("Möwe 7".to_owned()), None),
            (None, Some((TaskOrder::Completion, 1_800_000_000_000))),
            (None, Some((TaskOrder::Duration, 0))),
        ] {
            let cursor = AssetCursor {
                place: (7 << 40) + 12,
                external_id,
                task,
            };
            assert_eq!(cursor.to_string().parse::<AssetCursor>().unwrap(), cursor);
        }
        for text in ["", "xyz", "-1", "1.zz", "1.c3", "1~", "1~zz", "1~~", "1~~~1"] {
            assert!(text.parse::<AssetCursor>().is_err(), "{text}");
        }
    }
}
