//! Masks of several objects together: one picture in which every pixel has a class, or one mask for each class; and the
//! legend that says which number is which class.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::mask::{Mask, Size, Sweep};
use crate::png::Depth;

/// A picture whose pixels are numbers, kept as runs of rows; what belongs to nothing is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    size: Size,
    /// Where each row's runs end.
    ends: Vec<usize>,
    /// Up to which column, and which number. A row's rest is 0.
    runs: Vec<(u32, u16)>,
    first: u32,
}

impl Labels {
    pub fn size(&self) -> Size {
        self.size
    }

    /// The runs of a row: up to which column, and which number. What they leave out at the end is 0.
    pub fn row(&self, row: u32) -> &[(u32, u16)] {
        let index = row.checked_sub(self.first).map(|index| index as usize);
        let end = index.and_then(|index| self.ends.get(index));
        let before = index.and_then(|index| self.ends.get(index.checked_sub(1)?));
        let begin = before.copied().unwrap_or_default();
        end.and_then(|end| self.runs.get(begin..*end)).unwrap_or_default()
    }
}

/// Every pixel has the number of the last object that has it. Masks of another size are left out.
pub fn semantic(size: Size, objects: &[(u16, Mask)]) -> Labels {
    let objects: Vec<&(u16, Mask)> = objects.iter().filter(|(_, mask)| mask.size() == size).collect();
    let mut sweep = Sweep::new(objects.iter().map(|(_, mask)| mask).collect());
    let rows = sweep.rows();
    let mut labels = Labels {
        size,
        ends: Vec::new(),
        runs: Vec::new(),
        first: rows.start,
    };
    // The boundaries of a row with the object that begins or ends there, and the objects that are open.
    let (mut bounds, mut open): (Vec<(u32, usize)>, Vec<usize>) = (Vec::new(), Vec::new());
    for row in rows {
        bounds.clear();
        for (object, row) in sweep.row(row) {
            bounds.extend(row.iter().map(|bound| (*bound, object)));
        }
        bounds.sort_unstable();
        let row_begin = labels.runs.len();
        for (bound, object) in bounds.drain(..) {
            let topmost = open.last().and_then(|object| objects.get(*object));
            push(
                &mut labels.runs,
                row_begin,
                bound,
                topmost.map_or(0, |(number, _)| *number),
            );
            match open.binary_search(&object) {
                Ok(place) => drop(open.remove(place)),
                Err(place) => open.insert(place, object),
            }
        }
        labels.ends.push(labels.runs.len());
    }
    labels
}

/// Adds a run to a row, together with the last one where they have one number.
fn push(runs: &mut Vec<(u32, u16)>, row_begin: usize, end: u32, number: u16) {
    let has_last = runs.len() > row_begin;
    match runs.last_mut().filter(|_| has_last) {
        Some((last, _)) if *last >= end => {}
        Some((last, same)) if *same == number => *last = end,
        _ if end > 0 => runs.push((end, number)),
        _ => {}
    }
}

/// For each class, by its number, the pixels that one of its objects has.
pub fn per_class(size: Size, objects: &[(u16, Mask)]) -> BTreeMap<u16, Mask> {
    let mut of_class: BTreeMap<u16, Vec<&Mask>> = BTreeMap::new();
    for (class, mask) in objects {
        of_class.entry(*class).or_default().push(mask);
    }
    let united = |(class, masks)| (class, Mask::union(size, masks));
    of_class.into_iter().map(united).collect()
}

/// What a picture of classes calls one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegendEntry {
    /// The number of its pixels.
    pub index: u16,
    /// The class's id in the category schema; none for what belongs to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_id: Option<String>,
    pub title: String,
    /// `#rrggbb`, as the picture's palette has it.
    pub color: String,
}

/// Which number is which class: 0 what belongs to nothing, the others in the order of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Legend {
    entries: Vec<LegendEntry>,
}

/// A class as its schema describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class<'a> {
    pub schema_id: &'a str,
    pub title: &'a str,
    /// `#rrggbb` or `#rgb`. Classes without one, or with one that another class has, get one.
    pub color: Option<&'a str>,
}

impl Legend {
    /// The legend of these classes, of which the first 65,535 count.
    pub fn new<'a>(classes: impl IntoIterator<Item = Class<'a>>) -> Self {
        let nothing = LegendEntry {
            index: 0,
            schema_id: None,
            title: "background".to_owned(),
            color: hex([0; 3]),
        };
        let mut entries = vec![nothing];
        let mut used = std::collections::BTreeSet::from([[0; 3]]);
        for (index, class) in (1..=u16::MAX).zip(classes) {
            let own = class.color.and_then(parse).filter(|color| !used.contains(color));
            let mut made = (u32::from(index)..).map(made);
            let color = own.or_else(|| made.find(|color| !used.contains(color)));
            let color = color.unwrap_or_default();
            used.insert(color);
            entries.push(LegendEntry {
                index,
                schema_id: Some(class.schema_id.to_owned()),
                title: class.title.to_owned(),
                color: hex(color),
            });
        }
        Self { entries }
    }

    pub fn entries(&self) -> &[LegendEntry] {
        &self.entries
    }

    /// The number of a class.
    pub fn index(&self, schema_id: &str) -> Option<u16> {
        let entry = |entry: &&LegendEntry| entry.schema_id.as_deref() == Some(schema_id);
        self.entries.iter().find(entry).map(|entry| entry.index)
    }

    /// How many bits a picture's pixels need.
    pub fn depth(&self) -> Depth {
        if self.entries.len() <= 256 {
            Depth::Eight
        } else {
            Depth::Sixteen
        }
    }

    /// The colours by number.
    pub fn palette(&self) -> Vec<[u8; 3]> {
        let colors = self.entries.iter().map(|entry| parse(&entry.color));
        colors.map(Option::unwrap_or_default).collect()
    }
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn parse(color: &str) -> Option<[u8; 3]> {
    let digits = color.trim().strip_prefix('#')?;
    let digits = digits
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<Vec<u32>>>()?;
    let two = |high: u32, low: u32| u8::try_from(16 * high + low).unwrap_or_default();
    match *digits.as_slice() {
        [r, g, b] => Some([two(r, r), two(g, g), two(b, b)]),
        [r, s, g, h, b, c] => Some([two(r, s), two(g, h), two(b, c)]),
        _ => None,
    }
}

/// A colour for a number: each bit of it moves one of red, green and blue by a step half as large as the bit before,
/// so that neighbours differ much.
fn made(number: u32) -> [u8; 3] {
    let channel = |channel: u32| {
        (0..8).fold(0, |color, step| {
            color | (number >> (3 * step + channel) & 1) << (7 - step)
        })
    };
    [0, 1, 2].map(|index| u8::try_from(channel(index)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::{Part, Rule, fill};

    const SIZE: Size = Size { width: 8, height: 4 };

    fn object(class: u16, [x, y, width, height]: [f64; 4]) -> (u16, Mask) {
        let part = Part::Box { x, y, width, height };
        (class, fill(&[part], SIZE, Rule::Centre).unwrap())
    }

    fn text(labels: &Labels) -> Vec<String> {
        let row = |row| {
            let mut text = String::new();
            for (end, number) in labels.row(row).iter().chain([&(SIZE.width, 0)]) {
                while text.len() < *end as usize {
                    text += &number.to_string();
                }
            }
            text
        };
        (0..SIZE.height).map(row).collect()
    }

    #[test]
    fn later_objects_lie_over_earlier_ones() {
        let one = object(1, [0.0, 0.0, 5.0, 3.0]);
        let two = object(2, [3.0, 1.0, 5.0, 2.0]);
        let labels = semantic(SIZE, &[one.clone(), two.clone()]);
        assert_eq!(text(&labels), ["11111000", "11122222", "11122222", "00000000"]);
        let labels = semantic(SIZE, &[two, one]);
        assert_eq!(text(&labels), ["11111000", "11111222", "11111222", "00000000"]);
    }

    #[test]
    fn objects_of_one_class_are_one_run_and_may_lie_over_each_other() {
        let objects = [
            object(1, [0.0, 0.0, 8.0, 1.0]),
            object(3, [2.0, 0.0, 2.0, 1.0]),
            object(1, [3.0, 0.0, 2.0, 1.0]),
        ];
        let labels = semantic(SIZE, &objects);
        assert_eq!(labels.row(0), [(2, 1), (3, 3), (8, 1)]);
        let classes = per_class(SIZE, &objects);
        assert_eq!(classes[&1].row(0), [0, 8]);
        assert_eq!(classes[&3].row(0), [2, 4]);
    }

    #[test]
    fn a_mask_of_another_size_is_left_out() {
        let other = Size { width: 9, height: 4 };
        let part = Part::Box {
            x: 0.0,
            y: 0.0,
            width: 9.0,
            height: 9.0,
        };
        let stranger = (1, fill(&[part], other, Rule::Centre).unwrap());
        assert_eq!(semantic(SIZE, std::slice::from_ref(&stranger)).row(0), []);
        assert!(per_class(SIZE, &[stranger])[&1].is_empty());
    }

    fn class<'a>(schema_id: &'a str, color: Option<&'a str>) -> Class<'a> {
        Class {
            schema_id,
            title: schema_id,
            color,
        }
    }

    #[test]
    fn every_class_has_a_number_and_a_colour_of_its_own() {
        let legend = Legend::new([
            class("a", Some("#F00")),
            class("b", Some("#ff0000")),
            class("c", Some("red")),
            class("d", None),
            class("e", Some("#000000")),
        ]);
        let colors = legend.palette();
        assert_eq!(&colors[..2], [[0; 3], [255, 0, 0]]);
        let unique: std::collections::BTreeSet<_> = colors.iter().collect();
        assert_eq!(unique.len(), 6);
        assert_eq!(
            (legend.index("a"), legend.index("e"), legend.index("x")),
            (Some(1), Some(5), None)
        );
        let shown = serde_json::to_value(&legend).unwrap();
        assert_eq!(
            shown[0],
            serde_json::json!({"index": 0, "title": "background", "color": "#000000"})
        );
        assert_eq!(shown[1]["color"], "#ff0000");
    }

    #[test]
    fn more_than_255_classes_need_16_bits() {
        let names: Vec<String> = (0..256).map(|n| n.to_string()).collect();
        let legend = |count| Legend::new(names.iter().take(count).map(|name| class(name, None)));
        assert_eq!(legend(255).depth(), Depth::Eight);
        assert_eq!(legend(256).depth(), Depth::Sixteen);
        let unique: std::collections::BTreeSet<_> = legend(256).palette().into_iter().collect();
        assert_eq!(unique.len(), 257);
    }
}
