//! The objects of one bucket, ordered by key as S3 orders them: by UTF-8 bytes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use md5::{Digest, Md5};

use crate::keys::hex;

/// The longest key that S3 accepts, in bytes.
pub const MAX_KEY_BYTES: usize = 1024;

/// One object and what S3 says about it.
#[derive(Debug, Clone)]
pub struct Object {
    pub content: Content,
    pub content_type: String,
    /// Without the quotes.
    pub etag: String,
    pub modified_ms: i64,
    pub metadata: BTreeMap<String, String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
}

/// Where the bytes are.
#[derive(Debug, Clone)]
pub enum Content {
    Memory(Bytes),
    /// A file of the seed folder, read when it is asked for.
    File {
        path: PathBuf,
        size_bytes: u64,
    },
}

impl Content {
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File { size_bytes, .. } => *size_bytes,
        }
    }
}

impl Object {
    /// An object in memory; the ETag is its MD5, as S3's is.
    #[must_use]
    pub fn in_memory(key: &str, bytes: Bytes, content_type: Option<String>, modified_ms: i64) -> Self {
        let etag = hex(&Md5::digest(&bytes));
        Self::plain(
            Content::Memory(bytes),
            content_type.unwrap_or_else(|| guess_type(key)),
            etag,
            modified_ms,
        )
    }

    /// A file on disk. Its ETag comes from path, size and time, so that starting reads no content; S3's ETags of
    /// encrypted objects are no MD5 either.
    fn on_disk(key: &str, path: PathBuf, metadata: &std::fs::Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
        let modified_ms = modified.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(0));
        let seed = format!("{}\n{}\n{modified_ms}", path.display(), metadata.len());
        let etag = hex(&Md5::digest(seed.as_bytes()));
        let content = Content::File {
            path,
            size_bytes: metadata.len(),
        };
        Self::plain(content, guess_type(key), etag, modified_ms)
    }

    fn plain(content: Content, content_type: String, etag: String, modified_ms: i64) -> Self {
        Self {
            content,
            content_type,
            etag,
            modified_ms,
            metadata: BTreeMap::new(),
            cache_control: None,
            content_disposition: None,
            content_encoding: None,
        }
    }
}

/// A bucket's objects. Readers share an object; replacing it does not disturb a download in progress.
#[derive(Debug, Default)]
pub struct Objects {
    by_key: RwLock<BTreeMap<String, Arc<Object>>>,
}

impl Objects {
    #[must_use]
    pub fn find(&self, key: &str) -> Option<Arc<Object>> {
        self.by_key
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }

    pub fn put(&self, key: &str, object: Object) {
        let mut by_key = self.by_key.write().unwrap_or_else(PoisonError::into_inner);
        by_key.insert(key.to_owned(), Arc::new(object));
    }

    pub fn remove(&self, key: &str) {
        self.by_key
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }

    /// Looks at the ordered keys; the callback must be quick, as writers wait for it.
    pub(crate) fn with_ordered<R>(&self, look: impl FnOnce(&BTreeMap<String, Arc<Object>>) -> R) -> R {
        look(&self.by_key.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in every file below a folder, with `/` between the parts of a key.
    pub fn add_folder(&self, folder: &Path) -> io::Result<()> {
        let mut waiting = vec![(folder.to_owned(), String::new())];
        while let Some((folder, prefix)) = waiting.pop() {
            for entry in std::fs::read_dir(&folder)? {
                let entry = entry?;
                // A name that is not UTF-8 cannot be a key.
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let key = format!("{prefix}{name}");
                let metadata = std::fs::metadata(entry.path())?;
                if metadata.is_dir() {
                    waiting.push((entry.path(), format!("{key}/")));
                } else {
                    self.put(&key, Object::on_disk(&key, entry.path(), &metadata));
                }
            }
        }
        Ok(())
    }
}

/// The content type that an uploader would have given, by the key's extension.
fn guess_type(key: &str) -> String {
    let extension = key
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let known = match extension.as_deref() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("tif" | "tiff") => "image/tiff",
        Some("mp4") => "video/mp4",
        Some("mp3") => "audio/mpeg",
        Some("pdf") => "application/pdf",
        Some("json") => "application/json",
        Some("csv") => "text/csv",
        Some("md" | "txt") => "text/plain",
        _ => "binary/octet-stream",
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objects_etag_is_its_md5() {
        let object = Object::in_memory("a.txt", Bytes::from_static(b"hello"), None, 0);
        assert_eq!(object.etag, "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(object.content_type, "text/plain");
    }

    #[test]
    fn a_replaced_object_stays_whole_for_who_holds_it() {
        let objects = Objects::default();
        objects.put("k", Object::in_memory("k", Bytes::from_static(b"old"), None, 0));
        let held = objects.find("k").unwrap();
        objects.put("k", Object::in_memory("k", Bytes::from_static(b"newer"), None, 1));
        assert_eq!(held.content.size_bytes(), 3);
        assert_eq!(objects.find("k").unwrap().content.size_bytes(), 5);
        objects.remove("k");
        assert!(objects.find("k").is_none());
    }
}
