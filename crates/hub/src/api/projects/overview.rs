//! How a project stands: its tasks by stage, what was done lately, and by whom.

use std::sync::Arc;

use axum::extract::State;
use insitu_model::role::{Right, allows};
use insitu_store::Error;
use insitu_store::tasks::{self, Day, Share};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::TaskCounts;
use crate::api::http::time::iso;
use crate::auth::access::{OnProject, right};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::ApiResult;
use crate::hub::Hub;

/// How far back an overview looks, today included.
const DAYS: i64 = 14;
/// The most people that it names.
const MAX_PEOPLE: u32 = 10;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new().routes(routes!(show))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectOverviewData)]
pub struct OverviewData {
    pub overview: Overview,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectOverview)]
pub struct Overview {
    pub counts: TaskCounts,
    /// The last 14 days in UTC, today last, whether anything was done or not.
    pub days: Vec<DayView>,
    /// Who did most in these days; for those who manage tasks, and null for others.
    pub people: Option<Vec<ShareView>>,
}

/// What was sent on from stage Label, and from stage Review, on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectDay)]
pub struct DayView {
    /// Such as `2026-01-31`.
    pub day: String,
    pub labeled: u64,
    pub reviewed: u64,
}

/// What somebody did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProjectShare)]
pub struct ShareView {
    /// The id of the user.
    pub user: String,
    /// Null where the user is gone.
    pub name: Option<String>,
    pub email: Option<String>,
    pub labeled: u64,
    pub reviewed: u64,
    /// Milliseconds of work on these tasks.
    pub duration: u64,
}

impl From<Share> for ShareView {
    fn from(share: Share) -> Self {
        Self {
            user: share.user.to_string(),
            name: share.name,
            email: share.email,
            labeled: share.labeled,
            reviewed: share.reviewed,
            duration: share.duration,
        }
    }
}

/// How a project stands: tasks by stage, what was done on the last 14 days, and by whom
#[utoipa::path(get, path = "/v2/project/{project}/overview", tag = "projects", params(("project" = String, Path)),
    responses((status = 200, body = Envelope<OverviewData>), (status = 403, body = ErrorBody)))]
async fn show(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadAssets>,
) -> ApiResult<Success<OverviewData>> {
    let (organization, project) = (access.organization, access.project);
    let since = tasks::day_of(hub.clock.now_ms()) - DAYS + 1;
    let sees_people = allows(Right::ManageTasks, access.role, access.project_role);
    let (counts, days, people) = hub
        .db
        .read(move |tx| {
            let people = if sees_people {
                Some(tasks::shares(tx, organization, project, since, MAX_PEOPLE)?)
            } else {
                None
            };
            let days = tasks::days(tx, organization, project, since)?;
            Ok::<_, Error>((tasks::counts(tx, organization, project)?, days, people))
        })
        .await?;
    Ok(Success(OverviewData {
        overview: Overview {
            counts: counts.into(),
            days: every_day(since, &days),
            people: people.map(|shares| shares.into_iter().map(ShareView::from).collect()),
        },
    }))
}

/// All days from one on, those on which nothing was done included.
fn every_day(since: i64, done: &[Day]) -> Vec<DayView> {
    (since..since + DAYS)
        .map(|day| {
            let done = done.iter().find(|one| one.day == day);
            DayView {
                day: iso(day * DAY_MS).chars().take(10).collect(),
                labeled: done.map_or(0, |one| one.labeled),
                reviewed: done.map_or(0, |one| one.reviewed),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_on_which_nothing_was_done_are_named_too() {
        let day = Day {
            day: 20_001,
            labeled: 3,
            reviewed: 1,
        };
        let days = every_day(20_000, &[day]);
        assert_eq!(days.len(), 14);
        let named = |at: usize| (days[at].day.as_str(), days[at].labeled, days[at].reviewed);
        assert_eq!(named(0), ("2024-10-04", 0, 0));
        assert_eq!(named(1), ("2024-10-05", 3, 1));
        assert_eq!(named(13), ("2024-10-17", 0, 0));
    }
}
