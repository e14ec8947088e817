//! What an asset has beside its columns, as the importer wrote it.

use insitu_store::assets::Asset;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::own_files::OwnFiles;

/// The parts of it that people see.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Extra {
    pub metadata: Metadata,
    pub context_data: Option<Value>,
    pub attachments: Vec<Value>,
    /// The addresses of its pages, as people see them.
    pub dataset: Option<Value>,
    objects: Option<serde::de::IgnoredAny>,
    classifications: Option<serde::de::IgnoredAny>,
    relations: Option<serde::de::IgnoredAny>,
}

/// What was imported as metadata, with `width` and `height` where they are known.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Map<String, Value>")]
pub struct Metadata {
    imported: Map<String, Value>,
    width: Option<u32>,
    height: Option<u32>,
}

impl Extra {
    /// That of an asset.
    pub fn of(asset: &Asset, files: &OwnFiles) -> Self {
        let mut extra: Self = asset
            .extra
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        extra.metadata.width = asset.width;
        extra.metadata.height = asset.height;
        extra.dataset = extra.dataset.map(|pages| shown_pages(pages, files));
        extra
    }

    /// Whether it came with labels.
    pub fn is_labeled(&self) -> bool {
        self.objects.is_some() || self.classifications.is_some() || self.relations.is_some()
    }
}

/// The addresses of pages as people see them.
fn shown_pages(pages: Value, files: &OwnFiles) -> Value {
    match pages {
        Value::Array(pages) => pages.into_iter().map(|page| shown_pages(page, files)).collect(),
        Value::String(address) => Value::String(files.shown(address)),
        other => other,
    }
}

impl From<Map<String, Value>> for Metadata {
    fn from(imported: Map<String, Value>) -> Self {
        Self {
            imported,
            ..Self::default()
        }
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let dimensions = [("height", self.height), ("width", self.width)];
        let known = dimensions
            .into_iter()
            .filter_map(|(name, pixels)| Some((name, pixels?)));
        if self.imported.is_empty() {
            return serializer.collect_map(known);
        }
        let mut all = self.imported.clone();
        all.extend(known.map(|(name, pixels)| (name.to_owned(), pixels.into())));
        all.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dimensions_stand_in_the_metadata_before_what_was_imported_there() {
        let mut metadata: Metadata = serde_json::from_str(r#"{"camera":"a","width":"wide"}"#).unwrap();
        metadata.width = Some(1920);
        let text = serde_json::to_string(&metadata).unwrap();
        assert_eq!(text, r#"{"camera":"a","width":1920}"#);
        let bare = Metadata {
            height: Some(2),
            width: Some(1),
            ..Metadata::default()
        };
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#"{"height":2,"width":1}"#);
    }
}
