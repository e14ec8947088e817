//! Exports as durable jobs: one worker each, continued by another, their problems and their files kept as promised.

use insitu_model::{
    export::ExportFormat,
    id::{AssetId, ExportId, OrganizationId, ProjectId, TaskId},
    job::JobState,
};
use insitu_store::{
    Error, Page, Tx,
    export_problems::{self, Problem},
    exports::{self, Checkpoint, NewExport},
    projects,
};

use crate::harness::{LEASE, NOW, Store, all, contract, id};

const MOST: u64 = 100;

impl Store {
    fn new_export(&self, organization: OrganizationId, project: ProjectId) -> NewExport {
        self.tick();
        NewExport {
            id: id!(self, ExportId),
            organization,
            project,
            created_by: id!(self, UserId),
            api_key: None,
            address: None,
            format: ExportFormat::Ndjson,
            options: "{}".to_owned(),
            file_name: "birds.zip".to_owned(),
            created_at: self.tick(),
        }
    }

    pub async fn queued_export(&self, organization: OrganizationId, project: ProjectId) -> ExportId {
        let new = self.new_export(organization, project);
        let id = new.id;
        self.write(move |tx| exports::insert(tx, &new, 10, MOST))
            .await
            .unwrap();
        id
    }

    pub async fn claim_export(&self, worker: &'static str) -> Option<exports::Export> {
        let now = self.tick();
        self.write(move |tx| exports::claim(tx, worker, now, now + LEASE))
            .await
            .unwrap()
    }

    pub async fn export(&self, organization: OrganizationId, id: ExportId) -> exports::Export {
        self.read(move |tx| exports::get(tx, organization, id))
            .await
            .unwrap()
    }
}

fn problem(object: &str) -> Problem {
    Problem {
        is_notice: false,
        task: TaskId::of_asset(AssetId::from_bytes([7; 12])),
        external_id: "möwe.jpg".to_owned(),
        object: object.to_owned(),
        code: "export.shape_invalid".to_owned(),
        message: "the polygon has two corners\0".to_owned(),
    }
}

fn checkpoint(text: &str, tasks_done: u64, objects: &[&str]) -> Checkpoint {
    Checkpoint {
        text: text.to_owned(),
        tasks_done,
        bytes_written: tasks_done * 100,
        problems: objects.iter().map(|object| problem(object)).collect(),
    }
}

contract! {
    async fn an_export_is_continued_at_its_checkpoint_by_whoever_takes_it_next(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let id = store.queued_export(organization, project).await;
        let first = store.claim_export("first").await.unwrap();
        assert_eq!((first.new.id, first.state, first.checkpoint), (id, JobState::Running, None));
        assert_eq!(store.claim_export("second").await, None);
        let until = store.tick() + LEASE;
        let done = checkpoint("{\"place\":5}", 5, &["a", "b"]);
        assert!(!store.write(move |tx| exports::checkpoint(tx, id, "first", &done, until)).await.unwrap());
        store.write(move |tx| exports::progress(tx, id, "first", (7, 900), until)).await.unwrap();

        store.clock.advance_ms(LEASE + 1);
        let taken = store.claim_export("second").await.unwrap();
        assert_eq!((taken.checkpoint.as_deref(), taken.progress.problems), (Some("{\"place\":5}"), 2));
        assert_eq!((taken.progress.tasks_done, taken.started_at), (7, first.started_at));
        let late = checkpoint("{\"place\":9}", 9, &["c"]);
        let answer = store.write(move |tx| exports::checkpoint(tx, id, "first", &late, until)).await;
        assert!(matches!(answer, Err(Error::Conflict { .. })), "{answer:?}");
        let answer = store.write(move |tx| exports::renew(tx, id, "first", until)).await;
        assert!(matches!(answer, Err(Error::Conflict { .. })), "{answer:?}");

        let last = checkpoint("", 9, &["d"]);
        let now = store.tick();
        store.write(move |tx| exports::complete(tx, id, "second", &last, now, now + 1000)).await.unwrap();
        let export = store.export(organization, id).await;
        assert_eq!((export.state, export.progress.tasks_total, export.progress.bytes_written), (JobState::Completed, 9, 900));
        assert_eq!((export.expires_at, export.checkpoint, export.lease_owner), (Some(now + 1000), None, None));
        let report = store.read(move |tx| export_problems::list(tx, organization, id, 1, 10)).await.unwrap();
        assert_eq!(report.iter().map(|p| p.object.as_str()).collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(report[0].message, "the polygon has two corners\u{fffd}");
        assert_eq!(report[0].task, problem("b").task);
    }
}

contract! {
    async fn from_where_an_export_was_ordered_is_kept_with_it(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let mut by_key = store.new_export(organization, project);
        by_key.api_key = Some(id!(store, ApiKeyId));
        by_key.address = Some("2001:db8::7".to_owned());
        let by_session = NewExport { api_key: None, ..by_key.clone() };
        let by_session = NewExport { id: id!(store, ExportId), ..by_session };
        for new in [by_key.clone(), by_session.clone()] {
            store.write(move |tx| exports::insert(tx, &new, 10, MOST)).await.unwrap();
        }
        // The one who writes it is told, and whoever looks.
        assert_eq!(store.claim_export("worker").await.unwrap().new, by_key);
        assert_eq!(store.export(organization, by_key.id).await.new, by_key);
        let list = move |tx: &mut Tx| exports::list(tx, organization, project, Page::first(10));
        let listed = store.read(list).await.unwrap();
        let listed: Vec<_> = listed.rows.into_iter().map(|export| export.new).collect();
        assert_eq!(listed, [by_session, by_key]);
    }
}

contract! {
    async fn what_runs_in_an_organization_is_listed_until_it_ends(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (rival, _) = store.organization("rival").await;
        let birds = store.project(organization, "birds").await;
        let gone = store.project(organization, "gone").await;
        let theirs = store.project(rival, "birds").await;
        let ended = store.queued_export(organization, birds).await;
        let now = store.tick();
        store.write(move |tx| exports::cancel(tx, organization, ended, "export.cancelled", now)).await.unwrap();
        let running = store.queued_export(organization, birds).await;
        assert_eq!(store.claim_export("worker").await.unwrap().new.id, running);
        let queued = store.queued_export(organization, birds).await;
        store.queued_export(organization, gone).await;
        store.queued_export(rival, theirs).await;
        store.write(move |tx| projects::delete(tx, organization, gone, now)).await.unwrap();
        let active = async |limit| {
            let found = store.read(move |tx| exports::list_active(tx, organization, limit)).await.unwrap();
            found.into_iter().map(|export| export.new.id).collect::<Vec<_>>()
        };
        assert_eq!(active(10).await, [queued, running]);
        assert_eq!(active(1).await, [queued]);
        let named = [theirs, birds, birds, gone];
        let names = store.read(move |tx| projects::names(tx, organization, named.into_iter())).await.unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), [(birds, "birds".to_owned())]);
    }
}

contract! {
    async fn two_claimers_never_get_the_same_export(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        for _ in 0..12 {
            store.queued_export(organization, project).await;
        }
        let now = store.tick();
        let work = (0..16).map(|_| {
            let db = store.db.clone();
            async move { db.claim::<_, Error, _>(move |tx| exports::claim(tx, "worker", now, now + LEASE)).await }
        });
        let mut claimed: Vec<_> =
            all(work.collect()).await.into_iter().filter_map(|answer| answer.unwrap()).map(|e| e.new.id).collect();
        claimed.sort();
        claimed.dedup();
        assert_eq!(claimed.len(), 12);
    }
}

contract! {
    async fn a_hub_alone_frees_what_was_interrupted_before_it_started(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let id = store.queued_export(organization, project).await;
        store.claim_export("gone").await.unwrap();
        let started = store.tick();
        store.write(move |tx| exports::free_all(tx, started)).await.unwrap();
        assert_eq!(store.claim_export("next").await.map(|export| export.new.id), Some(id));
    }
}

contract! {
    async fn a_cancelled_export_ends_at_once_or_when_its_worker_notices(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let running = store.queued_export(organization, project).await;
        store.claim_export("worker").await.unwrap();
        let waiting = store.queued_export(organization, project).await;
        let now = store.tick();
        let stopped = store.write(move |tx| exports::cancel(tx, organization, waiting, "user", now)).await.unwrap();
        assert_eq!((stopped.state, stopped.finished_at), (JobState::Cancelled, Some(now)));
        assert_eq!(store.claim_export("other").await, None);
        let asked = store.write(move |tx| exports::cancel(tx, organization, running, "user", now)).await.unwrap();
        assert!(asked.cancel_requested && asked.state == JobState::Running);
        let noticed = store.write(move |tx| exports::progress(tx, running, "worker", (1, 1), now + LEASE)).await.unwrap();
        assert!(noticed);
        store.write(move |tx| exports::cancelled(tx, running, "worker", "user", now)).await.unwrap();
        let export = store.export(organization, running).await;
        assert_eq!((export.state, export.state_reason.as_deref()), (JobState::Cancelled, Some("user")));
        // Cancelling what has ended changes nothing.
        let again = store.write(move |tx| exports::cancel(tx, organization, running, "late", now)).await.unwrap();
        assert_eq!(again.state_reason.as_deref(), Some("user"));
    }
}

contract! {
    async fn a_failed_export_says_why(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let id = store.queued_export(organization, project).await;
        store.claim_export("worker").await.unwrap();
        let now = store.tick();
        let error = "{\"code\":\"export.disk_full\",\"message\":\"full\"}";
        store.write(move |tx| exports::fail(tx, id, "worker", "export.disk_full", error, now)).await.unwrap();
        let export = store.export(organization, id).await;
        assert_eq!((export.state, export.error.as_deref()), (JobState::Failed, Some(error)));
        assert_eq!(store.claim_export("worker").await, None);
    }
}

contract! {
    async fn files_go_when_they_expire_or_their_project_does(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let (birds, fish) =
            (store.project(organization, "birds").await, store.project(organization, "fish").await);
        let mut ids = Vec::new();
        for (project, expires) in [(birds, 10), (birds, 1000), (fish, 1000)] {
            let id = store.queued_export(organization, project).await;
            store.claim_export("worker").await.unwrap();
            let last = checkpoint("", 1, &[]);
            let now = store.tick();
            store.write(move |tx| exports::complete(tx, id, "worker", &last, now, NOW + 10_000 + expires)).await.unwrap();
            ids.push(id);
        }
        let waiting = store.queued_export(organization, birds).await;
        let expire = |now: i64| store.write(move |tx| exports::expire(tx, now));
        assert_eq!(expire(NOW + 10_000).await.unwrap(), []);
        assert_eq!(expire(NOW + 10_011).await.unwrap(), [ids[0]]);
        assert_eq!(expire(NOW + 10_011).await.unwrap(), []);
        let export = store.export(organization, ids[0]).await;
        assert_eq!((export.state, export.expires_at), (JobState::Completed, None));
        let (now, linked) = (store.tick(), ids[2]);
        assert!(store.read(move |tx| exports::by_link(tx, linked)).await.unwrap().is_some());
        store.write(move |tx| projects::delete(tx, organization, fish, now)).await.unwrap();
        assert_eq!(store.read(move |tx| exports::by_link(tx, linked)).await.unwrap(), None);
        assert_eq!(expire(NOW + 10_011).await.unwrap(), [ids[2]]);
        let mut needed = store.read(exports::with_files).await.unwrap();
        needed.sort();
        assert_eq!(needed, [(ids[1], true), (waiting, false)]);
    }
}

contract! {
    async fn exports_are_found_in_their_own_organization_only(store: &Store) {
        let (acme, _) = store.organization("acme").await;
        let (other, _) = store.organization("other").await;
        let project = store.project(acme, "birds").await;
        let (first, second) =
            (store.queued_export(acme, project).await, store.queued_export(acme, project).await);
        assert_eq!(store.read(move |tx| exports::find(tx, other, first)).await.unwrap(), None);
        let report = store.read(move |tx| export_problems::list(tx, other, first, 0, 10)).await;
        assert!(matches!(report, Err(Error::NotFound { .. })), "{report:?}");
        let listed = store.read(move |tx| exports::list(tx, acme, project, Page::first(1))).await.unwrap();
        assert_eq!((listed.total, listed.rows[0].new.id), (2, second));
        let foreign = store.read(move |tx| exports::list(tx, other, project, Page::first(1))).await;
        assert!(matches!(foreign, Err(Error::NotFound { .. })), "{foreign:?}");
        let mut new = store.new_export(other, project);
        new.organization = other;
        let answer = store.write(move |tx| exports::insert(tx, &new, 0, MOST)).await;
        assert!(matches!(answer, Err(Error::NotFound { .. })), "{answer:?}");
    }
}

contract! {
    async fn an_organization_has_so_many_exports_on_their_way_and_no_more(store: &Store) {
        let (organization, _) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let first = store.queued_export(organization, project).await;
        let new = store.new_export(organization, project);
        let again = new.clone();
        let answer = store.write(move |tx| exports::insert(tx, &new, 0, 1)).await;
        assert!(matches!(answer, Err(Error::TooMany { .. })), "{answer:?}");
        let now = store.tick();
        store.write(move |tx| exports::cancel(tx, organization, first, "user", now)).await.unwrap();
        store.write(move |tx| exports::insert(tx, &again, 0, 1)).await.unwrap();
    }
}
