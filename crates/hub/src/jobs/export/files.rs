//! The files of an export: the zip itself, and two beside it while it is written.
//!
//! `<id>.zip` is written from its beginning to its end. The records of its directory, which stand at its end, wait in
//! `<id>.records`, and what else has to wait until all tasks are written in `<id>.later`. A checkpoint says how long
//! each was when it was made safe; whoever goes on cuts off what is behind.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use insitu_formats::zip::{Position, ZipWriter};
use insitu_model::id::ExportId;

use super::Fault;
use crate::disk::is_at;

/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;
/// The same for what is written rarely.
const SMALL_BUFFER_BYTES: usize = 64 << 10;

/// A zip file on the disk.
pub type Zip = ZipWriter<BufWriter<File>, BufWriter<File>>;

/// Where an export's files are.
#[derive(Debug, Clone)]
pub struct Place {
    folder: PathBuf,
    id: ExportId,
}

/// An export's place at which nobody else writes, in this program or another, for as long as this is held.
#[derive(Debug)]
pub struct Held {
    place: Place,
    records: File,
}

/// The files of an export that is being written.
#[derive(Debug)]
pub struct Files {
    place: Place,
    pub zip: Zip,
    /// Handles of the same files, to make them safe.
    synced: [File; 3],
    later: BufWriter<File>,
    later_bytes: u64,
}

impl Place {
    /// The place of an export in the folder of exports.
    pub fn new(folder: PathBuf, id: ExportId) -> Self {
        Self { folder, id }
    }

    /// The file that people fetch.
    pub fn zip(&self) -> PathBuf {
        self.path("zip")
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.id))
    }

    /// Removes the files that are only needed while the zip is written.
    pub fn remove_helpers(&self) -> io::Result<()> {
        remove(&self.path("later"))?;
        remove(&self.path("records"))
    }

    /// Removes every file of the export: that of the lock last, so that whoever makes it anew finds nothing else.
    pub fn remove(&self) -> io::Result<()> {
        remove(&self.zip())?;
        self.remove_helpers()
    }

    /// Locks the place, by the records' file, and changes nothing else. [`Fault::Busy`] while somebody else holds it.
    pub fn hold(self) -> Result<Held, Fault> {
        let records = self.open("records")?;
        match records.try_lock() {
            // Whoever held it may have removed it since it was opened.
            Ok(()) if is_at(&records, &self.path("records"))? => Ok(Held { place: self, records }),
            Ok(()) | Err(TryLockError::WouldBlock) => Err(Fault::Busy),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn open(&self, extension: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(self.path(extension))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The exports of which there are files in the folder.
pub fn found(folder: &Path) -> io::Result<HashSet<ExportId>> {
    let mut ids = HashSet::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let stem = Path::new(&name).file_stem();
        ids.extend(stem.and_then(|stem| stem.to_str()?.parse::<ExportId>().ok()));
    }
    Ok(ids)
}

impl Files {
    /// Opens the files to be written from here on: from the beginning, or where a checkpoint says. What is behind is
    /// cut off, so whoever holds the place has made sure that the export is still theirs.
    pub fn open(held: Held, position: Position, later_bytes: u64) -> Result<Self, Fault> {
        let Held { place, records } = held;
        let (zip, later) = (place.open("zip")?, place.open("later")?);
        cut(&zip, position.bytes())?;
        cut(&records, position.directory_bytes())?;
        cut(&later, later_bytes)?;
        // The files' names must survive a power cut as their contents do.
        File::open(&place.folder)?.sync_all()?;
        let synced = [zip.try_clone()?, records.try_clone()?, later.try_clone()?];
        Ok(Self {
            zip: ZipWriter::resume(
                BufWriter::with_capacity(BUFFER_BYTES, zip),
                BufWriter::with_capacity(SMALL_BUFFER_BYTES, records),
                position,
            ),
            synced,
            later: BufWriter::with_capacity(SMALL_BUFFER_BYTES, later),
            later_bytes,
            place,
        })
    }

    /// Keeps bytes until all tasks are written.
    pub fn keep_for_later(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.later.write_all(bytes)?;
        self.later_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Writes what was kept for later into the open entry.
    pub fn write_what_was_kept(&mut self) -> Result<(), Fault> {
        self.later.flush()?;
        let mut kept = File::open(self.place.path("later"))?.take(self.later_bytes);
        let mut chunk = vec![0; BUFFER_BYTES];
        loop {
            let count = kept.read(&mut chunk)?;
            if count == 0 {
                return Ok(());
            }
            self.zip.write(chunk.get(..count).unwrap_or_default())?;
        }
    }

    /// Makes everything safe that was written; where to go on from here: the zip, and how much was kept for later.
    pub fn checkpoint(&mut self) -> Result<(Position, u64), Fault> {
        let position = self.zip.checkpoint()?;
        self.later.flush()?;
        for file in &self.synced {
            file.sync_data()?;
        }
        Ok((position, self.later_bytes))
    }

    /// Writes the directory and makes the file safe; its length.
    pub fn finish(self) -> Result<u64, Fault> {
        let records_back = |records: BufWriter<File>| {
            let mut file = records.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.seek(SeekFrom::Start(0))?;
            Ok(BufReader::with_capacity(SMALL_BUFFER_BYTES, file))
        };
        let zip = self.zip.finish(records_back)?;
        let file = zip
            .into_inner()
            .map_err(|error| Fault::from(error.into_error()))?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

/// Makes a file as long as it was when it was safe, and goes to its end.
fn cut(file: &File, bytes: u64) -> Result<(), Fault> {
    if file.metadata()?.len() < bytes {
        return Err(Fault::FileLost);
    }
    file.set_len(bytes)?;
    let mut end = file;
    end.seek(SeekFrom::Start(bytes))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use insitu_formats::zip::Method;

    fn place(folder: &tempfile::TempDir) -> Place {
        Place::new(folder.path().to_owned(), ExportId::from_bytes([7; 12]))
    }

    fn open(folder: &tempfile::TempDir, position: Position, later_bytes: u64) -> Result<Files, Fault> {
        Files::open(place(folder).hold()?, position, later_bytes)
    }

    #[test]
    fn what_was_written_behind_a_checkpoint_is_cut_off_and_written_again() {
        let whole = |interrupted: bool| {
            let folder = tempfile::tempdir().unwrap();
            let mut files = open(&folder, Position::default(), 0).unwrap();
            files.zip.start("a", Method::FAST).unwrap();
            files.zip.write(b"first").unwrap();
            files.keep_for_later(b"kept").unwrap();
            let (position, later) = files.checkpoint().unwrap();
            if interrupted {
                files.zip.write(b"never seen again").unwrap();
                files.keep_for_later(b"nor this").unwrap();
                files.checkpoint().unwrap();
                drop(files);
                files = open(&folder, position, later).unwrap();
            }
            files.zip.write(b"second").unwrap();
            files.write_what_was_kept().unwrap();
            files.zip.end().unwrap();
            let bytes = files.finish().unwrap();
            let written = std::fs::read(place(&folder).zip()).unwrap();
            assert_eq!(written.len() as u64, bytes);
            written
        };
        assert_eq!(whole(true), whole(false));
    }

    #[test]
    fn two_programs_never_write_the_same_files_and_what_is_gone_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let files = open(&folder, Position::default(), 0).unwrap();
        let second = open(&folder, Position::default(), 0);
        assert!(matches!(second, Err(Fault::Busy)), "{second:?}");
        drop(files);
        let lost = open(&folder, Position::default(), 5);
        assert!(matches!(lost, Err(Fault::FileLost)), "{lost:?}");
    }

    #[test]
    fn an_export_is_found_by_any_of_its_files_and_removed_with_all() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (ExportId::from_bytes([1; 12]), ExportId::from_bytes([2; 12]));
        for name in [
            format!("{first}.zip"),
            format!("{second}.later"),
            format!("{second}.zip"),
            "notes.txt".to_owned(),
        ] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        assert_eq!(found(folder.path()).unwrap(), HashSet::from([first, second]));
        Place::new(folder.path().to_owned(), second).remove().unwrap();
        assert_eq!(found(folder.path()).unwrap(), HashSet::from([first]));
        assert!(folder.path().join("notes.txt").exists());
    }
}
