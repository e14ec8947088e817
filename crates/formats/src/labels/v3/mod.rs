//! JSON V3: an element for each task, field for field as users of such hubs have always been given it.
//!
//! Geometry is passed on as it is kept. What an answer keeps as ids goes out as what it stands for: options as their
//! values, users as their addresses, times as ISO 8601.

mod answer;

use super::classes::Classes;
use super::raw::{Members, RawMap, write_json, write_number, write_text, write_text_or_null};
use super::time::write_iso;
use super::{Left, People, TaskLabels, Unreadable};

use answer::{Answers, Origins};

/// Writes elements.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    pub classes: &'a Classes,
    pub people: &'a People,
    /// Whether to write the metadata of assets and of annotations.
    pub with_metadata: bool,
    /// Whether to write what tasks were when they left the stages before.
    pub with_history: bool,
}

impl Writer<'_> {
    /// Appends a task's element, without a line end; nothing where it cannot be read.
    pub fn write(&self, task: &TaskLabels<'_>, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        let begin = out.len();
        let written = self.element(task, out);
        if written.is_err() {
            out.truncate(begin);
        }
        written
    }

    fn element(&self, task: &TaskLabels<'_>, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        let extra = task.extra.and_then(RawMap::parse).unwrap_or_default();
        let mut members = Members::open(b'{', out);
        members.key("asset", out);
        write_text(task.data, out);
        members.key("assetId", out);
        write_id(&task.asset, out);
        if let Some(dataset) = extra.get("dataset") {
            members.key("dataset", out);
            write_json(dataset, out);
        }
        members.key("externalId", out);
        write_text_or_null(task.external_id, out);
        members.key("contextData", out);
        write_json(extra.get("contextData").unwrap_or("null"), out);
        if self.with_metadata {
            members.key("metadata", out);
            write_metadata(task, &extra, out);
        }
        if let Some(attachments) = extra.get("attachments") {
            members.key("attachments", out);
            write_json(attachments, out);
        }
        members.key("batches", out);
        let mut names = Members::open(b'[', out);
        for name in task.batches {
            names.element(out);
            write_text(name, out);
        }
        out.push(b']');
        members.key("task", out);
        self.task(task, out)?;
        out.push(b'}');
        Ok(())
    }

    fn task(&self, task: &TaskLabels<'_>, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        let mut answers = Answers::default();
        let now = answers.read(task.answer)?;
        let history = task
            .history
            .iter()
            .map(|left| Ok((left, answers.read(left.answer)?)))
            .collect::<Result<Vec<_>, Unreadable>>()?;
        let origins = Origins::of(history.iter().map(|(left, at)| (left.stage, answers.get(*at))));
        let mut writing = answers.written_with(self, &origins);
        let mut members = Members::open(b'{', out);
        members.key("taskId", out);
        write_id(&task.task, out);
        write_stage(task.stage, &mut members, out);
        members.key("updatedAt", out);
        write_time(task.updated_at, out);
        members.key("updatedBy", out);
        write_text_or_null(task.updated_by, out);
        members.key("totalDuration", out);
        write_number(task.total_duration, out);
        writing.write(now, task.stage, &mut members, out);
        if self.with_history {
            members.key("stageHistory", out);
            let mut stages = Members::open(b'[', out);
            for (left, at) in history {
                stages.element(out);
                let mut members = write_left(left, out);
                writing.write(at, left.stage, &mut members, out);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.push(b'}');
        Ok(())
    }
}

/// Writes a stage that a task left, up to its answer.
fn write_left(left: &Left<'_>, out: &mut Vec<u8>) -> Members {
    let mut members = Members::open(b'{', out);
    write_stage(left.stage, &mut members, out);
    members.key("duration", out);
    write_number(left.duration, out);
    members.key("completedAt", out);
    write_time(left.completed_at, out);
    if let Some(email) = left.completed_by {
        members.key("completedBy", out);
        write_text(email, out);
    }
    members
}

fn write_stage(stage: &str, members: &mut Members, out: &mut Vec<u8>) {
    for key in ["stage", "stageId"] {
        members.key(key, out);
        write_text(stage, out);
    }
}

/// What was imported, with the size of the picture where it is known.
fn write_metadata(task: &TaskLabels<'_>, extra: &RawMap<'_>, out: &mut Vec<u8>) {
    let mut members = Members::open(b'{', out);
    let sides = [("width", task.width), ("height", task.height)];
    for (key, pixels) in sides {
        if let Some(pixels) = pixels {
            members.key(key, out);
            write_number(pixels, out);
        }
    }
    let imported = extra.get("metadata").and_then(RawMap::parse).unwrap_or_default();
    for (key, value) in &imported.0 {
        let is_known = sides.iter().any(|(side, pixels)| side == key && pixels.is_some());
        if !is_known {
            members.any_key(key, out);
            write_json(value.get(), out);
        }
    }
    out.push(b'}');
}

fn write_id(id: &impl std::fmt::Display, out: &mut Vec<u8>) {
    out.push(b'"');
    write_number(id, out);
    out.push(b'"');
}

fn write_time(ms: i64, out: &mut Vec<u8>) {
    out.push(b'"');
    write_iso(ms, out);
    out.push(b'"');
}

#[cfg(test)]
mod tests;
