//! How labels go out: tasks and their answers become JSON in the shape that users of such hubs know, or COCO.
//!
//! Everything here is pure: the same tasks give the same bytes. Nothing here holds more than one task.

pub mod classes;
pub mod coco;
pub mod masks;
mod raw;
pub mod shapes;
mod time;
pub mod v3;

use std::collections::HashMap;

use insitu_model::id::{AssetId, TaskId};

/// A task with its asset, as far as exports look at them.
#[derive(Debug, Clone, Copy)]
pub struct TaskLabels<'a> {
    pub task: TaskId,
    pub asset: AssetId,
    /// The asset's address, as it was imported; never signed.
    pub data: &'a str,
    pub external_id: Option<&'a str>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Names.
    pub batches: &'a [&'a str],
    /// JSON: what few assets have (metadata, contextData, attachments, dataset).
    pub extra: Option<&'a str>,
    pub stage: &'a str,
    /// Times are milliseconds since 1970.
    pub updated_at: i64,
    /// An e-mail address.
    pub updated_by: Option<&'a str>,
    /// Milliseconds of work in all stages.
    pub total_duration: u64,
    /// JSON: `{"tools","classifications","relations"}`
    pub answer: &'a str,
    /// What the task was when it left the stages before, oldest first.
    pub history: &'a [Left<'a>],
}

/// What a task was when it left a stage.
#[derive(Debug, Clone, Copy)]
pub struct Left<'a> {
    pub stage: &'a str,
    pub completed_at: i64,
    pub completed_by: Option<&'a str>,
    /// Milliseconds of work in that stage.
    pub duration: u64,
    /// JSON, as in [`TaskLabels`].
    pub answer: &'a str,
}

/// What there is to say about a task or one of its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// It was written nevertheless.
    pub is_notice: bool,
    /// The object's id, or its path where it has none; empty for the task as a whole.
    pub object: String,
    /// Stable and dotted: programs decide by this.
    pub code: &'static str,
    pub message: String,
}

/// An answer that is not the JSON that answers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the answer kept for this task is no JSON object with lists of objects, classifications and relations"
)]
pub struct Unreadable;

impl From<Unreadable> for Note {
    fn from(error: Unreadable) -> Self {
        Self {
            is_notice: false,
            object: String::new(),
            code: "export.answer_unreadable",
            message: error.to_string(),
        }
    }
}

/// The e-mail addresses of users by their ids, for where an answer names a user.
pub type People = HashMap<String, String>;
