//! COCO: images, annotations and categories in one JSON object, as object detection and segmentation are taught from.
//!
//! Ids never depend on which tasks an export holds. An image's is the number that its asset has in its project; an
//! annotation's is its image's times [`ANNOTATIONS_PER_IMAGE`], plus its place among the objects of its task, from 1;
//! a category's is its place in the schema, from 1.

use insitu_model::geometry::{Coordinates, Geometry};

use super::classes::{Numbered, UNKNOWN};
use super::raw::{Members, write_number, write_text, write_text_or_null};
use super::shapes::{Shape, fill, read_shapes};
use super::{Note, TaskLabels, Unreadable};
use crate::mask::Size;
use crate::raster::Rule;
use crate::rle::Rle;

/// What separates the ids of the annotations of one image from those of the next.
pub const ANNOTATIONS_PER_IMAGE: u64 = 100_000;

/// Writes the parts of a COCO file, which become one by [`BEGIN`], [`BETWEEN`] and [`Writer::end`].
#[derive(Debug)]
pub struct Writer<'a> {
    pub classes: &'a Numbered,
    /// Whether anything written so far has a class that the schema does not have.
    pub has_unknown: bool,
}

/// What stands before the annotations.
pub const BEGIN: &str = "{\"info\":{\"description\":\"Labels exported from Insitu\",\"version\":\"1.0\"},\"licenses\":[],\"annotations\":[\n";
/// What stands between the annotations and the images.
pub const BETWEEN: &str = "\n],\"images\":[\n";

/// Where the parts of a task go, and how many of each are there before.
#[derive(Debug)]
pub struct Parts<'a> {
    pub annotations: &'a mut Vec<u8>,
    pub annotations_before: u64,
    pub images: &'a mut Vec<u8>,
    pub images_before: u64,
}

impl Writer<'_> {
    /// Appends the image and the annotations of a task whose asset is number `image` of its project; how many
    /// annotations there were, none where the task has to be left out.
    pub fn write(
        &mut self,
        image: u64,
        task: &TaskLabels<'_>,
        parts: &mut Parts<'_>,
        notes: &mut Vec<Note>,
    ) -> Result<Option<u64>, Unreadable> {
        let shapes = read_shapes(task.answer, notes)?;
        let (Some(width), Some(height)) = (task.width, task.height) else {
            notes.push(no_dimensions());
            return Ok(None);
        };
        if parts.images_before > 0 {
            parts.images.extend_from_slice(b",\n");
        }
        write_image(image, task, (width, height), parts.images);
        let mut written = 0;
        for shape in &shapes {
            let begin = parts.annotations.len();
            if parts.annotations_before + written > 0 {
                parts.annotations.extend_from_slice(b",\n");
            }
            match self.annotation(image, shape, (width, height), parts.annotations) {
                Ok(()) => written += 1,
                Err(note) => {
                    parts.annotations.truncate(begin);
                    notes.push(note);
                }
            }
        }
        Ok(Some(written))
    }

    /// What stands behind the images.
    pub fn end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n],\"categories\":[\n");
        let unknown = self.has_unknown.then_some(UNKNOWN);
        let titles = self.classes.classes.iter().map(|class| class.title.as_str());
        for (number, title) in (1_u64..).zip(titles.chain(unknown)) {
            if number > 1 {
                out.extend_from_slice(b",\n");
            }
            let mut members = Members::open(b'{', out);
            members.key("id", out);
            write_number(number, out);
            members.key("name", out);
            write_text(title, out);
            members.key("supercategory", out);
            write_text("", out);
            out.push(b'}');
        }
        out.extend_from_slice(b"\n]}\n");
    }

    fn annotation(
        &mut self,
        image: u64,
        shape: &Shape,
        size: (u32, u32),
        out: &mut Vec<u8>,
    ) -> Result<(), Note> {
        let outline = Outline::of(shape, size)?;
        let category = self.classes.number(&shape.schema_id);
        self.has_unknown |= category == self.classes.unknown();
        let mut members = Members::open(b'{', out);
        members.key("id", out);
        write_number(image * ANNOTATIONS_PER_IMAGE + shape.position as u64 + 1, out);
        members.key("image_id", out);
        write_number(image, out);
        members.key("category_id", out);
        write_number(category, out);
        members.key("segmentation", out);
        outline.write_segmentation(out);
        members.key("area", out);
        write_float(outline.area, out);
        members.key("bbox", out);
        let [left, top, right, bottom] = outline.bounds;
        write_floats([left, top, right - left, bottom - top], out);
        members.key("iscrowd", out);
        write_number(0, out);
        members.key("object_id", out);
        write_text(&shape.object_id, out);
        out.push(b'}');
        Ok(())
    }
}

/// Why a task without a known size is left out.
pub fn no_dimensions() -> Note {
    Note {
        is_notice: false,
        object: String::new(),
        code: "export.dimensions_unknown",
        message: "the width and height of the picture are not known, so the task was left out; import them, let the hub \
                  read them, or open the asset once, and export again"
            .to_owned(),
    }
}

/// The area of a shape and what bounds it.
struct Outline<'a> {
    form: Form<'a>,
    area: f64,
    bounds: [f64; 4],
}

enum Form<'a> {
    /// Closed lines without holes.
    Rings(Vec<std::borrow::Cow<'a, [Coordinates]>>),
    /// Compressed run lengths of height × width pixels, for what has holes.
    Runs { size: (u32, u32), counts: String },
}

impl<'a> Outline<'a> {
    fn of(shape: &'a Shape, size: (u32, u32)) -> Result<Self, Note> {
        let without_area = || Note {
            is_notice: false,
            object: shape.object_id.clone(),
            code: "export.shape_without_area",
            message:
                "COCO has no place for a shape without an area, so it was left out; the JSON export has it"
                    .to_owned(),
        };
        let bounds = shape.geometry.bounds();
        let (Some(bounds), true) = (bounds, has_area(&shape.geometry)) else {
            return Err(without_area());
        };
        if let Geometry::Segmentation(zones) = &shape.geometry
            && zones.iter().any(|zone| !zone.holes.is_empty())
        {
            return Self::with_holes(shape, size, bounds);
        }
        let rings: Vec<std::borrow::Cow<'_, [Coordinates]>> = match &shape.geometry {
            Geometry::Polygon(points) => vec![points.as_slice().into()],
            Geometry::Segmentation(zones) => zones.iter().map(|zone| zone.region.as_slice().into()).collect(),
            other => other.rings().into_iter().map(Into::into).collect(),
        };
        Ok(Self {
            area: rings.iter().map(|ring| area(ring)).sum(),
            form: Form::Rings(rings),
            bounds,
        })
    }

    fn with_holes(shape: &Shape, (width, height): (u32, u32), bounds: [f64; 4]) -> Result<Self, Note> {
        let mask = fill(shape, Size { width, height }, Rule::Centre)?;
        Ok(Self {
            area: mask.area() as f64,
            form: Form::Runs {
                size: (width, height),
                counts: Rle::of(&mask).compressed(),
            },
            bounds,
        })
    }

    fn write_segmentation(&self, out: &mut Vec<u8>) {
        match &self.form {
            Form::Rings(rings) => {
                let mut list = Members::open(b'[', out);
                for ring in rings {
                    list.element(out);
                    write_floats(ring.iter().copied().flatten(), out);
                }
                out.push(b']');
            }
            Form::Runs { size, counts } => {
                let mut members = Members::open(b'{', out);
                members.key("size", out);
                let mut sides = Members::open(b'[', out);
                for side in [size.1, size.0] {
                    sides.element(out);
                    write_number(side, out);
                }
                out.push(b']');
                members.key("counts", out);
                write_text(counts, out);
                out.push(b'}');
            }
        }
    }
}

fn has_area(geometry: &Geometry) -> bool {
    !matches!(
        geometry,
        Geometry::Point(_) | Geometry::Polyline(_) | Geometry::Other
    )
}

/// The area within a closed line by the shoelace formula; of one that crosses itself, the difference of its parts.
fn area(ring: &[Coordinates]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    let twice: f64 = ring
        .iter()
        .zip(next)
        .map(|([ax, ay], [bx, by])| ax * by - bx * ay)
        .sum();
    twice.abs() / 2.0
}

fn write_image(number: u64, task: &TaskLabels<'_>, (width, height): (u32, u32), out: &mut Vec<u8>) {
    let mut members = Members::open(b'{', out);
    members.key("id", out);
    write_number(number, out);
    members.key("file_name", out);
    write_text(file_name(task), out);
    members.key("width", out);
    write_number(width, out);
    members.key("height", out);
    write_number(height, out);
    members.key("coco_url", out);
    write_text(task.data, out);
    members.key("external_id", out);
    write_text_or_null(task.external_id, out);
    for (key, id) in [
        ("asset_id", task.asset.to_string()),
        ("task_id", task.task.to_string()),
    ] {
        members.key(key, out);
        write_text(&id, out);
    }
    out.push(b'}');
}

/// What the picture is called: its external ID, else what its address ends with.
fn file_name<'a>(task: &TaskLabels<'a>) -> &'a str {
    let address = task.data.split(['?', '#']).next().unwrap_or_default();
    task.external_id
        .unwrap_or_else(|| address.rsplit('/').next().unwrap_or(address))
}

fn write_floats(values: impl IntoIterator<Item = f64>, out: &mut Vec<u8>) {
    let mut list = Members::open(b'[', out);
    for value in values {
        list.element(out);
        write_float(value, out);
    }
    out.push(b']');
}

/// A number in its shortest form that reads back as the same; coordinates are always finite.
fn write_float(value: f64, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(out, &value);
}

#[cfg(test)]
mod tests;
