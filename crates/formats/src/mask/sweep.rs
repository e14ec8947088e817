//! Which of many masks have something in a row, going down the rows: each row costs what lies in it.

use super::Mask;

/// Goes down the rows of some masks.
#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    masks: Vec<&'a Mask>,
    /// Masks below, the next one last.
    waiting: Vec<usize>,
    /// Masks that have begun and not ended.
    here: Vec<usize>,
}

impl<'a> Sweep<'a> {
    pub fn new(masks: Vec<&'a Mask>) -> Self {
        let mut waiting: Vec<usize> = (0..masks.len()).filter(|mask| !masks[*mask].is_empty()).collect();
        waiting.sort_by_key(|mask| std::cmp::Reverse(masks[*mask].rows().start));
        Self {
            masks,
            waiting,
            here: Vec::new(),
        }
    }

    /// From the first row in which something is to behind the last.
    pub fn rows(&self) -> std::ops::Range<u32> {
        let first = self.waiting.last().map(|mask| self.masks[*mask].rows().start);
        let ends = self.waiting.iter().map(|mask| self.masks[*mask].rows().end);
        first.unwrap_or_default()..ends.max().unwrap_or_default()
    }

    /// The masks of a row, by their places in the list and in no order, with the row's boundaries. Rows are asked for in
    /// ascending order.
    pub fn row(&mut self, row: u32) -> impl Iterator<Item = (usize, &'a [u32])> {
        while let Some(&next) = self.waiting.last() {
            if self.masks[next].rows().start > row {
                break;
            }
            self.waiting.pop();
            self.here.push(next);
        }
        let masks = &self.masks;
        self.here.retain(|mask| masks[*mask].rows().end > row);
        self.here.iter().map(move |mask| (*mask, masks[*mask].row(row)))
    }
}
