//! The spool: lists that arrived whole and wait to be read, one file for each import.
//!
//! A file belongs to its import once the import's row is committed. Until then whoever receives it holds a lock on
//! it, so that a hub that starts meanwhile does not take it for a leftover.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use insitu_model::id::ImportId;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use crate::disk::{blocking, is_disk_full, make_folder, sync_folder};

/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// The folder of spooled lists.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

/// A list that arrived whole and is safe on the disk. Dropping it removes it again, unless it was kept.
#[derive(Debug)]
pub struct Received {
    file: Option<File>,
    path: PathBuf,
    pub name: String,
    pub bytes: u64,
}

/// Why a list did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error(
        "nothing arrived for {} seconds, so the upload was given up and nothing of it was kept; send the file again",
        .0.as_secs()
    )]
    Stalled(Duration),
    #[error(
        "the upload was cut off after {received} bytes, so nothing of it was kept; send the file again ({cause})"
    )]
    CutOff { received: u64, cause: String },
    #[error(
        "the upload has {received} bytes and was announced with {declared}; nothing of it was kept; send the file again"
    )]
    WrongLength { received: u64, declared: u64 },
    #[error("the file is empty; choose a list with at least one asset")]
    Empty,
    #[error(
        "the hub's disk is full, so nothing of the upload was kept; free some space in the data directory and send the file again"
    )]
    DiskFull,
    #[error("the upload could not be kept: {0}")]
    Io(io::Error),
}

impl ReceiveError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stalled(_) => "import.upload_stalled",
            Self::CutOff { .. } => "import.upload_cut_off",
            Self::WrongLength { .. } => "import.upload_wrong_length",
            Self::Empty => "list.empty_file",
            Self::DiskFull => "import.disk_full",
            Self::Io(_) => "import.upload_failed",
        }
    }
}

impl From<io::Error> for ReceiveError {
    fn from(error: io::Error) -> Self {
        if is_disk_full(&error) {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

impl Spool {
    /// The spool in this folder, which is made when it is first needed.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where the list with this name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes what arrives to the disk as it arrives. When this returns the file survives a power cut.
    /// `so_far` counts the bytes meanwhile.
    pub async fn receive<B, E>(
        &self,
        import: ImportId,
        body: B,
        declared: Option<u64>,
        idle: Duration,
        so_far: &AtomicU64,
    ) -> Result<Received, ReceiveError>
    where
        B: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let (mut received, file) = self.create(import).await?;
        let mut writer = BufWriter::with_capacity(BUFFER_BYTES, file);
        received.bytes = pour(body, &mut writer, idle, so_far).await?;
        if let Some(declared) = declared.filter(|declared| *declared != received.bytes) {
            return Err(ReceiveError::WrongLength {
                received: received.bytes,
                declared,
            });
        }
        if received.bytes == 0 {
            return Err(ReceiveError::Empty);
        }
        writer.flush().await?;
        writer.into_inner().sync_all().await?;
        let (folder, path) = (self.folder.clone(), received.path.clone());
        blocking(move || {
            sync_folder(&folder)?;
            // Whatever swept the folder in the instant before the lock was held has taken this file with it.
            std::fs::metadata(path).map(drop)
        })
        .await?;
        Ok(received)
    }

    async fn create(&self, import: ImportId) -> Result<(Received, tokio::fs::File), ReceiveError> {
        let (folder, name) = (self.folder.clone(), import.to_string());
        let path = folder.join(&name);
        let received = blocking(move || {
            make_folder(&folder)?;
            let file = File::create_new(&path)?;
            file.lock()?;
            Ok(Received {
                file: Some(file),
                path,
                name,
                bytes: 0,
            })
        })
        .await?;
        let Some(locked) = &received.file else {
            return Err(io::Error::other("the file is gone").into());
        };
        let file = tokio::fs::File::from_std(locked.try_clone()?);
        Ok((received, file))
    }

    /// Removes a list that was read or is not wanted any more.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Names of the lists in the spool that nobody is receiving right now.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_ours = name.parse::<ImportId>().is_ok();
            if is_ours && is_unlocked(&entry.path()) {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Removes the named lists except the wanted ones; how many.
    pub fn sweep(&self, names: &[String], wanted: &HashSet<String>) -> io::Result<usize> {
        let mut removed = 0;
        for name in names.iter().filter(|name| !wanted.contains(*name)) {
            self.remove(name)?;
            removed += 1;
        }
        Ok(removed)
    }
}

impl Received {
    /// Leaves the file in the spool: its import's row is committed.
    pub fn keep(mut self) {
        self.file = None;
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if self.file.take().is_some()
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "an upload that was given up could not be removed");
        }
    }
}

async fn pour<B, E>(
    mut body: B,
    writer: &mut BufWriter<tokio::fs::File>,
    idle: Duration,
    so_far: &AtomicU64,
) -> Result<u64, ReceiveError>
where
    B: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let mut received = 0;
    loop {
        let next = tokio::time::timeout(idle, body.next())
            .await
            .map_err(|_| ReceiveError::Stalled(idle))?;
        match next {
            None => return Ok(received),
            Some(Ok(bytes)) => {
                writer.write_all(&bytes).await?;
                received += bytes.len() as u64;
                so_far.store(received, Ordering::Relaxed);
            }
            Some(Err(error)) => {
                return Err(ReceiveError::CutOff {
                    received,
                    cause: error.to_string(),
                });
            }
        }
    }
}

fn is_unlocked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock_shared().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use insitu_model::ambient::{FixedClock, SeededRandom};

    const PATIENCE: Duration = Duration::from_millis(20);

    fn import(seed: u64) -> ImportId {
        ImportId::new(&FixedClock::at(1_700_000_000_000), &SeededRandom::new(seed))
    }

    fn chunks(texts: &[&'static str]) -> impl Stream<Item = Result<Bytes, io::Error>> + Unpin + use<> {
        stream::iter(
            texts
                .iter()
                .map(|text| Ok(Bytes::from_static(text.as_bytes())))
                .collect::<Vec<_>>(),
        )
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn what_arrives_whole_is_kept_and_what_nobody_claims_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().join("imports"));
        let received = spool
            .receive(
                import(1),
                chunks(&["[", "{}", "]"]),
                Some(4),
                PATIENCE,
                &AtomicU64::default(),
            )
            .await
            .unwrap();
        assert_eq!(received.bytes, 4);
        let path = spool.path(&received.name);
        assert_eq!(std::fs::read(&path).unwrap(), b"[{}]");
        received.keep();
        assert!(path.exists());

        drop(
            spool
                .receive(import(2), chunks(&["[]"]), None, PATIENCE, &AtomicU64::default())
                .await
                .unwrap(),
        );
        assert_eq!(files(&folder.path().join("imports")), 1);
    }

    #[tokio::test]
    async fn a_body_that_is_cut_off_stalls_or_lies_about_its_length_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().to_owned());

        let cut = chunks(&["[{"]).chain(stream::iter([Err(io::Error::other("connection reset"))]));
        let error = spool
            .receive(import(1), cut, None, PATIENCE, &AtomicU64::default())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "import.upload_cut_off");
        assert!(error.to_string().contains("after 2 bytes"), "{error}");

        let stalled = chunks(&["[{"]).chain(stream::pending());
        let error = spool
            .receive(import(2), stalled, None, PATIENCE, &AtomicU64::default())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "import.upload_stalled");

        let error = spool
            .receive(
                import(3),
                chunks(&["[]"]),
                Some(3),
                PATIENCE,
                &AtomicU64::default(),
            )
            .await
            .unwrap_err();
        assert_eq!(error.code(), "import.upload_wrong_length");

        let error = spool
            .receive(import(4), chunks(&[]), None, PATIENCE, &AtomicU64::default())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "list.empty_file");

        assert_eq!(files(folder.path()), 0);
    }

    #[tokio::test]
    async fn a_sweep_takes_leftovers_but_not_what_is_wanted_or_still_arriving() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path().to_owned());
        let wanted = spool
            .receive(import(1), chunks(&["[]"]), None, PATIENCE, &AtomicU64::default())
            .await
            .unwrap();
        let leftover = spool
            .receive(import(2), chunks(&["[]"]), None, PATIENCE, &AtomicU64::default())
            .await
            .unwrap();
        let arriving = spool
            .receive(import(3), chunks(&["[]"]), None, PATIENCE, &AtomicU64::default())
            .await
            .unwrap();
        std::fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
        let wanted_names = HashSet::from([wanted.name.clone()]);
        wanted.keep();
        leftover.keep();

        let names = spool.names().unwrap();
        assert_eq!(spool.sweep(&names, &wanted_names).unwrap(), 1);
        assert!(spool.path(&import(1).to_string()).exists());
        assert!(!spool.path(&import(2).to_string()).exists());
        assert!(spool.path(&arriving.name).exists());
        assert!(folder.path().join("notes.txt").exists());
    }
}
