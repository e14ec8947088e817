//! PNG files of masks: written from runs of pixels straight into compressed bytes, and the same bytes every time.
//!
//! Why not by the library that everybody uses: docs/decisions/0010-our-own-png-writer.md

mod adler;
mod deflate;
mod huffman;
mod symbol;

use crate::compose::Labels;
use crate::mask::{Mask, Size};
use deflate::{Deflate, REACH};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
const GRAY: u8 = 0;
const INDEXED: u8 = 3;
/// The largest side that a file can have.
const SIDE_MAX: u32 = i32::MAX as u32;

/// How many bits a pixel has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    One,
    Eight,
    Sixteen,
}

impl Depth {
    fn bits(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Eight => 8,
            Self::Sixteen => 16,
        }
    }

    /// The bytes of a row, with the byte before it that says how it is filtered.
    fn row_bytes(self, width: u32) -> u64 {
        (u64::from(width) * u64::from(self.bits())).div_ceil(8) + 1
    }

    /// What the largest value is, which viewers show as white.
    fn white(self) -> u16 {
        match self {
            Self::One => 1,
            Self::Eight => 255,
            Self::Sixteen => u16::MAX,
        }
    }
}

/// A picture that cannot be a PNG file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture of {width} × {height} pixels cannot be a PNG file; each side has 1 to 2,147,483,647")]
pub struct PngError {
    pub width: u32,
    pub height: u32,
}

impl PngError {
    /// The stable name of the fault.
    pub fn code(&self) -> &'static str {
        "png.size"
    }
}

/// A mask in gray: what is set is white, everything else black.
pub fn mask(mask: &Mask, depth: Depth) -> Result<Vec<u8>, PngError> {
    let white = depth.white();
    write(mask.size(), depth, None, |row, runs| {
        let mut at = 0;
        for run in mask.row(row).chunks_exact(2) {
            if run[0] > at {
                runs.push((run[0], 0));
            }
            runs.push((run[1], white));
            at = run[1];
        }
    })
}

/// Labels as numbers: in gray, or as indices of a palette, which only 8 bits have. A value that does not fit is 0.
pub fn labels(labels: &Labels, depth: Depth, palette: Option<&[[u8; 3]]>) -> Result<Vec<u8>, PngError> {
    let largest = depth.white();
    let palette = palette.filter(|_| depth == Depth::Eight);
    write(labels.size(), depth, palette, |row, runs| {
        let fitting = |&(end, value): &(u32, u16)| (end, if value <= largest { value } else { 0 });
        runs.extend(labels.row(row).iter().map(fitting));
    })
}

/// Pixels up to a column, and their value.
type Run = (u32, u16);

/// Writes a file. `fill` gives a row's runs in ascending order; what they leave out at the end is 0.
fn write(
    size: Size,
    depth: Depth,
    palette: Option<&[[u8; 3]]>,
    fill: impl Fn(u32, &mut Vec<Run>),
) -> Result<Vec<u8>, PngError> {
    let Size { width, height } = size;
    if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
        return Err(PngError { width, height });
    }
    let mut out = SIGNATURE.to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let color = if palette.is_some() { INDEXED } else { GRAY };
    header.extend([depth.bits(), color, 0, 0, 0]);
    chunk(&mut out, *b"IHDR", |out| {
        out.extend(header);
        std::mem::take(out)
    });
    if let Some(palette) = palette {
        chunk(&mut out, *b"PLTE", |out| {
            out.extend(palette.iter().take(256).flatten());
            std::mem::take(out)
        });
    }
    chunk(&mut out, *b"IDAT", |out| {
        let mut deflate = Deflate::new(std::mem::take(out));
        rows(size, depth, fill, &mut deflate);
        deflate.finish()
    });
    chunk(&mut out, *b"IEND", std::mem::take);
    Ok(out)
}

/// Adds a chunk, whose bytes `fill` writes behind what is there.
fn chunk(out: &mut Vec<u8>, kind: [u8; 4], fill: impl FnOnce(&mut Vec<u8>) -> Vec<u8>) {
    let begin = out.len();
    out.extend([0; 4]);
    out.extend(kind);
    *out = fill(out);
    let length = u32::try_from(out.len() - begin - 8).unwrap_or(u32::MAX);
    out[begin..begin + 4].copy_from_slice(&length.to_be_bytes());
    let sum = crc32fast::hash(&out[begin + 4..]);
    out.extend(sum.to_be_bytes());
}

/// All rows: those that are alike one behind the other are written once.
fn rows(size: Size, depth: Depth, fill: impl Fn(u32, &mut Vec<Run>), deflate: &mut Deflate) {
    let row_bytes = depth.row_bytes(size.width);
    let can_repeat = (3..=REACH).contains(&row_bytes);
    let (mut before, mut runs): (Vec<Run>, Vec<Run>) = (Vec::new(), Vec::new());
    let (mut mark, mut times) = (deflate.mark(), 0_u64);
    for row in 0..size.height {
        runs.clear();
        fill(row, &mut runs);
        let is_blank = runs.iter().all(|(_, value)| *value == 0);
        if !is_blank && can_repeat && runs == before {
            times += 1;
            continue;
        }
        if times > 0 {
            deflate.again(mark, row_bytes, times);
            times = 0;
        }
        if is_blank {
            // One run together with what is blank around it.
            deflate.run(0, row_bytes);
        } else {
            mark = deflate.mark();
            // No filter: it is the same byte as black, so that a row's end and the next one's beginning are one run.
            deflate.run(0, 1);
            pixels(&runs, size.width, depth, deflate);
        }
        std::mem::swap(&mut before, &mut runs);
    }
    if times > 0 {
        deflate.again(mark, row_bytes, times);
    }
}

/// The bytes of a row of pixels.
fn pixels(runs: &[Run], width: u32, depth: Depth, deflate: &mut Deflate) {
    if depth == Depth::One {
        return bits(runs, width, deflate);
    }
    let mut at = 0;
    for &(end, value) in runs.iter().chain([&(width, 0)]) {
        let count = u64::from(end.saturating_sub(at));
        at = end.max(at);
        match (depth, value.to_be_bytes()) {
            (Depth::Sixteen, [high, low]) if high == low => deflate.run(low, 2 * count),
            (Depth::Sixteen, bytes) => deflate.pair(bytes, count),
            (_, [_, low]) => deflate.run(low, count),
        }
    }
}

/// The bytes of a row with eight pixels in each, the first one highest.
fn bits(runs: &[Run], width: u32, deflate: &mut Deflate) {
    let (mut at, mut open) = (0_u32, 0_u8);
    for &(end, value) in runs.iter().chain([&(width, 0)]) {
        if end <= at {
            continue;
        }
        let color: u8 = if value == 0 { 0 } else { 0xff };
        let (first, last) = (at / 8, end / 8);
        // The pixels of a byte from this one on.
        let from_here = 0xff_u8 >> (at % 8);
        if first == last {
            open |= color & from_here & !(0xff >> (end % 8));
        } else {
            deflate.run(open | color & from_here, 1);
            deflate.run(color, u64::from(last - first - 1));
            open = color & !(0xff_u8 >> (end % 8));
        }
        at = end;
    }
    if !width.is_multiple_of(8) {
        deflate.run(open, 1);
    }
}
