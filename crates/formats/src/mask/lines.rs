//! Lines of pixels as the places where they change: what rows and columns of a mask have in common.

/// Lines one behind the other, each with ascending boundaries in pairs: a run begins, a run ends, a run begins. Lines
/// before the first and behind the last are empty, and neither of these two is, so that equal lines are equal values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    first: u32,
    /// Where each line's boundaries end.
    ends: Vec<usize>,
    bounds: Vec<u32>,
}

impl Lines {
    /// The boundaries of a line; none for a line that does not exist.
    pub fn line(&self, line: u32) -> &[u32] {
        let Some(index) = line.checked_sub(self.first).map(|index| index as usize) else {
            return &[];
        };
        let Some(&end) = self.ends.get(index) else {
            return &[];
        };
        let begin = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let begin = begin.copied().unwrap_or_default();
        self.bounds.get(begin..end).unwrap_or_default()
    }

    /// From the first line that is not empty to behind the last.
    pub fn range(&self) -> std::ops::Range<u32> {
        self.first
            ..self
                .first
                .saturating_add(u32::try_from(self.ends.len()).unwrap_or(u32::MAX))
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Every line from the first that is not empty to the last.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.range().map(|line| (line, self.line(line)))
    }

    /// Adds the next line; `line` is larger than every one before.
    pub fn push(&mut self, line: u32, bounds: impl IntoIterator<Item = u32>) {
        let before = self.bounds.len();
        self.bounds.extend(bounds);
        if self.bounds.len() == before {
            return;
        }
        if self.ends.is_empty() {
            self.first = line;
        }
        let skipped = line.saturating_sub(self.range().end) as usize;
        self.ends.resize(self.ends.len() + skipped, before);
        self.ends.push(self.bounds.len());
    }

    /// The same pixels by the other direction: rows of columns, or columns of rows.
    ///
    /// Where a line differs from the one before, there a line of the other direction changes. So every boundary is
    /// found once, in ascending order.
    pub fn transposed(&self) -> Self {
        let mut changes: Vec<(u32, u32, u32)> = Vec::new();
        let (mut before, mut changed): (&[u32], Vec<u32>) = (&[], Vec::new());
        let range = self.range();
        for line in range.start..=range.end {
            let bounds = self.line(line);
            if bounds != before {
                changed.clear();
                merge(before, bounds, &mut changed);
                cancel(&mut changed);
                changes.extend(changed.chunks_exact(2).map(|run| (line, run[0], run[1])));
            }
            before = bounds;
        }
        let mut buckets = Buckets::new(changes.iter().map(|&(_, begin, end)| begin..end));
        for (line, begin, end) in changes {
            buckets.put_all(begin..end, |_| line);
        }
        buckets.into_lines(|_| ())
    }
}

/// Two ascending lists as one.
fn merge(mut one: &[u32], mut other: &[u32], into: &mut Vec<u32>) {
    while let (Some(&a), Some(&b)) = (one.first(), other.first()) {
        if a <= b {
            into.push(a);
            one = &one[1..];
        } else {
            into.push(b);
            other = &other[1..];
        }
    }
    into.extend_from_slice(one);
    into.extend_from_slice(other);
}

/// Takes out equal neighbours in pairs: a line that changes twice at one place does not change there.
pub(crate) fn cancel<T: PartialEq + Copy>(bounds: &mut Vec<T>) {
    let kept = cancel_in(bounds);
    bounds.truncate(kept);
}

fn cancel_in<T: PartialEq + Copy>(bounds: &mut [T]) -> usize {
    let mut kept = 0;
    for index in 0..bounds.len() {
        if kept > 0 && bounds[kept - 1] == bounds[index] {
            kept -= 1;
        } else {
            bounds[kept] = bounds[index];
            kept += 1;
        }
    }
    kept
}

/// Values that are put line by line into one vector, whose places were counted before.
#[derive(Debug)]
pub(crate) struct Buckets<T> {
    first: u32,
    /// Where the next value of each line goes; in the end, where the line ends.
    next: Vec<usize>,
    values: Vec<T>,
}

impl<T: Copy + Default> Buckets<T> {
    /// Room for one value on each line of each range.
    pub fn new(ranges: impl Iterator<Item = std::ops::Range<u32>> + Clone) -> Self {
        let filled = ranges.clone().filter(|range| !range.is_empty());
        let first = filled.clone().map(|range| range.start).min().unwrap_or_default();
        let end = filled.map(|range| range.end).max().unwrap_or_default();
        // How many more values a line has than the one before it, then sums.
        let mut more = vec![0_isize; end.saturating_sub(first) as usize + 1];
        for range in ranges.filter(|range| !range.is_empty()) {
            more[(range.start - first) as usize] += 1;
            more[(range.end - first) as usize] -= 1;
        }
        let (mut count, mut total) = (0_isize, 0_usize);
        let mut next = Vec::with_capacity(more.len());
        for more in &more[..more.len() - 1] {
            next.push(total);
            count += more;
            total += count.unsigned_abs();
        }
        Self {
            first,
            next,
            values: vec![T::default(); total],
        }
    }

    /// Puts a value on each line of one of the ranges.
    #[inline]
    pub fn put_all(&mut self, range: std::ops::Range<u32>, mut value: impl FnMut(u32) -> T) {
        let begin = range.start.saturating_sub(self.first) as usize;
        let nexts = self.next.iter_mut().skip(begin);
        for (line, next) in range.zip(nexts) {
            if let Some(place) = self.values.get_mut(*next) {
                *place = value(line);
                *next += 1;
            }
        }
    }

    /// Hands every line's values to `each`, in order.
    pub fn each(mut self, mut each: impl FnMut(u32, &mut [T])) {
        let mut begin = 0;
        for (line, end) in (self.first..).zip(self.next) {
            if let Some(values) = self.values.get_mut(begin..end) {
                each(line, values);
            }
            begin = end;
        }
    }
}

impl Buckets<u32> {
    /// The lines that change at these values; `order` brings a line's values into ascending order.
    pub fn into_lines(mut self, order: impl Fn(&mut [u32])) -> Lines {
        let mut lines = Lines {
            first: self.first,
            ..Lines::default()
        };
        let (mut begin, mut kept) = (0, 0);
        lines.ends.reserve(self.next.len());
        for &end in &self.next {
            let Some(values) = self.values.get_mut(begin..end) else {
                break;
            };
            order(values);
            let count = cancel_in(values);
            self.values.copy_within(begin..begin + count, kept);
            kept += count;
            begin = end;
            lines.ends.push(kept);
        }
        self.values.truncate(kept);
        lines.bounds = self.values;
        lines.trimmed()
    }
}

impl Lines {
    /// Without empty lines at both ends.
    fn trimmed(mut self) -> Self {
        let leading = self.ends.iter().take_while(|end| **end == 0).count();
        self.ends.drain(..leading);
        self.first += u32::try_from(leading).unwrap_or_default();
        let total = self.bounds.len();
        let filled = self.ends.iter().position(|end| *end == total);
        self.ends.truncate(filled.map_or(0, |last| last + 1));
        if self.ends.is_empty() {
            self.first = 0;
        }
        self
    }
}

/// The union of runs that may overlap, in any order.
pub(crate) fn unite(runs: &mut [(u32, u32)], mut push: impl FnMut(u32, u32)) {
    runs.sort_unstable();
    let mut open: Option<(u32, u32)> = None;
    for &(begin, end) in runs.iter().filter(|(begin, end)| begin < end) {
        match &mut open {
            Some((_, last)) if begin <= *last => *last = end.max(*last),
            _ => {
                if let Some((begin, end)) = open.replace((begin, end)) {
                    push(begin, end);
                }
            }
        }
    }
    if let Some((begin, end)) = open {
        push(begin, end);
    }
}
