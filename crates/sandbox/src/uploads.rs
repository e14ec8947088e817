//! Objects that are uploaded in parts, until they are whole or given up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};

use crate::keys::hex;
use crate::objects::Object;

/// Fewest bytes of every part but the last.
pub const PART_BYTES_MIN: usize = 5 * 1024 * 1024;
/// Highest number of a part.
pub const PART_NUMBER_MAX: i32 = 10_000;

/// One object on its way.
#[derive(Debug)]
struct Upload {
    key: String,
    /// The object without its bytes, as the upload was begun with it.
    about: Object,
    parts: BTreeMap<i32, Part>,
}

#[derive(Debug)]
struct Part {
    etag: String,
    bytes: Bytes,
}

/// The uploads of one bucket, by their ids.
#[derive(Debug, Default)]
pub struct Uploads {
    by_id: Mutex<BTreeMap<String, Upload>>,
}

/// Why parts make no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    NoSuchUpload,
    InvalidPart,
    InvalidPartOrder,
    EntityTooSmall,
}

impl Uploads {
    /// Begins an object; `about` says what it is to be beside its bytes.
    pub fn begin(&self, id: String, key: &str, about: Object) {
        let upload = Upload {
            key: key.to_owned(),
            about,
            parts: BTreeMap::new(),
        };
        self.lock().insert(id, upload);
    }

    /// Takes a part, in place of the one with its number; its ETag.
    pub fn put_part(&self, id: &str, key: &str, number: i32, bytes: Bytes) -> Result<String, Unfit> {
        let mut by_id = self.lock();
        let upload = find(&mut by_id, id, key)?;
        let etag = hex(&Md5::digest(&bytes));
        let part = Part {
            etag: etag.clone(),
            bytes,
        };
        upload.parts.insert(number, part);
        Ok(etag)
    }

    /// Makes an object of the parts that are named by number and ETag.
    pub fn complete(
        &self,
        id: &str,
        key: &str,
        named: &[(i32, String)],
        now_ms: i64,
    ) -> Result<Object, Unfit> {
        let mut by_id = self.lock();
        let upload = find(&mut by_id, id, key)?;
        if named.is_empty() {
            return Err(Unfit::InvalidPart);
        }
        if !named.is_sorted_by(|(before, _), (after, _)| before < after) {
            return Err(Unfit::InvalidPartOrder);
        }
        let (mut whole, mut hashes) = (BytesMut::new(), Md5::new());
        for (at, (number, etag)) in named.iter().enumerate() {
            let part = upload.parts.get(number).filter(|part| part.etag == *etag);
            let part = part.ok_or(Unfit::InvalidPart)?;
            if at + 1 < named.len() && part.bytes.len() < PART_BYTES_MIN {
                return Err(Unfit::EntityTooSmall);
            }
            hashes.update(Md5::digest(&part.bytes));
            whole.extend_from_slice(&part.bytes);
        }
        let mut object = upload.about.clone();
        let kind = Some(object.content_type.clone());
        let made = Object::in_memory(key, whole.freeze(), kind, now_ms);
        object.content = made.content;
        object.modified_ms = now_ms;
        object.etag = format!("{}-{}", hex(&hashes.finalize()), named.len());
        by_id.remove(id);
        Ok(object)
    }

    /// Gives an object up.
    pub fn abort(&self, id: &str, key: &str) -> Result<(), Unfit> {
        let mut by_id = self.lock();
        find(&mut by_id, id, key)?;
        by_id.remove(id);
        Ok(())
    }

    /// How many objects are on their way.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Upload>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<'a>(by_id: &'a mut BTreeMap<String, Upload>, id: &str, key: &str) -> Result<&'a mut Upload, Unfit> {
    let upload = by_id.get_mut(id).filter(|upload| upload.key == key);
    upload.ok_or(Unfit::NoSuchUpload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> Object {
        Object::in_memory("k", Bytes::new(), Some("image/png".to_owned()), 0)
    }

    #[test]
    fn parts_make_an_object_whose_etag_counts_them() {
        let uploads = Uploads::default();
        uploads.begin("id".to_owned(), "k", about());
        let large = Bytes::from(vec![7; PART_BYTES_MIN]);
        let first = uploads.put_part("id", "k", 1, large).unwrap();
        let second = uploads
            .put_part("id", "k", 5, Bytes::from_static(b"end"))
            .unwrap();
        let named = [(1, first.clone()), (5, second.clone())];
        let backwards = [(5, second.clone()), (1, first.clone())];
        assert_eq!(
            uploads.complete("id", "k", &backwards, 1).unwrap_err(),
            Unfit::InvalidPartOrder
        );
        let object = uploads.complete("id", "k", &named, 1).unwrap();
        assert_eq!(object.content.size_bytes(), PART_BYTES_MIN as u64 + 3);
        assert_eq!(object.content_type, "image/png");
        assert!(object.etag.ends_with("-2"), "{}", object.etag);
        assert_eq!(uploads.count(), 0);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_the_upload_stays() {
        let uploads = Uploads::default();
        uploads.begin("id".to_owned(), "k", about());
        let small = uploads
            .put_part("id", "k", 1, Bytes::from_static(b"small"))
            .unwrap();
        let last = uploads
            .put_part("id", "k", 2, Bytes::from_static(b"last"))
            .unwrap();
        let named = [(1, small), (2, last)];
        assert_eq!(
            uploads.complete("id", "k", &named, 1).unwrap_err(),
            Unfit::EntityTooSmall
        );
        let other = [(1, "another".to_owned())];
        assert_eq!(
            uploads.complete("id", "k", &other, 1).unwrap_err(),
            Unfit::InvalidPart
        );
        assert_eq!(
            uploads.complete("id", "k", &[], 1).unwrap_err(),
            Unfit::InvalidPart
        );
        assert_eq!(uploads.abort("id", "another").unwrap_err(), Unfit::NoSuchUpload);
        assert_eq!(uploads.count(), 1);
        uploads.abort("id", "k").unwrap();
        assert_eq!(
            uploads.put_part("id", "k", 1, Bytes::new()).unwrap_err(),
            Unfit::NoSuchUpload
        );
    }
}
