//! Masks: PNG pictures of what was drawn, and JSON that says which is which.
//!
//! A mask has the size of its asset. Objects are drawn in their order, later ones over earlier ones. A task whose
//! asset has no known size is noted and left out, and so is a shape that has no area or covers no pixel.

use insitu_model::export::{MaskKind, RasterRule};
use serde_json::json;

use super::classes::{Numbered, UNKNOWN};
use super::raw::{Members, write_number, write_text, write_text_or_null};
use super::shapes::{Shape, fill, read_shapes, rule};
use super::{Note, TaskLabels, Unreadable, coco::no_dimensions};
use crate::compose::{self, Class, Legend};
use crate::mask::{Mask, Size};
use crate::png::{self, Depth, PngError};

/// Makes the masks of tasks.
#[derive(Debug)]
pub struct Writer {
    classes: Numbered,
    legend: Legend,
    palette: Vec<[u8; 3]>,
    kind: MaskKind,
    rule: RasterRule,
}

/// A picture, and the line that says what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Where it is in the zip file.
    pub name: String,
    pub png: Vec<u8>,
    /// JSON with a line end.
    pub line: Vec<u8>,
}

/// A shape that covers a pixel, with its class's number.
struct Drawn<'a> {
    shape: &'a Shape,
    class: u16,
    mask: Mask,
}

impl Writer {
    /// Masks of this kind by this rule.
    pub fn new(classes: Numbered, kind: MaskKind, rule: RasterRule) -> Self {
        let known = classes.classes.iter().map(|class| Class {
            schema_id: &class.schema_id,
            title: &class.title,
            color: class.color.as_deref(),
        });
        let unknown = Class {
            schema_id: "",
            title: UNKNOWN,
            color: None,
        };
        let legend = Legend::new(known.chain([unknown]));
        Self {
            palette: legend.palette(),
            legend,
            classes,
            kind,
            rule,
        }
    }

    /// What stands before all masks: how they were made, for people and programs.
    pub fn manifest(&self) -> Vec<u8> {
        let files = match self.kind {
            MaskKind::Instance => "masks/<task>/<place of the object, from 1>.png: 1 bit, 1 is the object",
            MaskKind::Class => "masks/<task>/<number of the class>.png: 1 bit, 1 is an object of the class",
            MaskKind::Semantic => "masks/<task>.png: a pixel's value is the number of its class",
        };
        pretty(&json!({
            "format": "insitu.masks",
            "version": 1,
            "kind": self.kind.as_str(),
            "raster": self.rule.as_str(),
            "rasterRule": rule(self.rule).manifest(),
            "order": "objects are drawn in their order, later ones over earlier ones",
            "files": files,
            "legend": "legend.json",
            "index": "index.ndjson",
        }))
    }

    /// Which number is which class.
    pub fn legend(&self) -> Vec<u8> {
        pretty(&json!(&self.legend))
    }

    /// The masks of a task, in their order.
    pub fn write(&self, task: &TaskLabels<'_>, notes: &mut Vec<Note>) -> Result<Vec<Picture>, Unreadable> {
        let shapes = read_shapes(task.answer, notes)?;
        let (Some(width), Some(height)) = (task.width, task.height) else {
            notes.push(no_dimensions());
            return Ok(Vec::new());
        };
        let size = Size { width, height };
        let drawn = self.draw(&shapes, size, notes);
        let pictures = match self.kind {
            MaskKind::Instance => self.instances(task, size, &drawn),
            MaskKind::Class => self.each_class(task, size, drawn),
            MaskKind::Semantic => self.semantic(task, size, drawn),
        };
        Ok(pictures.unwrap_or_else(|error| {
            notes.push(left_out("", "export.picture_impossible", error.to_string()));
            Vec::new()
        }))
    }

    fn draw<'s>(&self, shapes: &'s [Shape], size: Size, notes: &mut Vec<Note>) -> Vec<Drawn<'s>> {
        let mut drawn = Vec::with_capacity(shapes.len());
        for shape in shapes {
            let mask = match fill(shape, size, rule(self.rule)) {
                Ok(mask) => mask,
                Err(note) => {
                    notes.push(note);
                    continue;
                }
            };
            if mask.is_empty() {
                notes.push(left_out(
                    &shape.object_id,
                    "export.shape_outside",
                    "the shape covers no pixel of the picture, so it was left out; the JSON export has it",
                ));
                continue;
            }
            let class = u16::try_from(self.classes.number(&shape.schema_id)).unwrap_or(u16::MAX);
            drawn.push(Drawn { shape, class, mask });
        }
        drawn
    }

    fn instances(
        &self,
        task: &TaskLabels<'_>,
        size: Size,
        drawn: &[Drawn<'_>],
    ) -> Result<Vec<Picture>, PngError> {
        let picture = |one: &Drawn<'_>| -> Result<Picture, PngError> {
            let name = format!("masks/{}/{:05}.png", task.task, one.shape.position + 1);
            let object = Some(one.shape.object_id.as_str());
            Ok(Picture {
                png: png::mask(&one.mask, Depth::One)?,
                line: self.line(&name, task, size, Some(one.class), object),
                name,
            })
        };
        drawn.iter().map(picture).collect()
    }

    fn each_class(
        &self,
        task: &TaskLabels<'_>,
        size: Size,
        drawn: Vec<Drawn<'_>>,
    ) -> Result<Vec<Picture>, PngError> {
        let objects: Vec<(u16, Mask)> = drawn.into_iter().map(|one| (one.class, one.mask)).collect();
        let picture = |(class, mask): (u16, Mask)| -> Result<Picture, PngError> {
            let name = format!("masks/{}/{class:03}.png", task.task);
            Ok(Picture {
                png: png::mask(&mask, Depth::One)?,
                line: self.line(&name, task, size, Some(class), None),
                name,
            })
        };
        compose::per_class(size, &objects)
            .into_iter()
            .map(picture)
            .collect()
    }

    fn semantic(
        &self,
        task: &TaskLabels<'_>,
        size: Size,
        drawn: Vec<Drawn<'_>>,
    ) -> Result<Vec<Picture>, PngError> {
        let objects: Vec<(u16, Mask)> = drawn.into_iter().map(|one| (one.class, one.mask)).collect();
        let labels = compose::semantic(size, &objects);
        let name = format!("masks/{}.png", task.task);
        Ok(vec![Picture {
            png: png::labels(&labels, self.legend.depth(), Some(&self.palette))?,
            line: self.line(&name, task, size, None, None),
            name,
        }])
    }

    fn line(
        &self,
        name: &str,
        task: &TaskLabels<'_>,
        size: Size,
        class: Option<u16>,
        object: Option<&str>,
    ) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        let mut members = Members::open(b'{', &mut out);
        members.key("file", &mut out);
        write_text(name, &mut out);
        for (key, text) in [
            ("taskId", task.task.to_string()),
            ("assetId", task.asset.to_string()),
        ] {
            members.key(key, &mut out);
            write_text(&text, &mut out);
        }
        members.key("externalId", &mut out);
        write_text_or_null(task.external_id, &mut out);
        members.key("asset", &mut out);
        write_text(task.data, &mut out);
        for (key, pixels) in [("width", size.width), ("height", size.height)] {
            members.key(key, &mut out);
            write_number(pixels, &mut out);
        }
        if let Some(number) = class {
            members.key("class", &mut out);
            write_number(number, &mut out);
            members.key("title", &mut out);
            let entry = self.legend.entries().get(usize::from(number));
            write_text(entry.map_or(UNKNOWN, |entry| &entry.title), &mut out);
        }
        if let Some(object) = object {
            members.key("objectId", &mut out);
            write_text(object, &mut out);
        }
        out.extend_from_slice(b"}\n");
        out
    }
}

fn left_out(object: &str, code: &'static str, message: impl Into<String>) -> Note {
    Note {
        is_notice: false,
        object: object.to_owned(),
        code,
        message: message.into(),
    }
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

#[cfg(test)]
mod tests;
