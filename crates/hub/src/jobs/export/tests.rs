//! Two workers and one export: what the one that lost it may do to the file of the other, which is nothing.

use std::path::PathBuf;

use insitu_model::id::{ExportId, OrganizationId};
use insitu_model::job::JobState;
use serde_json::json;
use tokio::sync::watch;

use super::*;
use crate::testing::{Person, TestHub};

/// A hub whose workers rest, so that the test is all of them, and an export that waits.
struct Story {
    hub: TestHub,
    ada: Person,
    project: String,
    organization: OrganizationId,
    id: ExportId,
    stopping: watch::Sender<bool>,
}

impl Story {
    async fn begin() -> Self {
        let mut hub = TestHub::start().await;
        let ada = hub.owner("Acme").await;
        let project = ada.project("Cats").await;
        let rows: Vec<_> = (0..20)
            .map(|n| json!({ "data": format!("https://example.com/{n}.jpg"), "width": 3, "height": 4 }))
            .collect();
        let cloud = format!("/v2/project/{project}/cloud");
        ada.post(&cloud, json!({ "assets": rows })).await.data();
        hub.stop_working().await;
        let exports = format!("/v2/project/{project}/exports");
        let asked = ada.post(&exports, json!({ "stage": [] })).await;
        let id = asked.data()["export"]["_id"].as_str().unwrap().parse().unwrap();
        Self {
            organization: ada.organization.parse().unwrap(),
            hub,
            ada,
            project,
            id,
            stopping: watch::channel(false).0,
        }
    }

    /// The export as this worker has it, for so long.
    async fn claimed(&self, owner: &str, lease_ms: i64) -> Work<Export> {
        let (now, claimer) = (self.hub.hub.clock.now_ms(), owner.to_owned());
        let job = self
            .hub
            .hub
            .db
            .claim(move |tx| exports::claim(tx, &claimer, now, now + lease_ms))
            .await
            .unwrap();
        Work {
            hub: self.hub.hub.clone(),
            owner: owner.to_owned(),
            job: job.unwrap(),
            stopping: self.stopping.subscribe(),
        }
    }

    /// Two workers, of which the first lost the export to the second.
    async fn lost_and_held(&self) -> (Work<Export>, Work<Export>) {
        let lost = self.claimed("who lost it", -1).await;
        (lost, self.claimed("who has it", LEASE_MS).await)
    }

    async fn export(&self) -> Export {
        let (organization, id) = (self.organization, self.id);
        let get = move |tx: &mut Tx| exports::get(tx, organization, id);
        self.hub.hub.db.read(get).await.unwrap()
    }

    fn path(&self, extension: &str) -> PathBuf {
        let name = format!("{}.{extension}", self.id);
        self.hub.hub.config.exports_dir().join(name)
    }
}

#[tokio::test]
async fn whoever_lost_an_export_and_fails_leaves_the_files_to_the_one_who_has_it() {
    let story = Story::begin().await;
    let (mut lost, mut held) = story.lost_and_held().await;
    std::fs::write(story.path("zip"), "what is written by now").unwrap();
    std::fs::write(story.path("records"), "").unwrap();
    lost.fail("export.write_failed", "the file could not be written")
        .await;
    lost.cancel().await;
    let export = story.export().await;
    assert_eq!(
        (export.state, export.lease_owner.as_deref()),
        (JobState::Running, Some("who has it"))
    );
    let kept = std::fs::read(story.path("zip")).unwrap();
    assert_eq!(kept, b"what is written by now");

    held.fail("export.write_failed", "the file could not be written")
        .await;
    assert_eq!(story.export().await.state, JobState::Failed);
    assert!(!story.path("zip").exists() && !story.path("records").exists());
}

#[tokio::test]
async fn whoever_wakes_up_after_another_ended_the_export_cuts_nothing_off_its_file() {
    let story = Story::begin().await;
    let (lost, held) = story.lost_and_held().await;
    held.run().await;
    let whole = std::fs::read(story.path("zip")).unwrap();
    // What would be written by now is something else.
    let assets = format!("/v2/project/{}/assets", story.project);
    let page = story.ada.get(&format!("{assets}?limit=1")).await;
    let first = json!({ "assets": [page.data()["assets"][0]["_id"]] });
    story.ada.delete(&assets, first).await.data();
    lost.run().await;
    assert_eq!(story.export().await.state, JobState::Completed);
    assert_eq!(std::fs::read(story.path("zip")).unwrap(), whole);
}

#[tokio::test]
async fn whoever_takes_over_waits_until_the_one_before_has_let_go_of_the_files() {
    let story = Story::begin().await;
    let (_lost, held) = story.lost_and_held().await;
    let still_writes = place(&story.hub.hub, &held.job).hold().unwrap();
    std::fs::write(story.path("zip"), "what is written by now").unwrap();
    held.run().await;
    assert_eq!(story.export().await.state, JobState::Running);
    let kept = std::fs::read(story.path("zip")).unwrap();
    assert_eq!(kept, b"what is written by now");
    drop(still_writes);
    // Its lease goes on, so that it is this worker's still.
    let job = story.export().await;
    let again = Work {
        hub: story.hub.hub.clone(),
        owner: "who has it".to_owned(),
        job,
        stopping: story.stopping.subscribe(),
    };
    again.run().await;
    assert_eq!(story.export().await.state, JobState::Completed);
}

#[tokio::test]
async fn what_a_hub_left_that_was_killed_between_the_end_and_its_tidying_is_swept_and_nothing_else() {
    let story = Story::begin().await;
    story.claimed("worker", LEASE_MS).await.run().await;
    let whole = std::fs::read(story.path("zip")).unwrap();
    for helper in ["later", "records"] {
        std::fs::write(story.path(helper), "left").unwrap();
    }
    let stranger = Place::new(story.hub.hub.config.exports_dir(), ExportId::from_bytes([7; 12]));
    std::fs::write(stranger.zip(), "of an export that failed").unwrap();
    keep::sweep(&story.hub.hub).await;
    assert_eq!(std::fs::read(story.path("zip")).unwrap(), whole);
    assert!(!story.path("later").exists() && !story.path("records").exists());
    assert!(!stranger.zip().exists());
}
