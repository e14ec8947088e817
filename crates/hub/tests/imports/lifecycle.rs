//! An import from its beginning to its end: seen on the way, stopped, side by side with others, tidied up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use insitu_hub::ambient::SystemRandom;
use insitu_hub::testing::TestHub;
use insitu_model::ambient::Random;
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

use crate::story::{Story, row};

fn many(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|number| row(&format!("{number:06}")).to_string())
        .collect();
    rows.join("\n")
}

#[tokio::test]
async fn two_identical_imports_at_once_bring_everything_twice() {
    let story = Story::begin().await;
    let list = many(20_000);
    let (one, two) = tokio::join!(story.import(list.clone(), ""), story.import(list.clone(), ""));
    assert_eq!(
        (&one["rowsImported"], &two["rowsImported"]),
        (&json!(20_000), &json!(20_000))
    );
    let page = story
        .owner
        .get(&format!("/v2/project/{}/assets?limit=1", story.project))
        .await;
    assert_eq!(page.data()["total"], 40_000);
}

#[tokio::test]
async fn two_identical_imports_at_once_that_skip_duplicates_bring_everything_once() {
    let story = Story::begin().await;
    let list = many(5_000);
    let (one, two) = tokio::join!(
        story.import(list.clone(), "onDuplicate=skip"),
        story.import(list.clone(), "onDuplicate=skip")
    );
    let count = |name: &str| one[name].as_u64().unwrap() + two[name].as_u64().unwrap();
    assert_eq!((count("rowsImported"), count("rowsSkipped")), (5_000, 5_000));
    let path = format!("/v2/project/{}/assets?limit=1", story.project);
    assert_eq!(story.owner.get(&path).await.data()["total"], 5_000);
}

#[tokio::test]
async fn assets_of_many_batches_keep_the_order_of_the_list_and_their_ids_are_unique() {
    let story = Story::begin().await;
    let import = story.import(many(30_000), "").await;
    assert_eq!(import["rowsRead"], 30_000);
    assert_eq!(import["bytesRead"], import["bytesTotal"]);
    let mut found: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!(
            "/v2/project/{}/assets?limit=1000&sort=createdAt&cursor={cursor}",
            story.project
        );
        let page = story.owner.get(&path).await.data().clone();
        found.extend(page["assets"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let names: Vec<&str> = found
        .iter()
        .map(|asset| asset["externalId"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 30_000);
    assert!(names.is_sorted());
    let ids: std::collections::HashSet<&str> =
        found.iter().map(|asset| asset["_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 30_000);
}

#[tokio::test]
async fn a_cancelled_import_leaves_nothing() {
    let story = Story::begin().await;
    let answer = story.upload(many(200_000), "name=long.ndjson").await;
    let id = answer.data()["import"]["_id"].as_str().unwrap().to_owned();
    let cancelled = story
        .owner
        .post(&format!("/v2/imports/{id}/cancel"), Value::Null)
        .await;
    assert_eq!(cancelled.status, 200);
    let import = story.ended(&id).await;
    assert_eq!(import["state"], "cancelled", "{import}");
    assert_eq!(import["rowsImported"], 0);
    assert!(story.assets().await.is_empty());
    // Cancelling again, or what has ended, changes nothing.
    let again = story
        .owner
        .post(&format!("/v2/imports/{id}/cancel"), Value::Null)
        .await;
    assert_eq!(again.data()["import"]["state"], "cancelled");
}

#[tokio::test]
async fn imports_are_listed_newest_first_and_the_active_ones_by_themselves() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a")]), "name=first.json").await;
    story.import_rows(json!([row("b")]), "name=second.json").await;
    let listed = story
        .owner
        .get(&format!("/v2/project/{}/imports?limit=1", story.project))
        .await;
    assert_eq!(
        (&listed.data()["total"], &listed.data()["imports"][0]["name"]),
        (&json!(2), &json!("second.json"))
    );
    assert_eq!(
        story.owner.get("/v2/imports?state=active").await.data()["total"],
        0
    );
    assert_eq!(
        story.owner.get("/v2/imports?state=failed").await.code(),
        "import.state_filter_invalid"
    );
    assert_eq!(story.spooled(), 0);
}

#[tokio::test]
async fn only_those_who_may_import_see_imports() {
    let story = Story::begin().await;
    let import = story.import_rows(json!([row("a")]), "").await;
    let path = format!("/v2/imports/{}", import["_id"].as_str().unwrap());
    let manager = story
        .hub
        .member(
            &story.owner,
            "mia",
            OrganizationRole::Member,
            &[(&story.project, ProjectRole::Manager)],
        )
        .await;
    assert_eq!(manager.get(&path).await.data()["import"]["rowsImported"], 1);
    let lead = story
        .hub
        .member(
            &story.owner,
            "lee",
            OrganizationRole::Member,
            &[(&story.project, ProjectRole::Lead)],
        )
        .await;
    assert_eq!(lead.get(&path).await.code(), "access.right_missing");
    let stranger = story
        .hub
        .member(&story.owner, "sam", OrganizationRole::Member, &[])
        .await;
    assert_eq!(stranger.get(&path).await.code(), "import.not_found");
    let rival = story.hub.owner("Rival").await;
    for path in [path.clone(), format!("{path}/report")] {
        assert_eq!(rival.get(&path).await.code(), "import.not_found");
    }
    assert_eq!(
        rival.post(&format!("{path}/cancel"), Value::Null).await.code(),
        "import.not_found"
    );
    assert_eq!(rival.get("/v2/imports/nonsense").await.code(), "import.not_found");
}

/// The machine's randomness, with a fault for whoever needs it next.
#[derive(Default)]
struct Faulty {
    is_next: AtomicBool,
}

impl Random for Faulty {
    fn fill(&self, buffer: &mut [u8]) {
        assert!(
            !self.is_next.swap(false, Ordering::SeqCst),
            "a fault in the middle"
        );
        SystemRandom.fill(buffer);
    }
}

#[tokio::test]
async fn an_import_whose_work_panics_fails_by_name_with_nothing_left_and_the_next_one_comes_in() {
    const ROWS: usize = 3_000;
    let random = Arc::new(Faulty::default());
    let mut hub = TestHub::start_by(random.clone()).await;
    let owner = hub.owner("Acme").await;
    let project = owner.project("Street scenes").await;
    hub.stop_working().await;
    let mut story = Story { hub, owner, project };
    let waiting = story.upload(many(ROWS), "").await;
    let id = waiting.data()["import"]["_id"].as_str().unwrap();
    story.hub.work_again();
    // On one thread nobody works before this waits. What an import makes up first is the id of the record of its end, when
    // all of its rows are written.
    random.is_next.store(true, Ordering::SeqCst);
    let failed = story.ended(id).await;
    assert_eq!(
        (&failed["state"], &failed["error"]["code"], &failed["rowsRead"]),
        (&json!("failed"), &json!("import.internal"), &json!(ROWS)),
        "{failed}"
    );
    let path = format!("/v2/project/{}/assets?limit=1", story.project);
    assert_eq!(story.owner.get(&path).await.data()["total"], 0);
    // Both workers are there still.
    for total in 1..=2 {
        let next = story.import(many(ROWS), "").await;
        assert_eq!(next["rowsImported"], ROWS, "{next}");
        assert_eq!(story.owner.get(&path).await.data()["total"], total * ROWS);
    }
}
