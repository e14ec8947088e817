//! COCO: one entry. Annotations are written as they come; the images wait in a file of their own until the end.

use insitu_formats::labels::TaskLabels;
use insitu_formats::labels::classes::Numbered;
use insitu_formats::labels::coco::{BEGIN, BETWEEN, Parts, Writer};
use insitu_formats::zip::Method;
use serde::{Deserialize, Serialize};

use super::{Fault, Files, Layout, Output};

/// Tasks between two checkpoints.
const TASKS_PER_CHECKPOINT: u64 = 4000;
/// Bytes gathered before they are compressed.
const GATHERED_BYTES: usize = 256 << 10;

/// One object with images, annotations and categories.
pub struct Coco {
    classes: Numbered,
    written: Written,
    annotations: Vec<u8>,
    images: Vec<u8>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    images: u64,
    annotations: u64,
    has_unknown: bool,
}

impl Coco {
    pub fn new(classes: Numbered) -> Self {
        Self {
            classes,
            written: Written::default(),
            annotations: Vec::new(),
            images: Vec::new(),
        }
    }
}

impl Layout for Coco {
    fn tasks_per_checkpoint(&self) -> u64 {
        TASKS_PER_CHECKPOINT
    }

    fn begin(&mut self, files: &mut Files) -> Result<(), Fault> {
        files.zip.start("coco.json", Method::FAST)?;
        self.annotations.extend_from_slice(BEGIN.as_bytes());
        Ok(())
    }

    fn task(&mut self, task: &TaskLabels<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
        let mut writer = Writer {
            classes: &self.classes,
            has_unknown: self.written.has_unknown,
        };
        let mut parts = Parts {
            annotations: &mut self.annotations,
            annotations_before: self.written.annotations,
            images: &mut self.images,
            images_before: self.written.images,
        };
        match writer.write(output.number, task, &mut parts, output.notes) {
            Ok(Some(annotations)) => {
                self.written.has_unknown = writer.has_unknown;
                self.written.images += 1;
                self.written.annotations += annotations;
            }
            Ok(None) => {}
            Err(unreadable) => output.notes.push(unreadable.into()),
        }
        if self.annotations.len() >= GATHERED_BYTES {
            self.flush(output.files)?;
        }
        Ok(())
    }

    fn flush(&mut self, files: &mut Files) -> Result<(), Fault> {
        files.zip.write(&self.annotations)?;
        self.annotations.clear();
        files.keep_for_later(&self.images)?;
        self.images.clear();
        Ok(())
    }

    fn end(&mut self, files: &mut Files) -> Result<(), Fault> {
        self.annotations.extend_from_slice(BETWEEN.as_bytes());
        self.flush(files)?;
        files.write_what_was_kept()?;
        let writer = Writer {
            classes: &self.classes,
            has_unknown: self.written.has_unknown,
        };
        writer.end(&mut self.annotations);
        self.flush(files)?;
        Ok(files.zip.end()?)
    }

    fn state(&self) -> serde_json::Value {
        serde_json::to_value(&self.written).unwrap_or_default()
    }

    fn restore(&mut self, state: serde_json::Value) -> Result<(), Fault> {
        self.written = serde_json::from_value(state).map_err(|_| Fault::Checkpoint)?;
        Ok(())
    }
}
