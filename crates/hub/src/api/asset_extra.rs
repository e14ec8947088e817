//! What an asset has beside its columns, as the importer wrote it.

use insitu_store::assets::Asset;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The parts of it that people see.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Extra {
    /// With `width` and `height` where they are known.
    pub metadata: Map<String, Value>,
    pub context_data: Option<Value>,
    pub attachments: Vec<Value>,
    pub dataset: Option<Value>,
    objects: Option<serde::de::IgnoredAny>,
    classifications: Option<serde::de::IgnoredAny>,
    relations: Option<serde::de::IgnoredAny>,
}

impl Extra {
    /// That of an asset.
    pub fn of(asset: &Asset) -> Self {
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
        extra
    }

    /// Whether it came with labels.
    pub fn is_labeled(&self) -> bool {
        self.objects.is_some() || self.classifications.is_some() || self.relations.is_some()
    }
}
