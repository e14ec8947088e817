//! The rule of pycocotools (`rleFrPoly`, `rleFrBbox`, `rleMerge` of cocoapi's maskApi.c), bit for bit.
//!
//! It magnifies a ring five times, rounds it to whole places and walks along it. Wherever the walk passes from place
//! 5k+2 to 5k+3, which is the middle of column k, the upper of both places says from which pixel of the column on
//! everything changes. Here only these steps are taken, so that long edges cost what they cross.

use super::{Point, RasterError, edges};
use crate::mask::{Lines, Mask, Size, cancel};

const SCALE: f64 = 5.0;
/// The place within a column, magnified, behind which its middle lies.
const MIDDLE: i64 = 2;

pub(super) fn fill(region: &[Point], holes: &[&[Point]], size: Size) -> Result<Mask, RasterError> {
    let mut columns = ring(region, size)?;
    for hole in holes {
        columns = without(&columns, &ring(hole, size)?);
    }
    Ok(Mask::new(size, to_columns(&columns, size).transposed()))
}

/// Where the pixels, counted down the columns one after the other, change.
fn ring(ring: &[Point], size: Size) -> Result<Vec<u64>, RasterError> {
    let corners: Vec<[i64; 2]> = ring.iter().map(|point| point.map(magnified)).collect();
    let pixels = u64::from(size.width) * u64::from(size.height);
    let mut bounds = Vec::new();
    for (from, to) in edges(&corners) {
        // Each edge is checked on its own, so that no more is remembered than one of them adds.
        RasterError::check(bounds.len() as u64)?;
        Edge::new(from, to).cross(size, |column, row| {
            bounds.push(u64::from(column) * u64::from(size.height) + u64::from(row));
        });
    }
    bounds.sort_unstable();
    cancel(&mut bounds);
    bounds.retain(|bound| *bound < pixels);
    if !bounds.len().is_multiple_of(2) {
        bounds.push(pixels);
    }
    Ok(bounds)
}

/// As C does it: half is added and the fraction cut off, towards zero.
fn magnified(coordinate: f64) -> i64 {
    i64::from((SCALE * coordinate + 0.5) as i32)
}

/// An edge in magnified places, in the direction in which it is computed.
#[derive(Debug)]
struct Edge {
    from: [i64; 2],
    to: [i64; 2],
    is_flat: bool,
    slope: f64,
}

impl Edge {
    fn new(from: [i64; 2], to: [i64; 2]) -> Self {
        let [width, height] = [0, 1].map(|axis| (to[axis] - from[axis]).abs());
        let is_flat = width >= height;
        let axis = usize::from(!is_flat);
        let (from, to) = if from[axis] > to[axis] {
            (to, from)
        } else {
            (from, to)
        };
        let [rise, run] = [to[1 - axis] - from[1 - axis], to[axis] - from[axis]];
        Self {
            from,
            to,
            is_flat,
            slope: rise as f64 / run as f64,
        }
    }

    /// The place across, after so many steps along.
    fn across(&self, step: i64) -> i64 {
        let begin = if self.is_flat { self.from[1] } else { self.from[0] };
        i64::from((begin as f64 + self.slope * step as f64 + 0.5) as i32)
    }

    /// Calls with every column whose middle the edge passes, and the first row below.
    fn cross(&self, size: Size, mut found: impl FnMut(u32, u32)) {
        let last = i64::from(size.width) - 1;
        let (left, right) = if self.is_flat {
            (self.from[0], self.to[0])
        } else {
            let ends = [self.across(0), self.across(self.to[1] - self.from[1])];
            (ends[0].min(ends[1]), ends[0].max(ends[1]))
        };
        // Columns with left <= 5k+2 and 5k+3 <= right.
        let first = (left - MIDDLE + 4).div_euclid(5).max(0);
        let end = (right - MIDDLE - 1).div_euclid(5).min(last) + 1;
        for column in first..end {
            let place = 5 * column + MIDDLE;
            let upper = if self.is_flat {
                let step = place - self.from[0];
                self.across(step).min(self.across(step + 1))
            } else {
                self.from[1] + self.step_over(place)
            };
            found(column as u32, row_below(upper, size.height));
        }
    }

    /// The step along a steep edge before it passes from this place to the next, in either direction.
    fn step_over(&self, place: i64) -> i64 {
        let steps = self.to[1] - self.from[1];
        let is_passed = |step: i64| {
            if self.slope > 0.0 {
                self.across(step) > place
            } else {
                self.across(step) <= place
            }
        };
        let guess = (place as f64 + 0.5 - self.from[0] as f64) / self.slope;
        let mut step = (guess as i64).clamp(0, steps);
        while step > 0 && is_passed(step) {
            step -= 1;
        }
        while step + 1 < steps && !is_passed(step + 1) {
            step += 1;
        }
        step
    }
}

/// The first row that is not above a magnified place.
fn row_below(place: i64, height: u32) -> u32 {
    let row = (place as f64 + 0.5) / SCALE - 0.5;
    row.clamp(0.0, f64::from(height)).ceil() as u32
}

/// What is set in the first and not in the second.
fn without(one: &[u64], other: &[u64]) -> Vec<u64> {
    let mut bounds: Vec<(u64, bool)> = one.iter().map(|bound| (*bound, true)).collect();
    bounds.extend(other.iter().map(|bound| (*bound, false)));
    bounds.sort_unstable();
    let (mut in_one, mut in_other, mut was_set) = (false, false, false);
    let mut kept = Vec::new();
    let mut bounds = bounds.into_iter().peekable();
    while let Some((bound, is_one)) = bounds.next() {
        if is_one {
            in_one = !in_one;
        } else {
            in_other = !in_other;
        }
        let is_set = in_one && !in_other;
        let is_last = bounds.peek().is_none_or(|(next, _)| *next != bound);
        if is_last && is_set != was_set {
            kept.push(bound);
            was_set = is_set;
        }
    }
    kept
}

/// Runs that may go over several columns, column by column.
fn to_columns(bounds: &[u64], size: Size) -> Lines {
    let height = u64::from(size.height).max(1);
    let mut columns = Lines::default();
    let mut open: (u32, Vec<u32>) = (0, Vec::new());
    for run in bounds.chunks_exact(2) {
        let (mut begin, end) = (run[0], run[1]);
        while begin < end {
            let column = begin / height;
            let stop = end.min((column + 1) * height);
            if u64::from(open.0) != column {
                columns.push(open.0, open.1.drain(..));
                open.0 = column as u32;
            }
            open.1
                .extend([begin - column * height, stop - column * height].map(|row| row as u32));
            begin = stop;
        }
    }
    columns.push(open.0, open.1);
    columns
}
