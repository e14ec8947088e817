//! From shapes to pixels, by one of three rules that are written down and held to.
//!
//! Coordinates are pixels of the image with the origin at its top left corner; the first pixel reaches from 0 to 1 and
//! its centre is at 0.5. What lies outside of the image is cut off. Nothing here looks at every pixel: the work follows
//! from the length of the outline within the image.

mod centre;
mod coco;
mod opencv;

use serde::{Deserialize, Serialize};

use crate::mask::{Mask, Size};

/// Which pixels belong to a shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Those whose centre lies inside by the even-odd rule; a centre on a left or top edge does, one on a right or
    /// bottom edge does not.
    #[default]
    Centre,
    /// Those that pycocotools sets, bit for bit.
    Coco,
    /// Those that `cv2.fillPoly` of OpenCV 4.11 sets, bit for bit, with coordinates rounded half to even.
    OpenCv,
}

impl Rule {
    /// What a manifest says about the rule, so that somebody can make the same pixels elsewhere.
    pub fn manifest(self) -> &'static str {
        match self {
            Self::Centre => {
                "a pixel is set when its centre lies inside by the even-odd rule; on left and top edges it does"
            }
            Self::Coco => "pycocotools 2.0: frPyObjects, merge",
            Self::OpenCv => "OpenCV 4.11: fillPoly, lineType 8, shift 0, coordinates rounded half to even",
        }
    }
}

/// A corner of a ring: x and y.
pub type Point = [f64; 2];

/// A piece of a shape. A shape is the union of its parts.
#[derive(Debug, Clone, PartialEq)]
pub enum Part<'a> {
    /// The inside of a closed ring without its holes. The last corner is followed by the first.
    Zone {
        region: &'a [Point],
        holes: Vec<&'a [Point]>,
    },
    /// A box by one of its corners; width and height may be negative.
    Box { x: f64, y: f64, width: f64, height: f64 },
}

impl<'a> Part<'a> {
    /// A polygon without holes.
    pub fn polygon(region: &'a [Point]) -> Self {
        Self::Zone {
            region,
            holes: Vec::new(),
        }
    }
}

/// The longest side of an image: the largest square whose pixels pycocotools can count.
pub const SIDE_MAX_PX: u32 = 65_500;
/// How often the outline of one part may cross rows and columns of the image. Outlines that people draw are far below;
/// what is above would take minutes and gigabytes.
pub const CROSSINGS_MAX: u64 = 1 << 25;

/// A shape that is not rasterized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    #[error("the image has {width} × {height} pixels; masks are made of images with at most 65,500 a side")]
    ImageTooLarge { width: u32, height: u32 },
    #[error(
        "the outline crosses rows and columns {crossings} times; at most 33,554,432 are drawn: simplify it"
    )]
    TooComplex { crossings: u64 },
}

impl RasterError {
    /// The stable name of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ImageTooLarge { .. } => "mask.image_too_large",
            Self::TooComplex { .. } => "mask.too_complex",
        }
    }

    /// Refuses an outline before anything is made of it.
    fn check(crossings: u64) -> Result<(), Self> {
        if crossings > CROSSINGS_MAX {
            return Err(Self::TooComplex { crossings });
        }
        Ok(())
    }
}

/// The pixels of a shape. Rings with a coordinate that is no finite number are left out.
pub fn fill(parts: &[Part<'_>], size: Size, rule: Rule) -> Result<Mask, RasterError> {
    let Size { width, height } = size;
    if width > SIDE_MAX_PX || height > SIDE_MAX_PX {
        return Err(RasterError::ImageTooLarge { width, height });
    }
    match parts {
        [part] => fill_part(part, size, rule),
        parts => {
            let masks = parts.iter().map(|part| fill_part(part, size, rule));
            Ok(Mask::union(size, &masks.collect::<Result<Vec<Mask>, _>>()?))
        }
    }
}

fn fill_part(part: &Part<'_>, size: Size, rule: Rule) -> Result<Mask, RasterError> {
    match part {
        Part::Zone { region, holes } => {
            let holes = holes.iter().copied().filter(|ring| is_finite(ring));
            if is_finite(region) {
                fill_zone(region, &holes.collect::<Vec<_>>(), size, rule)
            } else {
                Ok(Mask::empty(size))
            }
        }
        &Part::Box { x, y, width, height } => {
            let (right, bottom) = (x + width, y + height);
            // The order in which pycocotools goes round; the others do not mind.
            let corners = [[x, y], [x, bottom], [right, bottom], [right, y]];
            if is_finite(&corners) {
                fill_zone(&corners, &[], size, rule)
            } else {
                Ok(Mask::empty(size))
            }
        }
    }
}

fn fill_zone(region: &[Point], holes: &[&[Point]], size: Size, rule: Rule) -> Result<Mask, RasterError> {
    match rule {
        Rule::Centre => centre::fill(region, holes, size),
        Rule::Coco => coco::fill(region, holes, size),
        Rule::OpenCv => opencv::fill(region, holes, size),
    }
}

fn is_finite(ring: &[Point]) -> bool {
    ring.iter().flatten().all(|number| number.is_finite())
}

/// The edges of a closed ring, from each corner to the next and from the last to the first.
fn edges<T: Copy>(ring: &[T]) -> impl Iterator<Item = (T, T)> {
    let nexts = ring.iter().skip(1).chain(ring.first());
    ring.iter().copied().zip(nexts.copied())
}
