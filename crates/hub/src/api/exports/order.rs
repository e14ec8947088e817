//! What somebody wants exported, checked.

use insitu_model::export::{ExportFormat, MaskKind, RasterRule};
use insitu_model::id::{BatchId, OrganizationId, ProjectId};
use insitu_model::task::Stage;
use insitu_store::batches;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::TimeRange;
use crate::api::http::words;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::jobs::export::options::{ExportOptions, MaskOptions, Range};

/// What to export.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportBody {
    /// `json` (unless given), `ndjson`, `coco` or `masks`
    #[schema(value_type = Option<words::ExportFormat>)]
    pub format: Option<String>,
    /// Tasks in one of these stages; `Complete` unless given, and every stage if empty.
    #[schema(value_type = Option<Vec<words::Stage>>)]
    pub stage: Option<Vec<String>>,
    /// Ids or names: tasks in at least one of these batches; all if empty or left out.
    pub batches: Option<Vec<String>>,
    /// When the task was last changed.
    pub updated_at: Option<TimeRange>,
    /// When the asset was imported.
    pub created_at: Option<TimeRange>,
    /// Whether JSON has the metadata of assets and of annotations; true unless given.
    pub include_metadata: Option<bool>,
    /// Whether JSON has what tasks were when they left the stages before; true unless given.
    pub include_history: Option<bool>,
    /// For `masks`.
    pub masks: Option<MasksBody>,
}

/// How masks are to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MasksBody {
    /// `instance`, `class` or `semantic` (unless given)
    #[schema(value_type = Option<words::MaskKind>)]
    pub kind: Option<String>,
    /// `centre` (unless given), `coco` or `opencv`
    #[schema(value_type = Option<words::RasterRule>)]
    pub raster: Option<String>,
}

impl ExportBody {
    /// The format and the options that this asks for in a project.
    pub async fn check(
        self,
        hub: &Hub,
        organization: OrganizationId,
        project: ProjectId,
    ) -> ApiResult<(ExportFormat, ExportOptions)> {
        let format = match self.format.as_deref().filter(|format| !format.is_empty()) {
            None => ExportFormat::Json,
            Some(word) => parse_word(word, "export.format_unknown")?,
        };
        let stages = match self.stage {
            None => Some(vec![Stage::Complete]),
            Some(words) if words.is_empty() => None,
            Some(words) => Some(
                words
                    .iter()
                    .map(|word| parse_word(word, "export.stage_unknown"))
                    .collect::<ApiResult<_>>()?,
            ),
        };
        let masks = self.masks.unwrap_or_default();
        let masks = MaskOptions {
            kind: parse_or(masks.kind, "export.mask_kind_unknown", MaskKind::Semantic)?,
            raster: parse_or(masks.raster, "export.raster_unknown", RasterRule::Centre)?,
        };
        Ok((
            format,
            ExportOptions {
                stages,
                batches: batches_of(hub, organization, project, self.batches.unwrap_or_default()).await?,
                updated_at: range("updatedAt", self.updated_at.as_ref())?,
                created_at: range("createdAt", self.created_at.as_ref())?,
                include_metadata: self.include_metadata.unwrap_or(true),
                include_history: self.include_history.unwrap_or(true),
                masks: (format == ExportFormat::Masks).then_some(masks),
            },
        ))
    }
}

fn parse_word<T>(word: &str, code: &'static str) -> ApiResult<T>
where
    T: std::str::FromStr<Err = insitu_model::UnknownWord>,
{
    word.parse()
        .map_err(|error: insitu_model::UnknownWord| ApiError::invalid(code, format!("{error}.")))
}

fn parse_or<T>(word: Option<String>, code: &'static str, default: T) -> ApiResult<T>
where
    T: std::str::FromStr<Err = insitu_model::UnknownWord>,
{
    match word.filter(|word| !word.is_empty()) {
        None => Ok(default),
        Some(word) => parse_word(&word, code),
    }
}

/// The batches with these ids or names; none where there are none to look for.
async fn batches_of(
    hub: &Hub,
    organization: OrganizationId,
    project: ProjectId,
    named: Vec<String>,
) -> ApiResult<Option<Vec<BatchId>>> {
    if named.is_empty() {
        return Ok(None);
    }
    let known = hub
        .db
        .read(move |tx| batches::list(tx, organization, project))
        .await?;
    let mut ids = Vec::new();
    for name in named {
        let found = known
            .iter()
            .find(|batch| batch.id.to_string() == name)
            .or_else(|| known.iter().find(|batch| batch.name == name));
        ids.push(found.map(|batch| batch.id).ok_or_else(|| {
            ApiError::invalid(
                "export.unknown_batch",
                format!("The project has no batch \"{name}\". Name its batches by id or name."),
            )
        })?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(Some(ids))
}

/// Bounds in whole milliseconds that let through the same times, all of which are whole milliseconds.
fn range(name: &str, range: Option<&TimeRange>) -> ApiResult<Range> {
    let Some(range) = range else {
        return Ok(Range::default());
    };
    let bound =
        |text: &Option<String>, up: bool| text.as_deref().map(|text| bound(name, text, up)).transpose();
    Ok(Range {
        gt: bound(&range.gt, false)?,
        gte: bound(&range.gte, true)?,
        lt: bound(&range.lt, true)?,
        lte: bound(&range.lte, false)?,
    })
}

fn bound(name: &str, text: &str, up: bool) -> ApiResult<i64> {
    const NS_PER_MS: i128 = 1_000_000;
    let time: jiff::Timestamp = text.parse().map_err(|error| {
        ApiError::invalid(
            "export.time_invalid",
            format!("{name} has the bound {text:?}, which is no time: {error}. Write it as 2026-01-31T12:00:00.000Z."),
        )
    })?;
    let (whole, rest) = (
        time.as_nanosecond().div_euclid(NS_PER_MS),
        time.as_nanosecond().rem_euclid(NS_PER_MS),
    );
    Ok(i64::try_from(whole + i128::from(up && rest > 0)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_between_milliseconds_let_the_same_times_through() {
        let at = |text: &str| Some(text.to_owned());
        let asked = TimeRange {
            gt: at("1970-01-01T00:00:00.010500Z"),
            gte: at("1970-01-01T00:00:00.010500Z"),
            lt: at("1970-01-01T00:00:00.010500Z"),
            lte: at("1970-01-01T00:00:00.010Z"),
        };
        let found = range("updatedAt", Some(&asked)).unwrap();
        assert_eq!((found.gt, found.gte), (Some(10), Some(11)));
        assert_eq!((found.lt, found.lte), (Some(11), Some(10)));
        let wrong = TimeRange {
            gt: at("yesterday"),
            ..TimeRange::default()
        };
        assert_eq!(
            range("updatedAt", Some(&wrong)).unwrap_err().code,
            "export.time_invalid"
        );
    }
}
