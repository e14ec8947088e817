//! Labelers at both hubs: nobody is given what somebody else has, and a save from before is refused at either.

use std::collections::HashMap;

use futures_util::future::join_all;
use insitu_hub::testing::Person;
use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::{Value, json};

use crate::pair::{Pair, text};

fn empty() -> Value {
    json!({ "objects": [], "classifications": [], "relations": [] })
}

/// Gets tasks and submits them until none is left; their ids.
async fn work(person: Person, project: String) -> Vec<String> {
    let mut done = Vec::new();
    loop {
        let next = format!("/v2/project/{project}/tasks/next");
        let task = person.post(&next, json!({})).await.data()["task"].clone();
        let Some(id) = task["_id"].as_str() else {
            return done;
        };
        let save = format!("/v2/annotate/{id}?nextStage=true");
        let body = json!({ "answer": empty(), "revision": task["revision"] });
        person.post(&save, body).await.data();
        done.push(id.to_owned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_task_is_labeled_once_by_labelers_at_both_hubs() {
    const LABELERS: usize = 8;
    const TASKS: usize = 120;
    let Some(pair) = Pair::begin().await else { return };
    pair.import_pictures(TASKS).await;
    let role = [(pair.project.as_str(), ProjectRole::Labeler)];
    let names: Vec<String> = (0..LABELERS).map(|number| format!("labeler-{number}")).collect();
    let joining = names
        .iter()
        .map(|name| pair.one.member(&pair.ada, name, OrganizationRole::Member, &role));
    let people = join_all(joining).await;
    let working = people.iter().enumerate().map(|(number, person)| {
        let person = if number.is_multiple_of(2) {
            person.clone()
        } else {
            person.at(&pair.two)
        };
        tokio::spawn(work(person, pair.project.clone()))
    });
    let mut times: HashMap<String, usize> = HashMap::new();
    for done in join_all(working.collect::<Vec<_>>()).await {
        for id in done.unwrap() {
            *times.entry(id).or_default() += 1;
        }
    }
    assert_eq!(times.len(), TASKS);
    assert!(times.values().all(|times| *times == 1), "a task was given to two");
}

#[tokio::test]
async fn a_save_that_is_based_on_what_was_before_is_refused_by_the_other_hub() {
    let Some(pair) = Pair::begin().await else { return };
    pair.import_pictures(1).await;
    let next = format!("/v2/project/{}/tasks/next", pair.project);
    let task = pair.ada.post(&next, json!({})).await.data()["task"].clone();
    let path = format!("/v2/annotate/{}", text(&task["_id"]));
    let save = json!({ "answer": empty(), "revision": task["revision"] });
    let kept = pair.ada.post(&path, save.clone()).await;
    kept.data();
    let late = pair.ada_at_two.post(&path, save).await;
    assert_eq!(late.status, 409, "{}", late.body);
    let shown = pair
        .ada_at_two
        .get(&format!("/v2/task/{}", text(&task["_id"])))
        .await;
    assert_eq!(shown.data()["task"]["revision"], kept.data()["label"]["revision"]);
}
