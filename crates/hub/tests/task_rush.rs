//! Sixty-four labelers at once, over the whole way from the request to the database.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::Method;
use futures_util::future::join_all;
use insitu_hub::jobs::wait_for_import;
use insitu_hub::testing::{Person, TestHub};
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

const LABELERS: usize = 64;
const TASKS: usize = 400;

/// Gets tasks and submits them until none is left; the ids in order.
async fn work(person: Person, project: String) -> Vec<String> {
    let mut done = Vec::new();
    loop {
        let path = format!("/v2/project/{project}/tasks/next");
        let given = person.post(&path, json!({})).await.data()["task"].clone();
        let Some(id) = given["_id"].as_str() else {
            return done;
        };
        assert_eq!(given["assignee"], json!(person.email));
        let answer = json!({ "objects": [], "classifications": [], "relations": [] });
        let path = format!("/v2/annotate/{id}?nextStage=true");
        let saved = person
            .post(&path, json!({ "answer": answer, "revision": given["revision"] }))
            .await;
        assert_eq!(saved.data()["label"]["stage"], "Review");
        done.push(id.to_owned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_task_is_labeled_once_by_one_of_sixty_four() {
    let hub = TestHub::start().await;
    let owner = hub.owner("Acme").await;
    let project = owner.project("Street scenes").await;
    let row = |n: usize| json!({ "data": format!("https://example.com/{n}.jpg"), "width": 30, "height": 40 });
    let rows: Vec<Value> = (0..TASKS).map(row).collect();
    let path = format!("/v2/project/{project}/imports?name=a.json");
    let answer = owner
        .send(Method::POST, &path, Body::from(json!(rows).to_string()))
        .await;
    let id = answer.data()["import"]["_id"].as_str().unwrap().parse().unwrap();
    wait_for_import(&hub.hub, owner.organization.parse().unwrap(), id)
        .await
        .unwrap();

    let names: Vec<String> = (0..LABELERS).map(|n| format!("labeler-{n}")).collect();
    let role = [(project.as_str(), ProjectRole::Labeler)];
    let joining = names
        .iter()
        .map(|name| hub.member(&owner, name, OrganizationRole::Member, &role));
    let people = join_all(joining).await;
    let working: Vec<_> = people
        .into_iter()
        .map(|person| tokio::spawn(work(person, project.clone())))
        .collect();
    let mut done: HashMap<String, usize> = HashMap::new();
    let mut busy = 0;
    for labeler in join_all(working).await {
        let ids = labeler.unwrap();
        busy += usize::from(!ids.is_empty());
        for id in ids {
            *done.entry(id).or_default() += 1;
        }
    }
    assert_eq!(done.len(), TASKS);
    assert!(done.values().all(|times| *times == 1), "a task was given to two");
    assert!(
        busy > LABELERS / 2,
        "only {busy} labelers got anything, so nobody was in anybody's way"
    );
    let counts = owner.get(&format!("/v2/project/{project}/tasks/counts")).await;
    assert_eq!(
        counts.data()["counts"],
        json!({ "Label": 0, "Review": TASKS, "Complete": 0 })
    );
}
