//! Rasterizes shapes that are read as JSON lines, for whoever compares the pixels with those of other programs.
//!
//! A line such as `{"size":[64,48],"rule":"centre","parts":[{"region":[[1,2],[30,2],[9,40]],"holes":[]},
//! {"box":[1,2,-3,4]}]}` is answered by `{"counts":"…","area":…,"bbox":[x,y,width,height]}`; with `"depth":8` by
//! `{"png":"…"}` in hexadecimal. `"objects":[{"class":1,"parts":[…]}]` in place of `parts` is one picture of classes,
//! with `"colors":["#f00"]` one that has a palette.

use std::io::{self, BufRead, Write};

use insitu_formats::compose::{Class, Legend, semantic};
use insitu_formats::mask::{Mask, Size};
use insitu_formats::png::{self, Depth};
use insitu_formats::raster::{Part, Point, Rule, fill};
use insitu_formats::rle::Rle;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
struct Job {
    size: [u32; 2],
    rule: Rule,
    #[serde(default)]
    parts: Vec<JobPart>,
    #[serde(default)]
    objects: Vec<JobObject>,
    depth: Option<u8>,
    colors: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct JobObject {
    class: u16,
    parts: Vec<JobPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", untagged)]
enum JobPart {
    Zone {
        region: Vec<Point>,
        #[serde(default)]
        holes: Vec<Vec<Point>>,
    },
    Box {
        r#box: [f64; 4],
    },
}

impl JobPart {
    fn part(&self) -> Part<'_> {
        match self {
            Self::Zone { region, holes } => Part::Zone {
                region,
                holes: holes.iter().map(Vec::as_slice).collect(),
            },
            &Self::Box {
                r#box: [x, y, width, height],
            } => Part::Box { x, y, width, height },
        }
    }
}

impl Job {
    fn mask(&self, parts: &[JobPart]) -> io::Result<Mask> {
        let [width, height] = self.size;
        let parts: Vec<Part<'_>> = parts.iter().map(JobPart::part).collect();
        fill(&parts, Size { width, height }, self.rule).map_err(io::Error::other)
    }

    fn answer(&self) -> io::Result<Value> {
        let depth = match self.depth {
            None => {
                let rle = Rle::of(&self.mask(&self.parts)?);
                return Ok(
                    json!({"counts": rle.compressed(), "area": rle.area(), "bbox": rle.bounding_box()}),
                );
            }
            Some(1) => Depth::One,
            Some(8) => Depth::Eight,
            _ => Depth::Sixteen,
        };
        let picture = if self.objects.is_empty() {
            png::mask(&self.mask(&self.parts)?, depth)
        } else {
            let objects: Vec<(u16, Mask)> = self
                .objects
                .iter()
                .map(|object| Ok((object.class, self.mask(&object.parts)?)))
                .collect::<io::Result<_>>()?;
            let [width, height] = self.size;
            let colors = self.colors.iter().flatten().map(|color| Class {
                schema_id: color,
                title: color,
                color: Some(color),
            });
            let palette = Legend::new(colors).palette();
            let palette = self.colors.as_ref().map(|_| palette.as_slice());
            png::labels(&semantic(Size { width, height }, &objects), depth, palette)
        };
        let picture = picture.map_err(io::Error::other)?;
        let digits: String = picture.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(json!({ "png": digits }))
    }
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let job: Job = serde_json::from_str(&line?)?;
        writeln!(out, "{}", job.answer()?)?;
    }
    out.flush()
}
