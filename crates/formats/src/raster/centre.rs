//! The rule of centres: a pixel is set when its centre lies inside by the even-odd rule.
//!
//! A row's centres lie on one horizontal line. Every edge that crosses it changes, from the first centre at or right of
//! the crossing on, whether centres lie inside. So a crossing is the column of that centre, and the row's runs are its
//! crossings in ascending order.

use std::ops::Range;

use super::{Point, RasterError, edges};
use crate::mask::{Buckets, Mask, Size};

/// An edge from its upper end to its lower one, and the rows whose centres it crosses. Both directions of an edge are
/// the same one here, so that neighbours who share it neither overlap nor leave a gap.
#[derive(Debug)]
struct Edge {
    rows: Range<u32>,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

pub(super) fn fill(region: &[Point], holes: &[&[Point]], size: Size) -> Result<Mask, RasterError> {
    let rings = std::iter::once(region).chain(holes.iter().copied());
    let edges: Vec<Edge> = rings
        .flat_map(edges)
        .filter_map(|(from, to)| Edge::new(from, to, size.height))
        .collect();
    RasterError::check(edges.iter().map(|edge| edge.rows.len() as u64).sum())?;
    let mut crossings = Buckets::new(edges.iter().map(|edge| edge.rows.clone()));
    for edge in &edges {
        crossings.put_all(edge.rows.clone(), |row| edge.column(row, size.width));
    }
    Ok(Mask::new(size, crossings.into_lines(sort)))
}

impl Edge {
    fn new(from: Point, to: Point, height: u32) -> Option<Self> {
        let ([x, y], [to_x, to_y]) = if from[1] <= to[1] { (from, to) } else { (to, from) };
        let rows = first_centre(y, height)..first_centre(to_y, height);
        (!rows.is_empty()).then_some(Self {
            rows,
            x,
            y,
            width: to_x - x,
            height: to_y - y,
        })
    }

    /// The first column whose centre is not left of the edge.
    #[inline]
    fn column(&self, row: u32, width: u32) -> u32 {
        let y = f64::from(row) + 0.5;
        // Multiplied before it is divided: exact wherever the crossing is a centre and coordinates have few digits.
        first_centre(self.x + (y - self.y) * self.width / self.height, width)
    }
}

/// The first pixel of a line of so many whose centre is not before a place.
#[inline]
fn first_centre(place: f64, length: u32) -> u32 {
    // What is no number becomes 0, what is too small too, and what is too large the largest.
    let place = (place - 0.5).min(f64::from(length));
    let before = place as u32;
    if f64::from(before) < place {
        before + 1
    } else {
        before
    }
}

/// Ascending order. Rows have few crossings, nearly in order.
#[inline]
fn sort(crossings: &mut [u32]) {
    if let [one, other] = crossings {
        if one > other {
            std::mem::swap(one, other);
        }
    } else {
        crossings.sort_unstable();
    }
}
