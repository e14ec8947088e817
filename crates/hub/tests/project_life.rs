//! Projects are cloned, archived and taken out again, and say how they stand.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use axum::body::Body;
use axum::http::{Method, StatusCode};
use insitu_hub::testing::{Person, TestHub};
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

const SCHEMA: &str = r#"{"tools":[{"schemaId":"t1","title":"Cat","tool":"bounding-box"}],"classifications":[],"relations":[]}"#;

/// A project with one asset; its id and its task's.
async fn with_a_task(owner: &Person) -> (String, String) {
    let project = owner.project("Cats").await;
    let list = json!({ "assets": [{ "data": "https://example.com/a.jpg" }] });
    owner
        .post(&format!("/v2/project/{project}/cloud"), list)
        .await
        .data();
    let tasks = owner.get(&format!("/v2/project/{project}/tasks")).await;
    let task = tasks.data()["tasks"][0]["_id"].as_str().unwrap().to_owned();
    (project, task)
}

async fn archive(person: &Person, project: &str, word: &str) -> Value {
    let answer = person
        .post(&format!("/v2/project/{project}/{word}"), json!({}))
        .await;
    answer.data()["project"].clone()
}

/// Everything that is work in a project: method, path, body.
fn work(project: &str, task: &str) -> Vec<(Method, String, Value)> {
    let answer = json!({ "answer": { "objects": [], "classifications": [], "relations": [] } });
    let labels = json!({ "project": project, "jsonContent": [] });
    let batches = json!({ "projectId": project, "assets": [], "batches": [] });
    let of = |rest: &str| format!("/v2/project/{project}/{rest}");
    let upload = format!("/v2/getUploadUrl?name=a.jpg&project={project}&type=assets");
    vec![
        (Method::POST, of("imports"), json!([])),
        (Method::POST, of("cloud"), json!({ "assets": [] })),
        (Method::GET, upload, Value::Null),
        (Method::POST, "/v2/import/labels".to_owned(), labels),
        (Method::POST, of("tasks/next"), json!({})),
        (Method::POST, format!("/v2/task/{task}/open"), json!({})),
        (Method::POST, format!("/v2/task/{task}/skip"), json!({})),
        (Method::POST, format!("/v2/annotate/{task}"), answer),
        (
            Method::POST,
            format!("/v2/review/{task}"),
            json!({ "reviewStatus": "Accepted" }),
        ),
        (
            Method::POST,
            "/v2/task/assign".to_owned(),
            json!({ "project": project, "tasks": [task] }),
        ),
        (Method::POST, of("requeueTasks"), json!({ "toStageId": "Label" })),
        (Method::POST, of("updatePriority"), json!({ "priority": 1 })),
        (Method::DELETE, of("assets"), json!({ "assets": [] })),
        (
            Method::POST,
            of("assetChanges"),
            json!({ "change": "delete", "filters": {} }),
        ),
        (
            Method::POST,
            format!("/v2/batches/{project}"),
            json!({ "name": "b" }),
        ),
        (Method::POST, "/v2/assignBatches".to_owned(), batches),
    ]
}

#[tokio::test]
async fn an_archived_project_refuses_work_and_is_read_and_exported() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let (project, task) = with_a_task(&ada).await;
    let archived = archive(&ada, &project, "archive").await;
    assert!(archived["archivedAt"].is_string());
    let refused = work(&project, &task);
    for (method, path, body) in &refused {
        let answer = ada.send(method.clone(), path, Body::from(body.to_string())).await;
        assert_eq!(
            answer.status,
            StatusCode::CONFLICT,
            "{method} {path}: {}",
            answer.body
        );
        assert_eq!(answer.code(), "project.archived", "{method} {path}");
    }
    for path in [
        format!("/v2/project/{project}"),
        format!("/v2/project/{project}/assets"),
        format!("/v2/project/{project}/tasks"),
        format!("/v2/project/{project}/imports"),
        format!("/v2/project/{project}/overview"),
        format!("/v2/task/{task}"),
    ] {
        ada.get(&path).await.data();
    }
    ada.post(&format!("/v2/task/{task}/sign"), json!({})).await.data();
    ada.post(&format!("/v2/project/{project}/exports"), json!({ "stage": [] }))
        .await
        .data();
    let opened = archive(&ada, &project, "unarchive").await;
    assert_eq!(opened["archivedAt"], Value::Null);
    for (method, path, body) in &refused {
        let answer = ada.send(method.clone(), path, Body::from(body.to_string())).await;
        assert_ne!(answer.body["code"], "project.archived", "{method} {path}");
    }
}

#[tokio::test]
async fn who_may_not_see_an_archived_project_is_not_told_that_it_is_one() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let (project, _) = with_a_task(&ada).await;
    let rae = hub
        .member(
            &ada,
            "rae",
            OrganizationRole::Member,
            &[(&project, ProjectRole::Reviewer)],
        )
        .await;
    let nobody = hub.member(&ada, "nobody", OrganizationRole::Member, &[]).await;
    archive(&ada, &project, "archive").await;
    let next = format!("/v2/project/{project}/tasks/next");
    assert_eq!(nobody.post(&next, json!({})).await.code(), "project.not_found");
    assert_eq!(rae.post(&next, json!({})).await.code(), "project.archived");
    let unarchive = format!("/v2/project/{project}/unarchive");
    assert_eq!(
        rae.post(&unarchive, json!({})).await.code(),
        "access.right_missing"
    );
}

#[tokio::test]
async fn archived_projects_are_listed_apart_where_that_is_asked() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let (old, _) = (ada.project("Old").await, ada.project("New").await);
    archive(&ada, &old, "archive").await;
    for (query, expected) in [
        ("", vec!["New", "Old"]),
        ("?archived=true", vec!["Old"]),
        ("?archived=false", vec!["New"]),
        ("?search=ol", vec!["Old"]),
        ("?search=ol&archived=false", vec![]),
    ] {
        let list = ada.get(&format!("/v2/listProjects{query}")).await;
        let names: Vec<_> = list.data()["projects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|project| project["name"].clone())
            .collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(list.data()["total"], names.len(), "{query}");
    }
}

#[tokio::test]
async fn a_clone_is_not_for_trying_out() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let shown = ada
        .post("/v2/project", json!({ "name": "To try", "firstSteps": true }))
        .await;
    let shown = &shown.data()["project"];
    assert_eq!(shown["firstSteps"], true);
    let again = format!("/v2/project/{}/clone", shown["_id"].as_str().unwrap());
    let again = ada.post(&again, json!({})).await;
    assert_eq!(
        again.data()["project"]["firstSteps"],
        false,
        "what there is to try was in the first"
    );
}

#[tokio::test]
async fn a_clone_has_the_settings_and_none_of_the_assets() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let (project, _) = with_a_task(&ada).await;
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let change = json!({ "description": "All of them", "categorySchema": schema });
    ada.post(&format!("/v2/project/{project}"), change).await.data();
    ada.post(&format!("/v2/batches/{project}"), json!({ "name": "Monday" }))
        .await
        .data();
    let mia = hub
        .member(
            &ada,
            "mia",
            OrganizationRole::Member,
            &[(&project, ProjectRole::Manager)],
        )
        .await;
    hub.member(
        &ada,
        "lea",
        OrganizationRole::Member,
        &[(&project, ProjectRole::Labeler)],
    )
    .await;
    let clone = format!("/v2/project/{project}/clone");
    let made = mia.post(&clone, json!({})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = &made.data()["project"];
    let of = |view: &Value, list: &str, field: &str| {
        let rows = view[list].as_array().unwrap();
        rows.iter()
            .map(|row| row[field].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (
            &made["name"],
            &made["description"],
            &made["assetCount"],
            &made["role"]
        ),
        (
            &json!("Cats copy"),
            &json!("All of them"),
            &json!(0),
            &json!("Manager")
        )
    );
    assert_eq!(made["categorySchema"]["tools"][0]["title"], "Cat");
    assert_eq!(of(made, "batches", "name"), ["Monday"]);
    assert_eq!(of(made, "assignedTo", "role"), ["Labeler", "Manager"]);
    let tasks = format!("/v2/project/{}/tasks", made["_id"].as_str().unwrap());
    assert_eq!(mia.get(&tasks).await.data()["total"], 0);

    let bare = json!({ "categorySchema": false, "assignedTo": false, "batches": false, "workflow": false,
        "pluginPresets": false, "projectGeneralSettings": false });
    let bare = mia.post(&clone, bare).await;
    let bare = &bare.data()["project"];
    assert_eq!(bare["description"], "");
    assert_eq!(bare["categorySchema"]["tools"], json!([]));
    assert_eq!(of(bare, "batches", "name"), Vec::<String>::new());
    assert_eq!(
        of(bare, "assignedTo", "assignee"),
        [mia.email],
        "whoever clones runs it"
    );
}

#[tokio::test]
async fn the_overview_says_what_was_done_today_and_names_people_only_to_those_who_lead() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let (project, task) = with_a_task(&ada).await;
    let rae = hub
        .member(
            &ada,
            "rae",
            OrganizationRole::Member,
            &[(&project, ProjectRole::Reviewer)],
        )
        .await;
    let answer =
        json!({ "answer": { "objects": [], "classifications": [], "relations": [] }, "duration": 1200 });
    ada.post(&format!("/v2/annotate/{task}?nextStage=true"), answer)
        .await
        .data();
    rae.post(
        &format!("/v2/review/{task}"),
        json!({ "reviewStatus": "Accepted" }),
    )
    .await
    .data();
    let path = format!("/v2/project/{project}/overview");
    let seen = ada.get(&path).await;
    let seen = &seen.data()["overview"];
    assert_eq!(seen["counts"], json!({ "Label": 0, "Review": 0, "Complete": 1 }));
    let days = seen["days"].as_array().unwrap();
    assert_eq!(days.len(), 14);
    assert_eq!(
        (&days[13]["labeled"], &days[13]["reviewed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&days[12]["labeled"], &days[12]["reviewed"]),
        (&json!(0), &json!(0))
    );
    let people = seen["people"].as_array().unwrap();
    let shares: Vec<_> = people
        .iter()
        .map(|one| {
            (
                one["email"].clone(),
                one["labeled"].clone(),
                one["reviewed"].clone(),
            )
        })
        .collect();
    assert!(
        shares.contains(&(json!(ada.email), json!(1), json!(0))),
        "{shares:?}"
    );
    assert!(
        shares.contains(&(json!(rae.email), json!(0), json!(1))),
        "{shares:?}"
    );
    let to_rae = rae.get(&path).await;
    assert_eq!(to_rae.data()["overview"]["people"], Value::Null);
    let listed = ada.get("/v2/listProjects").await;
    let counts = &listed.data()["projects"][0]["taskCounts"];
    assert_eq!(counts, &json!({ "Label": 0, "Review": 0, "Complete": 1 }));
}

#[tokio::test]
async fn who_leads_a_project_finds_the_people_to_add_to_it() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Cats").await;
    let lee = hub
        .member(
            &ada,
            "lee",
            OrganizationRole::Member,
            &[(&project, ProjectRole::Lead)],
        )
        .await;
    hub.member(&ada, "kim", OrganizationRole::Member, &[]).await;
    let people = async |query: &str| {
        let answer = lee.get(&format!("/v2/project/{project}/people{query}")).await;
        let rows = answer.data()["people"].as_array().unwrap().clone();
        rows.iter()
            .map(|one| (one["name"].clone(), one["role"].clone()))
            .collect::<Vec<_>>()
    };
    let (kim, lee_now) = ((json!("kim"), Value::Null), (json!("lee"), json!("Lead")));
    assert_eq!(people("?assigned=true").await, [lee_now]);
    assert_eq!(people("?assigned=false&search=KI").await, [kim]);
    assert_eq!(people("").await.len(), 3);
}

#[tokio::test]
async fn nobody_changes_or_removes_themselves_in_the_organization() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let bob = hub.member(&ada, "bob", OrganizationRole::Admin, &[]).await;
    let users = format!("/v2/organization/{}/users", ada.organization);
    let member = json!({ "users": [{ "email": bob.email, "organizationRole": "member" }] });
    let changed = bob.post(&users, member.clone()).await;
    assert_eq!(
        changed.data()["users"]["results"][0]["status"],
        "member.is_oneself"
    );
    let removed = bob.delete(&users, json!({ "users": [bob.email] })).await;
    assert_eq!(removed.data()["results"][0]["status"], "member.is_oneself");
    let owner = bob.delete(&users, json!({ "users": [ada.email] })).await;
    assert_eq!(owner.data()["results"][0]["status"], "member.owner_is_fixed");
    assert_eq!(ada.post(&users, member).await.data()["users"]["updated"], 1);
    let listed = ada.get(&format!("{users}?projects=true&search=bob")).await;
    let found = &listed.data()["users"][0];
    assert_eq!(
        (&found["organizationRole"], &found["projects"]),
        (&json!("member"), &json!([]))
    );
}

#[tokio::test]
async fn an_invitation_says_which_projects_come_with_it() {
    let hub = TestHub::start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Cats").await;
    let invites = format!("/v2/organization/{}/invites", ada.organization);
    let assignments = json!([{ "projectId": project, "projectRole": "Reviewer" }]);
    let body =
        json!({ "to": ["eve@acme.test"], "organizationRole": "member", "projectAssignments": assignments });
    ada.post(&invites, body).await.data();
    let listed = ada.get(&format!("{invites}?status=pending")).await;
    assert_eq!(listed.data()["invites"][0]["projectAssignments"], assignments);
}
