//! A mask: which pixels of an image are set, kept as runs of rows, so that its size follows from its outline and not
//! from the image.

mod lines;
mod sweep;

use std::ops::Range;

pub(crate) use lines::{Buckets, Lines, cancel, unite};
pub(crate) use sweep::Sweep;

/// The size of an image in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// Which pixels of an image are set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    size: Size,
    rows: Lines,
}

impl Mask {
    /// A mask in which nothing is set.
    pub fn empty(size: Size) -> Self {
        Self::new(size, Lines::default())
    }

    pub(crate) fn new(size: Size, rows: Lines) -> Self {
        Self { size, rows }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// From the first row with a set pixel to behind the last.
    pub fn rows(&self) -> Range<u32> {
        self.rows.range()
    }

    /// The columns at which a row changes: runs of set pixels begin and end there by turns.
    pub fn row(&self, row: u32) -> &[u32] {
        self.rows.line(row)
    }

    /// The columns of the mask, as `row` gives rows.
    pub(crate) fn columns(&self) -> Lines {
        self.rows.transposed()
    }

    /// How many pixels are set.
    pub fn area(&self) -> u64 {
        let rows = self.rows.iter();
        rows.flat_map(|(_, bounds)| bounds.chunks_exact(2))
            .map(|run| u64::from(run[1] - run[0]))
            .sum()
    }

    /// The smallest box around the set pixels: x, y, width and height; zeros if there are none.
    pub fn bounding_box(&self) -> [u32; 4] {
        let rows = self.rows();
        let firsts = self.rows.iter().filter_map(|(_, bounds)| bounds.first());
        let lasts = self.rows.iter().filter_map(|(_, bounds)| bounds.last());
        match (firsts.min(), lasts.max()) {
            (Some(left), Some(right)) => [*left, rows.start, right - left, rows.end - rows.start],
            _ => [0; 4],
        }
    }

    /// Every pixel that is set in one of the masks, which have one size.
    pub fn union<'a>(size: Size, masks: impl IntoIterator<Item = &'a Self>) -> Self {
        let masks: Vec<&Self> = masks.into_iter().filter(|mask| mask.size == size).collect();
        if let [mask] = masks.as_slice() {
            return (*mask).clone();
        }
        let mut sweep = Sweep::new(masks);
        let (mut rows, mut runs, mut bounds) = (Lines::default(), Vec::new(), Vec::new());
        for row in sweep.rows() {
            runs.clear();
            bounds.clear();
            for (_, row) in sweep.row(row) {
                runs.extend(row.chunks_exact(2).map(|run| (run[0], run[1])));
            }
            unite(&mut runs, |begin, end| bounds.extend([begin, end]));
            rows.push(row, bounds.iter().copied());
        }
        Self::new(size, rows)
    }
}
