//! What is here of files that are not whole: where it lies, who has it, how much it is, and when it goes.
//!
//! Of a file that was announced with so many bytes, the part is `partial/TYPE/PROJECT.BYTES.NAME`: its length is how
//! much is here. It is nobody's asset and has no address.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use insitu_model::own_file::OwnFile;
use tokio::time::Instant;

use super::{OwnFiles, UploadError};
use crate::disk::{blocking, is_at, make_folder, sync_folder};

/// How long a part is kept after the last byte of it arrived.
pub const PARTS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long the sender before has to put away what it has.
const TAKE_OVER_WITHIN: Duration = Duration::from_secs(5);
/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A file of which a part is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPart {
    /// How much is here.
    pub received: u64,
    /// How long the whole file is to be.
    pub length: u64,
}

impl OwnFiles {
    /// What is here of these files of one project and use; of each as often as it was announced with another length.
    /// Blocks.
    pub fn kept_parts<'a>(&self, wanted: &'a [OwnFile]) -> io::Result<Vec<(&'a OwnFile, KeptPart)>> {
        let Some(first) = wanted.first() else {
            return Ok(Vec::new());
        };
        let project = first.project.to_string();
        let by_name: HashMap<&str, &OwnFile> = wanted.iter().map(|own| (own.name.as_str(), own)).collect();
        let mut kept = Vec::new();
        for path in files_in(&self.partial().join(first.kind.as_str()))? {
            let named = path.file_name().and_then(read_name);
            if let Some((of, length, name)) = named
                && of == project
                && let Some(own) = by_name.get(name)
                && let Ok(metadata) = std::fs::metadata(&path)
            {
                let received = metadata.len();
                kept.push((*own, KeptPart { received, length }));
            }
        }
        Ok(kept)
    }

    /// Removes parts that nobody went on with for [`PARTS_KEPT`]; how many. Blocks.
    pub fn sweep_parts(&self, now_ms: i64) -> io::Result<usize> {
        let mut removed = 0;
        for folder in entries_of(&self.partial())? {
            for path in files_in(&folder)? {
                if !is_old(&path, now_ms) {
                    continue;
                }
                let file = File::open(&path)?;
                // Held until the file is gone: whoever waits for the lock sees that it has to begin another.
                if file.try_lock().is_ok() {
                    std::fs::remove_file(&path)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    pub(super) fn part_path(&self, own: &OwnFile, length: u64) -> PathBuf {
        let mut path = self.partial();
        path.push(own.kind.as_str());
        // Names have at most 200 bytes, so that this one fits as well.
        path.push(format!("{}.{length}.{}", own.project, own.name));
        path
    }
}

/// Nothing is not worth a file.
pub(super) async fn forget_empty(file: &File, path: &Path) -> Result<(), UploadError> {
    if file.metadata()?.len() > 0 {
        return Ok(());
    }
    let path = path.to_owned();
    Ok(blocking(move || std::fs::remove_file(path)).await?)
}

/// The part's file, for this sender alone.
pub(super) async fn open_locked(path: &Path) -> Result<File, UploadError> {
    let until = Instant::now() + TAKE_OVER_WITHIN;
    loop {
        let opened = path.to_owned();
        if let Some(file) = blocking(move || try_open(&opened)).await? {
            return Ok(file);
        }
        if Instant::now() >= until {
            return Err(UploadError::Finishing);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// None while somebody else has it.
fn try_open(path: &Path) -> io::Result<Option<File>> {
    let is_new = !path.try_exists()?;
    if let Some(folder) = path.parent().filter(|_| is_new) {
        make_folder(folder)?;
    }
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
        Ok(()) => {}
    }
    // What is answered of it is there after a power cut as well, and so are the folders above it.
    if is_new {
        for folder in path.ancestors().skip(1).take(3) {
            sync_folder(folder)?;
        }
    }
    // It may have become whole and moved away, or been swept, before the lock was ours.
    Ok(is_at(&file, path)?.then_some(file))
}

fn is_old(path: &Path, now_ms: i64) -> bool {
    let written_ms = std::fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_millis()).ok());
    let kept_ms = i64::try_from(PARTS_KEPT.as_millis()).unwrap_or(i64::MAX);
    written_ms.is_some_and(|written_ms| now_ms.saturating_sub(written_ms) > kept_ms)
}

/// Reads `PROJECT.BYTES.NAME`.
fn read_name(name: &OsStr) -> Option<(&str, u64, &str)> {
    let mut words = name.to_str()?.splitn(3, '.');
    Some((words.next()?, words.next()?.parse().ok()?, words.next()?))
}

fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(entries_of(folder)?
        .into_iter()
        .filter(|path| path.is_file())
        .collect())
}

/// What is in a folder; nothing where there is no such folder.
fn entries_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}
