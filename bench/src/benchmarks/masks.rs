//! Masks: polygons become PNG files, beside the `png` library, and beside Pillow and pycocotools where the tests' Python
//! is there.

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use insitu_formats::mask::{Mask, Size};
use insitu_formats::png::Depth;
use insitu_formats::raster::{Part, Point, Rule, fill};
use serde::Deserialize;

use super::Plan;
use crate::clock::cpu_of_thread;
use crate::figure::Figure;

const NAME: &str = "masks";
const UNIT: &str = "masks of 1024 × 768 per CPU-second";
const TARGET: f64 = 5_000.0;
const SIZE: Size = Size {
    width: 1024,
    height: 768,
};
/// Shapes of one kind, which take turns.
const SHAPES: u32 = 64;
const PEERS: &str = include_str!("../../peers/masks.py");

/// What Pillow and pycocotools do, in masks per CPU-second.
#[derive(Debug, Deserialize)]
struct Peers {
    pillow: f64,
    pycocotools: f64,
}

/// Measures polygons of few corners and of many.
pub fn measure(plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for corners in [10, 1000] {
        let rings: Vec<Vec<Point>> = (0..SHAPES).map(|seed| ring(corners, seed)).collect();
        let ours = |rule| {
            rate(&rings, plan.time, |ring| {
                Ok(insitu_formats::png::mask(&filled(ring, rule)?, Depth::Eight)?)
            })
        };
        let (centre, coco) = (ours(Rule::Centre)?, ours(Rule::Coco)?);
        let library = rate(&rings, plan.time, |ring| by_library(&filled(ring, Rule::Centre)?))?;
        let case = |what: &str| format!("{corners} corners{what}");
        figures.push(
            Figure::more(NAME, case(", beside the png library"), UNIT, centre)
                .floor(library)
                .target(TARGET),
        );
        if let Some(python) = &plan.python {
            let peers = peers(python, &rings, plan.time)?;
            figures.push(Figure::more(NAME, case(", beside Pillow"), UNIT, centre).floor(peers.pillow));
            let case = case(", rule coco, beside pycocotools and Pillow");
            figures.push(Figure::more(NAME, case, UNIT, coco).floor(peers.pycocotools));
        }
    }
    Ok(figures)
}

fn filled(ring: &[Point], rule: Rule) -> Result<Mask> {
    Ok(fill(&[Part::polygon(ring)], SIZE, rule)?)
}

/// How many shapes become files in a second of this thread's CPU time.
fn rate(rings: &[Vec<Point>], time: Duration, make: impl Fn(&[Point]) -> Result<Vec<u8>>) -> Result<f64> {
    let (start, mut masks) = (cpu_of_thread()?, 0_u32);
    loop {
        for ring in rings {
            black_box(make(black_box(ring))?);
            masks += 1;
        }
        let passed = cpu_of_thread()?.saturating_sub(start);
        if passed >= time {
            return Ok(f64::from(masks) / passed.as_secs_f64());
        }
    }
}

/// The same pixels, written by the library at its fastest.
fn by_library(mask: &Mask) -> Result<Vec<u8>> {
    let Size { width, height } = mask.size();
    let mut pixels = vec![0; width as usize * height as usize];
    for (row, line) in (0..).zip(pixels.chunks_exact_mut(width as usize)) {
        for run in mask.row(row).chunks_exact(2) {
            line[run[0] as usize..run[1] as usize].fill(255);
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::Fastest);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

fn peers(python: &Path, rings: &[Vec<Point>], time: Duration) -> Result<Peers> {
    let mut peers = Command::new(python)
        .args(["-W", "ignore", "-c", PEERS])
        .arg(time.as_secs_f64().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {}", python.display()))?;
    let mut lines = peers.stdin.take().context("the peers read nothing")?;
    for ring in rings {
        writeln!(lines, "{}", serde_json::to_string(ring)?)?;
    }
    drop(lines);
    let output = peers.wait_with_output()?;
    ensure!(output.status.success(), "the peers ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("reading what the peers measured")
}

/// A ring around the middle that reaches near the border, with a little roughness; the same for the same seed.
fn ring(corners: u32, seed: u32) -> Vec<Point> {
    let [half_width, half_height] = [SIZE.width, SIZE.height].map(|side| f64::from(side) / 2.0);
    let corner = |corner: u32| {
        let angle = std::f64::consts::TAU * f64::from(corner) / f64::from(corners);
        let noise = (corner.wrapping_mul(2_654_435_761) ^ seed.wrapping_mul(40_503)) >> 8 & 0xff;
        let far = 0.7 + 0.25 * (5.0 * angle + f64::from(seed)).sin() + f64::from(noise) / 25_500.0;
        [
            half_width * (1.0 + far * angle.cos()),
            half_height * (1.0 + far * angle.sin()),
        ]
    };
    (0..corners).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_lie_within_the_image_and_differ() {
        let rings: Vec<_> = (0..3).map(|seed| ring(1000, seed)).collect();
        assert!(rings[0] != rings[1] && rings[1] != rings[2]);
        for ring in &rings {
            let mask = filled(ring, Rule::Centre).unwrap();
            let [x, y, width, height] = mask.bounding_box();
            assert!(x > 0 && y > 0 && x + width < SIZE.width && y + height < SIZE.height);
            assert!(by_library(&mask).unwrap().len() > 1000);
        }
    }
}
