//! What is on its way in an organization, of every kind, and who sees which of it.

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures_util::stream;
use insitu_hub::testing::{Person, call};
use insitu_model::ambient::Clock as _;
use insitu_model::export::ExportFormat;
use insitu_model::id::{AssetChangeId, ExportId, OrganizationId, ProjectId, UserId};
use insitu_model::role::{OrganizationRole, ProjectRole};
use insitu_store::asset_changes::{self, Change, NewAssetChange};
use insitu_store::assets::AssetFilter;
use insitu_store::exports::{self, NewExport};
use serde_json::{Value, json};

use crate::story::{Story, row};

const LONG_MS: i64 = 3_600_000;

async fn jobs(person: &Person) -> Vec<Value> {
    let answer = person.get("/v2/jobs").await;
    let jobs = answer.data()["jobs"].as_array().unwrap().clone();
    assert_eq!(answer.data()["total"], jobs.len());
    jobs
}

fn kinds(jobs: &[Value]) -> Vec<&str> {
    jobs.iter().map(|job| job["kind"].as_str().unwrap()).collect()
}

/// An export and a deletion of everything, that another hub works on.
async fn held_elsewhere(story: &Story, project: &str) -> (String, String) {
    let hub = &story.hub.hub;
    let session = story.owner.get("/v2/session").await;
    let created_by: UserId = session.data()["user"]["_id"].as_str().unwrap().parse().unwrap();
    let organization: OrganizationId = story.owner.organization.parse().unwrap();
    let project: ProjectId = project.parse().unwrap();
    let now = hub.clock.now_ms();
    let export = NewExport {
        id: ExportId::new(&*hub.clock, &*hub.random),
        organization,
        project,
        created_by,
        api_key: None,
        address: None,
        format: ExportFormat::Ndjson,
        options: "{}".to_owned(),
        file_name: "birds.zip".to_owned(),
        created_at: now,
    };
    let change = NewAssetChange {
        id: AssetChangeId::new(&*hub.clock, &*hub.random),
        organization,
        project,
        created_by,
        change: Change::Delete,
        created_at: now,
    };
    let ids = (export.id, change.id);
    hub.db
        .claim(move |tx| {
            exports::insert(tx, &export, 8, 100)?;
            exports::claim(tx, "elsewhere", now, now + LONG_MS)?;
            exports::progress(tx, ids.0, "elsewhere", (2, 900), now + LONG_MS)?;
            asset_changes::insert(tx, &change, &AssetFilter::default(), 100)?;
            asset_changes::claim(tx, "elsewhere", now, now + LONG_MS)?;
            Ok::<_, insitu_store::Error>(())
        })
        .await
        .unwrap();
    (ids.0.to_string(), ids.1.to_string())
}

#[tokio::test]
async fn imports_exports_and_changes_that_run_are_listed_together_until_they_end() {
    let story = Story::begin().await;
    story.import_rows(json!([row("a"), row("b")]), "").await;
    assert_eq!(jobs(&story.owner).await, [] as [Value; 0]);
    let body = Body::from_stream(stream::pending::<std::io::Result<Bytes>>());
    let sending = tokio::spawn({
        let path = format!("/v2/project/{}/imports?name=slow.json", story.project);
        let request = Request::post(path).header("apikey", &story.owner.key);
        let request = request.body(body).unwrap();
        let router = story.hub.router();
        async move { call(router, request).await }
    });
    while jobs(&story.owner).await.is_empty() {
        tokio::task::yield_now().await;
    }
    let (export, change) = held_elsewhere(&story, &story.project).await;
    let running = jobs(&story.owner).await;
    let of = |kind: &str| running.iter().find(|job| job["kind"] == kind).unwrap();
    assert_eq!(running.len(), 3, "{running:?}");
    for job in &running {
        assert_eq!(job["project"], story.project.as_str());
        assert_eq!(job["projectName"], "Street scenes");
    }
    let import = of("import");
    assert_eq!(
        (
            &import["name"],
            &import["state"],
            &import["share"],
            &import["unit"]
        ),
        (
            &json!("slow.json"),
            &json!("receiving"),
            &Value::Null,
            &json!("rows")
        )
    );
    let found = of("export");
    assert_eq!(
        (&found["_id"], &found["name"]),
        (&json!(export), &json!("birds.zip"))
    );
    assert_eq!(
        (&found["done"], &found["total"], &found["unit"], &found["share"]),
        (&json!(2), &json!(8), &json!("tasks"), &json!(0.25))
    );
    let found = of("assetChange");
    assert_eq!((&found["_id"], &found["name"]), (&json!(change), &Value::Null));
    assert_eq!(
        (&found["change"], &found["state"], &found["total"], &found["unit"]),
        (&json!("delete"), &json!("running"), &json!(2), &json!("assets"))
    );

    sending.abort();
    story.ended(import["_id"].as_str().unwrap()).await;
    assert_eq!(jobs(&story.owner).await.len(), 2);
}

#[tokio::test]
async fn each_sees_the_jobs_that_they_could_order_and_nobody_those_of_another_organization() {
    let story = Story::begin().await;
    let beside = story.owner.project("Beside").await;
    held_elsewhere(&story, &story.project).await;
    held_elsewhere(&story, &beside).await;
    let member = async |name: &str, role: OrganizationRole, projects: &[(&str, ProjectRole)]| {
        story.hub.member(&story.owner, name, role, projects).await
    };
    let admin = member("ann", OrganizationRole::Admin, &[]).await;
    assert_eq!(jobs(&admin).await.len(), 4);
    let manager = member(
        "mia",
        OrganizationRole::Member,
        &[
            (&story.project, ProjectRole::Manager),
            (&beside, ProjectRole::Lead),
        ],
    )
    .await;
    let seen = jobs(&manager).await;
    let mut of_manager = kinds(&seen);
    of_manager.sort_unstable();
    assert_eq!(of_manager, ["assetChange", "export"]);
    assert!(
        seen.iter().all(|job| job["project"] == story.project.as_str()),
        "{seen:?}"
    );
    let lead = member(
        "lee",
        OrganizationRole::Member,
        &[(&story.project, ProjectRole::Lead)],
    )
    .await;
    assert_eq!(jobs(&lead).await, [] as [Value; 0]);
    let stranger = story.hub.owner("Rival").await;
    assert_eq!(jobs(&stranger).await, [] as [Value; 0]);
    // What is gone with its project is not shown, though its worker may not know yet.
    story
        .owner
        .delete(&format!("/v2/project/{beside}"), Value::Null)
        .await
        .data();
    assert_eq!(jobs(&admin).await.len(), 2);
}
