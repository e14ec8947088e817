//! Which tasks an export holds and how they are written: what is kept with the export, and what the store is asked.

use insitu_model::export::{MaskKind, RasterRule};
use insitu_model::id::BatchId;
use insitu_model::task::Stage;
use insitu_store::tasks::{Cmp, Condition, Field, Operand, Test};
use serde::{Deserialize, Serialize};

/// What somebody wants to have exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportOptions {
    /// Tasks in one of these stages; none: in any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<Stage>>,
    /// Tasks whose asset is in one of these batches; none: in any or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batches: Option<Vec<BatchId>>,
    #[serde(default)]
    pub updated_at: Range,
    #[serde(default)]
    pub created_at: Range,
    pub include_metadata: bool,
    pub include_history: bool,
    /// How masks are made, where the export is of masks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masks: Option<MaskOptions>,
}

/// How masks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskOptions {
    pub kind: MaskKind,
    pub raster: RasterRule,
}

/// A range of times, in milliseconds since 1970; every bound may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Range {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gt: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<i64>,
}

impl ExportOptions {
    /// Every task, with everything.
    pub fn all() -> Self {
        Self {
            stages: None,
            batches: None,
            updated_at: Range::default(),
            created_at: Range::default(),
            include_metadata: true,
            include_history: true,
            masks: None,
        }
    }

    /// What must be true of a task that is exported.
    pub fn conditions(&self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(stages) = &self.stages {
            let words = stages
                .iter()
                .map(|stage| Operand::Text(stage.as_str().to_owned()));
            conditions.push(Condition::Of(Field::Stage, Test::In(words.collect())));
        }
        if let Some(batches) = &self.batches {
            conditions.push(Condition::Batches(batches.clone(), true));
        }
        for (field, range) in [
            (Field::UpdatedAt, self.updated_at),
            (Field::CreatedAt, self.created_at),
        ] {
            for (cmp, bound) in [
                (Cmp::Greater, range.gt),
                (Cmp::GreaterOrEqual, range.gte),
                (Cmp::Less, range.lt),
                (Cmp::LessOrEqual, range.lte),
            ] {
                if let Some(bound) = bound {
                    conditions.push(Condition::Of(field, Test::Compare(cmp, bound)));
                }
            }
        }
        conditions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_read_back_and_say_no_more_than_they_must() {
        let options = ExportOptions {
            stages: Some(vec![Stage::Complete]),
            batches: None,
            updated_at: Range {
                gt: Some(7),
                ..Range::default()
            },
            created_at: Range::default(),
            include_metadata: true,
            include_history: false,
            masks: Some(MaskOptions {
                kind: MaskKind::Semantic,
                raster: RasterRule::Coco,
            }),
        };
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<ExportOptions>(&json).unwrap(), options);
        assert_eq!(options.conditions().len(), 2);
        let all: ExportOptions =
            serde_json::from_str(r#"{"includeMetadata":true,"includeHistory":true}"#).unwrap();
        assert!(all.conditions().is_empty());
        assert_eq!(all, ExportOptions::all());
    }
}
