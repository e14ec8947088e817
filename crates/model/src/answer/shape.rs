//! Reads the geometry of an object: one field named after its tool.

use serde_json::Value;

use super::read::wrong_type;
use super::{COORDINATE_MAX, Fields};
use crate::geometry::{Coordinates, Geometry, Zone};
use crate::problem::{Path, Problem};
use crate::schema::ToolKind;

/// The fewest points of a closed line, and of an open one.
const RING_POINTS_MIN: usize = 3;
const LINE_POINTS_MIN: usize = 2;

/// The object's geometry; [`Geometry::Other`] where it has none that is understood here.
pub(super) fn read_geometry(fields: &Fields, path: &Path<'_>) -> Result<Geometry, Problem> {
    let mut found: Option<(ToolKind, &Value)> = None;
    for kind in ToolKind::ALL {
        let Some(value) = fields.get(kind.as_str()).filter(|value| !value.is_null()) else {
            continue;
        };
        if let Some((first, _)) = found {
            let message = format!("an object has one shape; this one has {first} and {kind}");
            return Err(Problem::refused(path, "answer.two_shapes", message));
        }
        found = Some((*kind, value));
    }
    match found {
        Some((kind, value)) => read_shape(kind, value, &path.field(kind.as_str())),
        None => Ok(Geometry::Other),
    }
}

fn read_shape(kind: ToolKind, value: &Value, path: &Path<'_>) -> Result<Geometry, Problem> {
    match kind {
        ToolKind::BoundingBox => {
            let [x, y, width, height] = read_box(value, path)?;
            Ok(Geometry::BoundingBox { x, y, width, height })
        }
        ToolKind::RotatedBoundingBox => {
            let [x, y, width, height] = read_box(value, path)?;
            let rotation = match value.get("rotation") {
                None | Some(Value::Null) => 0.0,
                Some(rotation) => number(rotation, &path.field("rotation"))?,
            };
            Ok(Geometry::RotatedBoundingBox {
                x,
                y,
                width,
                height,
                rotation,
            })
        }
        ToolKind::Polygon => Ok(Geometry::Polygon(points(value, path, RING_POINTS_MIN)?)),
        ToolKind::Polyline => Ok(Geometry::Polyline(points(value, path, LINE_POINTS_MIN)?)),
        ToolKind::Point => Ok(Geometry::Point(point(value, path)?)),
        ToolKind::Segmentation => zones(value, path).map(Geometry::Segmentation),
        ToolKind::Brush | ToolKind::Ner | ToolKind::Pdf | ToolKind::PointCloud => Ok(Geometry::Other),
    }
}

/// `{x, y, width, height}`, from any of its corners: older clients begin at the first one that was clicked, so that
/// width and height may be negative.
fn read_box(value: &Value, path: &Path<'_>) -> Result<[f64; 4], Problem> {
    let Some(fields) = value.as_object() else {
        return Err(wrong_type(path, "an object with x, y, width and height", value));
    };
    let mut read = [0.0; 4];
    for (place, name) in read.iter_mut().zip(["x", "y", "width", "height"]) {
        let path = path.field(name);
        let Some(value) = fields.get(name) else {
            let message = format!("the box has no {name}");
            return Err(Problem::refused(&path, "answer.number_missing", message));
        };
        *place = number(value, &path)?;
    }
    let [x, y, width, height] = read;
    Ok([x + width.min(0.0), y + height.min(0.0), width.abs(), height.abs()])
}

fn zones(value: &Value, path: &Path<'_>) -> Result<Vec<Zone>, Problem> {
    let path = path.field("zones");
    let found = value.get("zones").unwrap_or(&Value::Null);
    let Some(list) = found.as_array() else {
        return Err(wrong_type(
            &path,
            "a list of zones, each with a region and holes,",
            found,
        ));
    };
    list.iter()
        .enumerate()
        .map(|(at, zone)| {
            let path = path.index(at);
            let region = zone.get("region").unwrap_or(&Value::Null);
            Ok(Zone {
                region: points(region, &path.field("region"), RING_POINTS_MIN)?,
                holes: holes(zone.get("holes").unwrap_or(&Value::Null), &path.field("holes"))?,
            })
        })
        .collect()
}

fn holes(value: &Value, path: &Path<'_>) -> Result<Vec<Vec<Coordinates>>, Problem> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(at, hole)| points(hole, &path.index(at), RING_POINTS_MIN))
            .collect(),
        other => Err(wrong_type(path, "a list of holes", other)),
    }
}

fn points(value: &Value, path: &Path<'_>, least: usize) -> Result<Vec<Coordinates>, Problem> {
    let Some(list) = value.as_array() else {
        return Err(wrong_type(path, "a list of points [x, y]", value));
    };
    if list.len() < least {
        let message = format!("the shape has {} points; it needs {least} at least", list.len());
        return Err(Problem::refused(path, "answer.too_few_points", message));
    }
    list.iter()
        .enumerate()
        .map(|(at, value)| point(value, &path.index(at)))
        .collect()
}

fn point(value: &Value, path: &Path<'_>) -> Result<Coordinates, Problem> {
    match value.as_array().map(Vec::as_slice) {
        Some([x, y]) => Ok([number(x, &path.index(0))?, number(y, &path.index(1))?]),
        _ => Err(wrong_type(path, "a point [x, y]", value)),
    }
}

fn number(value: &Value, path: &Path<'_>) -> Result<f64, Problem> {
    let Some(number) = value.as_f64() else {
        return Err(wrong_type(path, "a number", value));
    };
    if number.is_finite() && number.abs() <= COORDINATE_MAX {
        Ok(number)
    } else {
        let message = format!("{number} is no place in a picture: {COORDINATE_MAX} at most");
        Err(Problem::refused(path, "answer.number_too_large", message))
    }
}
