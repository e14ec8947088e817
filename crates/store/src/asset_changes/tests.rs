//! Orders that another version wrote down.

use insitu_model::ambient::{FixedClock, SeededRandom};

use super::*;
use crate::{
    DatabaseUrl, Db, Options,
    organizations::{self, Organization},
    projects::Project,
    tasks::Counts,
    users::{self, User},
};

const OPTIONS: Options = Options {
    readers: 1,
    writers: 1,
};
const LEASE: i64 = 1000;

/// A database with a project, and two changes ordered, of which the older one is written by `newer`.
async fn two_changes(newer: &'static str) -> (tempfile::TempDir, Db, [AssetChangeId; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&DatabaseUrl::Sqlite(folder.path().join("hub.db")), OPTIONS).unwrap();
    let ids = db
        .claim(move |tx| {
            let (clock, random) = (FixedClock::at(0), SeededRandom::new(1));
            let user = User {
                id: UserId::new(&clock, &random),
                email: "ada@example.com".to_owned(),
                name: "Ada".to_owned(),
                password_hash: None,
                disabled_at: None,
                created_at: 0,
            };
            users::insert(tx, &user)?;
            let organization = Organization {
                id: OrganizationId::new(&clock, &random),
                name: "Acme".to_owned(),
                created_at: 0,
            };
            organizations::insert(tx, &organization)?;
            let project = Project {
                id: ProjectId::new(&clock, &random),
                organization: organization.id,
                name: "Birds".to_owned(),
                description: String::new(),
                category_schema: "{}".to_owned(),
                settings: "{}".to_owned(),
                created_by: user.id,
                created_at: 0,
                updated_at: 0,
                archived_at: None,
                asset_count: 0,
                tasks: Counts::default(),
            };
            projects::insert(tx, &project)?;
            let mut ids = [AssetChangeId::new(&clock, &random); 2];
            for id in &mut ids {
                clock.advance_ms(1);
                *id = AssetChangeId::new(&clock, &random);
                let new = NewAssetChange {
                    id: *id,
                    organization: organization.id,
                    project: project.id,
                    created_by: user.id,
                    change: Change::Delete,
                    created_at: 0,
                };
                insert(tx, &new, &AssetFilter::default(), 10)?;
            }
            tx.execute(
                &format!("UPDATE asset_changes SET {newer} WHERE id = ?1"),
                params![&ids[0]],
            )?;
            Ok::<_, Error>(ids)
        })
        .await
        .unwrap();
    (folder, db, ids)
}

async fn an_unreadable_one_fails_alone(newer: &'static str) {
    let (_folder, db, [unreadable, next]) = two_changes(newer).await;
    let claim_next = || db.claim(|tx| claim(tx, "worker", 1, 1 + LEASE));
    let claimed = claim_next().await.unwrap().unwrap();
    assert_eq!(claimed.new.id, unreadable);
    let step_of = |change: AssetChange| db.claim(move |tx| step(tx, &change, "worker", (2, 2 + LEASE)));
    let refused = step_of(claimed).await.unwrap_err();
    assert_eq!(refused.code(), "store.not_understood", "{newer}: {refused}");
    db.claim(move |tx| fail(tx, unreadable, "worker", "{}", 3))
        .await
        .unwrap();

    let claimed = claim_next().await.unwrap().unwrap();
    assert_eq!(claimed.new.id, next);
    assert_eq!(step_of(claimed.clone()).await.unwrap(), Step::Completed);
    let of = claimed.new;
    let page = Page::first(10);
    let listed = db
        .read(move |tx| list(tx, of.organization, of.project, page))
        .await
        .unwrap();
    let states: Vec<_> = listed.rows.iter().map(|change| change.state).collect();
    assert_eq!(states, [JobState::Completed, JobState::Failed], "{newer}");
}

#[tokio::test]
async fn an_order_of_another_version_fails_and_keeps_nobody_from_the_next_one() {
    an_unreadable_one_fails_alone(r#"change = '{"resize":7}'"#).await;
    an_unreadable_one_fails_alone(r#"change = '{"batches":{"add":[],"remove":[],"only":[]}}'"#).await;
    let filter = r#"filter = '{"ids":[],"external_id":null,"batches":[],"is_pre_labeled":null,"size":1,"state":"Active"}'"#;
    an_unreadable_one_fails_alone(filter).await;
}
