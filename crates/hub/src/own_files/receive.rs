//! A file arrives: beside its place first, then, whole and safe on the disk, in its place. Whoever is told that it
//! arrived finds it after a power cut; what did not arrive whole is nowhere.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use insitu_model::own_file::OwnFile;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::{OwnFiles, UPLOAD_IDLE, UploadError};
use crate::disk::{blocking, is_at, make_folder, sync_folder};

/// Bytes gathered before they are written.
pub(super) const BUFFER_BYTES: usize = 1 << 18;
/// How often another file is made where one was swept away while it was made.
const ATTEMPTS: u32 = 8;

/// A file that is arriving. Dropping it removes it, unless it was moved to its place.
#[derive(Debug)]
struct Incoming {
    /// Locked, so that a hub that starts meanwhile does not take it for a leftover.
    file: File,
    path: PathBuf,
    is_settled: bool,
}

impl OwnFiles {
    /// Takes a file in, in place of the one that may be there; how many bytes it has. `token` names it meanwhile.
    pub async fn receive<B, E>(
        self: &Arc<Self>,
        own: OwnFile,
        body: B,
        declared: Option<u64>,
        token: &str,
    ) -> Result<u64, UploadError>
    where
        B: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let max = self.max_bytes;
        if declared.is_some_and(|declared| declared > max) {
            return Err(UploadError::TooLarge { max });
        }
        let _turn = self.uploads.try_acquire().map_err(|_| UploadError::TooMany)?;
        let (folder, path) = (self.incoming(), self.incoming().join(token));
        let mut incoming = blocking(move || Incoming::create(&folder, path)).await?;
        let file = tokio::fs::File::from_std(incoming.file.try_clone()?);
        let mut writer = BufWriter::with_capacity(BUFFER_BYTES, file);
        let received = pour(body, &mut writer, max).await?;
        if let Some(declared) = declared.filter(|declared| *declared != received) {
            return Err(UploadError::WrongLength { received, declared });
        }
        writer.flush().await?;
        writer.into_inner().sync_all().await?;
        incoming.is_settled = self.keep(own, &incoming.path).await?;
        Ok(received)
    }

    /// Brings a whole file to its place; whether that was to move it. When this returns, it is there after a power cut
    /// as well.
    pub(super) async fn keep(self: &Arc<Self>, own: OwnFile, whole: &Path) -> Result<bool, UploadError> {
        if let Some(bucket) = &self.bucket {
            bucket.put(&own, whole).await?;
            return Ok(false);
        }
        let (files, path) = (self.clone(), whole.to_owned());
        blocking(move || files.settle(&own, &path)).await?;
        Ok(true)
    }

    /// Blocks.
    fn settle(&self, own: &OwnFile, whole: &Path) -> io::Result<()> {
        let folder = self.folder_of(own);
        if !folder.is_dir() {
            make_folder(&folder)?;
            for above in folder.ancestors().skip(1).take(3) {
                sync_folder(above)?;
            }
        }
        std::fs::rename(whole, self.path(own))?;
        sync_folder(&folder)
    }

    /// Removes what uploads left that a stopped hub did not end; how many files. Blocks.
    pub fn sweep(&self) -> io::Result<usize> {
        let entries = match std::fs::read_dir(self.incoming()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other?,
        };
        let mut removed = 0;
        for entry in entries {
            let path = entry?.path();
            // Whoever had it may give it up in any instant.
            let Ok(file) = File::open(&path) else {
                continue;
            };
            // Held until the file is gone: whoever waits for the lock sees that it has to begin another.
            if file.try_lock().is_ok() && is_at(&file, &path)? {
                std::fs::remove_file(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl Incoming {
    fn create(folder: &Path, path: PathBuf) -> io::Result<Self> {
        make_folder(folder)?;
        for _ in 0..ATTEMPTS {
            let file = File::create_new(&path)?;
            file.lock()?;
            // Another hub that starts may have taken it for a leftover before it was locked.
            if is_at(&file, &path)? {
                return Ok(Self {
                    file,
                    path,
                    is_settled: false,
                });
            }
        }
        Err(io::Error::other(format!(
            "{} is taken away by another program whenever it is made",
            path.display()
        )))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_settled
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "an upload that was given up could not be removed");
        }
    }
}

/// Writes what arrives, at most `max` bytes; how many they were.
pub(super) async fn pour<B, E>(
    mut body: B,
    writer: &mut BufWriter<tokio::fs::File>,
    max: u64,
) -> Result<u64, UploadError>
where
    B: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let mut received = 0;
    loop {
        let next = tokio::time::timeout(UPLOAD_IDLE, body.next())
            .await
            .map_err(|_| UploadError::Stalled)?;
        match next {
            None => return Ok(received),
            Some(Ok(bytes)) => {
                received += bytes.len() as u64;
                if received > max {
                    return Err(UploadError::TooLarge { max });
                }
                writer.write_all(&bytes).await?;
            }
            Some(Err(error)) => {
                return Err(UploadError::CutOff {
                    received,
                    cause: error.to_string(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ApiError;
    use futures_util::stream;

    fn own(name: &str) -> OwnFile {
        OwnFile::parse_path(&format!("00010203040506070809abcd/assets/{name}")).unwrap()
    }

    fn files(folder: &Path) -> Arc<OwnFiles> {
        Arc::new(OwnFiles::new(folder.join("files"), "http://hub.test", 8))
    }

    fn body(parts: Vec<Result<&'static str, &'static str>>) -> impl Stream<Item = io::Result<Bytes>> + Unpin {
        stream::iter(
            parts
                .into_iter()
                .map(|part| part.map(Bytes::from_static_str).map_err(io::Error::other)),
        )
    }

    trait FromStaticStr {
        fn from_static_str(text: &'static str) -> Self;
    }

    impl FromStaticStr for Bytes {
        fn from_static_str(text: &'static str) -> Self {
            Self::from_static(text.as_bytes())
        }
    }

    #[tokio::test]
    async fn a_file_is_in_its_place_once_it_is_whole_and_the_last_one_counts() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        for (content, bytes) in [("first", 5), ("", 0), ("second", 6)] {
            let kept = files
                .receive(own("a"), body(vec![Ok(content)]), Some(bytes), "token")
                .await
                .unwrap();
            assert_eq!(kept, bytes);
            assert_eq!(std::fs::read_to_string(files.path(&own("a"))).unwrap(), content);
        }
        assert_eq!(std::fs::read_dir(files.incoming()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_does_not_arrive_whole_leaves_nothing_and_the_file_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        files
            .receive(own("a"), body(vec![Ok("before")]), None, "0")
            .await
            .unwrap();
        for (parts, declared, code) in [
            (vec![Ok("12345"), Ok("6789")], None, "upload.too_large"),
            (vec![Ok("12345")], Some(9), "upload.too_large"),
            (vec![Ok("123")], Some(4), "upload.wrong_length"),
            (vec![Ok("123"), Err("reset")], None, "upload.cut_off"),
        ] {
            let refused = files.receive(own("a"), body(parts), declared, "1").await;
            assert_eq!(ApiError::from(refused.unwrap_err()).code, code);
            assert_eq!(std::fs::read_to_string(files.path(&own("a"))).unwrap(), "before");
            assert_eq!(std::fs::read_dir(files.incoming()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_sweep_takes_leftovers_but_not_what_is_still_arriving() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let arriving = Incoming::create(&files.incoming(), files.incoming().join("arriving")).unwrap();
        std::fs::write(files.incoming().join("left"), "half").unwrap();
        assert_eq!(files.sweep().unwrap(), 1);
        assert!(arriving.path.exists());
        drop(arriving);
        assert_eq!(std::fs::read_dir(files.incoming()).unwrap().count(), 0);
    }

    #[test]
    fn what_begins_to_arrive_while_another_hub_sweeps_is_still_there() {
        const FILES: u32 = 2000;
        /// How often one is begun anew: a hub never sweeps as often as this test.
        const BEGINNINGS: u32 = 1000;
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    files.sweep().unwrap();
                }
            });
            let begin = |n: u32| Incoming::create(&files.incoming(), files.incoming().join(n.to_string()));
            let gone = (0..FILES).filter(|n| {
                let arriving = (0..BEGINNINGS).find_map(|_| begin(*n).ok());
                arriving.is_none_or(|arriving| !arriving.path.exists())
            });
            let gone = gone.count();
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(gone, 0);
        });
    }
}
