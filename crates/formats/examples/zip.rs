//! Writes a zip file as JSON lines say, for whoever reads it with other programs:
//! `cargo run -p insitu-formats --example zip FILE < LINES`.
//!
//! Lines are `{"add":"name","level":6,"text":"…"}`, `{"start":"name"}`, `{"write":"…","times":3}`, `"end"`,
//! `"checkpoint"`, and `"interrupt"`, which writes something that is lost, forgets everything but the last checkpoint and
//! goes on from there. `{"behind":5000000000}` begins behind so many bytes that nobody writes, and `"finish"` ends the
//! file. Without a level, bytes are stored.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use insitu_formats::zip::{Method, Position, ZipWriter};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    End,
    Checkpoint,
    Interrupt,
    Finish,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Word(Word),
    Behind {
        behind: u64,
    },
    Add {
        add: String,
        text: String,
        level: Option<u8>,
    },
    Start {
        start: String,
        level: Option<u8>,
    },
    Write {
        write: String,
        #[serde(default = "once")]
        times: usize,
    },
}

fn once() -> usize {
    1
}

fn method(level: Option<u8>) -> Method {
    level.map_or(Method::Stored, |level| Method::Deflated { level })
}

/// A file cut to so many bytes, and the place behind them.
fn open(path: &Path, bytes: u64) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    file.set_len(bytes)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}

fn resume(path: &Path, position: &Position) -> io::Result<ZipWriter<File, File>> {
    let file = open(path, position.bytes())?;
    let records = open(&path.with_extension("records"), position.directory_bytes())?;
    Ok(ZipWriter::resume(file, records, position.clone()))
}

fn main() -> io::Result<()> {
    let path = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "example.zip".to_owned()),
    );
    let mut position = Position::default();
    let mut zip = resume(&path, &position)?;
    for line in io::stdin().lock().lines() {
        match serde_json::from_str(&line?)? {
            Line::Behind { behind } => {
                let place = json!({"bytes": behind, "directoryBytes": 0, "entries": 0});
                position = serde_json::from_value(place)?;
                zip = resume(&path, &position)?;
            }
            Line::Add { add, text, level } => zip
                .add(&add, method(level), text.as_bytes())
                .map_err(io::Error::other)?,
            Line::Start { start, level } => zip.start(&start, method(level)).map_err(io::Error::other)?,
            Line::Write { write, times } => {
                for _ in 0..times {
                    zip.write(write.as_bytes()).map_err(io::Error::other)?;
                }
            }
            Line::Word(Word::End) => zip.end().map_err(io::Error::other)?,
            Line::Word(Word::Checkpoint) => position = zip.checkpoint().map_err(io::Error::other)?,
            Line::Word(Word::Interrupt) => {
                if position.open_entry().is_some() {
                    zip.write(b"lost")
                        .and_then(|()| zip.end())
                        .map_err(io::Error::other)?;
                }
                zip.add("lost", Method::FAST, b"lost").map_err(io::Error::other)?;
                let kept = serde_json::to_string(&position)?;
                position = serde_json::from_str(&kept)?;
                zip = resume(&path, &position)?;
            }
            Line::Word(Word::Finish) => {
                let read_back = |mut records: File| {
                    records.rewind()?;
                    Ok(records)
                };
                zip.finish(read_back).map_err(io::Error::other)?;
                return Ok(());
            }
        }
    }
    Err(io::Error::other("the last line is not \"finish\""))
}
