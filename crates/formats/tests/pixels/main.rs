//! Pixels beside computations that look at every one of them, and pictures read back by the `png` library.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use insitu_formats::compose::{per_class, semantic};
use insitu_formats::mask::{Mask, Size};
use insitu_formats::png::{self, Depth};
use insitu_formats::raster::{Part, Point, RasterError, Rule, fill};
use insitu_formats::rle::Rle;
use proptest::collection::vec;
use proptest::prelude::*;

/// Coordinates are whole numbers of these.
const GRID: i64 = 64;

fn size() -> impl Strategy<Value = Size> {
    (1..40_u32, 1..30_u32).prop_map(|(width, height)| Size { width, height })
}

/// Corners in the grid, within and around an image; half of the rings lie on whole and half pixels.
fn ring() -> impl Strategy<Value = Vec<[i64; 2]>> {
    let corner = |step: i64| {
        let number = move || (-20 * GRID / step..60 * GRID / step).prop_map(move |n| n * step);
        [number(), number()]
    };
    prop_oneof![vec(corner(1), 0..12), vec(corner(GRID / 2), 0..12)]
}

fn points(ring: &[[i64; 2]]) -> Vec<Point> {
    let point = |corner: &[i64; 2]| corner.map(|number| number as f64 / GRID as f64);
    ring.iter().map(point).collect()
}

fn zone(rings: &[Vec<[i64; 2]>], size: Size, rule: Rule) -> Mask {
    let rings: Vec<Vec<Point>> = rings.iter().map(|ring| points(ring)).collect();
    let (region, holes) = rings.split_first().unwrap();
    let holes = holes.iter().map(Vec::as_slice).collect();
    fill(&[Part::Zone { region, holes }], size, rule).unwrap()
}

/// Every pixel of a mask, row by row.
fn bits(mask: &Mask) -> Vec<bool> {
    let Size { width, height } = mask.size();
    let is_set = |row, column| {
        mask.row(row)
            .chunks_exact(2)
            .any(|run| (run[0]..run[1]).contains(&column))
    };
    (0..height)
        .flat_map(|row| (0..width).map(move |column| is_set(row, column)))
        .collect()
}

/// Whether a centre is inside, in whole numbers: how many edges are left of it or go through it.
fn is_inside(rings: &[Vec<[i64; 2]>], row: u32, column: u32) -> bool {
    let [x, y] = [column, row].map(|number| i64::from(number) * GRID + GRID / 2);
    let is_left = |(from, to): (&[i64; 2], &[i64; 2])| {
        let ([ax, ay], [bx, by]) = if from[1] <= to[1] {
            (*from, *to)
        } else {
            (*to, *from)
        };
        ay <= y && y < by && (x - ax) * (by - ay) >= (y - ay) * (bx - ax)
    };
    let edges = rings
        .iter()
        .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)));
    !edges.filter(|edge| is_left(*edge)).count().is_multiple_of(2)
}

/// The samples of a picture, as the library reads them.
fn samples(file: &[u8]) -> (png::Depth, Vec<u16>) {
    let mut reader = ::png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    reader.finish().unwrap();
    let rows = bytes[..frame.buffer_size()].chunks_exact(frame.line_size);
    let width = frame.width as usize;
    match frame.bit_depth {
        ::png::BitDepth::One => {
            let bit = |row: &[u8], column: usize| u16::from(row[column / 8] >> (7 - column % 8) & 1);
            let row = |row| (0..width).map(move |column| bit(row, column)).collect::<Vec<_>>();
            (Depth::One, rows.flat_map(row).collect())
        }
        ::png::BitDepth::Eight => (
            Depth::Eight,
            rows.flatten().map(|byte| u16::from(*byte)).collect(),
        ),
        _ => {
            let pairs = rows.flat_map(|row| row.chunks_exact(2));
            let sample = |pair: &[u8]| u16::from_be_bytes([pair[0], pair[1]]);
            (Depth::Sixteen, pairs.map(sample).collect())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn centres_are_inside_exactly(size in size(), rings in vec(ring(), 1..4)) {
        let mask = zone(&rings, size, Rule::Centre);
        let expected: Vec<bool> = (0..size.height)
            .flat_map(|row| (0..size.width).map(move |column| (row, column)))
            .map(|(row, column)| is_inside(&rings, row, column))
            .collect();
        prop_assert_eq!(bits(&mask), expected);
    }

    #[test]
    fn runs_are_in_their_normal_form(
        size in size(),
        rings in vec(ring(), 1..4),
        rule in prop_oneof![Just(Rule::Centre), Just(Rule::Coco), Just(Rule::OpenCv)],
    ) {
        let mask = zone(&rings, size, rule);
        for row in 0..size.height {
            let bounds = mask.row(row);
            prop_assert!(bounds.len().is_multiple_of(2));
            prop_assert!(bounds.is_sorted_by(|one, other| one < other), "{bounds:?}");
            prop_assert!(bounds.last().is_none_or(|last| *last <= size.width));
        }
        let rows = mask.rows();
        if !mask.is_empty() {
            prop_assert!(!mask.row(rows.start).is_empty() && !mask.row(rows.end - 1).is_empty());
        }
        let bits = bits(&mask);
        prop_assert_eq!(mask.area(), bits.iter().filter(|bit| **bit).count() as u64);
        let rle = Rle::of(&mask);
        prop_assert_eq!(rle.counts().iter().sum::<u64>(), bits.len() as u64);
        prop_assert!(rle.counts().iter().skip(1).all(|count| *count > 0));
        let mut column_major = rle.counts().iter().zip([false, true].into_iter().cycle())
            .flat_map(|(count, is_set)| std::iter::repeat_n(is_set, *count as usize));
        for column in 0..size.width {
            for row in 0..size.height {
                prop_assert_eq!(column_major.next(), Some(bits[(row * size.width + column) as usize]));
            }
        }
    }

    #[test]
    fn a_picture_of_a_mask_is_read_back(size in size(), rings in vec(ring(), 1..4)) {
        let mask = zone(&rings, size, Rule::Centre);
        for (depth, white) in [(Depth::One, 1), (Depth::Eight, 255), (Depth::Sixteen, 65_535)] {
            let file = png::mask(&mask, depth).unwrap();
            let expected = bits(&mask).into_iter().map(|bit| if bit { white } else { 0 }).collect();
            prop_assert_eq!(samples(&file), (depth, expected));
            prop_assert_eq!(png::mask(&mask, depth).unwrap(), file);
        }
    }

    #[test]
    fn a_picture_of_classes_is_read_back(
        size in size(),
        shapes in vec((prop_oneof![1..4_u16, any::<u16>()], ring()), 0..6),
    ) {
        let objects: Vec<(u16, Mask)> = shapes.into_iter()
            .map(|(class, ring)| (class, zone(&[ring], size, Rule::Centre)))
            .collect();
        let mut expected = vec![0; (size.width * size.height) as usize];
        for (class, mask) in &objects {
            for (sample, _) in expected.iter_mut().zip(bits(mask)).filter(|(_, bit)| *bit) {
                *sample = *class;
            }
        }
        let labels = semantic(size, &objects);
        let file = png::labels(&labels, Depth::Sixteen, None).unwrap();
        prop_assert_eq!(samples(&file).1, expected.clone());
        let small: Vec<u16> = expected.iter().map(|class| if *class < 256 { *class } else { 0 }).collect();
        let palette = [[0, 0, 0], [255, 0, 0]];
        for palette in [None, Some(&palette[..])] {
            let file = png::labels(&labels, Depth::Eight, palette).unwrap();
            prop_assert_eq!(samples(&file).1, small.clone());
        }
        for (class, mask) in per_class(size, &objects) {
            let of_class = objects.iter().filter(|(other, _)| *other == class);
            let mut united = vec![false; expected.len()];
            for (_, one) in of_class {
                united.iter_mut().zip(bits(one)).for_each(|(bit, other)| *bit |= other);
            }
            prop_assert_eq!(bits(&mask), united);
        }
    }

    #[test]
    fn no_number_makes_it_panic(
        numbers in vec(any::<f64>(), 0..20),
        width in any::<u32>(),
        rule in prop_oneof![Just(Rule::Centre), Just(Rule::Coco), Just(Rule::OpenCv)],
    ) {
        let size = Size { width: width >> 20, height: 64 };
        let ring: Vec<Point> = numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
        let mask = fill(&[Part::polygon(&ring)], size, rule).unwrap();
        if ring.iter().flatten().any(|number| !number.is_finite()) {
            prop_assert!(mask.is_empty());
        }
        if let [x, y, width, height, ..] = numbers[..] {
            fill(&[Part::Box { x, y, width, height }], size, rule).unwrap();
        }
    }
}

#[test]
fn a_centre_on_a_left_or_top_edge_is_inside_and_on_a_right_or_bottom_edge_not() {
    let size = Size { width: 6, height: 5 };
    let half = [[32, 32], [224, 32], [224, 160], [32, 160]].map(|corner: [i64; 2]| corner);
    let mask = zone(&[half.to_vec()], size, Rule::Centre);
    assert_eq!(
        (mask.rows(), mask.row(0), mask.row(1)),
        (0..2, &[0, 3][..], &[0, 3][..])
    );
}

#[test]
fn neighbours_who_share_an_edge_neither_overlap_nor_leave_a_gap() {
    let size = Size {
        width: 640,
        height: 480,
    };
    let (a, b) = ([123.456, 0.1], [501.7, 479.9]);
    let left = [[0.0, 0.0], a, b, [0.0, 480.0]];
    let right = [b, a, [640.0, 0.0], [640.0, 480.0]];
    let [left, right] = [left, right].map(|ring| fill(&[Part::polygon(&ring)], size, Rule::Centre).unwrap());
    for row in 1..479 {
        assert_eq!(left.row(row)[1], right.row(row)[0], "row {row}");
    }
}

#[test]
fn a_large_image_costs_what_its_outline_costs() {
    let size = Size {
        width: 65_500,
        height: 65_500,
    };
    let whole = Part::Box {
        x: -1.0,
        y: -1.0,
        width: 1e9,
        height: 1e9,
    };
    for rule in [Rule::Centre, Rule::Coco, Rule::OpenCv] {
        let mask = fill(std::slice::from_ref(&whole), size, rule).unwrap();
        assert_eq!(mask.area(), 65_500 * 65_500);
        assert_eq!(Rle::of(&mask).counts(), [0, 65_500 * 65_500]);
        for depth in [Depth::One, Depth::Eight] {
            assert!(png::mask(&mask, depth).unwrap().len() < 10_000_000);
        }
    }
    let nothing = png::mask(&Mask::empty(size), Depth::One).unwrap();
    assert!(nothing.len() < 1_000_000);
}

#[test]
fn outlines_that_nobody_draws_are_refused_before_memory_is_taken() {
    let size = Size {
        width: 65_500,
        height: 65_500,
    };
    for turned in [false, true] {
        let corner = |n: u32| {
            let (along, across) = (f64::from(n % 60_000), f64::from(n % 2) * 65_500.0);
            if turned { [across, along] } else { [along, across] }
        };
        let ring: Vec<Point> = (0..1_000_000).map(corner).collect();
        let rule = if turned { Rule::Coco } else { Rule::Centre };
        for rule in [rule, Rule::OpenCv] {
            let error = fill(&[Part::polygon(&ring)], size, rule).unwrap_err();
            assert_eq!(error.code(), "mask.too_complex", "{rule:?}");
        }
    }
}

#[test]
fn an_image_larger_than_coco_can_count_is_refused() {
    for (width, height) in [(65_501, 1), (1, 65_501)] {
        let error = fill(&[], Size { width, height }, Rule::Centre).unwrap_err();
        assert_eq!(error, RasterError::ImageTooLarge { width, height });
    }
}

#[test]
fn a_picture_without_pixels_is_refused() {
    let size = Size { width: 0, height: 5 };
    assert_eq!(
        png::mask(&Mask::empty(size), Depth::One).unwrap_err().code(),
        "png.size"
    );
}
