//! The rule of OpenCV 4.11's `fillPoly` (lineType 8, shift 0), bit for bit, with coordinates rounded half to even.
//!
//! Every edge is drawn as a line of pixels, and the rows between edges are filled in fixed point with 16 bits of
//! fraction. Both begin with the edge cut off at the image in whole pixels, which turns edges that reach outside a
//! little; that belongs to the rule.

use std::ops::Range;

use super::{Point, RasterError, edges};
use crate::mask::{Buckets, Lines, Mask, Size, unite};

const FRACTION_BITS: u32 = 16;
/// A pixel with the smallest part of it missing.
const ALMOST_ONE: i64 = (1 << FRACTION_BITS) - 1;

type Pixel = [i64; 2];

/// Pixels of one row, of which the last does not belong.
type Run = (u32, u32, u32);

/// An edge over some rows: x in fixed point at its upper end, and by how much it changes with every row.
#[derive(Debug)]
struct Slope {
    top: i64,
    rows: Range<u32>,
    x: i64,
    step: i64,
}

pub(super) fn fill(region: &[Point], holes: &[&[Point]], size: Size) -> Result<Mask, RasterError> {
    if size.width == 0 || size.height == 0 {
        return Ok(Mask::empty(size));
    }
    let (mut runs, mut slopes): (Vec<Run>, Vec<Slope>) = (Vec::new(), Vec::new());
    let mut crossings = 0;
    for ring in std::iter::once(region).chain(holes.iter().copied()) {
        let corners: Vec<Pixel> = ring.iter().map(|point| point.map(rounded)).collect();
        for (from, to) in edges(&corners) {
            let cut = cut(from, to, size);
            let slope = Slope::new(from, to, cut.ends, size.height);
            crossings += slope.as_ref().map_or(0, |slope| slope.rows.len() as u64);
            if let Some((from, to)) = cut.inside {
                crossings += (to[0] - from[0])
                    .abs()
                    .max((to[1] - from[1]).abs())
                    .unsigned_abs()
                    + 1;
                RasterError::check(crossings)?;
                draw(from, to, &mut runs);
            }
            slopes.extend(slope);
        }
    }
    RasterError::check(crossings)?;
    between(&slopes, size.width, &mut runs);
    Ok(Mask::new(size, rows(&runs)))
}

/// Half to even, within what OpenCV's points can hold.
fn rounded(coordinate: f64) -> i64 {
    i64::from(coordinate.round_ties_even() as i32)
}

/// An edge where it is cut off at the image.
#[derive(Debug)]
struct Cut {
    /// As far as the cutting went, which is not within the image if no pixel of the edge is.
    ends: (Pixel, Pixel),
    inside: Option<(Pixel, Pixel)>,
}

/// On which sides of the image a pixel lies: left 1, right 2, above 4, below 8.
fn sides([x, y]: Pixel, size: Size) -> u8 {
    let vertical = u8::from(y < 0) * 4 + u8::from(y >= i64::from(size.height)) * 8;
    sides_across(x, size) + vertical
}

fn sides_across(x: i64, size: Size) -> u8 {
    u8::from(x < 0) + u8::from(x >= i64::from(size.width)) * 2
}

/// How far to go across where so much is gone along, cut off towards zero.
fn share(along: i64, across: i64, length: i64) -> i64 {
    (along as f64 * across as f64 / length as f64) as i64
}

fn cut(mut from: Pixel, mut to: Pixel, size: Size) -> Cut {
    let [right, bottom] = [size.width, size.height].map(|length| i64::from(length) - 1);
    let (mut one, mut other) = (sides(from, size), sides(to, size));
    if one & other == 0 && one | other != 0 {
        // Each end is moved along the edge as the end before it has left it.
        if one & 12 != 0 {
            let y = if one < 8 { 0 } else { bottom };
            from[0] += share(y - from[1], to[0] - from[0], to[1] - from[1]);
            from[1] = y;
            one = sides_across(from[0], size);
        }
        if other & 12 != 0 {
            let y = if other < 8 { 0 } else { bottom };
            to[0] += share(y - to[1], to[0] - from[0], to[1] - from[1]);
            to[1] = y;
            other = sides_across(to[0], size);
        }
        if one & other == 0 && one | other != 0 {
            if one != 0 {
                let x = if one == 1 { 0 } else { right };
                from[1] += share(x - from[0], to[1] - from[1], to[0] - from[0]);
                from[0] = x;
                one = 0;
            }
            if other != 0 {
                let x = if other == 1 { 0 } else { right };
                to[1] += share(x - to[0], to[1] - from[1], to[0] - from[0]);
                to[0] = x;
                other = 0;
            }
        }
    }
    Cut {
        ends: (from, to),
        inside: (one | other == 0).then_some((from, to)),
    }
}

/// Draws the pixels of a line within the image from left to right, run by run.
fn draw(from: Pixel, to: Pixel, runs: &mut Vec<Run>) {
    let (from, to) = if from[0] > to[0] { (to, from) } else { (from, to) };
    let (width, height) = (to[0] - from[0], (to[1] - from[1]).abs());
    let down = if to[1] < from[1] { -1 } else { 1 };
    let is_steep = height > width;
    let (along, across) = if is_steep {
        (height, width)
    } else {
        (width, height)
    };
    let [mut x, mut y] = from;
    let mut begin = x;
    let mut error = along - 2 * across;
    for step in 0..=along {
        let turns = error < 0;
        error += if turns { 2 * along } else { 0 } - 2 * across;
        if step == along || is_steep || turns {
            runs.push((y as u32, begin as u32, x as u32 + 1));
            y += down;
            begin = x + i64::from(turns || !is_steep);
        }
        x += i64::from(turns || !is_steep);
    }
}

impl Slope {
    fn new(from: Pixel, to: Pixel, cut: (Pixel, Pixel), height: u32) -> Option<Self> {
        if from[1] == to[1] {
            return None;
        }
        let (mut begin, mut end) = cut;
        if begin[1] == end[1] {
            (begin[1], end[1]) = (from[1], to[1]);
        }
        let [begin_x, end_x] = [begin[0], end[0]].map(|x| x << FRACTION_BITS);
        let step = (end_x - begin_x) / (end[1] - begin[1]);
        let (top, bottom, x, y) = if from[1] < to[1] {
            (from[1], to[1], begin_x, begin[1])
        } else {
            (to[1], from[1], end_x, end[1])
        };
        let [first, behind] = [top, bottom].map(|y| y.clamp(0, i64::from(height)) as u32);
        (first < behind).then_some(Self {
            top,
            rows: first..behind,
            x: x.wrapping_add((top - y).wrapping_mul(step)),
            step,
        })
    }

    fn at(&self, row: u32) -> i64 {
        let rows = i64::from(row) - self.top;
        self.x.wrapping_add(rows.wrapping_mul(self.step))
    }
}

/// Fills between the first and the second slope of every row, the third and the fourth, and so on.
fn between(slopes: &[Slope], width: u32, runs: &mut Vec<Run>) {
    let mut crossings = Buckets::new(slopes.iter().map(|slope| slope.rows.clone()));
    for slope in slopes {
        crossings.put_all(slope.rows.clone(), |row| slope.at(row));
    }
    crossings.each(|row, crossings| {
        crossings.sort_unstable();
        for pair in crossings.chunks_exact(2) {
            let begin = pair[0].saturating_add(ALMOST_ONE) >> FRACTION_BITS;
            let last = pair[1] >> FRACTION_BITS;
            if begin < i64::from(width) && last >= 0 {
                let end = (last + 1).min(i64::from(width));
                runs.push((row, begin.max(0) as u32, end as u32));
            }
        }
    });
}

/// The rows that these runs set together.
fn rows(runs: &[Run]) -> Lines {
    let mut buckets = Buckets::new(runs.iter().map(|(row, ..)| *row..*row + 1));
    for &(row, begin, end) in runs {
        buckets.put_all(row..row + 1, |_| (begin, end));
    }
    let (mut rows, mut bounds) = (Lines::default(), Vec::new());
    buckets.each(|row, runs| {
        bounds.clear();
        unite(runs, |begin, end| bounds.extend([begin, end]));
        rows.push(row, bounds.iter().copied());
    });
    rows
}
