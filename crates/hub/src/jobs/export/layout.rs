//! How tasks become entries of a zip file, one way for each format.

mod coco;
mod masks;
mod v3;

use insitu_formats::labels::classes::{Classes, Numbered};
use insitu_formats::labels::{Note, People, TaskLabels};
use insitu_model::export::{ExportFormat, MaskKind, RasterRule};
use insitu_model::schema::CategorySchema;

use super::Fault;
use super::files::Files;
use super::options::{ExportOptions, MaskOptions};

/// What one task has to do with.
pub struct Output<'a> {
    pub files: &'a mut Files,
    /// Users by their ids.
    pub people: &'a People,
    /// The number that the task's asset has in its project, from 1.
    pub number: u64,
    pub notes: &'a mut Vec<Note>,
}

/// A way to write tasks. What it writes depends on the tasks alone, and not on when it is called.
pub trait Layout: Send {
    /// Tasks between two checkpoints.
    fn tasks_per_checkpoint(&self) -> u64;

    /// Writes what stands before the first task.
    fn begin(&mut self, files: &mut Files) -> Result<(), Fault>;

    /// Writes a task, or notes why it cannot be written.
    fn task(&mut self, task: &TaskLabels<'_>, output: &mut Output<'_>) -> Result<(), Fault>;

    /// Hands everything that was gathered to the files.
    fn flush(&mut self, files: &mut Files) -> Result<(), Fault>;

    /// Writes what stands behind the last task.
    fn end(&mut self, files: &mut Files) -> Result<(), Fault>;

    /// What has to be known to go on, once everything was flushed.
    fn state(&self) -> serde_json::Value;

    /// Takes up a state.
    fn restore(&mut self, state: serde_json::Value) -> Result<(), Fault>;
}

/// The way of a format.
pub fn of(format: ExportFormat, options: &ExportOptions, schema: &CategorySchema) -> Box<dyn Layout> {
    match format {
        ExportFormat::Json | ExportFormat::Ndjson => Box::new(v3::V3::new(
            format == ExportFormat::Json,
            Classes::of(schema),
            options,
        )),
        ExportFormat::Coco => Box::new(coco::Coco::new(Numbered::of(schema))),
        ExportFormat::Masks => Box::new(masks::Masks::new(
            Numbered::of(schema),
            options.masks.unwrap_or(MaskOptions {
                kind: MaskKind::Semantic,
                raster: RasterRule::Centre,
            }),
        )),
    }
}
