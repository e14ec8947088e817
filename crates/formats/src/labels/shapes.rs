//! The objects of an answer as shapes. One that cannot be read is named, and does not hide the others.

use insitu_model::answer::Answer;
use insitu_model::export::RasterRule;
use insitu_model::geometry::Geometry;
use serde_json::value::RawValue;

use super::raw::RawMap;
use super::{Note, Unreadable};
use crate::mask::{Mask, Size};
use crate::raster::{self, Part, RasterError, Rule};

/// An object with its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Its place among the objects of its answer, from 0: later ones lie over earlier ones.
    pub position: usize,
    /// Empty where nobody gave one.
    pub object_id: String,
    /// Empty where nobody gave one.
    pub schema_id: String,
    pub geometry: Geometry,
}

/// The rule of this name.
pub(super) fn rule(rule: RasterRule) -> Rule {
    match rule {
        RasterRule::Centre => Rule::Centre,
        RasterRule::Coco => Rule::Coco,
        RasterRule::OpenCv => Rule::OpenCv,
    }
}

/// The pixels that a shape covers, or why it is left out.
pub(super) fn fill(shape: &Shape, size: Size, rule: Rule) -> Result<Mask, Note> {
    let left_out = |code, message: String| Note {
        is_notice: false,
        object: shape.object_id.clone(),
        code,
        message,
    };
    let filled = fill_geometry(&shape.geometry, size, rule).ok_or_else(|| {
        let message = "a shape without an area covers no pixels, so it was left out; the JSON export has it";
        left_out("export.shape_without_area", message.to_owned())
    })?;
    filled.map_err(|error| left_out("export.shape_impossible", error.to_string()))
}

fn fill_geometry(geometry: &Geometry, size: Size, rule: Rule) -> Option<Result<Mask, RasterError>> {
    let turned;
    let parts: Vec<Part<'_>> = match geometry {
        Geometry::BoundingBox { x, y, width, height } => vec![Part::Box {
            x: *x,
            y: *y,
            width: *width,
            height: *height,
        }],
        Geometry::RotatedBoundingBox { .. } => {
            turned = geometry.rings();
            turned.iter().map(|ring| Part::polygon(ring)).collect()
        }
        Geometry::Polygon(points) => vec![Part::polygon(points)],
        Geometry::Segmentation(zones) => zones
            .iter()
            .map(|zone| Part::Zone {
                region: &zone.region,
                holes: zone.holes.iter().map(Vec::as_slice).collect(),
            })
            .collect(),
        Geometry::Polyline(_) | Geometry::Point(_) | Geometry::Other => return None,
    };
    Some(raster::fill(&parts, size, rule))
}

/// The shapes of an answer in their order; what has none that can be read goes into `notes`.
pub fn read_shapes(answer: &str, notes: &mut Vec<Note>) -> Result<Vec<Shape>, Unreadable> {
    let lists = RawMap::parse(answer).ok_or(Unreadable)?;
    let objects: Vec<&RawValue> = match lists.get("tools") {
        None => Vec::new(),
        Some(list) => serde_json::from_str(list).map_err(|_| Unreadable)?,
    };
    let mut shapes = Vec::with_capacity(objects.len());
    for (position, object) in objects.into_iter().enumerate() {
        match read_shape(position, object.get()) {
            Ok(shape) => shapes.push(shape),
            Err(note) => notes.push(note),
        }
    }
    Ok(shapes)
}

fn read_shape(position: usize, object: &str) -> Result<Shape, Note> {
    let id = || RawMap::parse(object).and_then(|map| map.text("objectId").map(std::borrow::Cow::into_owned));
    let refused = |code, message: String| Note {
        is_notice: false,
        object: id().unwrap_or_else(|| format!("tools[{position}]")),
        code,
        message,
    };
    let value = serde_json::from_str(object)
        .map_err(|error| refused("export.shape_invalid", format!("the object is not JSON: {error}")))?;
    let mut list = serde_json::Map::new();
    list.insert("tools".to_owned(), serde_json::Value::Array(vec![value]));
    let answer = Answer::from_value(serde_json::Value::Object(list)).map_err(|problem| {
        let message = format!(
            "{}: {}",
            problem.path.replacen("[0]", &format!("[{position}]"), 1),
            problem.message
        );
        refused("export.shape_invalid", message)
    })?;
    let object = answer
        .objects()
        .next()
        .ok_or_else(|| refused("export.shape_invalid", "the object is empty".to_owned()))?;
    if object.page != 0 {
        return Err(refused(
            "export.page_unsupported",
            format!(
                "the object is on page {}; only first pages are pictures of a known size",
                object.page
            ),
        ));
    }
    Ok(Shape {
        position,
        object_id: object.object_id.to_owned(),
        schema_id: object.schema_id.to_owned(),
        geometry: object.geometry.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_shape_does_not_hide_the_others() {
        let answer = r#"{"tools":[
            {"objectId":"a","schemaId":"s","polygon":[[0,0],[4,0],[4,4]]},
            {"objectId":"b","polygon":[[0,0],[4,0]]},
            7,
            {"objectId":"c","point":[1,2],"page":3},
            {"objectId":"d","bounding-box":{"x":5,"y":6,"width":-2,"height":1}}],"classifications":[]}"#;
        let mut notes = Vec::new();
        let shapes = read_shapes(answer, &mut notes).unwrap();
        let found: Vec<_> = shapes
            .iter()
            .map(|shape| (shape.position, shape.object_id.as_str()))
            .collect();
        assert_eq!(found, [(0, "a"), (4, "d")]);
        let told: Vec<_> = notes
            .iter()
            .map(|note| (note.object.as_str(), note.code))
            .collect();
        assert_eq!(
            told,
            [
                ("b", "export.shape_invalid"),
                ("tools[2]", "export.shape_invalid"),
                ("c", "export.page_unsupported")
            ]
        );
        assert!(
            notes[0].message.contains("tools[1].polygon"),
            "{}",
            notes[0].message
        );
        assert!(matches!(
            shapes[1].geometry,
            Geometry::BoundingBox {
                x: 3.0,
                y: 6.0,
                width: 2.0,
                height: 1.0
            }
        ));
    }

    #[test]
    fn an_answer_that_is_none_is_unreadable() {
        for answer in ["", "[]", r#"{"tools":7}"#] {
            assert_eq!(read_shapes(answer, &mut Vec::new()), Err(Unreadable), "{answer}");
        }
        assert_eq!(read_shapes("{}", &mut Vec::new()), Ok(Vec::new()));
    }
}
