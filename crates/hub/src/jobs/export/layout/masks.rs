//! Masks: an entry for each picture, how they were made before them, and which is which behind them.

use insitu_formats::labels::TaskLabels;
use insitu_formats::labels::classes::Numbered;
use insitu_formats::labels::masks::Writer;
use insitu_formats::zip::Method;

use super::{Fault, Files, Layout, Output};
use crate::jobs::export::options::MaskOptions;

/// Tasks between two checkpoints: pictures take a while.
const TASKS_PER_CHECKPOINT: u64 = 1000;

/// Pictures of what was drawn.
pub struct Masks {
    writer: Writer,
}

impl Masks {
    pub fn new(classes: Numbered, options: MaskOptions) -> Self {
        Self {
            writer: Writer::new(classes, options.kind, options.raster),
        }
    }
}

impl Layout for Masks {
    fn tasks_per_checkpoint(&self) -> u64 {
        TASKS_PER_CHECKPOINT
    }

    fn begin(&mut self, files: &mut Files) -> Result<(), Fault> {
        let writer = &self.writer;
        files.zip.add("manifest.json", Method::FAST, &writer.manifest())?;
        files.zip.add("legend.json", Method::FAST, &writer.legend())?;
        Ok(())
    }

    fn task(&mut self, task: &TaskLabels<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
        match self.writer.write(task, output.notes) {
            Err(unreadable) => output.notes.push(unreadable.into()),
            Ok(pictures) => {
                for picture in pictures {
                    // A PNG is compressed already.
                    output
                        .files
                        .zip
                        .add(&picture.name, Method::Stored, &picture.png)?;
                    output.files.keep_for_later(&picture.line)?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self, _files: &mut Files) -> Result<(), Fault> {
        Ok(())
    }

    fn end(&mut self, files: &mut Files) -> Result<(), Fault> {
        files.zip.start("index.ndjson", Method::FAST)?;
        files.write_what_was_kept()?;
        Ok(files.zip.end()?)
    }

    fn state(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    fn restore(&mut self, _state: serde_json::Value) -> Result<(), Fault> {
        Ok(())
    }
}
