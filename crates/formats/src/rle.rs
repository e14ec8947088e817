//! COCO's run-length encoding: the lengths of runs counted down the columns, unset and set by turns, and the short
//! text that pycocotools makes of them.

use crate::mask::{Mask, Size};

/// A mask as COCO counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rle {
    size: Size,
    counts: Vec<u64>,
    area: u64,
    bounding_box: [u32; 4],
}

impl Rle {
    /// Counts a mask.
    pub fn of(mask: &Mask) -> Self {
        let size = mask.size();
        let mut counts: Vec<u64> = Vec::new();
        // Where the open run began.
        let mut begin = 0_u64;
        let height = u64::from(size.height);
        let columns = mask.columns();
        for (column, bounds) in columns.iter() {
            for bound in bounds {
                let place = u64::from(column) * height + u64::from(*bound);
                if place == begin && !counts.is_empty() {
                    // What ended at the bottom of the column before goes on at the top of this one.
                    begin -= counts.pop().unwrap_or_default();
                } else {
                    counts.push(place - begin);
                    begin = place;
                }
            }
        }
        let pixels = u64::from(size.width) * height;
        if begin < pixels || counts.is_empty() {
            counts.push(pixels - begin);
        }
        Self {
            size,
            counts,
            area: mask.area(),
            bounding_box: mask.bounding_box(),
        }
    }

    /// The size that stands beside the counts; COCO writes the height first.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Lengths of runs: unset first, which may be 0, then set and unset by turns.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many pixels are set.
    pub fn area(&self) -> u64 {
        self.area
    }

    /// x, y, width and height around the set pixels; zeros if there are none.
    pub fn bounding_box(&self) -> [u32; 4] {
        self.bounding_box
    }

    /// The counts as pycocotools writes them: from the fourth on what a count differs from the last but one, five bits
    /// a letter, the lowest first.
    pub fn compressed(&self) -> String {
        let mut text = String::new();
        for (index, count) in self.counts.iter().enumerate() {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            let before = match index {
                0..=2 => None,
                _ => self.counts.get(index - 2),
            };
            let before = before.map_or(0, |before| i64::try_from(*before).unwrap_or(i64::MAX));
            write(count - before, &mut text);
        }
        text
    }
}

/// Writes a number with its sign in the highest bit of its last letter.
fn write(mut value: i64, text: &mut String) {
    loop {
        let bits = (value & 0x1f) as u8;
        value >>= 5;
        let is_last = value == if bits & 0x10 == 0 { 0 } else { -1 };
        let letter = if is_last { bits } else { bits | 0x20 };
        text.push(char::from(letter + b'0'));
        if is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::{Part, Rule, fill};

    fn rle(part: [f64; 4], width: u32, height: u32) -> Rle {
        let [x, y, w, h] = part;
        let part = Part::Box {
            x,
            y,
            width: w,
            height: h,
        };
        Rle::of(&fill(&[part], Size { width, height }, Rule::Centre).unwrap())
    }

    #[test]
    fn runs_are_counted_down_the_columns() {
        let found = rle([1.0, 1.0, 2.0, 2.0], 4, 4);
        assert_eq!(found.counts(), [5, 2, 2, 2, 5]);
        assert_eq!(found.compressed(), "52203");
        assert_eq!((found.area(), found.bounding_box()), (4, [1, 1, 2, 2]));
    }

    #[test]
    fn runs_over_columns_are_one() {
        assert_eq!(rle([1.0, 0.0, 2.0, 3.0], 4, 3).counts(), [3, 6, 3]);
        assert_eq!(rle([0.0, 0.0, 4.0, 3.0], 4, 3).counts(), [0, 12]);
    }

    #[test]
    fn nothing_is_one_count() {
        let found = rle([9.0, 9.0, 1.0, 1.0], 4, 3);
        assert_eq!(found.counts(), [12]);
        assert_eq!((found.area(), found.bounding_box()), (0, [0; 4]));
        assert_eq!(rle([0.0; 4], 0, 0).counts(), [0]);
    }
}
