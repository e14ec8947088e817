//! Measures how fast masks are made: `cargo run --release -p insitu-formats --example masks [SECONDS]`.
//!
//! Prints, for polygons of 10 and of 1,000 corners in an image of 1024 × 768, masks a second on one core from corners to
//! the bytes of a PNG file, by rule and depth, and how large the files are.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use insitu_formats::mask::Size;
use insitu_formats::png::{self, Depth};
use insitu_formats::raster::{Part, Point, Rule, fill};

const SIZE: Size = Size {
    width: 1024,
    height: 768,
};

fn main() -> io::Result<()> {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let time = Duration::from_secs_f64(seconds.unwrap_or(1.0));
    for corners in [10, 1000] {
        let shapes: Vec<Vec<Point>> = (0..64).map(|seed| wavy(corners, seed)).collect();
        for rule in [Rule::Centre, Rule::Coco, Rule::OpenCv] {
            for depth in [Depth::One, Depth::Eight] {
                let (mut masks, mut bytes) = (0_u32, 0);
                let start = Instant::now();
                while start.elapsed() < time {
                    for shape in &shapes {
                        let mask = fill(&[Part::polygon(shape)], SIZE, rule).map_err(io::Error::other)?;
                        bytes += png::mask(&mask, depth).map_err(io::Error::other)?.len();
                        masks += 1;
                    }
                }
                let each = f64::from(masks) / start.elapsed().as_secs_f64();
                let size = bytes / masks as usize;
                writeln!(
                    io::stdout(),
                    "{corners:>4} corners  {rule:?}, {depth:?}: {each:>7.0} masks/s, {:>6.1} us, {size} bytes each",
                    1e6 / each
                )?;
            }
        }
    }
    Ok(())
}

/// A ring around the middle that reaches near the border, the same for the same seed.
fn wavy(corners: u32, seed: u32) -> Vec<Point> {
    let [half_width, half_height] = [SIZE.width, SIZE.height].map(|side| f64::from(side) / 2.0);
    let corner = |corner: u32| {
        let angle = std::f64::consts::TAU * f64::from(corner) / f64::from(corners);
        let jitter =
            f64::from((corner.wrapping_mul(2_654_435_761) ^ seed.wrapping_mul(40_503)) >> 8 & 0xff) / 2550.0;
        let far = 0.6 + 0.25 * (5.0 * angle + f64::from(seed)).sin() + jitter;
        [
            half_width * (1.0 + far * angle.cos()),
            half_height * (1.0 + far * angle.sin()),
        ]
    };
    (0..corners).map(corner).collect()
}
