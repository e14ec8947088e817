//! The list that is imported: rows in the page's form, each as long as the other, made while they are sent.

use std::fmt::Write as _;
use std::io::Write;
use std::ops::Range;

/// Rows that are made at a time.
const CHUNK_ROWS: u64 = 8192;

/// Photographs of one bucket.
#[derive(Debug, Clone)]
pub struct List {
    bucket: String,
    region: String,
}

impl List {
    /// A list of what is in this bucket.
    pub fn new(bucket: &str, region: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            region: region.to_owned(),
        }
    }

    /// The object's key, as S3 knows it.
    pub fn key(row: u64) -> String {
        format!("street scenes/camera-{:02}/frame-{row:010}.jpg", row % 16)
    }

    /// Bytes of the whole list.
    pub fn bytes(&self, rows: u64) -> u64 {
        let one = self.text(0..1).len() as u64 - 2;
        2 + rows * one + rows.saturating_sub(1)
    }

    /// A part of the list as a list.
    pub fn text(&self, rows: Range<u64>) -> String {
        let mut text = String::from("[");
        self.write_rows(rows, &mut text);
        text.push(']');
        text
    }

    /// Writes the whole list.
    pub fn write(&self, rows: u64, out: &mut impl Write) -> std::io::Result<()> {
        let mut text = String::from("[");
        for first in (0..rows).step_by(CHUNK_ROWS as usize) {
            if first > 0 {
                text.push(',');
            }
            self.write_rows(first..rows.min(first + CHUNK_ROWS), &mut text);
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        text.push(']');
        out.write_all(text.as_bytes())
    }

    fn write_rows(&self, rows: Range<u64>, text: &mut String) {
        let (bucket, region) = (&self.bucket, &self.region);
        for row in rows.clone() {
            if row > rows.start {
                text.push(',');
            }
            let camera = row % 16;
            // A String never refuses to be written to.
            let _ = write!(
                text,
                r#"{{"data":"https://{bucket}.s3.{region}.amazonaws.com/street%20scenes/camera-{camera:02}/frame-{row:010}.jpg","externalId":"camera-{camera:02}/frame-{row:010}.jpg","width":1920,"height":1080}}"#
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_as_long_as_it_is_said_to_be_and_is_json() {
        let list = List::new("photos", "eu-central-1");
        for rows in [1, 2, CHUNK_ROWS, CHUNK_ROWS + 1] {
            let mut text = Vec::new();
            list.write(rows, &mut text).unwrap();
            assert_eq!(text.len() as u64, list.bytes(rows), "{rows}");
            let values: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
            assert_eq!(values.len() as u64, rows);
        }
    }

    #[test]
    fn external_ids_are_distinct() {
        let text = List::new("photos", "eu-central-1").text(0..1000);
        let values: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let ids: std::collections::BTreeSet<_> =
            values.iter().map(|row| row["externalId"].to_string()).collect();
        assert_eq!(ids.len(), 1000);
    }
}
