//! One page of a folder, as people look at it: its folders, its files, and where the next page begins.

use insitu_cloud::Retry;
use insitu_cloud::s3::{ListedObject, Listing};
use insitu_model::prefix::Within;

use super::Bucket;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// Which files are meant, by what their names end in.
#[derive(Debug, Clone, Default)]
pub struct Extensions(Vec<String>);

/// What is found in a folder.
#[derive(Debug, Default)]
pub struct FolderPage {
    /// Whole prefixes, each with its slash.
    pub folders: Vec<String>,
    pub files: Vec<ListedObject>,
    /// Where the next page begins; none on the last.
    pub scroll: Option<String>,
}

impl Extensions {
    /// Reads endings such as `jpg`, `.JPG` or `nii.gz`; none mean every file.
    pub fn new(endings: &[String]) -> Self {
        let clean = |ending: &String| ending.trim().trim_start_matches(['*', '.']).to_lowercase();
        let endings = endings.iter().map(clean).filter(|ending| !ending.is_empty());
        Self(endings.map(|ending| format!(".{ending}")).collect())
    }

    /// Whether a file with this key is meant.
    pub fn accept(&self, key: &str) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let key = key.to_lowercase();
        self.0.iter().any(|ending| key.ends_with(ending))
    }
}

/// A folder as it is meant: with its slash at the end, and without one the bucket itself.
pub fn as_folder(text: &str) -> String {
    match text {
        "" | "/" => String::new(),
        text if text.ends_with('/') => text.to_owned(),
        text => format!("{text}/"),
    }
}

/// Whether a listed object is no file but what the S3 console leaves for a folder.
pub fn is_marker(object: &ListedObject) -> bool {
    object.size_bytes == 0 && object.key.ends_with('/')
}

impl FolderPage {
    /// A page of a folder. Above the boundary of the storage, only what leads into it is seen.
    pub async fn read(
        hub: &Hub,
        bucket: &mut Bucket,
        folder: &str,
        scroll: Option<&str>,
        max_keys: u16,
        retry: Retry,
    ) -> ApiResult<Self> {
        let (ways, begins) = match bucket.within(folder)? {
            Within::Parts(parts) => split(folder, &parts),
            _ => (Vec::new(), vec![folder.to_owned()]),
        };
        let (at, continuation) = scroll.map_or(Ok((0, None)), place_of)?;
        let mut page = Self::default();
        if at == 0 && continuation.is_none() {
            page.folders = ways;
        }
        let Some(begin) = begins.get(at) else {
            return Ok(page);
        };
        let listing = Listing {
            prefix: begin,
            delimiter: Some("/"),
            continuation,
            start_after: None,
            max_keys,
        };
        let listed = bucket.page(hub, &listing, retry).await?;
        page.folders.extend(listed.prefixes);
        page.files = listed.objects;
        page.files.retain(|object| !is_marker(object));
        page.scroll = match listed.continuation {
            Some(continuation) => Some(format!("{at}.{continuation}")),
            None if at + 1 < begins.len() => Some(format!("{}.", at + 1)),
            None => None,
        };
        Ok(page)
    }
}

/// The folders that lead from a folder into these parts of it, and the beginnings of names that are parts themselves.
fn split(folder: &str, parts: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut ways, mut begins): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for part in parts {
        let rest = part.strip_prefix(folder).unwrap_or(part);
        match rest.split_once('/') {
            Some((name, _)) => ways.push(format!("{folder}{name}/")),
            None => begins.push(part.clone()),
        }
    }
    ways.dedup();
    (ways, begins)
}

/// Reads what [`FolderPage::scroll`] said.
fn place_of(scroll: &str) -> ApiResult<(usize, Option<&str>)> {
    let read = || {
        let (at, continuation) = scroll.split_once('.')?;
        Some((
            at.parse().ok()?,
            Some(continuation).filter(|text| !text.is_empty()),
        ))
    };
    read().ok_or_else(|| {
        ApiError::invalid(
            "explorer.scroll_token_invalid",
            "The scrollToken is none that this hub gave. Send the one of the page before as it is, or none for the first page.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_what_people_type() {
        let endings = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            Extensions::new(&texts)
        };
        assert!(endings(&[]).accept("a/b"));
        for typed in ["jpg", ".JPG", "*.jpg", " jpg "] {
            assert!(endings(&[typed]).accept("a/b.Jpg"), "{typed}");
        }
        assert!(endings(&["png", "nii.gz"]).accept("scan.nii.gz"));
        assert!(!endings(&["jpg"]).accept("a/xjpg"));
        assert!(!endings(&["jpg"]).accept("a.jpg/b.png"));
    }

    #[test]
    fn the_way_into_a_boundary_is_a_folder_or_the_beginning_of_names() {
        let parts = ["a/b/c/", "a/d/", "x", "y/z"].map(str::to_owned);
        assert_eq!(
            split("", &parts),
            (vec!["a/".into(), "y/".into()], vec!["x".into()])
        );
        assert_eq!(
            split("a/", &parts[..2]),
            (vec!["a/b/".into(), "a/d/".into()], vec![])
        );
    }

    #[test]
    fn a_token_of_somebody_else_is_refused() {
        assert_eq!(place_of("0.abc.def").unwrap(), (0, Some("abc.def")));
        assert_eq!(place_of("2.").unwrap(), (2, None));
        for token in ["", "abc", "x.y"] {
            assert_eq!(place_of(token).unwrap_err().code, "explorer.scroll_token_invalid");
        }
    }
}
