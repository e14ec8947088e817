//! Journals: files of one line per record, `CHECKSUM JSON`, that are only ever appended to.
//!
//! Whoever writes or moves a journal holds a lock on it, which ends with the process: one that nobody holds was left by
//! a hub that died, and whoever finds it moves it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use insitu_model::id::{ApiKeyId, OrganizationId, ProjectId, UrlRecordId, UserId};
use insitu_model::url_record::{UrlPurpose, pack_assets, unpack_assets};
use insitu_store::url_records::UrlRecord;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// How journals' names end.
const ENDING: &str = "journal";
/// How often another file is made where one was swept away while it was made.
const ATTEMPTS: u32 = 8;
/// Digits of a line's checksum.
const CHECKSUM_DIGITS: usize = 8;

/// Where this hub writes down which signed URLs it hands out.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    open: Mutex<Option<Journal>>,
    /// Journals that are not written to any more and wait to be moved. Held by whoever moves.
    pub(super) closed: tokio::sync::Mutex<Vec<Journal>>,
    /// The first record is in a new journal.
    pub(super) begun: Notify,
}

/// A journal that this process holds.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    bytes: u64,
}

/// A line of a journal: a record as it goes into the database.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    id: UrlRecordId,
    organization: OrganizationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<ProjectId>,
    user: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<ApiKeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    expires_at: i64,
    purpose: UrlPurpose,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    /// The packed ids.
    assets: String,
}

impl Ledger {
    /// The ledger whose journals are in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            open: Mutex::new(None),
            closed: tokio::sync::Mutex::default(),
            begun: Notify::new(),
        }
    }

    /// Writes records down, all of them or none. They survive this process when this returns.
    pub fn write(&self, records: &[UrlRecord]) -> io::Result<()> {
        let Some(first) = records.first() else {
            return Ok(());
        };
        let mut lines = Vec::with_capacity(512 * records.len());
        for record in records {
            write_line(record, &mut lines)?;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let journal = match &mut *open {
            Some(journal) => journal,
            nothing => {
                let begun = Journal::begin(&self.folder, &first.id.to_string())?;
                self.begun.notify_one();
                nothing.insert(begun)
            }
        };
        let written = journal.append(&lines);
        if written.is_err() && journal.cut().is_err() {
            // Nothing may follow half a line: whoever finds the file reads it up to there.
            *open = None;
        }
        written
    }

    /// Takes the journal that is written to, so that the next record begins another.
    pub(super) fn close(&self) -> Option<Journal> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The journals that nobody holds.
    pub(super) fn left_behind(&self) -> io::Result<Vec<Journal>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == ENDING)
                && let Some(journal) = Journal::take_over(path)?
            {
                found.push(journal);
            }
        }
        Ok(found)
    }
}

impl Journal {
    fn begin(folder: &Path, name: &str) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        for attempt in 0..ATTEMPTS {
            let path = folder.join(format!("{name}-{attempt}.{ENDING}"));
            let file = options.open(&path)?;
            // Whoever looks for journals left behind may have found it before it was locked: then it is theirs.
            if file.try_lock().is_ok() && path.exists() {
                let bytes = 0;
                return Ok(Self { file, path, bytes });
            }
        }
        Err(io::Error::other(format!(
            "every new journal in {} is taken away by another program",
            folder.display()
        )))
    }

    fn take_over(path: PathBuf) -> io::Result<Option<Self>> {
        let file = match OpenOptions::new().append(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let bytes = file.metadata()?.len();
        Ok(Some(Self { file, path, bytes }))
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// Takes back what was written of lines that could not be written whole.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.bytes)
    }

    /// Makes it durable, also where the database cannot be reached for long.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()?;
        match self.path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    /// Hands every whole record to `take`, so many at a time.
    pub(super) fn read<E: From<io::Error>>(
        &self,
        at_once: usize,
        mut take: impl FnMut(Vec<UrlRecord>) -> Result<(), E>,
    ) -> Result<Damage, E> {
        let mut reader = BufReader::new(File::open(&self.path)?);
        let (mut damage, mut records, mut line) = (Damage::default(), Vec::new(), Vec::new());
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            match (line.strip_suffix(b"\n"), read_line(&line)) {
                (Some(_), Some(record)) => records.push(record),
                (Some(_), None) => damage.lines += 1,
                (None, _) => damage.is_cut = true,
            }
            if records.len() == at_once {
                take(std::mem::take(&mut records))?;
            }
        }
        if !records.is_empty() {
            take(records)?;
        }
        Ok(damage)
    }

    /// Removes it: its records are elsewhere. One with lines that could not be read is kept for people to look at.
    pub(super) fn end(self, damage: Damage) -> io::Result<()> {
        if damage.lines == 0 {
            return std::fs::remove_file(&self.path);
        }
        std::fs::rename(&self.path, self.path.with_extension("damaged"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// What of a journal could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Damage {
    /// Whole lines that are not what was written.
    pub lines: u64,
    /// The last line was never written to its end, so nobody was answered.
    pub is_cut: bool,
}

fn write_line(record: &UrlRecord, out: &mut Vec<u8>) -> io::Result<()> {
    let line = Line {
        id: record.id,
        organization: record.organization,
        project: record.project,
        user: record.user,
        api_key: record.api_key,
        address: record.address.clone(),
        expires_at: record.expires_at,
        purpose: record.purpose,
        object: record.object.clone(),
        assets: STANDARD_NO_PAD.encode(pack_assets(&record.assets)),
    };
    let json = serde_json::to_vec(&line)?;
    write!(out, "{:08x} ", crc32fast::hash(&json))?;
    out.extend_from_slice(&json);
    out.push(b'\n');
    Ok(())
}

fn read_line(line: &[u8]) -> Option<UrlRecord> {
    let (checksum, rest) = line.split_at_checked(CHECKSUM_DIGITS)?;
    let json = rest.strip_prefix(b" ")?.strip_suffix(b"\n")?;
    let checksum = u32::from_str_radix(std::str::from_utf8(checksum).ok()?, 16).ok()?;
    if checksum != crc32fast::hash(json) {
        return None;
    }
    let line: Line = serde_json::from_slice(json).ok()?;
    Some(UrlRecord {
        id: line.id,
        organization: line.organization,
        project: line.project,
        user: line.user,
        api_key: line.api_key,
        address: line.address,
        expires_at: line.expires_at,
        purpose: line.purpose,
        object: line.object,
        assets: unpack_assets(&STANDARD_NO_PAD.decode(line.assets).ok()?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_model::id::{AssetId, ImportId};

    fn record(n: u8) -> UrlRecord {
        let import = ImportId::from_bytes([7; 12]);
        UrlRecord {
            id: UrlRecordId::from_bytes([n; 12]),
            organization: OrganizationId::from_bytes([1; 12]),
            project: Some(ProjectId::from_bytes([2; 12])),
            user: UserId::from_bytes([3; 12]),
            api_key: n.is_multiple_of(2).then(|| ApiKeyId::from_bytes([4; 12])),
            address: Some("2001:db8::7".to_owned()),
            expires_at: 1_800_000_000_000,
            purpose: UrlPurpose::Assets,
            object: n
                .is_multiple_of(3)
                .then(|| "https://b.example/line%0Abreak\n.jpg".to_owned()),
            assets: (0..100)
                .map(|ordinal| AssetId::of_import(import, ordinal))
                .collect(),
        }
    }

    fn read(journal: &Journal) -> (Vec<UrlRecord>, Damage) {
        let mut found = Vec::new();
        let damage = journal.read(2, |records| {
            found.extend(records);
            Ok::<_, io::Error>(())
        });
        (found, damage.unwrap())
    }

    #[test]
    fn records_are_read_as_they_were_written_and_the_next_begin_another_journal() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().to_owned());
        ledger.write(&[record(1), record(2)]).unwrap();
        ledger.write(&[record(3)]).unwrap();
        ledger.write(&[]).unwrap();
        let first = ledger.close().unwrap();
        ledger.write(&[record(4)]).unwrap();
        assert_eq!(
            read(&first),
            (vec![record(1), record(2), record(3)], Damage::default())
        );
        assert_eq!(read(&ledger.close().unwrap()).0, [record(4)]);
        assert!(ledger.close().is_none());
    }

    #[test]
    fn what_was_cut_in_the_middle_of_a_line_is_read_up_to_there() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().to_owned());
        ledger.write(&[record(1)]).unwrap();
        let whole = ledger.close().unwrap();
        let mut both = std::fs::read(whole.path()).unwrap();
        write_line(&record(2), &mut both).unwrap();
        let first_ends = usize::try_from(whole.bytes).unwrap();
        for length in first_ends + 1..both.len() {
            std::fs::write(whole.path(), &both[..length]).unwrap();
            let cut = Damage {
                lines: 0,
                is_cut: true,
            };
            assert_eq!(read(&whole), (vec![record(1)], cut), "{length}");
        }
    }

    #[test]
    fn a_line_that_changed_is_told_and_the_file_kept() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().to_owned());
        ledger.write(&[record(1), record(2)]).unwrap();
        let journal = ledger.close().unwrap();
        let mut bytes = std::fs::read(journal.path()).unwrap();
        bytes[60] ^= 1;
        std::fs::write(journal.path(), bytes).unwrap();
        let (found, damage) = read(&journal);
        assert_eq!((found, damage.lines), (vec![record(2)], 1));
        journal.end(damage).unwrap();
        assert!(ledger.left_behind().unwrap().is_empty());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_journal_is_left_behind_once_nobody_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let alive = Ledger::new(folder.path().to_owned());
        let other = Ledger::new(folder.path().to_owned());
        alive.write(&[record(1)]).unwrap();
        assert!(other.left_behind().unwrap().is_empty());
        drop(alive);
        let found = other.left_behind().unwrap();
        assert_eq!(read(&found[0]).0, [record(1)]);
        assert!(
            other.left_behind().unwrap().is_empty(),
            "it is held by whoever found it"
        );
    }

    #[test]
    fn nothing_is_written_where_there_is_no_folder_or_it_cannot_be_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().join("missing"));
        assert!(ledger.write(&[record(1)]).is_err());
        // A device on which everything is refused for want of space.
        let full = Journal {
            file: OpenOptions::new().append(true).open("/dev/full").unwrap(),
            path: "/dev/full".into(),
            bytes: 0,
        };
        *ledger.open.lock().unwrap() = Some(full);
        assert_eq!(
            ledger.write(&[record(1)]).unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
        assert!(ledger.close().is_none(), "nothing follows half a line");
    }
}
