//! JSON V3 and NDJSON: one entry with an element for each task.

use insitu_formats::labels::TaskLabels;
use insitu_formats::labels::classes::Classes;
use insitu_formats::labels::v3::Writer;
use insitu_formats::zip::Method;
use serde_json::json;

use super::{Fault, Files, Layout, Output};
use crate::jobs::export::options::ExportOptions;

/// Tasks between two checkpoints.
const TASKS_PER_CHECKPOINT: u64 = 4000;
/// Bytes gathered before they are compressed.
const GATHERED_BYTES: usize = 256 << 10;

/// An array of elements, or a line for each.
pub struct V3 {
    is_array: bool,
    classes: Classes,
    with_metadata: bool,
    with_history: bool,
    elements: u64,
    gathered: Vec<u8>,
}

impl V3 {
    pub fn new(is_array: bool, classes: Classes, options: &ExportOptions) -> Self {
        Self {
            is_array,
            classes,
            with_metadata: options.include_metadata,
            with_history: options.include_history,
            elements: 0,
            gathered: Vec::new(),
        }
    }
}

impl Layout for V3 {
    fn tasks_per_checkpoint(&self) -> u64 {
        TASKS_PER_CHECKPOINT
    }

    fn begin(&mut self, files: &mut Files) -> Result<(), Fault> {
        let name = if self.is_array {
            "export.json"
        } else {
            "export.ndjson"
        };
        files.zip.start(name, Method::FAST)?;
        if self.is_array {
            self.gathered.push(b'[');
        }
        Ok(())
    }

    fn task(&mut self, task: &TaskLabels<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
        let begin = self.gathered.len();
        if self.is_array {
            let separator: &[u8] = if self.elements > 0 { b",\n" } else { b"\n" };
            self.gathered.extend_from_slice(separator);
        }
        let writer = Writer {
            classes: &self.classes,
            people: output.people,
            with_metadata: self.with_metadata,
            with_history: self.with_history,
        };
        if let Err(unreadable) = writer.write(task, &mut self.gathered) {
            self.gathered.truncate(begin);
            output.notes.push(unreadable.into());
            return Ok(());
        }
        self.elements += 1;
        if !self.is_array {
            self.gathered.push(b'\n');
        }
        if self.gathered.len() >= GATHERED_BYTES {
            self.flush(output.files)?;
        }
        Ok(())
    }

    fn flush(&mut self, files: &mut Files) -> Result<(), Fault> {
        files.zip.write(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }

    fn end(&mut self, files: &mut Files) -> Result<(), Fault> {
        if self.is_array {
            let end: &[u8] = if self.elements > 0 { b"\n]\n" } else { b"]\n" };
            self.gathered.extend_from_slice(end);
        }
        self.flush(files)?;
        Ok(files.zip.end()?)
    }

    fn state(&self) -> serde_json::Value {
        json!({ "elements": self.elements })
    }

    fn restore(&mut self, state: serde_json::Value) -> Result<(), Fault> {
        self.elements = state["elements"].as_u64().ok_or(Fault::Checkpoint)?;
        Ok(())
    }
}
