//! Journals: files of lines that are only ever appended to.
//!
//! Whoever writes or moves a journal holds a lock on it, which ends with the process: one that nobody holds was left by
//! a hub that died, and whoever finds it moves it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use insitu_store::url_records::UrlRecord;

use super::line;
use crate::disk::is_at;

/// How journals' names end.
const ENDING: &str = "journal";
/// How often another file is made where one was swept away while it was made.
const ATTEMPTS: u32 = 8;
/// Room for the line of one asset.
const LINE_BYTES: usize = 512;

/// A journal that this process holds.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    bytes: u64,
    writer: line::Writer,
}

impl Journal {
    pub(super) fn of(file: File, path: PathBuf, bytes: u64) -> Self {
        let writer = line::Writer::default();
        Self {
            file,
            path,
            bytes,
            writer,
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn begin(folder: &Path, name: &str) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        for attempt in 0..ATTEMPTS {
            let path = folder.join(format!("{name}-{attempt}.{ENDING}"));
            let file = options.open(&path)?;
            // Whoever looks for journals left behind may have found it before it was locked: then it is theirs.
            if file.try_lock().is_ok() && is_at(&file, &path)? {
                return Ok(Self::of(file, path, 0));
            }
        }
        Err(io::Error::other(format!(
            "every new journal in {} is taken away by another program",
            folder.display()
        )))
    }

    /// The journals in this folder that nobody holds. One that cannot be taken over keeps nobody from the others.
    pub(super) fn left_behind(folder: &Path) -> io::Result<Vec<Self>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                match Self::take_over(path.clone()) {
                    Ok(journal) => found.extend(journal),
                    Err(error) => {
                        let path = path.display();
                        tracing::error!(%path, %error, "a journal of signed URLs that another hub left cannot be opened");
                    }
                }
            }
        }
        Ok(found)
    }

    fn take_over(path: PathBuf) -> io::Result<Option<Self>> {
        match OpenOptions::new().read(true).append(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => Self::held(other?, path),
        }
    }

    /// The journal in this file, unless somebody has it, or had it and moved it away since it was opened.
    fn held(file: File, path: PathBuf) -> io::Result<Option<Self>> {
        if file.try_lock().is_err() || !is_at(&file, &path)? {
            return Ok(None);
        }
        let bytes = file.metadata()?.len();
        Ok(Some(Self::of(file, path, bytes)))
    }

    /// Writes records by one call, all of them or none.
    pub(super) fn append(&mut self, records: &[UrlRecord]) -> Result<(), Unwritten> {
        let before = self.writer.lines();
        let mut lines = Vec::with_capacity(LINE_BYTES * records.len());
        let written = records
            .iter()
            .try_for_each(|record| self.writer.write(record, &mut lines))
            .and_then(|()| self.file.write_all(&lines));
        match written {
            Ok(()) => {
                self.bytes += lines.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.writer.go_back(before);
                let is_whole = self.file.set_len(self.bytes).is_ok();
                Err(Unwritten { error, is_whole })
            }
        }
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
        let mut held = &self.file;
        held.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(held);
        let (mut damage, mut records, mut line) = (Damage::default(), Vec::new(), Vec::new());
        let mut lines = line::Reader::default();
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            match (line.strip_suffix(b"\n"), lines.read(&line)) {
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
            return match std::fs::remove_file(&self.path) {
                // Somebody tidied up; what was in it is elsewhere.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                other => other,
            };
        }
        std::fs::rename(&self.path, self.path.with_extension("damaged"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Why records are not in a journal.
#[derive(Debug)]
pub(super) struct Unwritten {
    pub error: io::Error,
    /// What was written of them is taken back. Else nothing may follow: whoever finds the file reads it up to there.
    pub is_whole: bool,
}

/// What of a journal could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Damage {
    /// Whole lines that are not what was written.
    pub lines: u64,
    /// The last line was never written to its end, so nobody was answered.
    pub is_cut: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_cannot_be_opened_keeps_nobody_from_the_others() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a.journal")).unwrap();
        std::fs::create_dir(folder.path().join("c.journal")).unwrap();
        std::fs::write(folder.path().join("b.journal"), "").unwrap();
        let found = Journal::left_behind(folder.path()).unwrap();
        let paths: Vec<_> = found.iter().map(Journal::path).collect();
        assert_eq!(paths, [folder.path().join("b.journal")]);
    }

    #[test]
    fn a_journal_that_its_holder_moved_in_the_meantime_is_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.journal");
        let found = || OpenOptions::new().read(true).append(true).open(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        let before = found();
        std::fs::remove_file(&path).unwrap();
        assert!(Journal::held(before, path.clone()).unwrap().is_none());
        std::fs::write(&path, "").unwrap();
        assert!(Journal::held(found(), path.clone()).unwrap().is_some());
    }
}
