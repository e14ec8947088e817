//! An export's file as it is written, task by task, and where the writing can go on.
//!
//! Checkpoints come after fixed numbers of tasks, whatever happens meanwhile: they are part of the file, so an export
//! that was interrupted has the same bytes as one that was not.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use insitu_formats::labels::{Left, Note, TaskLabels};
use insitu_formats::zip::Position;
use insitu_model::id::{AssetId, BatchId, TaskId};
use insitu_model::own_file::OwnFile;
use insitu_model::task::START;
use insitu_store::export_problems::Problem;
use insitu_store::exports::{Checkpoint, NewExport};
use insitu_store::tasks::{ExportTask, answer_of_pre_labels};
use serde::{Deserialize, Serialize};

use super::Fault;
use super::files::{Files, Held};
use super::layout::{Layout, Output};
use super::source::Page;
use crate::hub::Hub;
use crate::ledger::{self, Holder};
use crate::own_files::Link;

/// Problems that are remembered between two checkpoints; of one task there can be many.
const MAX_PROBLEMS_PER_CHECKPOINT: usize = 100_000;
/// An answer without anything in it.
const EMPTY: &str = r#"{"tools":[],"classifications":[],"relations":[]}"#;

/// Where the writing of an export goes on: what a checkpoint keeps.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stand {
    /// The last task that was written; see `tasks::for_export`.
    position: i64,
    tasks_done: u64,
    zip: Position,
    later_bytes: u64,
    /// The layout's own.
    layout: serde_json::Value,
}

/// How far the writing is, for whoever asks meanwhile.
#[derive(Debug, Default)]
pub struct Meter {
    pub tasks_done: AtomicU64,
    pub bytes_written: AtomicU64,
    /// Nobody wants the rest.
    pub is_over: AtomicBool,
}

/// By which addresses the assets of an export are found.
pub struct Links {
    hub: Arc<Hub>,
    holder: Holder,
    /// When the export was asked for, in milliseconds since 1970.
    asked_at_ms: i64,
    /// The assets that links were made to and that are not on record yet.
    unrecorded: Vec<AssetId>,
    /// When all of them end.
    expires_at_ms: i64,
}

/// An export that is being written.
pub struct Writing {
    files: Files,
    layout: Box<dyn Layout>,
    batches: HashMap<BatchId, String>,
    links: Links,
    tasks_done: u64,
    position: i64,
    problems: Vec<Problem>,
}

impl Links {
    /// For an export that somebody ordered.
    pub fn new(hub: Arc<Hub>, export: &NewExport) -> Self {
        Self {
            hub,
            holder: Holder::of_export(export),
            asked_at_ms: export.created_at,
            unrecorded: Vec::new(),
            expires_at_ms: 0,
        }
    }

    /// An asset's address as it was imported; of an uploaded file a link, since its address opens nothing by itself.
    fn address<'a>(&mut self, asset: AssetId, kept: &'a str) -> Result<Cow<'a, str>, Fault> {
        let Some(file) = OwnFile::parse_kept(kept) else {
            return Ok(Cow::Borrowed(kept));
        };
        let link = Link::to_export(&self.hub, &file, self.asked_at_ms).map_err(|_| Fault::Internal)?;
        self.expires_at_ms = link.expires_at_ms;
        self.unrecorded.push(asset);
        Ok(Cow::Owned(link.url))
    }

    /// Puts the links on record that were written so far: before the checkpoint, so that a hub that is killed in between
    /// has them there twice and not never. Blocks.
    fn record(&mut self) -> Result<(), Fault> {
        ledger::note_export(&self.hub, &self.holder, &self.unrecorded, self.expires_at_ms)?;
        self.unrecorded.clear();
        Ok(())
    }
}

impl Writing {
    /// Opens the files and begins, or goes on at a checkpoint. Blocks.
    pub fn open(
        held: Held,
        checkpoint: Option<&str>,
        mut layout: Box<dyn Layout>,
        batches: HashMap<BatchId, String>,
        links: Links,
    ) -> Result<Self, Fault> {
        let stand: Stand = match checkpoint {
            None => Stand::default(),
            Some(text) => serde_json::from_str(text).map_err(|_| Fault::Checkpoint)?,
        };
        let is_new = checkpoint.is_none();
        let mut files = Files::open(held, stand.zip, stand.later_bytes)?;
        if is_new {
            layout.begin(&mut files)?;
        } else {
            layout.restore(stand.layout)?;
        }
        Ok(Self {
            files,
            layout,
            batches,
            links,
            tasks_done: stand.tasks_done,
            position: stand.position,
            problems: Vec::new(),
        })
    }

    /// The last task that was written.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Tasks until the next checkpoint.
    pub fn tasks_until_checkpoint(&self) -> u64 {
        let every = self.layout.tasks_per_checkpoint();
        every - self.tasks_done % every
    }

    /// Whether a checkpoint has to be taken before the next task.
    pub fn is_at_checkpoint(&self) -> bool {
        self.tasks_done.is_multiple_of(self.layout.tasks_per_checkpoint())
    }

    /// Writes some tasks. Blocks.
    pub fn write(&mut self, page: &Page, meter: &Meter) -> Result<(), Fault> {
        for task in &page.tasks {
            if meter.is_over.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.write_task(task, page)?;
            self.position = task.position;
            self.tasks_done += 1;
            meter.tasks_done.store(self.tasks_done, Ordering::Relaxed);
            meter
                .bytes_written
                .store(self.files.zip.bytes(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Makes safe what was written; what to keep in the database. Blocks.
    pub fn checkpoint(&mut self) -> Result<Checkpoint, Fault> {
        self.links.record()?;
        self.layout.flush(&mut self.files)?;
        let (zip, later_bytes) = self.files.checkpoint()?;
        let bytes_written = zip.bytes();
        let stand = Stand {
            position: self.position,
            tasks_done: self.tasks_done,
            zip,
            later_bytes,
            layout: self.layout.state(),
        };
        Ok(Checkpoint {
            text: serde_json::to_string(&stand).map_err(|_| Fault::Internal)?,
            tasks_done: self.tasks_done,
            bytes_written,
            problems: std::mem::take(&mut self.problems),
        })
    }

    /// Writes what stands behind the last task and makes the file safe. Blocks.
    pub fn finish(mut self) -> Result<Checkpoint, Fault> {
        self.links.record()?;
        self.layout.end(&mut self.files)?;
        Ok(Checkpoint {
            text: String::new(),
            tasks_done: self.tasks_done,
            bytes_written: self.files.finish()?,
            problems: self.problems,
        })
    }

    fn write_task(&mut self, task: &ExportTask, page: &Page) -> Result<(), Fault> {
        let names: Vec<&str> = task
            .task
            .asset
            .batches
            .iter()
            .filter_map(|id| self.batches.get(id).map(String::as_str))
            .collect();
        let email = |id: Option<insitu_model::id::UserId>| {
            id.and_then(|id| page.people.get(&id.to_string()).map(String::as_str))
        };
        let asset = &task.task.asset;
        let pre_labels = answer_of_pre_labels(asset.extra.as_deref());
        let start = Left {
            stage: START,
            completed_at: asset.created_at,
            completed_by: None,
            duration: 0,
            answer: pre_labels.as_deref().unwrap_or(EMPTY),
        };
        let history: Vec<Left<'_>> = std::iter::once(start)
            .chain(task.history.iter().map(|left| Left {
                stage: left.stage.as_str(),
                completed_at: left.completed_at,
                completed_by: email(left.completed_by),
                duration: left.duration,
                answer: &left.answer,
            }))
            .collect();
        let data = self.links.address(asset.id, &asset.data)?;
        let labels = TaskLabels {
            task: task.task.id(),
            asset: asset.id,
            data: &data,
            external_id: asset.external_id.as_deref(),
            width: asset.width,
            height: asset.height,
            batches: &names,
            extra: asset.extra.as_deref(),
            stage: task.task.stage.as_str(),
            updated_at: task.task.updated_at,
            updated_by: email(task.task.updated_by),
            total_duration: task.task.total_duration,
            answer: &task.answer,
            history: &history,
        };
        let mut notes = Vec::new();
        let mut output = Output {
            files: &mut self.files,
            people: &page.people,
            number: number_in_project(task.position),
            notes: &mut notes,
        };
        self.layout.task(&labels, &mut output)?;
        let id = labels.task;
        self.report(id, asset.external_id.as_deref(), notes);
        Ok(())
    }

    fn report(&mut self, task: TaskId, external_id: Option<&str>, notes: Vec<Note>) {
        let room = MAX_PROBLEMS_PER_CHECKPOINT.saturating_sub(self.problems.len());
        let shortened = (notes.len() > room && room > 0).then(|| Note {
            is_notice: true,
            object: String::new(),
            code: "export.report_shortened",
            message: "more was left out here than the report has lines for".to_owned(),
        });
        let notes = notes.into_iter().take(room).chain(shortened);
        self.problems.extend(notes.map(|note| Problem {
            is_notice: note.is_notice,
            task,
            external_id: external_id.unwrap_or_default().to_owned(),
            object: note.object,
            code: note.code.to_owned(),
            message: note.message,
        }));
    }
}

/// The number that a task's asset has in its project, from 1: a position is the project's number above 40 bits that
/// count its assets.
fn number_in_project(position: i64) -> u64 {
    const COUNTER: i64 = (1 << 40) - 1;
    u64::try_from(position & COUNTER).unwrap_or(0) + 1
}
