//! A file arrives in parts: what is here of it is kept and told, and the rest goes on from there, whatever cut it off.
//!
//! Of a file that was announced with so many bytes, the part is `partial/TYPE/PROJECT.BYTES.NAME`: its length is how
//! much is here. It is nobody's asset and has no address; whole, it moves to its place like any other file.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use insitu_model::own_file::OwnFile;
use tokio::io::{AsyncWriteExt as _, BufWriter};
use tokio::time::Instant;

use super::receive::{BUFFER_BYTES, blocking, pour};
use super::{OwnFiles, UploadError, make_folder};

/// How long a part is kept after the last byte of it arrived.
pub const PARTS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long the sender before has to put away what it has.
const TAKE_OVER_WITHIN: Duration = Duration::from_secs(5);
/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is sent of a file.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Where it begins.
    pub offset: u64,
    /// How long the whole file is.
    pub length: u64,
    /// CRC-32 of the whole file; counts when the file is whole.
    pub checksum: Option<u32>,
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes are here.
    Kept(u64),
    /// It is whole and in its place.
    Whole,
}

/// A file of which a part is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPart {
    /// How much is here.
    pub received: u64,
    /// How long the whole file is to be.
    pub length: u64,
}

impl OwnFiles {
    /// Takes a part in, which begins where the one before ended. Whatever arrived of it before a cut stays, if this is
    /// let come to its end: to be spawned, as a request ends with its connection.
    pub async fn receive_part<B, E>(
        self: &Arc<Self>,
        own: OwnFile,
        part: Part,
        body: B,
        declared: Option<u64>,
    ) -> Result<Progress, UploadError>
    where
        B: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let (max, length) = (self.max_bytes, part.length);
        if length > max {
            return Err(UploadError::TooLarge { max });
        }
        let room = length.saturating_sub(part.offset);
        if part.offset > length || declared.is_some_and(|declared| declared > room) {
            return Err(UploadError::OverLong { length });
        }
        let _one_of_few = self.uploads.try_acquire().map_err(|_| UploadError::TooMany)?;
        let path = self.part_path(&own, length);
        let mut turn = self.senders.take_over(&path);
        let file = open_locked(&path).await?;
        let here = file.metadata()?.len();
        if here != part.offset {
            forget_empty(&file, &path).await?;
            return Err(UploadError::WrongOffset { received: here });
        }
        let is_over = AtomicBool::new(false);
        let over = async {
            turn.is_over().await;
            is_over.store(true, Ordering::Relaxed);
        };
        let arrived = arrive(&file, part.offset, Box::pin(body.take_until(over)), room).await;
        let arrived = match is_over.load(Ordering::Relaxed) {
            true => Err(UploadError::TakenOver),
            false => arrived,
        };
        let arrived = put_away(&file, part.offset, length, arrived).await;
        if length > 0 {
            forget_empty(&file, &path).await?;
        }
        let here = arrived?;
        if here < length {
            return Ok(Progress::Kept(here));
        }
        let files = self.clone();
        blocking(move || files.finish_part(&own, &file, &path, part.checksum)).await?
    }

    /// Blocks.
    fn finish_part(
        &self,
        own: &OwnFile,
        file: &File,
        path: &Path,
        checksum: Option<u32>,
    ) -> io::Result<Result<Progress, UploadError>> {
        if let Some(expected) = checksum
            && checksum_of(file)? != expected
        {
            std::fs::remove_file(path)?;
            return Ok(Err(UploadError::WrongChecksum));
        }
        self.settle(own, path)?;
        Ok(Ok(Progress::Whole))
    }

    /// What is here of these files, in their order; of each as often as it was announced with another length. Blocks.
    pub fn kept_parts<'a>(&self, wanted: &'a [OwnFile]) -> io::Result<Vec<(&'a OwnFile, KeptPart)>> {
        let Some(first) = wanted.first() else {
            return Ok(Vec::new());
        };
        let mut kept = Vec::new();
        for path in files_in(&self.partial().join(first.kind.as_str()))? {
            let Some((project, length, name)) = path.file_name().and_then(read_name) else {
                continue;
            };
            let is_it = |own: &&OwnFile| own.name.as_str() == name && own.project.to_string() == project;
            if let Some(own) = wanted.iter().find(is_it)
                && let Ok(metadata) = std::fs::metadata(&path)
            {
                let received = metadata.len();
                kept.push((own, KeptPart { received, length }));
            }
        }
        Ok(kept)
    }

    /// Removes parts that nobody went on with for [`PARTS_KEPT`]; how many. Blocks.
    pub fn sweep_parts(&self, now_ms: i64) -> io::Result<usize> {
        let mut removed = 0;
        for folder in entries_of(&self.partial())? {
            for path in files_in(&folder)? {
                if is_old(&path, now_ms) && File::open(&path).is_ok_and(|file| file.try_lock_shared().is_ok())
                {
                    std::fs::remove_file(&path)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    fn part_path(&self, own: &OwnFile, length: u64) -> PathBuf {
        let mut path = self.partial();
        path.push(own.kind.as_str());
        // Names have at most 200 bytes, so that this one fits as well.
        path.push(format!("{}.{length}.{}", own.project, own.name));
        path
    }
}

/// Writes what arrives behind what is here.
async fn arrive<B, E>(file: &File, offset: u64, body: B, room: u64) -> Result<(), UploadError>
where
    B: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let mut at_end = file.try_clone()?;
    at_end.seek(SeekFrom::Start(offset))?;
    let mut writer = BufWriter::with_capacity(BUFFER_BYTES, tokio::fs::File::from_std(at_end));
    let poured = pour(body, &mut writer, room).await;
    // What came before a cut is as good as the rest.
    let flushed = writer.flush().await;
    poured?;
    Ok(flushed?)
}

/// Makes sure of what arrived, or takes back what must not stay; how much is here then.
async fn put_away(
    file: &File,
    offset: u64,
    length: u64,
    arrived: Result<(), UploadError>,
) -> Result<u64, UploadError> {
    let file = file.try_clone()?;
    let takes_back = matches!(
        arrived,
        Err(UploadError::TooLarge { .. } | UploadError::DiskFull | UploadError::Io(_))
    );
    let here = blocking(move || {
        if takes_back {
            file.set_len(offset)?;
        }
        file.sync_all()?;
        Ok(file.metadata()?.len())
    })
    .await;
    match arrived {
        Ok(()) => here,
        Err(UploadError::TooLarge { .. }) => Err(UploadError::OverLong { length }),
        Err(error) => Err(error),
    }
}

/// Nothing is not worth a file.
async fn forget_empty(file: &File, path: &Path) -> Result<(), UploadError> {
    if file.metadata()?.len() > 0 {
        return Ok(());
    }
    let path = path.to_owned();
    blocking(move || std::fs::remove_file(path)).await
}

/// The part's file, for this sender alone.
async fn open_locked(path: &Path) -> Result<File, UploadError> {
    let until = Instant::now() + TAKE_OVER_WITHIN;
    loop {
        let opened = path.to_owned();
        if let Some(file) = blocking(move || try_open(&opened)).await? {
            return Ok(file);
        }
        if Instant::now() >= until {
            return Err(UploadError::TakenOver);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// None while somebody else has it.
fn try_open(path: &Path) -> io::Result<Option<File>> {
    if let Some(folder) = path.parent() {
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
    // It may have become whole and moved away, or been swept, before the lock was ours.
    Ok(is_at(&file, path)?.then_some(file))
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere, files that are open do not move.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

fn checksum_of(file: &File) -> io::Result<u32> {
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(0))?;
    let (mut hasher, mut chunk) = (crc32fast::Hasher::new(), vec![0; BUFFER_BYTES]);
    loop {
        let read = file.read(&mut chunk)?;
        match chunk.get(..read) {
            Some(bytes) if !bytes.is_empty() => hasher.update(bytes),
            _ => return Ok(hasher.finalize()),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ApiError;
    use futures_util::stream;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    fn own(name: &str) -> OwnFile {
        OwnFile::parse_path(&format!("00010203040506070809abcd/assets/{name}")).unwrap()
    }

    fn files(folder: &Path) -> Arc<OwnFiles> {
        Arc::new(OwnFiles::new(folder.join("files"), "http://hub.test", 100))
    }

    async fn send(
        files: &Arc<OwnFiles>,
        (offset, length): (u64, u64),
        parts: Vec<Result<&'static str, &'static str>>,
        checksum: Option<u32>,
    ) -> Result<Progress, String> {
        let body = stream::iter(
            parts
                .into_iter()
                .map(|part| part.map(|text| Bytes::from_static(text.as_bytes()))),
        );
        let part = Part {
            offset,
            length,
            checksum,
        };
        let sent = files.receive_part(own("a.b.c"), part, body, None).await;
        sent.map_err(|error| ApiError::from(error).code.into_owned())
    }

    fn kept(files: &OwnFiles) -> Vec<KeptPart> {
        let wanted = [own("other"), own("a.b.c")];
        files
            .kept_parts(&wanted)
            .unwrap()
            .into_iter()
            .map(|(_, part)| part)
            .collect()
    }

    #[tokio::test]
    async fn what_came_before_a_cut_stays_and_the_rest_makes_the_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let cut = send(&files, (0, 10), vec![Ok("0123"), Err("reset")], None).await;
        assert_eq!(cut.unwrap_err(), "upload.cut_off");
        let four = KeptPart {
            received: 4,
            length: 10,
        };
        assert_eq!(kept(&files), [four]);
        assert!(!files.exists(&own("a.b.c")).unwrap());
        for offset in [0, 3, 5] {
            let refused = send(&files, (offset, 10), vec![Ok("x")], None).await;
            assert_eq!(refused.unwrap_err(), "upload.wrong_offset");
        }
        assert_eq!(
            send(&files, (4, 10), vec![Ok("45")], None).await,
            Ok(Progress::Kept(6))
        );
        let checksum = Some(crc32fast::hash(b"0123456789"));
        assert_eq!(
            send(&files, (6, 10), vec![Ok("67"), Ok("89")], checksum).await,
            Ok(Progress::Whole)
        );
        assert_eq!(std::fs::read(files.path(&own("a.b.c"))).unwrap(), b"0123456789");
        assert_eq!(kept(&files), []);
    }

    #[tokio::test]
    async fn what_goes_beyond_the_announced_length_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        send(&files, (0, 6), vec![Ok("0123")], None).await.unwrap();
        for (place, text, code) in [
            ((4, 6), "456", "upload.over_long"),
            ((7, 6), "", "upload.over_long"),
            ((0, 101), "", "upload.too_large"),
        ] {
            assert_eq!(send(&files, place, vec![Ok(text)], None).await.unwrap_err(), code);
        }
        assert_eq!(kept(&files)[0].received, 4);
        assert_eq!(
            send(&files, (4, 6), vec![Ok("45")], None).await,
            Ok(Progress::Whole)
        );
    }

    #[tokio::test]
    async fn a_file_that_is_another_than_its_checksum_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let wrong = send(&files, (0, 4), vec![Ok("0123")], Some(1)).await;
        assert_eq!(wrong.unwrap_err(), "upload.wrong_checksum");
        assert!(!files.exists(&own("a.b.c")).unwrap());
        assert_eq!(kept(&files), []);
    }

    #[tokio::test]
    async fn a_part_that_is_all_there_when_the_hub_dies_becomes_the_file_by_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let path = files.part_path(&own("a.b.c"), 4);
        make_folder(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "0123").unwrap();
        assert_eq!(send(&files, (4, 4), vec![], None).await, Ok(Progress::Whole));
    }

    #[tokio::test]
    async fn whoever_comes_last_goes_on_where_the_one_before_was() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let first = {
            let files = files.clone();
            let begins = stream::once(async move {
                let _ = sender.send(());
                Ok::<_, String>(Bytes::from_static(b"0123"))
            });
            let part = Part {
                offset: 0,
                length: 8,
                checksum: None,
            };
            // A connection that is dead and does not know it.
            let body = Box::pin(begins.chain(stream::pending()));
            tokio::spawn(async move { files.receive_part(own("a.b.c"), part, body, None).await })
        };
        receiver.await.unwrap();
        let second = send(&files, (0, 8), vec![Ok("x")], None).await;
        let first = first.await.unwrap().unwrap_err();
        assert_eq!(ApiError::from(first).code, "upload.taken_over");
        assert_eq!(second.unwrap_err(), "upload.wrong_offset");
        assert_eq!(kept(&files)[0].received, 4);
    }

    #[tokio::test]
    async fn parts_are_swept_a_week_after_their_last_byte() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        assert_eq!(files.sweep_parts(i64::MAX).unwrap(), 0);
        send(&files, (0, 8), vec![Ok("0123")], None).await.unwrap();
        let path = files.part_path(&own("a.b.c"), 8);
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        let written_ms = i64::try_from(written.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        assert_eq!(files.sweep_parts(written_ms + 7 * DAY_MS).unwrap(), 0);
        assert_eq!(files.sweep_parts(written_ms + 7 * DAY_MS + 1).unwrap(), 1);
        assert_eq!(kept(&files), []);
    }
}
