//! What is sent: a file, or standard input.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::cli::{Failure, Outcome};

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 256 << 10;
/// What standard input is called.
const STANDARD_INPUT: &str = "standard input";

/// A list to send.
pub struct Source {
    read: Box<dyn AsyncRead + Send + Unpin>,
    path: Option<PathBuf>,
    /// Not known of standard input.
    pub bytes: Option<u64>,
}

impl Source {
    /// Opens the file, or standard input for `-`.
    pub async fn open(path: &Path) -> Outcome<Self> {
        if path == Path::new("-") {
            return Ok(Self {
                read: Box::new(tokio::io::stdin()),
                path: None,
                bytes: None,
            });
        }
        let fail = |error: std::io::Error| Failure::new(format!("cannot read {}: {error}", path.display()));
        let file = File::open(path).await.map_err(fail)?;
        let metadata = file.metadata().await.map_err(fail)?;
        if metadata.is_dir() {
            return Err(Failure::new(format!(
                "{} is a folder; name a file",
                path.display()
            )));
        }
        // A pipe or device has no length.
        let bytes = metadata.is_file().then_some(metadata.len());
        Ok(Self {
            read: Box::new(file),
            path: Some(path.to_owned()),
            bytes,
        })
    }

    /// What to call the import.
    pub fn name(&self) -> String {
        let name = self
            .path
            .as_deref()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| STANDARD_INPUT.to_owned())
    }

    /// The bytes, as they are read; `sent` is told of each piece.
    pub fn stream(
        self,
        sent: impl Fn(u64) + Send + 'static,
    ) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
        stream::try_unfold((self.read, sent), |(mut read, sent)| async move {
            let mut chunk = bytes::BytesMut::with_capacity(CHUNK_BYTES);
            let count = read.read_buf(&mut chunk).await?;
            if count == 0 {
                return Ok(None);
            }
            sent(count as u64);
            Ok(Some((chunk.freeze(), (read, sent))))
        })
    }
}
