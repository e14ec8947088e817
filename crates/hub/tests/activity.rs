//! Who did what: on record with the change itself, read by those who run the organization, filtered, downloaded.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use insitu_hub::testing::{Person, TestHub};
use insitu_model::ambient::Clock;
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

/// A clock that never shows the same millisecond twice: what is done within one has no order.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

async fn start() -> TestHub {
    TestHub::start_at(Arc::new(Ticking(AtomicI64::new(1_800_000_000_000))), |_| {}).await
}

async fn records(person: &Person, query: &str) -> Vec<Value> {
    let path = format!("/v2/organization/{}/auditRecords?{query}", person.organization);
    let answer = person.get(&path).await;
    answer.data()["records"].as_array().unwrap().clone()
}

/// The actions on record, the first done first.
async fn actions(person: &Person, query: &str) -> Vec<String> {
    let records = records(person, &format!("limit=1000&{query}")).await;
    let named = |record: &Value| record["action"].as_str().unwrap().to_owned();
    records.iter().rev().map(named).collect()
}

#[tokio::test]
async fn what_is_done_to_people_and_projects_is_on_record_with_who_did_it() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Cats").await;
    let bob = hub
        .member(
            &ada,
            "bob",
            OrganizationRole::Member,
            &[(&project, ProjectRole::Labeler)],
        )
        .await;
    let users = format!("/v2/organization/{}/users", ada.organization);
    let people = json!({ "users": [{ "email": bob.email, "organizationRole": "admin" }] });
    ada.post(&users, people).await.data();
    let role = json!({ "assignees": [bob.email], "role": "Lead" });
    ada.post(&format!("/v2/project/{project}/assigned"), role.clone())
        .await
        .data();
    // The same once more changes nothing, and is not on record.
    ada.post(&format!("/v2/project/{project}/assigned"), role)
        .await
        .data();
    bob.post(
        &format!("/v2/project/{project}"),
        json!({ "description": "All of them" }),
    )
    .await
    .data();
    bob.post(&format!("/v2/project/{project}/archive"), json!({}))
        .await
        .data();
    bob.post(&format!("/v2/project/{project}/archive"), json!({}))
        .await
        .data();
    ada.delete(&users, json!({ "users": [bob.email] })).await.data();
    ada.delete(&format!("/v2/project/{project}"), Value::Null)
        .await
        .data();

    let expected = [
        "organization.created",
        "api_key.created",
        "project.created",
        "member.invited",
        "member.joined",
        "api_key.created",
        "member.role_changed",
        "project.role_given",
        "project.changed",
        "project.archived",
        "member.removed",
        "project.deleted",
    ];
    assert_eq!(actions(&ada, "").await, expected);
    let of_project = records(&ada, &format!("subject=project:{project}&limit=100")).await;
    assert_eq!(of_project.len(), 5);
    let given = &of_project[3];
    assert_eq!(given["email"], ada.email);
    assert_eq!(
        given["details"],
        json!({ "name": "Cats", "email": bob.email, "from": "Labeler", "to": "Lead" })
    );
    let changed = &of_project[2];
    assert_eq!(
        (&changed["email"], &changed["name"]),
        (&json!(bob.email), &json!("bob"))
    );
    assert_eq!(
        changed["details"],
        json!({ "name": "Cats", "changed": ["description"] })
    );
}

#[tokio::test]
async fn the_record_is_filtered_and_paged_and_what_cannot_be_read_is_named() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    let bob = hub.member(&ada, "bob", OrganizationRole::Admin, &[]).await;
    let project = bob.project("Cats").await;
    let by_bob = records(&ada, &format!("subject=project:{project}")).await[0]["actor"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        actions(&ada, &format!("actor={by_bob}")).await,
        ["member.joined", "api_key.created", "project.created"]
    );
    assert_eq!(
        actions(&ada, "action=member,project.created").await,
        ["member.invited", "member.joined", "project.created"]
    );
    assert_eq!(
        actions(&ada, "to=2020-01-01T00:00:00Z").await,
        Vec::<String>::new()
    );
    let all = actions(&ada, "from=2020-01-01T00:00:00Z").await;
    let (mut paged, mut before) = (Vec::new(), String::new());
    loop {
        let path = format!(
            "/v2/organization/{}/auditRecords?limit=2&before={before}",
            ada.organization
        );
        let page = ada.get(&path).await;
        for record in page.data()["records"].as_array().unwrap() {
            paged.insert(0, record["action"].as_str().unwrap().to_owned());
        }
        let Some(next) = page.data()["next"].as_str() else {
            break;
        };
        before = next.to_owned();
    }
    assert_eq!(paged, all);
    for wrong in ["action=nonsense", "actor=nonsense", "from=yesterday", "before=1"] {
        let path = format!("/v2/organization/{}/auditRecords?{wrong}", ada.organization);
        let answer = ada.get(&path).await;
        assert_eq!(answer.code(), "request.filters_invalid", "{wrong}");
        let name = wrong.split('=').next().unwrap();
        assert!(
            answer.body["message"].as_str().unwrap().contains(name),
            "{}",
            answer.body
        );
    }
}

/// A project with three tasks: its id, and what its `list` names.
async fn with_three(ada: &Person) -> String {
    let project = ada.project("Cats").await;
    let rows = ["a", "b", "c"]
        .map(|name| json!({ "data": format!("https://example.com/{name}.jpg"), "externalId": name }));
    let cloud = format!("/v2/project/{project}/cloud");
    ada.post(&cloud, json!({ "assets": rows })).await.data();
    project
}

async fn ids(ada: &Person, project: &str, list: &str) -> Vec<Value> {
    let answer = ada.get(&format!("/v2/project/{project}/{list}")).await;
    let rows = answer.data()[list].as_array().unwrap().clone();
    rows.into_iter().map(|row| row["_id"].clone()).collect()
}

#[tokio::test]
async fn what_is_done_to_many_tasks_is_one_record_with_their_number() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    let project = with_three(&ada).await;
    let of = |rest: &str| format!("/v2/project/{project}/{rest}");
    let tasks = ids(&ada, &project, "tasks").await;
    let given = json!({ "project": project, "tasks": tasks[..2], "user": ada.email });
    ada.post("/v2/task/assign", given).await.data();
    let taken = json!({ "project": project, "tasks": tasks[..1] });
    ada.post("/v2/task/assign", taken).await.data();
    ada.post(&of("updatePriority"), json!({ "priority": 7 }))
        .await
        .data();
    // What fits nothing does nothing, and is not on record.
    for names in [["a", "b"], ["y", "z"]] {
        let back = json!({ "toStageId": "Review", "filters": { "externalIds": names } });
        ada.post(&of("requeueTasks"), back).await.data();
    }
    let done = records(&ada, "limit=100&action=tasks").await;
    let subject = json!(format!("project:{project}"));
    assert!(
        done.iter()
            .all(|record| record["subject"] == subject && record["email"] == ada.email)
    );
    // What is done within a millisecond has no order.
    let mut told: Vec<_> = done
        .iter()
        .map(|record| (record["action"].as_str().unwrap(), &record["details"]))
        .map(|(action, details)| {
            format!(
                "{action} {} {} {}",
                details["tasks"], details["to"], details["priority"]
            )
        })
        .collect();
    told.sort();
    let expected = [
        "tasks.assigned 1 null null".to_owned(),
        format!("tasks.assigned 2 {} null", json!(ada.email)),
        "tasks.priority_changed 3 null 7".to_owned(),
        "tasks.requeued 2 \"Review\" null".to_owned(),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_batch_is_on_record_when_it_is_made_renamed_and_deleted_and_so_are_assets_put_into_it_or_deleted() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    let project = with_three(&ada).await;
    let batches = format!("/v2/batches/{project}");
    let made = ada.post(&batches, json!({ "name": "Sunday" })).await;
    let sunday = made.data()["project"]["_id"].clone();
    // The list of all holds what is there already, and what is called so already is not made again.
    let known = json!({ "_id": sunday, "name": "Monday" });
    for _ in 0..2 {
        let all = json!({ "batches": [known, { "name": "Monday" }] });
        ada.post(&batches, all).await.data();
    }
    let assets = &ids(&ada, &project, "assets").await[..2];
    let into = json!({ "projectId": project, "assets": assets, "batches": ["Monday"] });
    ada.post("/v2/assignBatches", into).await.data();
    ada.delete(&format!("{batches}/Monday"), Value::Null).await.data();
    // The second time they are gone already.
    for _ in 0..2 {
        let gone = format!("/v2/project/{project}/assets");
        ada.delete(&gone, json!({ "assets": assets })).await.data();
    }
    let done = records(&ada, "limit=100&action=assets,batch").await;
    // What is done within a millisecond has no order.
    let details = |action: &str, kind: &str| {
        let is_it = |record: &&Value| {
            record["action"] == action && record["details"]["kind"].as_str().unwrap_or_default() == kind
        };
        done.iter().find(is_it).unwrap()["details"].clone()
    };
    assert_eq!(done.len(), 5, "{done:?}");
    assert_eq!(details("batch.created", "")["name"], "Sunday");
    let renamed = details("batch.renamed", "");
    assert_eq!(
        (&renamed["from"], &renamed["name"], &renamed["batch"]),
        (&json!("Sunday"), &json!("Monday"), &sunday)
    );
    assert_eq!(details("batch.deleted", "")["name"], "Monday");
    assert_eq!(details("assets.changed", "batches")["assets"], 2);
    assert_eq!(details("assets.changed", "delete")["assets"], 2);
}

#[tokio::test]
async fn an_import_is_on_record_when_it_starts_and_as_it_ends() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    let project = ada.project("Cats").await;
    let cloud = format!("/v2/project/{project}/cloud");
    let good = json!({ "data": "https://example.com/a.jpg" });
    let bad = json!({ "data": "nowhere" });
    ada.post(&cloud, json!({ "assets": [good, bad] })).await.data();
    let refused = ada.post(&cloud, json!({ "assets": [bad] })).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
    let done = records(&ada, "action=import").await;
    let mut told: Vec<_> = done
        .iter()
        .map(|record| record["action"].as_str().unwrap())
        .collect();
    told.sort_unstable();
    let expected = ["completed", "failed", "started", "started"].map(|end| format!("import.{end}"));
    assert_eq!(told, expected);
    assert!(done.iter().all(|record| record["email"] == ada.email));
    let of = |action: &str| {
        let record = done.iter().find(|record| record["action"] == action);
        &record.unwrap()["details"]
    };
    let (failed, completed) = (of("import.failed"), of("import.completed"));
    assert_eq!(failed["code"], "import.all_rows_refused");
    assert_eq!(
        (&completed["imported"], &completed["refused"]),
        (&json!(1), &json!(1))
    );
    // What has ended is not cancelled, and is not said to be.
    let ended = completed["import"].as_str().unwrap();
    ada.post(&format!("/v2/imports/{ended}/cancel"), json!({}))
        .await
        .data();
    assert_eq!(records(&ada, "action=import").await.len(), 4);
}

#[tokio::test]
async fn a_manager_reads_what_was_done_in_the_project_and_nothing_else() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    let (cats, dogs) = (ada.project("Cats").await, ada.project("Dogs").await);
    let mia = hub
        .member(
            &ada,
            "mia",
            OrganizationRole::Member,
            &[(&cats, ProjectRole::Manager)],
        )
        .await;
    let path = format!("/v2/project/{cats}/auditRecords?subject=project:{dogs}");
    let answer = mia.get(&path).await;
    let records = answer.data()["records"].as_array().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["subject"], format!("project:{cats}"));
    let whole = format!("/v2/organization/{}/auditRecords", ada.organization);
    assert_eq!(mia.get(&whole).await.code(), "access.right_missing");
}

#[tokio::test]
async fn the_record_is_downloaded_as_lines_and_as_a_table_with_the_same_filters() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    ada.project("Cats, \"big\"").await;
    ada.project("Dogs").await;
    let file = format!("/v2/organization/{}/auditRecords/file", ada.organization);
    let lines = ada.get(&format!("{file}?action=project")).await;
    assert_eq!(lines.status, StatusCode::OK);
    let lines = lines.body.as_str().unwrap().to_owned();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<_> = lines.iter().map(|line| &line["details"]["name"]).collect();
    assert_eq!(names, ["Dogs", "Cats, \"big\""]);
    let table = ada.get(&format!("{file}?action=project&format=csv")).await;
    let table = table.body.as_str().unwrap();
    let rows: Vec<_> = table.split("\r\n").collect();
    assert_eq!(rows[0], "record,at,action,actor,email,subject,details");
    assert!(
        rows[1].contains(",project.created,") && rows[1].contains(&ada.email),
        "{table}"
    );
    assert!(
        rows[2].ends_with(r#""{""name"":""Cats, \""big\""""}""#),
        "{table}"
    );
    assert_eq!(rows.len(), 4, "{table}");
    let wrong = ada.get(&format!("{file}?format=xml")).await;
    assert_eq!(wrong.code(), "audit.format_unknown");
}

#[tokio::test]
async fn no_record_holds_a_secret() {
    let hub = start().await;
    let ada = hub.owner("Acme").await;
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let storage = json!({ "name": "s", "provider": "AWS", "accessType": "IAM_USER", "region": "eu-central-1",
        "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": secret });
    let storage = ada.post("/v2/storages", storage).await;
    let id = storage.data()["storage"]["_id"].as_str().unwrap().to_owned();
    let keys = json!({ "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": secret });
    ada.post(&format!("/v2/storages/{id}/rotate"), keys).await.data();
    let invites = format!("/v2/organization/{}/invites", ada.organization);
    let invited = ada
        .post(
            &invites,
            json!({ "to": ["eve@acme.test"], "organizationRole": "member" }),
        )
        .await;
    let link = invited.data()["invites"][0]["link"].as_str().unwrap().to_owned();
    let key = ada.post("/v2/apiKeys", json!({ "name": "laptop" })).await;
    let key = key.data()["apiKey"]["key"].as_str().unwrap().to_owned();
    let all = serde_json::to_string(&records(&ada, "limit=1000").await).unwrap();
    assert!(all.contains("storage.rotated") && all.contains("member.invited"));
    for hidden in [secret, link.rsplit('/').next().unwrap(), &key] {
        assert!(!all.contains(hidden));
    }
}
