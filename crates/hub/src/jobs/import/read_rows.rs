//! The reading side of an import: a thread that turns the spooled list into batches, ahead of whoever writes them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use insitu_formats::{ImportedAsset, ListError, ListReader, Options, Position, Row, RowProblem};
use insitu_model::import::OnError;
use insitu_store::import_report::Refusal;
use insitu_store::imports::ImportBatch;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::resolve::{Resolver, Unresolved};

/// Rows of one batch. Other writers wait for as long as one batch is written.
const MAX_BATCH_ROWS: usize = 8192;
/// About how much memory the rows of one batch hold.
const MAX_BATCH_BYTES: usize = 4 << 20;
/// Lines that one batch adds to the report.
const MAX_BATCH_REFUSALS: usize = 8192;
/// Notices of one kind that are listed in the report; all of them are counted.
const MAX_LISTED_NOTICES: u64 = 10_000;

/// Why an import ends badly.
#[derive(Debug, Clone, Serialize)]
pub struct Fault {
    pub code: String,
    pub message: String,
    /// The row that could not be read.
    pub index: Option<u64>,
    /// The byte of the text at which the fault was seen.
    pub offset: Option<u64>,
}

impl Fault {
    /// A fault that no row is to blame for.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            index: None,
            offset: None,
        }
    }
}

impl From<ListError> for Fault {
    fn from(error: ListError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.message(),
            index: Some(error.index),
            offset: Some(error.offset),
        }
    }
}

/// What the reader hands to the writer.
#[derive(Debug)]
pub enum Step {
    Batch(ImportBatch),
    /// Every row was handed over.
    End,
    /// Nothing more can be read.
    Fault(Fault),
    /// The database did not answer when a row needed it.
    Store(insitu_store::Error),
}

/// Where an import goes on, as it is written down with each batch.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    position: Position,
    /// Notices listed so far, by code.
    #[serde(default)]
    notices: BTreeMap<String, u64>,
}

/// One import's list, and how far it was read before.
#[derive(Debug)]
pub struct Reading {
    pub path: PathBuf,
    pub options: Options,
    pub checkpoint: Option<String>,
    pub on_error: OnError,
    /// Rows that were refused before the checkpoint.
    pub rows_refused: u64,
    pub rows_noticed: u64,
    pub resolver: Resolver,
}

/// Batches that were written, on their way back: memory is cheaper to free for the thread that took it.
pub type Written = std::sync::mpsc::Receiver<Arc<ImportBatch>>;

/// Reads the list to its end, or until nobody takes the batches any more. Blocks.
pub fn read(reading: Reading, steps: &mpsc::Sender<Step>, written: Written) {
    let last = match Reader::open(reading, written) {
        Ok(mut reader) => reader.run(steps),
        Err(fault) => Some(Step::Fault(fault)),
    };
    if let Some(step) = last {
        // Whoever does not take it any more does not need it.
        let _ = steps.blocking_send(step);
    }
}

struct Reader {
    rows: ListReader<File>,
    resolver: Resolver,
    notices: BTreeMap<String, u64>,
    /// Nothing is imported any more: a row was refused, and that refuses the whole file.
    is_refusing: bool,
    on_error: OnError,
    rows_noticed: u64,
    batch: ImportBatch,
    batch_bytes: usize,
    written: Written,
}

impl Reader {
    fn open(reading: Reading, written: Written) -> Result<Self, Fault> {
        let checkpoint: Checkpoint = match &reading.checkpoint {
            None => Checkpoint::default(),
            Some(text) => serde_json::from_str(text).map_err(|error| {
                Fault::new(
                    "import.checkpoint_unreadable",
                    format!("the place to continue at cannot be read: {error}"),
                )
            })?,
        };
        let file = open_at(&reading.path, checkpoint.position.seek_to())?;
        Ok(Self {
            rows: ListReader::resume(file, reading.options, checkpoint.position),
            resolver: reading.resolver,
            notices: checkpoint.notices,
            is_refusing: reading.on_error == OnError::Refuse && reading.rows_refused > 0,
            on_error: reading.on_error,
            rows_noticed: reading.rows_noticed,
            batch: ImportBatch::default(),
            batch_bytes: 0,
            written,
        })
    }

    /// The last step, or nothing when nobody takes steps any more.
    fn run(&mut self, steps: &mpsc::Sender<Step>) -> Option<Step> {
        let mut ahead = Vec::new();
        loop {
            let last = self.look_ahead(&mut ahead);
            // A batch ends behind all of them: the place to continue at is behind what was read.
            for row in ahead.drain(..) {
                if let Err(error) = self.take(row) {
                    return Some(Step::Store(error));
                }
            }
            if last.is_some() {
                steps.blocking_send(Step::Batch(self.cut())).ok()?;
                return last;
            }
            if self.is_full() {
                steps.blocking_send(Step::Batch(self.cut())).ok()?;
                if let Err(error) = self.resolver.look_again() {
                    return Some(Step::Store(error));
                }
            }
        }
    }

    /// Reads the next rows, mostly one; the last step, if nothing follows them.
    fn look_ahead(&mut self, ahead: &mut Vec<Row>) -> Option<Step> {
        let mut last = None;
        while last.is_none() && ahead.len() < self.resolver.rows_ahead() && !self.is_full() {
            match self.rows.next() {
                Some(Ok(row)) => {
                    self.batch_bytes += row.result.as_ref().map_or(0, ImportedAsset::size_bytes);
                    ahead.push(row);
                }
                Some(Err(error)) => last = Some(Step::Fault(error.into())),
                None => last = Some(Step::End),
            }
        }
        let assets = ahead.iter().filter_map(|row| row.result.as_ref().ok());
        self.resolver.look_ahead(assets);
        last
    }

    fn take(&mut self, row: Row) -> Result<(), insitu_store::Error> {
        let Row {
            index,
            offset,
            result,
            mut notices,
            excerpt,
        } = row;
        let resolved = match result {
            Err(problems) => Err(problems),
            Ok(asset) => match self.resolver.resolve(asset, &mut notices) {
                Ok(asset) => Ok(asset),
                Err(Unresolved::Refused(problems)) => Err(problems),
                Err(Unresolved::Store(error)) => return Err(error),
            },
        };
        match resolved {
            Ok(asset) => {
                if !self.is_refusing {
                    self.batch.rows.push(asset);
                }
            }
            Err(problems) => {
                self.batch.rows_refused += 1;
                if self.on_error == OnError::Refuse {
                    self.is_refusing = true;
                    self.batch.rows.clear();
                }
                for problem in problems {
                    self.report(false, index, offset, problem, &excerpt);
                }
            }
        }
        if !notices.is_empty() {
            self.rows_noticed += 1;
            for notice in notices {
                self.notice(index, offset, notice, &excerpt);
            }
        }
        Ok(())
    }

    fn notice(&mut self, index: u64, offset: u64, notice: RowProblem, excerpt: &str) {
        let listed = match self.notices.get_mut(notice.code) {
            Some(listed) => listed,
            None => self.notices.entry(notice.code.to_owned()).or_default(),
        };
        if *listed < MAX_LISTED_NOTICES {
            *listed += 1;
            self.report(true, index, offset, notice, excerpt);
        }
    }

    fn report(&mut self, is_notice: bool, index: u64, offset: u64, problem: RowProblem, excerpt: &str) {
        self.batch_bytes += problem.message.len() + excerpt.len();
        self.batch.refusals.push(Refusal {
            is_notice,
            index,
            offset,
            field: problem.field.into_owned(),
            code: problem.code.to_owned(),
            message: problem.message,
            excerpt: excerpt.to_owned(),
        });
    }

    fn is_full(&self) -> bool {
        self.batch.rows.len() >= MAX_BATCH_ROWS
            || self.batch.refusals.len() >= MAX_BATCH_REFUSALS
            || self.batch_bytes >= MAX_BATCH_BYTES
    }

    /// The batch so far, with the place behind it.
    fn cut(&mut self) -> ImportBatch {
        self.written.try_iter().for_each(drop);
        self.batch_bytes = 0;
        let checkpoint = Checkpoint {
            position: self.rows.checkpoint(),
            notices: std::mem::take(&mut self.notices),
        };
        let mut batch = std::mem::take(&mut self.batch);
        // Texts, numbers and maps of texts always become JSON.
        batch.checkpoint = serde_json::to_string(&checkpoint).unwrap_or_default();
        batch.bytes_read = self.rows.bytes_read();
        batch.rows_read = self.rows.rows_read();
        batch.rows_noticed = self.rows_noticed;
        batch.sources = self.resolver.new_sources();
        self.notices = checkpoint.notices;
        self.batch.rows.reserve(batch.rows.len());
        batch
    }
}

fn open_at(path: &std::path::Path, offset: u64) -> Result<File, Fault> {
    let open = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(file)
    };
    open().map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Fault::new(
            "import.file_missing",
            format!(
                "the uploaded file {} is not there any more; hubs that share a database must share this folder. Import the list again",
                path.display()
            ),
        ),
        _ => Fault::new("import.file_unreadable", format!("the uploaded file {} cannot be read: {error}", path.display())),
    })
}
