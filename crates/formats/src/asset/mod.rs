//! One row as an asset to import: its properties checked, bounded and typed.
//!
//! What holds for every property: `null` is the same as absent; all problems of a row are listed; names are the
//! page's, in its spelling. `externalId` may be a whole number and is then its digits. `width` and `height` are whole
//! numbers, which `603.0` is; those of `metadata` count where the row gives none. `tools` is another name of
//! `objects`. A row with `dataset` needs no `data`. Addresses are not looked into here.

mod dimension;
mod draft;
mod field;
mod json;
mod lists;
mod nested;
mod notices;
mod problem;
mod scalar;
mod table;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

pub use problem::{RowProblem, codes};

pub(crate) use draft::Draft;
pub(crate) use field::Field;
pub(crate) use json::read_element;
pub(crate) use notices::Noticed;
pub(crate) use table::read_record;

/// A row that can be imported, as far as a row can tell by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedAsset {
    pub data: AssetData,
    pub external_id: Option<String>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// An object.
    pub metadata: Option<JsonText>,
    /// An object.
    pub context_data: Option<JsonText>,
    /// Names or ids, each once, in the row's order. They replace the batches of the whole import.
    pub batches: Vec<String>,
    pub attachments: Vec<Attachment>,
    /// A storage's id, which replaces the storage of the whole import.
    pub storage: Option<String>,
    /// From -1000 to 1000; replaces the priority of the whole import.
    pub priority: Option<i16>,
    pub labels: Labels,
}

/// What there is to label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssetData {
    /// `data`: one address, as written.
    Single(String),
    /// `dataset`: the addresses of several pages, in order; at least one.
    Pages(Vec<String>),
}

impl AssetData {
    /// The addresses, whether one or several.
    pub fn addresses(&self) -> &[String] {
        match self {
            Self::Single(address) => std::slice::from_ref(address),
            Self::Pages(pages) => pages,
        }
    }
}

/// Something shown beside the asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    #[serde(rename = "type")]
    pub kind: AttachmentKind,
    /// An address, or the text itself.
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AttachmentKind {
    Image,
    Video,
    Text,
}

/// Labels that came with the row, each an array, not looked into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// `objects` or `tools`.
    pub objects: Option<JsonText>,
    pub classifications: Option<JsonText>,
    pub relations: Option<JsonText>,
}

impl Labels {
    /// Whether the row came without labels.
    pub fn is_empty(&self) -> bool {
        self.objects.is_none() && self.classifications.is_none() && self.relations.is_none()
    }
}

/// JSON without white space that has been checked: no name twice in an object, no NUL, no lone surrogate, no number
/// out of range, within limits. Databases and readers take it as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(Box<str>);

impl JsonText {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<JsonText> for String {
    fn from(json: JsonText) -> Self {
        json.0.into()
    }
}

impl std::fmt::Debug for JsonText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl ImportedAsset {
    /// About how much memory the row holds, for callers that gather rows up to so many bytes.
    pub fn size_bytes(&self) -> usize {
        let texts = |list: &[String]| {
            list.iter()
                .map(|text| text.len() + size_of::<String>())
                .sum::<usize>()
        };
        let json = |text: &Option<JsonText>| text.as_ref().map_or(0, |text| text.as_str().len());
        size_of::<Self>()
            + texts(self.data.addresses())
            + texts(&self.batches)
            + self.external_id.as_ref().map_or(0, String::len)
            + self.storage.as_ref().map_or(0, String::len)
            + self
                .attachments
                .iter()
                .map(|one| one.value.len() + size_of::<Attachment>())
                .sum::<usize>()
            + json(&self.metadata)
            + json(&self.context_data)
            + json(&self.labels.objects)
            + json(&self.labels.classifications)
            + json(&self.labels.relations)
    }
}
