//! Measures how fast lists are read: `cargo run --release -p insitu-formats --example measure [ROWS]`.
//!
//! Prints, for each form of the same rows of about 200 bytes, rows and megabytes a second on one core, beside the
//! splitter alone, which is the floor for JSON.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use insitu_formats::split::{Step, ValueScanner};
use insitu_formats::{ListReader, Options};

fn main() -> std::io::Result<()> {
    let rows = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let json = list(rows, "[", ",\n", "]");
    let ndjson = list(rows, "", "\n", "\n");
    let mut gzipped = Vec::new();
    flate2::read::GzEncoder::new(json.as_slice(), flate2::Compression::fast()).read_to_end(&mut gzipped)?;
    print("splitter alone", json.len(), &timed(|| split(&json)))?;
    print("JSON", json.len(), &timed(|| read(&json)))?;
    print("NDJSON", ndjson.len(), &timed(|| read(&ndjson)))?;
    let table = table(rows);
    print("CSV", table.len(), &timed(|| read(&table)))?;
    print("JSON, gzipped", json.len(), &timed(|| read(&gzipped)))
}

fn row(n: usize) -> (String, String) {
    let key = format!(
        "datasets/2026/street-scenes/camera-{:02}/frame%20{n:09}.jpg",
        n % 16
    );
    let data = format!("https://bucket-name-of-usual-length.s3.eu-central-1.amazonaws.com/{key}");
    (data, format!("camera-{:02}/frame {n:09}.jpg", n % 16))
}

fn list(rows: usize, open: &str, between: &str, close: &str) -> Vec<u8> {
    let mut text = open.to_owned();
    for n in 0..rows {
        let (data, id) = row(n);
        let comma = if n == 0 { "" } else { between };
        text += &format!(r#"{comma}{{"data":"{data}","externalId":"{id}","width":1920,"height":1080}}"#);
    }
    text += close;
    text.into_bytes()
}

fn table(rows: usize) -> Vec<u8> {
    let mut text = "data,externalId,width,height\n".to_owned();
    for n in 0..rows {
        let (data, id) = row(n);
        text += &format!("{data},\"{id}\",1920,1080\n");
    }
    text.into_bytes()
}

fn split(json: &[u8]) -> usize {
    let (mut at, mut count) = (1, 0);
    while let Step::End(len) = ValueScanner::default().scan(json.get(at..).unwrap_or_default()) {
        at += len + 2;
        count += 1;
    }
    count
}

fn read(text: &[u8]) -> usize {
    ListReader::new(text, Options::default())
        .filter(|row| row.as_ref().is_ok_and(|row| row.result.is_ok()))
        .count()
}

/// The best of three: how many rows, in what time.
fn timed(work: impl Fn() -> usize) -> (usize, Duration) {
    let run = || {
        let start = Instant::now();
        (work(), start.elapsed())
    };
    let first = run();
    [run(), run()]
        .into_iter()
        .fold(first, |best, next| if next.1 < best.1 { next } else { best })
}

fn print(name: &str, bytes: usize, (rows, time): &(usize, Duration)) -> std::io::Result<()> {
    let seconds = time.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "figures to read")]
    let (rows_each, bytes_each) = (*rows as f64 / seconds, bytes as f64 / seconds / 1e6);
    writeln!(
        std::io::stdout(),
        "{name:16} {rows:>9} rows  {rows_each:>10.0} rows/s  {:.3} us/row  {bytes_each:>6.0} MB/s",
        1e6 / rows_each
    )
}
