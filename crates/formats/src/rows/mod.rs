//! The reader of lists: any `Read` in, rows out, one at a time, and a position after each to go on from later.

mod position;

use std::io::Read;

use serde_json::{Map, Value};

pub use position::Position;

use crate::asset::{ImportedAsset, Noticed, RowProblem, codes, read_element, read_record};
use crate::detect::source::{Counted, Source};
use crate::detect::{Format, detect};
use crate::error::{Fault, ListError, ListFault};
use crate::limits::{DEPTH_MAX, Limits};
use crate::report::excerpt;
use crate::split::{Element, Envelope, JsonValues, Lines};
use crate::table::{Column, Header, Records};
use crate::window::Window;

/// How to read a list.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Detected from the first bytes where it is not named.
    pub format: Option<Format>,
    pub limits: Limits,
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Counted from zero over all rows, refused ones as well.
    pub index: u64,
    /// Where the row begins in the text, after decompression.
    pub offset: u64,
    /// The asset, or every reason against it.
    pub result: Result<ImportedAsset, Vec<RowProblem>>,
    /// What is worth a word though it refuses nothing.
    pub notices: Vec<RowProblem>,
    /// The row's beginning, for the report; empty where there is nothing to report.
    pub excerpt: String,
}

/// Reads a list row by row.
///
/// After an error there are no more rows. Between rows, `checkpoint` tells where to go on.
#[derive(Debug)]
pub struct ListReader<R> {
    state: State<R>,
    options: Options,
    index: u64,
    noticed: Noticed,
}

#[derive(Debug)]
enum State<R> {
    /// Nothing read yet: where to begin.
    Fresh(R, Position),
    Reading(Box<Window<R>>, Splitter),
    /// At the end or behind an error; what is still asked for.
    Finished {
        bytes_read: u64,
        position: Position,
    },
}

#[derive(Debug)]
enum Splitter {
    Json(JsonValues),
    Envelope(Envelope),
    Lines(Lines),
    Table {
        records: Records,
        columns: Vec<Column>,
        header: Header,
    },
}

impl<R: Read> ListReader<R> {
    /// A reader at the beginning of a list. Nothing is read before the first row is asked for.
    pub fn new(read: R, options: Options) -> Self {
        Self::resume(read, options, Position::default())
    }

    /// A reader that goes on behind the row after which the position was taken.
    ///
    /// `read` must stand at `position.seek_to()` of the same file.
    pub fn resume(read: R, options: Options, position: Position) -> Self {
        let noticed = Noticed::new(position.noticed.clone(), options.limits.unknown_fields);
        Self {
            index: position.index,
            state: State::Fresh(read, position),
            options,
            noticed,
        }
    }

    /// Where the reading stands: behind the row that `next` gave last. After an error, go on from one taken before.
    pub fn checkpoint(&self) -> Position {
        match &self.state {
            State::Fresh(_, position) | State::Finished { position, .. } => position.clone(),
            State::Reading(window, splitter) => self.position_in(window, splitter),
        }
    }

    /// Bytes of the file that were read, compressed if it is; compare with the file's size for progress.
    pub fn bytes_read(&self) -> u64 {
        match &self.state {
            State::Fresh(_, position) => position.seek_to(),
            State::Reading(window, _) => window.source().bytes_read(),
            State::Finished { bytes_read, .. } => *bytes_read,
        }
    }

    /// Rows read so far, with those before the position that was resumed.
    pub fn rows_read(&self) -> u64 {
        self.index
    }

    /// How the rows are written; known from the first row on.
    pub fn format(&self) -> Option<Format> {
        match &self.state {
            State::Fresh(_, position) | State::Finished { position, .. } => position.format,
            State::Reading(_, splitter) => Some(splitter.format()),
        }
    }

    /// The members of an envelope beside `assets`; all of them once the last row was read.
    pub fn members(&self) -> Option<&Map<String, Value>> {
        match &self.state {
            State::Fresh(_, position) | State::Finished { position, .. } => Some(&position.members),
            State::Reading(_, Splitter::Envelope(envelope)) => Some(&envelope.members),
            State::Reading(..) => None,
        }
    }

    fn advance(&mut self) -> Result<Option<Row>, Fault> {
        if matches!(self.state, State::Fresh(..)) {
            self.begin()?;
        }
        let State::Reading(window, splitter) = &mut self.state else {
            return Ok(None);
        };
        let limits = &self.options.limits;
        let Some(element) = splitter.next(window, limits)? else {
            return if self.index == 0 {
                Err(ListFault::Empty.at(window.offset()))
            } else {
                Ok(None)
            };
        };
        let row = match element {
            Element::Whole { offset, len, depth } => {
                let text = &window.rest()[..len];
                let (result, notices) = read(text, offset, depth, splitter, limits, &mut self.noticed);
                let is_reported = result.is_err() || !notices.is_empty();
                let excerpt = if is_reported {
                    excerpt(text, limits.excerpt_bytes)
                } else {
                    String::new()
                };
                window.consume(len);
                Row {
                    index: self.index,
                    offset,
                    result,
                    notices,
                    excerpt,
                }
            }
            Element::TooLarge { offset, head } => {
                let message = format!(
                    "the row is larger than {} bytes; shorten it",
                    limits.element_bytes
                );
                Row {
                    index: self.index,
                    offset,
                    result: Err(vec![RowProblem::new("", codes::TOO_LARGE, message)]),
                    notices: Vec::new(),
                    excerpt: excerpt(&head, limits.excerpt_bytes),
                }
            }
        };
        self.index += 1;
        Ok(Some(row))
    }

    /// Opens the source, at the beginning or where a position says.
    fn begin(&mut self) -> Result<(), Fault> {
        let finished = State::Finished {
            bytes_read: self.bytes_read(),
            position: self.checkpoint(),
        };
        let State::Fresh(read, position) = std::mem::replace(&mut self.state, finished) else {
            return Ok(());
        };
        let limits = &self.options.limits;
        self.state = match position.format {
            None => {
                let source = Source::detect(read).map_err(|fault| fault.at(0))?;
                let mut window = Window::new(source, 0);
                let detected = detect(&mut window, self.options.format, limits)?;
                State::Reading(
                    Box::new(window),
                    Splitter::new(detected.format, detected.header, &position),
                )
            }
            Some(format) if position.gzip => {
                let mut window = Window::new(Source::gzip(Counted::new(read, 0)), 0);
                window.discard(position.offset)?;
                State::Reading(
                    Box::new(window),
                    Splitter::new(format, position.header.clone(), &position),
                )
            }
            Some(format) => {
                let window = Window::new(Source::plain_from(read, position.offset), position.offset);
                State::Reading(
                    Box::new(window),
                    Splitter::new(format, position.header.clone(), &position),
                )
            }
        };
        Ok(())
    }

    fn position_in(&self, window: &Window<R>, splitter: &Splitter) -> Position {
        let mut position = Position {
            index: self.index,
            offset: window.offset(),
            gzip: window.source().is_gzip(),
            format: Some(splitter.format()),
            noticed: self.noticed.names().to_vec(),
            ..Position::default()
        };
        match splitter {
            Splitter::Json(values) => position.place = values.place,
            Splitter::Lines(_) => {}
            Splitter::Table { header, .. } => position.header = Some(header.clone()),
            Splitter::Envelope(envelope) => {
                position.place = envelope.place;
                position.assets_seen = envelope.assets_seen;
                position.members = envelope.members.clone();
                position.members_bytes = envelope.members_bytes;
            }
        }
        position
    }

    fn finish(&mut self) {
        self.state = State::Finished {
            bytes_read: self.bytes_read(),
            position: self.checkpoint(),
        };
    }
}

impl<R: Read> Iterator for ListReader<R> {
    type Item = Result<Row, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(Some(row)) => Some(Ok(row)),
            Ok(None) => {
                self.finish();
                None
            }
            Err(Fault { offset, fault }) => {
                self.finish();
                Some(Err(ListError {
                    index: self.index,
                    offset,
                    fault,
                }))
            }
        }
    }
}

impl Splitter {
    fn new(format: Format, header: Option<Header>, position: &Position) -> Self {
        match (format, header) {
            (Format::Ndjson, _) => Self::Lines(Lines),
            (Format::Envelope, _) => Self::Envelope(Envelope {
                place: position.place,
                assets_seen: position.assets_seen,
                members: position.members.clone(),
                members_bytes: position.members_bytes,
            }),
            (Format::Csv | Format::Tsv, Some(header)) => Self::Table {
                records: Records {
                    delimiter: header.delimiter,
                },
                columns: header.columns(),
                header,
            },
            (Format::Json | Format::Csv | Format::Tsv, _) => Self::Json(JsonValues {
                place: position.place,
            }),
        }
    }

    fn format(&self) -> Format {
        match self {
            Self::Json(_) => Format::Json,
            Self::Envelope(_) => Format::Envelope,
            Self::Lines(_) => Format::Ndjson,
            Self::Table { header, .. } => header.format(),
        }
    }

    fn next<R: Read>(&mut self, window: &mut Window<R>, limits: &Limits) -> Result<Option<Element>, Fault> {
        match self {
            Self::Json(values) => values.next(window, limits),
            Self::Envelope(envelope) => envelope.next(window, limits),
            Self::Lines(lines) => lines.next(window, limits),
            Self::Table { records, .. } => records.next(window, limits),
        }
    }
}

/// Understands one row whose end was found.
fn read(
    text: &[u8],
    offset: u64,
    depth: u64,
    splitter: &Splitter,
    limits: &Limits,
    noticed: &mut Noticed,
) -> (Result<ImportedAsset, Vec<RowProblem>>, Vec<RowProblem>) {
    let refused = |problem| (Err(vec![problem]), Vec::new());
    if depth > DEPTH_MAX {
        let message = format!("the row is nested deeper than {DEPTH_MAX} levels; flatten it");
        return refused(RowProblem::new("", codes::TOO_DEEP, message));
    }
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            let at = offset + error.valid_up_to() as u64;
            let message = format!("at byte {at} of the file the text is not UTF-8; save the file as UTF-8");
            return refused(RowProblem::new("", codes::INVALID_UTF8, message));
        }
    };
    match splitter {
        Splitter::Table { records, columns, .. } => {
            read_record(text, offset, records.delimiter, columns, limits, noticed)
        }
        _ => read_element(text, offset, limits, noticed),
    }
}
