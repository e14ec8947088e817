//! A file arrives in parts: the rest goes on from where the part before ended, whatever cut it off. Whole, it goes to its
//! place like any other file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use insitu_model::own_file::OwnFile;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::partial::{forget_empty, open_locked};
use super::receive::{BUFFER_BYTES, pour};
use super::{OwnFiles, UploadError};
use crate::disk::blocking;

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
        self.finish(own, &file, path, part.checksum).await?;
        Ok(Progress::Whole)
    }

    /// What is whole goes to its place, unless it is another file than its checksum is of. Where it cannot go there now,
    /// it stays, and an empty part tries again.
    async fn finish(
        self: &Arc<Self>,
        own: OwnFile,
        file: &File,
        path: PathBuf,
        checksum: Option<u32>,
    ) -> Result<(), UploadError> {
        if let Some(expected) = checksum {
            let file = file.try_clone()?;
            if blocking(move || checksum_of(&file)).await? != expected {
                blocking(move || std::fs::remove_file(path)).await?;
                return Err(UploadError::WrongChecksum);
            }
        }
        let is_moved = self.keep(own, &path).await?;
        if !is_moved {
            blocking(move || std::fs::remove_file(path)).await?;
        }
        Ok(())
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
        Ok(()) => Ok(here?),
        Err(UploadError::TooLarge { .. }) => Err(UploadError::OverLong { length }),
        Err(error) => Err(error),
    }
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::UNIX_EPOCH;

    use super::super::KeptPart;
    use super::*;
    use crate::disk::make_folder;
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
        assert!(!files.path(&own("a.b.c")).exists());
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
        assert!(!files.path(&own("a.b.c")).exists());
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
