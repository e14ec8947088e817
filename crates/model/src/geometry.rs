//! The shapes that people draw, in pixels of the picture as it is shown; the origin is its top left corner.

use crate::schema::ToolKind;

/// A place: x and y.
pub type Coordinates = [f64; 2];

/// A shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// Upright; `x` and `y` are the top left corner, `width` and `height` are never negative.
    BoundingBox {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    },
    /// Turned clockwise about its centre by `rotation` degrees; `x` and `y` are the top left corner before that.
    RotatedBoundingBox {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        rotation: f64,
    },
    /// At least three points; the last is joined to the first.
    Polygon(Vec<Coordinates>),
    /// At least two points.
    Polyline(Vec<Coordinates>),
    Point(Coordinates),
    /// Regions with holes in them.
    Segmentation(Vec<Zone>),
    /// Something else (text, a place in a PDF, a brush): kept, and not understood here.
    Other,
}

/// One region of a segmentation: at least three points, and the holes in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    pub region: Vec<Coordinates>,
    pub holes: Vec<Vec<Coordinates>>,
}

impl Geometry {
    /// The tool that draws such shapes.
    pub fn tool(&self) -> Option<ToolKind> {
        match self {
            Geometry::BoundingBox { .. } => Some(ToolKind::BoundingBox),
            Geometry::RotatedBoundingBox { .. } => Some(ToolKind::RotatedBoundingBox),
            Geometry::Polygon(_) => Some(ToolKind::Polygon),
            Geometry::Polyline(_) => Some(ToolKind::Polyline),
            Geometry::Point(_) => Some(ToolKind::Point),
            Geometry::Segmentation(_) => Some(ToolKind::Segmentation),
            Geometry::Other => None,
        }
    }

    /// The closed lines that bound its area: one for a box or polygon, region and holes for each zone. Shapes without
    /// an area have none.
    pub fn rings(&self) -> Vec<Vec<Coordinates>> {
        match self {
            Geometry::BoundingBox { x, y, width, height } => {
                vec![corners(*x, *y, *width, *height, 0.0).to_vec()]
            }
            Geometry::RotatedBoundingBox {
                x,
                y,
                width,
                height,
                rotation,
            } => vec![corners(*x, *y, *width, *height, *rotation).to_vec()],
            Geometry::Polygon(points) => vec![points.clone()],
            Geometry::Segmentation(zones) => zones
                .iter()
                .flat_map(|zone| std::iter::once(&zone.region).chain(&zone.holes).cloned())
                .collect(),
            Geometry::Polyline(_) | Geometry::Point(_) | Geometry::Other => Vec::new(),
        }
    }

    /// The smallest upright box around it: left, top, right, bottom.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        match self {
            Geometry::Polygon(points) | Geometry::Polyline(points) => bounds_of(points),
            Geometry::Point(point) => bounds_of(std::slice::from_ref(point)),
            Geometry::Segmentation(zones) => zones
                .iter()
                .filter_map(|zone| bounds_of(&zone.region))
                .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]),
            Geometry::BoundingBox { .. } | Geometry::RotatedBoundingBox { .. } => {
                self.rings().first().and_then(|ring| bounds_of(ring))
            }
            Geometry::Other => None,
        }
    }
}

/// The four corners of a box, clockwise from the top left one.
fn corners(x: f64, y: f64, width: f64, height: f64, rotation_degrees: f64) -> [Coordinates; 4] {
    let upright = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
    if rotation_degrees == 0.0 {
        return upright;
    }
    let (sin, cos) = rotation_degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = (x + width / 2.0, y + height / 2.0);
    upright.map(|[x, y]| {
        let (dx, dy) = (x - middle_x, y - middle_y);
        [middle_x + dx * cos - dy * sin, middle_y + dx * sin + dy * cos]
    })
}

fn bounds_of(points: &[Coordinates]) -> Option<[f64; 4]> {
    points
        .iter()
        .map(|[x, y]| [*x, *y, *x, *y])
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_swaps_the_sides_and_keeps_the_centre() {
        let shape = Geometry::RotatedBoundingBox {
            x: 10.0,
            y: 10.0,
            width: 4.0,
            height: 2.0,
            rotation: 90.0,
        };
        let bounds = shape.bounds().unwrap();
        for (found, expected) in bounds.iter().zip([11.0, 9.0, 13.0, 13.0]) {
            assert!((found - expected).abs() < 1e-9, "{bounds:?}");
        }
        let [x, y] = shape.rings()[0][0];
        assert!(
            (x - 13.0).abs() < 1e-9 && (y - 9.0).abs() < 1e-9,
            "the top left corner turns clockwise"
        );
    }

    #[test]
    fn a_line_and_a_point_bound_no_area() {
        assert!(
            Geometry::Polyline(vec![[0.0, 0.0], [1.0, 1.0]])
                .rings()
                .is_empty()
        );
        assert!(Geometry::Point([1.0, 2.0]).rings().is_empty());
        assert_eq!(Geometry::Point([1.0, 2.0]).bounds(), Some([1.0, 2.0, 1.0, 2.0]));
    }

    #[test]
    fn a_segmentation_has_a_ring_for_each_region_and_hole() {
        let square = |at: f64, size: f64| corners(at, at, size, size, 0.0).to_vec();
        let zones = vec![
            Zone {
                region: square(0.0, 9.0),
                holes: vec![square(1.0, 2.0), square(5.0, 2.0)],
            },
            Zone {
                region: square(20.0, 5.0),
                holes: vec![],
            },
        ];
        let shape = Geometry::Segmentation(zones);
        assert_eq!(shape.rings().len(), 4);
        assert_eq!(shape.bounds(), Some([0.0, 0.0, 25.0, 25.0]));
    }
}
