//! What an asset has beside its columns, as the importer wrote it.

use insitu_store::assets::Asset;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::own_files::OwnFiles;

/// The parts of it that people see.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Extra {
    /// With `width` and `height` where they are known.
    pub metadata: Map<String, Value>,
    pub context_data: Option<Value>,
    pub attachments: Vec<Value>,
    /// The addresses of its pages, as people see them.
    pub dataset: Option<Value>,
    objects: Option<serde::de::IgnoredAny>,
    classifications: Option<serde::de::IgnoredAny>,
    relations: Option<serde::de::IgnoredAny>,
}

impl Extra {
    /// That of an asset.
    pub fn of(asset: &Asset, files: &OwnFiles) -> Self {
        let mut extra: Self = asset
            .extra
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        for (name, pixels) in [("width", asset.width), ("height", asset.height)] {
            if let Some(pixels) = pixels {
                extra.metadata.insert(name.to_owned(), pixels.into());
            }
        }
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
