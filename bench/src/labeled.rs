//! A project whose tasks are all complete: what a thousand labelers would have left, kept by the store as it keeps theirs,
//! in the database of a hub that does not run.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use insitu_model::answer::Terms;
use insitu_model::id::{OrganizationId, ProjectId, UserId};
use insitu_model::task::ReviewStatus;
use insitu_store::projects::{self, ProjectSort, Wanted};
use insitu_store::tasks::{self, NewAnswer};
use insitu_store::{DatabaseUrl, Db, Error, Options, Page, Tx, organizations, users};

use crate::hub::OWNER;

/// Tasks of one transaction.
const BATCH_TASKS: u32 = 1000;
const POLYGONS: u32 = 3;
const CORNERS: u32 = 12;
/// When everything was drawn.
const DRAWN_MS: i64 = 1_767_225_600_000;
/// How long somebody drew at one.
const DRAWING_MS: u64 = 8217;

/// Gives every asset a completed task with three polygons, which was labeled and reviewed.
pub fn complete_all(database: &Path) -> Result<()> {
    let url = DatabaseUrl::Sqlite(database.to_owned());
    let db = Db::open(&url, Options::default()).context("opening the hub's database")?;
    let place = db.read_blocking(Place::find)?.context("the hub has no project")?;
    let mut position = 0;
    while let Some(last) = db.claim_blocking(move |tx| place.complete_some(tx, position))? {
        position = last;
    }
    db.close();
    Ok(())
}

/// The project, and who labels in it.
#[derive(Debug, Clone, Copy)]
struct Place {
    organization: OrganizationId,
    project: ProjectId,
    labeler: UserId,
}

impl Place {
    fn find(tx: &mut Tx) -> Result<Option<Self>, Error> {
        let Some(owner) = users::find_by_email(tx, OWNER)? else {
            return Ok(None);
        };
        let Some(membership) = organizations::of_user(tx, owner.id)?.pop() else {
            return Ok(None);
        };
        let organization = membership.organization.id;
        let all = Wanted {
            all: true,
            ..Wanted::default()
        };
        let first = Page { number: 1, limit: 1 };
        let found = projects::list(tx, organization, owner.id, &all, ProjectSort::default(), first)?;
        Ok(found.rows.first().map(|seen| Self {
            organization,
            project: seen.project.id,
            labeler: owner.id,
        }))
    }

    /// Completes the next tasks after this position; the last one's, if there were any.
    fn complete_some(self, tx: &mut Tx, position: i64) -> Result<Option<i64>, Error> {
        let (organization, project, by) = (self.organization, self.project, self.labeler);
        let some = tasks::for_export(tx, organization, project, &[], (position, BATCH_TASKS), false)?;
        for one in &some {
            let id = one.task.id();
            let new = NewAnswer {
                by,
                answer: answer(one.position),
                terms: Terms::default(),
                based_on: None,
                duration: DRAWING_MS,
                is_draft: false,
                submit: true,
                only_own: false,
            };
            tasks::save(tx, organization, project, id, &new, DRAWN_MS)?;
            let verdict = (by, ReviewStatus::Accepted);
            tasks::review(tx, organization, project, id, verdict, DRAWN_MS)?;
        }
        Ok(some.last().map(|one| one.position))
    }
}

/// Three polygons somewhere in a picture, different in each.
fn answer(place: i64) -> String {
    let mut text = String::from("{\"tools\":[");
    for polygon in 0..POLYGONS {
        if polygon > 0 {
            text.push(',');
        }
        // A String never refuses to be written to.
        let _ = write!(
            text,
            "{{\"schemaId\":\"{:024x}\",\"objectId\":\"{:023x}\",\"title\":\"Car\",\"classifications\":[],\
             \"metadata\":{{\"createdAt\":{DRAWN_MS},\"createdBy\":\"ada@insitu.test\"}},\"polygon\":[",
            polygon,
            place * i64::from(POLYGONS) + i64::from(polygon)
        );
        for corner in 0..CORNERS {
            if corner > 0 {
                text.push(',');
            }
            let angle = f64::from(corner) / f64::from(CORNERS) * std::f64::consts::TAU;
            let middle = ((place * 37 + i64::from(polygon) * 211) % 600) as f64;
            let (x, y) = (
                middle + 100.0 * angle.cos() + 120.0,
                middle + 90.0 * angle.sin() + 110.0,
            );
            let _ = write!(text, "[{x:.2},{y:.2}]");
        }
        text.push_str("]}");
    }
    text.push_str("],\"classifications\":[],\"relations\":[]}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_json_with_three_polygons() {
        let value: serde_json::Value = serde_json::from_str(&answer(41)).unwrap();
        assert_eq!(value["tools"].as_array().unwrap().len(), 3);
        assert_eq!(value["tools"][2]["polygon"].as_array().unwrap().len(), 12);
    }
}
