//! What somebody picked in a bucket, and the import that it becomes.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use insitu_model::import::{OnDuplicate, OnError};
use insitu_model::prefix::{Within, outermost};
use insitu_store::imports::Import;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::http::words;
use crate::api::imports::{checked_name, checked_priority};
use crate::auth::access::{OnProject, right};
use crate::cloud_access::{Bucket, Extensions, as_folder};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::import::receive::{self, Order};
use crate::jobs::import::source::{RowWriter, Source};

/// The format of lists that the hub writes.
const FORMAT: &str = "ndjson";
/// Folders that one import lists.
const FOLDERS_MAX: usize = 10_000;

/// What to look at, or what to import.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explore {
    pub bucket: String,
    pub storage_id: String,
    /// The folder to look into; empty is the top of the bucket. With `upload` and neither `files` nor `folders`, all of
    /// it is imported.
    pub folder: Option<String>,
    /// With `upload`: keys to import.
    #[serde(default)]
    pub files: Option<Vec<String>>,
    /// With `upload`: folders to import whole.
    #[serde(default)]
    pub folders: Option<Vec<String>>,
    /// Import instead of looking.
    #[serde(default, deserialize_with = "nothing_is_false")]
    #[schema(required = false)]
    pub upload: bool,
    /// With `upload`: the project to import into.
    pub project_id: Option<String>,
    /// The `scrollToken` of the page before.
    pub scroll_token: Option<String>,
    /// With `upload`: names or ids of the batches that every asset joins. New names become new batches.
    pub batches: Option<Vec<String>>,
    /// Endings of names, such as `jpg`; none: every file.
    pub extensions: Option<Vec<String>>,
    /// With `upload`: `false` leaves out what lies in folders of the folders; `true` unless given.
    pub subfolders: Option<bool>,
    /// With `upload`: every asset joins a batch that is called as the folder that it lies in.
    pub folder_batches: Option<bool>,
    /// -1000 to 1000; 0 unless given. Higher is labeled sooner.
    pub priority: Option<i64>,
    #[schema(value_type = Option<words::OnError>)]
    pub on_error: Option<OnError>,
    #[schema(value_type = Option<words::OnDuplicate>)]
    pub on_duplicate: Option<OnDuplicate>,
    /// `true` lists, checks and reports, and imports nothing.
    pub dry_run: Option<bool>,
    /// What to call the import; the bucket and folder unless given.
    pub name: Option<String>,
    /// Files and folders on a page, 1 to 1000; 1000 unless given.
    pub limit: Option<u16>,
}

impl Explore {
    /// Starts the import of what was picked.
    pub async fn import(
        &self,
        hub: &Arc<Hub>,
        access: &OnProject<right::ImportAssets>,
        bucket: &mut Bucket,
    ) -> ApiResult<Import> {
        let subfolders = self.subfolders.unwrap_or(true);
        let folders = self.picked_folders(subfolders)?;
        let begins = begins_of(bucket, &folders, subfolders)?;
        let files = self.picked_files(&begins, subfolders);
        let batches = self.batches.clone().unwrap_or_default();
        let mut order = Order {
            organization: access.organization,
            project: access.project,
            created_by: access.caller.user,
            name: self.name_of(bucket, &folders, &files)?,
            storage: Some(bucket.storage.id),
            batches,
            priority: checked_priority(self.priority.unwrap_or_default())?,
            on_error: self.on_error.unwrap_or_default(),
            on_duplicate: self.on_duplicate.unwrap_or_default(),
            dry_run: self.dry_run.unwrap_or_default(),
            is_upload: false,
            format: Some(FORMAT.to_owned()),
            source: None,
        };
        let mut source = Source {
            bucket: bucket.name.to_string(),
            folders,
            begins,
            subfolders,
            extensions: self.extensions.clone().unwrap_or_default(),
            folder_batches: self.folder_batches.unwrap_or_default(),
            named_rows: 0,
            named_bytes: 0,
        };
        // The batches of named files are read by name, as they may not be there yet.
        let lines = self.lines_of(bucket, &files, &order.batches);
        if lines.is_empty() {
            if source.begins.is_empty() {
                return Err(nothing_picked());
            }
            order.source = Some(source);
            return receive::enqueue_listing(hub, &order).await;
        }
        (source.named_rows, source.named_bytes) = (files.len() as u64, lines.len() as u64);
        let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from(lines))]);
        let received = receive::spool(hub, body, None).await?;
        order.source = Some(source);
        receive::enqueue(hub, &order, received).await
    }

    /// The folders to list, each once and none within another.
    fn picked_folders(&self, subfolders: bool) -> ApiResult<Vec<String>> {
        let filled = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let named: Vec<String> = match (&self.folders, &self.folder) {
            (Some(folders), _) if !folders.is_empty() => {
                folders.iter().map(|folder| as_folder(folder)).collect()
            }
            (_, Some(folder)) if !filled(&self.files) => vec![as_folder(folder)],
            _ => Vec::new(),
        };
        if named.len() > FOLDERS_MAX {
            return Err(ApiError::invalid(
                "explorer.too_many_folders",
                format!(
                    "{} folders at once; {FOLDERS_MAX} at most. Choose the folder above them.",
                    named.len()
                ),
            ));
        }
        if subfolders {
            return Ok(outermost(named));
        }
        let mut named = named;
        named.sort_unstable();
        named.dedup();
        Ok(named)
    }

    /// The files that were named and do not lie in a folder that is listed anyway, each once.
    fn picked_files(&self, begins: &[String], subfolders: bool) -> Vec<&String> {
        let extensions = Extensions::new(self.extensions.as_deref().unwrap_or_default());
        let begins: HashSet<&str> = begins.iter().map(String::as_str).collect();
        let lengths: BTreeSet<usize> = begins.iter().map(|begin| begin.len()).collect();
        // What a key begins with is looked up, instead of going through all that it may begin with.
        let is_listed = |key: &str| {
            let mut splits = lengths.iter().filter_map(|length| key.split_at_checked(*length));
            splits.any(|(begin, rest)| (subfolders || !rest.contains('/')) && begins.contains(begin))
        };
        let mut files: Vec<&String> = self.files.iter().flatten().collect();
        files.retain(|key| !key.is_empty() && !is_listed(key) && extensions.accept(key));
        files.sort_unstable();
        files.dedup();
        files
    }

    fn lines_of(&self, bucket: &Bucket, files: &[&String], batches: &[String]) -> Vec<u8> {
        let rows = RowWriter {
            bucket,
            extensions: Extensions::default(),
            folder_batches: self.folder_batches.unwrap_or_default(),
            batches,
        };
        let mut lines = Vec::new();
        files.iter().for_each(|key| rows.write(key, &mut lines));
        lines
    }

    /// What the import is called: what was picked, as far as a name can say it.
    fn name_of(&self, bucket: &Bucket, folders: &[String], files: &[&String]) -> ApiResult<String> {
        if let Some(name) = self.name.as_deref().filter(|name| !name.trim().is_empty()) {
            return checked_name(Some(name));
        }
        let name = match (folders, files) {
            ([folder], []) => format!("{}/{folder}", bucket.name),
            ([], [file]) => format!("{}/{file}", bucket.name),
            _ => format!("{} ({} picked)", bucket.name, folders.len() + files.len()),
        };
        Ok(checked_name(Some(&name)).unwrap_or_else(|_| bucket.name.to_string()))
    }
}

/// What the keys begin with that lie in these folders, as far as the storage reaches.
fn begins_of(bucket: &Bucket, folders: &[String], subfolders: bool) -> ApiResult<Vec<String>> {
    let mut begins = Vec::new();
    for folder in folders {
        match bucket.within(folder)? {
            Within::Parts(parts) => {
                let is_direct = |part: &String| !part.get(folder.len()..).unwrap_or_default().contains('/');
                begins.extend(parts.into_iter().filter(|part| subfolders || is_direct(part)));
            }
            _ => begins.push(folder.clone()),
        }
    }
    Ok(begins)
}

fn nothing_picked() -> ApiError {
    ApiError::invalid(
        "explorer.nothing_picked",
        "Nothing is picked to be imported. Name keys as files, folders as folders, or one folder as folder (an empty one is the whole bucket).",
    )
}

fn nothing_is_false<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(deserializer)?.unwrap_or_default())
}
