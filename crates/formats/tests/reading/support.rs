//! Reads lists in tests: whole, or in pieces of any size.

use std::io::Read;

use insitu_formats::{Format, ImportedAsset, ListError, ListReader, Options, Row, RowProblem};

/// An error's index, offset, code and message.
pub type Told = (u64, u64, &'static str, String);

/// Everything that a list gave.
#[derive(Debug)]
pub struct Outcome {
    pub rows: Vec<Row>,
    pub error: Option<ListError>,
    pub format: Option<Format>,
}

impl Outcome {
    /// What can be compared with another reading.
    pub fn told(&self) -> (&[Row], Option<Told>) {
        let error = self
            .error
            .as_ref()
            .map(|e| (e.index, e.offset, e.code(), e.message()));
        (&self.rows, error)
    }

    pub fn error_code(&self) -> Option<&'static str> {
        self.error.as_ref().map(ListError::code)
    }

    #[track_caller]
    pub fn assets(self) -> Vec<ImportedAsset> {
        assert!(self.error.is_none(), "{:?}", self.error);
        self.rows.into_iter().map(|row| row.result.unwrap()).collect()
    }

    /// Where the good rows begin.
    pub fn offsets(&self) -> Vec<u64> {
        self.rows.iter().map(|row| row.offset).collect()
    }
}

pub fn read(bytes: impl AsRef<[u8]>) -> Outcome {
    read_with(bytes.as_ref(), Options::default())
}

pub fn read_as(format: Format, bytes: impl AsRef<[u8]>) -> Outcome {
    read_with(
        bytes.as_ref(),
        Options {
            format: Some(format),
            ..Options::default()
        },
    )
}

pub fn read_with(source: impl Read, options: Options) -> Outcome {
    gather(&mut ListReader::new(source, options))
}

pub fn gather<R: Read>(reader: &mut ListReader<R>) -> Outcome {
    let mut rows = Vec::new();
    let mut error = None;
    for row in reader.by_ref() {
        match row {
            Ok(row) => rows.push(row),
            Err(fault) => error = Some(fault),
        }
    }
    assert!(reader.next().is_none(), "a reader that ended stays at its end");
    Outcome {
        rows,
        error,
        format: reader.format(),
    }
}

/// The only asset of a list with one row.
#[track_caller]
pub fn asset(element: &str) -> ImportedAsset {
    let mut assets = read(format!("[{element}]")).assets();
    assert_eq!(assets.len(), 1);
    assets.remove(0)
}

/// The problems of the middle row of three, whose neighbours are imported.
#[track_caller]
pub fn problems(element: impl AsRef<[u8]>) -> Vec<RowProblem> {
    let mut list = b"[{\"data\":\"a\"},\n".to_vec();
    list.extend_from_slice(element.as_ref());
    list.extend_from_slice(b",\n{\"data\":\"c\"}]");
    let outcome = read(&list);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    assert_eq!(outcome.rows.len(), 3, "{:?}", outcome.rows);
    assert!(outcome.rows[0].result.is_ok() && outcome.rows[2].result.is_ok());
    let row = &outcome.rows[1];
    assert_eq!((row.index, row.offset), (1, 15));
    assert!(!row.excerpt.is_empty());
    row.result.clone().unwrap_err()
}

/// A source that gives its bytes in pieces of the sizes named, over and over.
#[derive(Debug)]
pub struct Pieces<'a> {
    pub bytes: &'a [u8],
    pub sizes: &'a [usize],
    pub turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let size = self
            .sizes
            .get(self.turn % self.sizes.len().max(1))
            .copied()
            .unwrap_or(1)
            .max(1);
        self.turn += 1;
        if self.turn.is_multiple_of(7) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let count = size.min(into.len()).min(self.bytes.len());
        into[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        Ok(count)
    }
}

pub fn pieces<'a>(bytes: &'a [u8], sizes: &'a [usize]) -> Pieces<'a> {
    Pieces {
        bytes,
        sizes,
        turn: 0,
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::fast())
        .read_to_end(&mut packed)
        .unwrap();
    packed
}
