//! Records become lines of the open journal before anybody is answered: those that arrive while it is written to follow
//! by one call to the system, which costs about the same for one line and for ten.
//!
//! Whoever writes blocks, for a few microseconds: to hand the lines to another task and to be woken by it costs more.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use insitu_model::ambient::{Clock, Random};
use insitu_model::id::UrlRecordId;
use insitu_store::url_records::UrlRecord;
use tokio::sync::Notify;

use super::journal::Journal;
use super::pool::Pool;
use super::repeated::Repeated;

/// Where this hub writes down which signed URLs it hands out.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    pool: Pool,
    gathering: Mutex<Gathering>,
    /// The journal that is written to.
    open: Mutex<Option<Journal>>,
    /// Journals that are not written to any more and wait to be moved. Held by whoever moves.
    pub(super) closed: tokio::sync::Mutex<Vec<Journal>>,
    /// The first record is in a new journal.
    pub(super) begun: Notify,
    /// Links of lists, which are handed out again and again.
    pub(super) repeated: Repeated,
}

/// What arrived and is not written yet.
#[derive(Debug, Default)]
struct Gathering {
    records: Vec<UrlRecord>,
    group: Arc<Group>,
}

/// Those whose records are written by one call, and how that ended.
#[derive(Debug, Default)]
struct Group(OnceLock<Result<(), (io::ErrorKind, String)>>);

impl Ledger {
    /// The ledger whose journals are in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            pool: Pool::default(),
            gathering: Mutex::default(),
            open: Mutex::new(None),
            closed: tokio::sync::Mutex::default(),
            begun: Notify::new(),
            repeated: Repeated::default(),
        }
    }

    /// The id of a new record.
    pub(super) fn new_id(&self, clock: &dyn Clock, random: &dyn Random) -> UrlRecordId {
        UrlRecordId::new(clock, &self.pool.filled_from(random))
    }

    /// Writes records down, all of them or none. They survive this process when this returns.
    pub fn write(&self, records: Vec<UrlRecord>) -> io::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        // Mostly nobody else writes at this moment.
        if let Ok(mut open) = self.open.try_lock() {
            return self.append(&mut open, &records);
        }
        let group = self.gather(records);
        let mut open = lock(&self.open);
        // Whoever held the journal may have written these, too.
        if group.0.get().is_none() {
            self.write_gathered(&mut open);
        }
        drop(open);
        group.end()
    }

    /// Adds records to those that are written next.
    fn gather(&self, records: Vec<UrlRecord>) -> Arc<Group> {
        let mut gathering = lock(&self.gathering);
        if gathering.records.is_empty() {
            gathering.records = records;
        } else {
            gathering.records.extend(records);
        }
        gathering.group.clone()
    }

    fn write_gathered(&self, open: &mut Option<Journal>) {
        let Gathering { records, group } = std::mem::take(&mut *lock(&self.gathering));
        let written = self.append(open, &records);
        // Each group is written once, so this is the only end of it.
        let _first = group
            .0
            .set(written.map_err(|error| (error.kind(), error.to_string())));
    }

    /// Writes records into the open journal, or else into a new one that is named after the first of them.
    fn append(&self, open: &mut Option<Journal>, records: &[UrlRecord]) -> io::Result<()> {
        let Some(first) = records.first() else {
            return Ok(());
        };
        let journal = match &mut *open {
            Some(journal) => journal,
            nothing => {
                let begun = Journal::begin(&self.folder, &first.id.to_string())?;
                self.begun.notify_one();
                nothing.insert(begun)
            }
        };
        journal.append(records).map_err(|unwritten| {
            if !unwritten.is_whole {
                *open = None;
            }
            unwritten.error
        })
    }

    /// Takes the journal that is written to, so that the next record begins another.
    pub(super) fn close(&self) -> Option<Journal> {
        lock(&self.open).take()
    }

    /// The journals that nobody holds.
    pub(super) fn left_behind(&self) -> io::Result<Vec<Journal>> {
        Journal::left_behind(&self.folder)
    }
}

impl Group {
    /// How writing it ended.
    fn end(&self) -> io::Result<()> {
        match self.0.get() {
            Some(Ok(())) => Ok(()),
            Some(Err((kind, why))) => Err(io::Error::new(*kind, why.clone())),
            None => Err(io::Error::other("nobody wrote the records")),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use insitu_model::ambient::{FixedClock, SeededRandom};
    use insitu_model::id::{ApiKeyId, AssetId, ImportId, OrganizationId, ProjectId, UserId};
    use insitu_model::url_record::UrlPurpose;

    use super::*;
    use crate::ledger::journal::Damage;
    use crate::ledger::line::{Reader, Writer};

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
        ledger.write(vec![record(1), record(2)]).unwrap();
        ledger.write(vec![record(3)]).unwrap();
        ledger.write(vec![]).unwrap();
        let first = ledger.close().unwrap();
        ledger.write(vec![record(4)]).unwrap();
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
        ledger.write(vec![record(1)]).unwrap();
        let whole = ledger.close().unwrap();
        let mut both = std::fs::read(whole.path()).unwrap();
        Writer::default().write(&record(2), &mut both).unwrap();
        let first_ends = usize::try_from(whole.bytes()).unwrap();
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
        ledger.write(vec![record(1), record(2)]).unwrap();
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
        alive.write(vec![record(1)]).unwrap();
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
        assert!(ledger.write(vec![record(1)]).is_err());
        // A device on which everything is refused for want of space.
        let device = OpenOptions::new().append(true).open("/dev/full").unwrap();
        let full = Journal::of(device, "/dev/full".into(), 0);
        *ledger.open.lock().unwrap() = Some(full);
        assert_eq!(
            ledger.write(vec![record(1)]).unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
        assert!(ledger.close().is_none(), "nothing follows half a line");
    }

    /// Lets three write while the journal is held, then lets it go; what each of them heard.
    fn three_at_once(ledger: &Ledger) -> Vec<io::Result<()>> {
        std::thread::scope(|scope| {
            let held = lock(&ledger.open);
            let writers: Vec<_> = (1..=3)
                .map(|n| scope.spawn(move || ledger.write(vec![record(n)])))
                .collect();
            while lock(&ledger.gathering).records.len() < 3 {
                std::thread::yield_now();
            }
            drop(held);
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        })
    }

    #[test]
    fn those_that_arrive_while_the_journal_is_written_to_follow_together() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().to_owned());
        assert!(three_at_once(&ledger).iter().all(Result::is_ok));
        let mut found = read(&ledger.close().unwrap()).0;
        found.sort_by_key(|record| record.id);
        assert_eq!(found, [record(1), record(2), record(3)]);
        assert!(lock(&ledger.gathering).records.is_empty());
    }

    #[test]
    fn all_who_arrived_together_hear_that_nothing_could_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path().join("missing"));
        for heard in three_at_once(&ledger) {
            assert_eq!(heard.unwrap_err().kind(), io::ErrorKind::NotFound);
        }
        std::fs::create_dir(&ledger.folder).unwrap();
        ledger.write(vec![record(4)]).unwrap();
        assert_eq!(read(&ledger.close().unwrap()).0, [record(4)], "and nothing else");
    }

    #[test]
    fn ids_are_random_from_first_to_last() {
        let ledger = Ledger::new(PathBuf::new());
        let (clock, random) = (FixedClock::at(7), SeededRandom::new(7));
        let mut ids: Vec<_> = (0..5000).map(|_| ledger.new_id(&clock, &random)).collect();
        assert!(ids.iter().all(|id| id.created_ms() == 7));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 5000);
    }

    #[test]
    fn a_line_is_what_hubs_before_this_one_wrote_and_read() {
        let mut line = Vec::new();
        Writer::default().write(&record(2), &mut line).unwrap();
        let text = String::from_utf8(line).unwrap();
        let (checksum, json) = text.trim_end().split_once(' ').unwrap();
        assert_eq!(checksum, format!("{:08x}", crc32fast::hash(json.as_bytes())));
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "id",
                "organization",
                "project",
                "user",
                "api_key",
                "address",
                "expires_at",
                "purpose",
                "assets"
            ]
        );
        assert_eq!(Reader::default().read(text.as_bytes()), Some(record(2)));
    }
}
