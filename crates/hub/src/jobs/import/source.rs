//! Where the list of an import comes from when the hub writes it itself: a bucket, or folders of one, and how each file
//! found becomes a row.

use insitu_cloud::s3::ListedObject;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cloud_access::{Bucket, Extensions, is_marker};

/// What is listed, and what is taken of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub bucket: String,
    /// The folders that somebody chose, each with its slash; an empty one is the whole bucket.
    pub folders: Vec<String>,
    /// What the keys that are looked for begin with: the folders within the storage's boundary.
    pub begins: Vec<String>,
    /// With everything below the folders, or only with what lies directly in them.
    pub subfolders: bool,
    /// Endings of names; none: every file.
    pub extensions: Vec<String>,
    /// Each file joins a batch that is called as the folder that it lies in.
    pub folder_batches: bool,
    /// Files that were named and stand at the beginning of the list already, and their bytes.
    pub named_rows: u64,
    pub named_bytes: u64,
}

/// Writes files as rows of a list.
#[derive(Debug)]
pub struct RowWriter<'a> {
    pub bucket: &'a Bucket,
    pub extensions: Extensions,
    pub folder_batches: bool,
    /// What rows name that also join a batch of their folder: a row's batches stand for the import's.
    pub batches: &'a [String],
}

impl RowWriter<'_> {
    /// Appends a row for each file that is meant; how many.
    pub fn write_listed(&self, objects: &[ListedObject], out: &mut Vec<u8>) -> u64 {
        let mut rows = 0;
        for object in objects {
            if !is_marker(object) && self.extensions.accept(&object.key) {
                self.write(&object.key, out);
                rows += 1;
            }
        }
        rows
    }

    /// Appends the row of one file. A key that no browser can open becomes a row that the report refuses.
    pub fn write(&self, key: &str, out: &mut Vec<u8>) {
        let data = self.bucket.address_of(key).unwrap_or_else(|| {
            let encoded = utf8_percent_encode(key, NON_ALPHANUMERIC);
            format!("s3://{}/{encoded}", self.bucket.name)
        });
        let mut row = json!({ "data": data, "externalId": key });
        if let Some(folder) = folder_name(key).filter(|_| self.folder_batches)
            && let Some(row) = row.as_object_mut()
        {
            let mut batches = self.batches.to_vec();
            batches.push(folder.to_owned());
            row.insert("batches".to_owned(), json!(batches));
        }
        out.extend_from_slice(row.to_string().as_bytes());
        out.push(b'\n');
    }
}

/// The name of the folder that a file lies in; none at the top of a bucket.
fn folder_name(key: &str) -> Option<&str> {
    let (folders, _) = key.rsplit_once('/')?;
    let name = folders.rsplit('/').next().unwrap_or(folders);
    Some(name.trim()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::folder_name;

    #[test]
    fn a_folder_is_called_as_the_last_of_its_path() {
        assert_eq!(folder_name("2024/berlin/a.jpg"), Some("berlin"));
        assert_eq!(folder_name("berlin/a.jpg"), Some("berlin"));
        for none in ["a.jpg", "/a.jpg", "x//a.jpg", "x/ /a.jpg"] {
            assert_eq!(folder_name(none), None, "{none}");
        }
    }
}
