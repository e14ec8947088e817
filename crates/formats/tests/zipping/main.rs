//! Zip files: what is written is read back, by whoever was interrupted too.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::io::{self, Cursor, Read, Write};

use flate2::read::DeflateDecoder;
use insitu_formats::zip::{Method, Position, ZipError, ZipWriter};
use proptest::prelude::*;

type Writer = ZipWriter<Vec<u8>, Vec<u8>>;

fn new() -> Writer {
    ZipWriter::new(Vec::new(), Vec::new())
}

fn finish(zip: Writer) -> Vec<u8> {
    zip.finish(|records| Ok(Cursor::new(records))).unwrap()
}

/// An entry as the directory describes it.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    name: String,
    bytes: Vec<u8>,
    offset: u64,
}

fn number(file: &[u8], at: usize, bytes: usize) -> u64 {
    let mut value = [0; 8];
    value[..bytes].copy_from_slice(&file[at..at + bytes]);
    u64::from_le_bytes(value)
}

fn at(file: &[u8], offset: u64) -> usize {
    let offset = usize::try_from(offset).unwrap();
    assert!(offset <= file.len());
    offset
}

/// Reads a file of ours, without 64-bit records, by its directory.
fn read(file: &[u8]) -> Vec<Found> {
    let end = file.len() - 22;
    assert_eq!(&file[end..end + 4], b"PK\x05\x06");
    let mut place = at(file, number(file, end + 16, 4));
    let entries = number(file, end + 10, 2);
    let read = (0..entries).map(|_| {
        assert_eq!(&file[place..place + 4], b"PK\x01\x02");
        let name_bytes = at(file, number(file, place + 28, 2));
        let extra_bytes = at(file, number(file, place + 30, 2));
        let name = String::from_utf8(file[place + 46..place + 46 + name_bytes].to_vec()).unwrap();
        let offset = number(file, place + 42, 4);
        let local = at(file, offset);
        assert_eq!(&file[local..local + 4], b"PK\x03\x04");
        let begin = local + 30 + name_bytes + at(file, number(file, local + 28, 2));
        let kept = &file[begin..begin + at(file, number(file, place + 20, 4))];
        let mut bytes = Vec::new();
        match number(file, place + 10, 2) {
            0 => bytes.extend_from_slice(kept),
            _ => drop(DeflateDecoder::new(kept).read_to_end(&mut bytes).unwrap()),
        }
        assert_eq!(number(file, place + 24, 4), bytes.len() as u64, "{name}");
        assert_eq!(
            number(file, place + 16, 4),
            u64::from(crc32fast::hash(&bytes)),
            "{name}"
        );
        place += 46 + name_bytes + extra_bytes;
        Found { name, bytes, offset }
    });
    let read = read.collect();
    assert_eq!(place, end, "the directory ends where the end begins");
    read
}

#[test]
fn what_is_written_is_read() {
    let mut zip = new();
    zip.start("export.json", Method::FAST).unwrap();
    zip.write(b"[1,").unwrap();
    zip.write(b"").unwrap();
    zip.write(b"2]").unwrap();
    zip.end().unwrap();
    zip.add("masks/ä b.png", Method::Stored, b"png").unwrap();
    zip.add("empty", Method::Deflated { level: 9 }, b"").unwrap();
    zip.start("raw", Method::Stored).unwrap();
    zip.end().unwrap();
    let bytes = zip.bytes();
    let file = finish(zip);
    let found = read(&file);
    let told: Vec<_> = found.iter().map(|one| (one.name.as_str(), &*one.bytes)).collect();
    assert_eq!(
        told,
        [
            ("export.json", &b"[1,2]"[..]),
            ("masks/ä b.png", b"png"),
            ("empty", b""),
            ("raw", b""),
        ]
    );
    assert_eq!(found[0].offset, 0, "the first entry stands first");
    assert!(bytes < file.len() as u64);
}

#[test]
fn a_file_without_entries_is_one() {
    let file = finish(new());
    assert_eq!(file.len(), 22);
    assert!(read(&file).is_empty());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let make = || {
        let mut zip = new();
        zip.add("a", Method::FAST, &[7; 1000]).unwrap();
        finish(zip)
    };
    assert_eq!(make(), make());
}

#[test]
fn misuse_is_refused_and_nothing_is_written() {
    let mut zip = new();
    assert!(matches!(zip.write(b"a"), Err(ZipError::NoEntryOpen)));
    assert!(matches!(zip.end(), Err(ZipError::NoEntryOpen)));
    let level = Method::Deflated { level: 10 };
    assert!(matches!(
        zip.start("a", level),
        Err(ZipError::Level { level: 10 })
    ));
    assert!(matches!(
        zip.add("../a", Method::Stored, b""),
        Err(ZipError::NameUnsafe { .. })
    ));
    assert_eq!(zip.bytes(), 0);
    zip.start("a", Method::Stored).unwrap();
    let before = zip.bytes();
    assert!(matches!(zip.start("b", Method::Stored), Err(ZipError::EntryOpen { name }) if name == "a"));
    assert!(matches!(
        zip.add("b", Method::Stored, b""),
        Err(ZipError::EntryOpen { .. })
    ));
    assert_eq!(zip.bytes(), before);
    assert!(matches!(
        zip.finish(|records| Ok(Cursor::new(records))),
        Err(ZipError::EntryOpen { .. })
    ));
}

#[test]
fn a_directory_of_another_length_is_refused() {
    for change in [-1_i64, 1] {
        let mut zip = new();
        zip.add("a", Method::Stored, b"a").unwrap();
        let result = zip.finish(|mut records| {
            let length = records.len().saturating_add_signed(change as isize);
            records.resize(length, 0);
            Ok(Cursor::new(records))
        });
        let Err(ZipError::DirectoryLength { expected: 47, found }) = result else {
            panic!("{result:?}");
        };
        assert_eq!(found, 47_u64.saturating_add_signed(change));
    }
}

/// Takes so many bytes and fails at the next.
#[derive(Debug)]
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        match taken {
            0 if !bytes.is_empty() => Err(io::Error::other("full")),
            taken => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_said() {
    let mut zip = ZipWriter::new(Full(52), io::sink());
    zip.start("a", Method::Stored).unwrap();
    let error = zip.write(b"abc").unwrap_err();
    assert_eq!(error.code(), "zip.write_failed");
    assert!(error.to_string().contains("full"));
}

/// Counts bytes and keeps the last ones.
#[derive(Debug, Default)]
struct Tail(Vec<u8>);

impl Write for Tail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        let surplus = self.0.len().saturating_sub(200);
        self.0.drain(..surplus);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn many_entries_get_the_long_end_and_fewer_do_not() {
    for (entries, is_long) in [(65_534, false), (65_535, true), (65_536, true)] {
        let mut zip = ZipWriter::new(Tail::default(), Vec::new());
        for n in 0..entries {
            zip.add(&n.to_string(), Method::Stored, b"").unwrap();
        }
        let Tail(tail) = zip.finish(|records| Ok(Cursor::new(records))).unwrap();
        let end = tail.len() - 22;
        let locator = &tail[end - 20..end - 16];
        assert_eq!(locator == b"PK\x06\x07", is_long, "{entries}");
        let shown = number(&tail, end + 10, 2);
        assert_eq!(shown, u64::min(entries, 65_535));
        if is_long {
            assert_eq!(&tail[end - 76..end - 72], b"PK\x06\x06");
            assert_eq!(number(&tail, end - 76 + 32, 8), entries);
        }
    }
}

/// A place behind so many bytes, as if they had been written.
fn behind(bytes: u64) -> Position {
    serde_json::from_value(serde_json::json!({"bytes": bytes, "directoryBytes": 0, "entries": 0})).unwrap()
}

#[test]
fn offsets_over_four_gibibytes_have_64_bits() {
    for (offset, is_long) in [(0xffff_fffe, false), (0xffff_ffff, true), (5 << 30, true)] {
        let mut zip = ZipWriter::resume(Tail::default(), Vec::new(), behind(offset));
        zip.add("a", Method::Stored, b"b").unwrap();
        let Tail(file) = zip.finish(|records| Ok(Cursor::new(records))).unwrap();
        let central = file.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        assert_eq!(number(&file, central + 6, 2), if is_long { 45 } else { 20 });
        let extra_bytes = number(&file, central + 30, 2);
        assert_eq!(extra_bytes, if is_long { 12 } else { 0 });
        if is_long {
            assert_eq!(number(&file, central + 42, 4), 0xffff_ffff);
            assert_eq!(number(&file, central + 46 + 1 + 4, 8), offset);
        }
        // The directory begins behind the entry, over the border in every case.
        let end = file.len() - 22;
        assert_eq!(number(&file, end + 16, 4), 0xffff_ffff);
        assert_eq!(number(&file, end - 76 + 48, 8), offset + 30 + 1 + 1);
    }
}

/// What a run does, one step at a time.
#[derive(Debug, Clone)]
enum Step {
    Add(bool, Vec<u8>),
    Stream(bool, Vec<Vec<u8>>),
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        ("[ab]{0,9}", 0..20_000_usize).prop_map(|(text, times)| text.repeat(times).into_bytes()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<bool>(), bytes()).prop_map(|(packed, bytes)| Step::Add(packed, bytes)),
        (any::<bool>(), proptest::collection::vec(bytes(), 0..4))
            .prop_map(|(packed, parts)| Step::Stream(packed, parts)),
    ]
}

fn method(packed: bool) -> Method {
    if packed {
        Method::Deflated { level: 6 }
    } else {
        Method::Stored
    }
}

/// Takes a checkpoint; every `every`th time goes on as another writer would, behind bytes that were lost.
fn checkpoint(mut zip: Writer, turn: &mut usize, every: usize) -> Writer {
    let position = zip.checkpoint().unwrap();
    *turn += 1;
    if !turn.is_multiple_of(every) {
        return zip;
    }
    let kept = serde_json::to_string(&position).unwrap();
    let position: Position = serde_json::from_str(&kept).unwrap();
    if position.open_entry().is_some() {
        zip.write(b"lost").unwrap();
        zip.end().unwrap();
    }
    zip.add("lost", Method::Stored, b"lost").unwrap();
    let mut records = Vec::new();
    let mut file = zip
        .finish(|lost| {
            records = lost;
            Ok(Cursor::new(records.clone()))
        })
        .unwrap();
    file.truncate(usize::try_from(position.bytes()).unwrap());
    records.truncate(usize::try_from(position.directory_bytes()).unwrap());
    ZipWriter::resume(file, records, position)
}

fn run(steps: &[Step], every: usize) -> Vec<u8> {
    let (mut zip, mut turn) = (new(), 0);
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::Add(packed, bytes) => zip.add(&n.to_string(), method(*packed), bytes).unwrap(),
            Step::Stream(packed, parts) => {
                zip.start(&n.to_string(), method(*packed)).unwrap();
                for part in parts {
                    zip.write(part).unwrap();
                    zip = checkpoint(zip, &mut turn, every);
                }
                zip.end().unwrap();
            }
        }
        zip = checkpoint(zip, &mut turn, every);
    }
    finish(zip)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whoever_is_interrupted_writes_the_same_bytes(steps in proptest::collection::vec(step(), 0..6)) {
        let whole = run(&steps, usize::MAX);
        for every in 1..4 {
            prop_assert_eq!(&run(&steps, every), &whole);
        }
        let contents: Vec<_> = read(&whole).into_iter().map(|one| one.bytes).collect();
        let written: Vec<_> = steps.iter().map(|step| match step {
            Step::Add(_, bytes) => bytes.clone(),
            Step::Stream(_, parts) => parts.concat(),
        }).collect();
        prop_assert_eq!(contents, written);
    }
}
