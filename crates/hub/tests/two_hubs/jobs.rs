//! Jobs that two hubs claim from: each is done once, whoever ordered it and whoever does it.

use futures_util::future::join_all;
use serde_json::json;

use crate::pair::{Pair, fetch, list, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_list_at_both_hubs_at_once_comes_in_twice_or_once_as_ordered() {
    let Some(pair) = Pair::begin().await else { return };
    let rows = 3_000;
    for (query, expected) in [("onDuplicate=skip", rows), ("onDuplicate=allow", 3 * rows)] {
        let (here, there) = tokio::join!(
            pair.begin_import(&pair.ada, list("a", rows), query),
            pair.begin_import(&pair.ada_at_two, list("a", rows), query),
        );
        for import in [pair.imported(&here).await, pair.imported(&there).await] {
            assert_eq!(import["state"], "completed", "{import}");
            assert_eq!(import["rowsRead"], rows);
        }
        assert_eq!(pair.total().await, expected as u64, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_import_that_both_hubs_are_sent_is_done_once() {
    const IMPORTS: usize = 12;
    const ROWS: usize = 200;
    let Some(pair) = Pair::begin().await else { return };
    let begin = |number: usize| {
        let list = list(&format!("{number:02}"), ROWS);
        pair.begin_import(pair.by_turns(number), list, "batches=%5B%22Monday%22%5D")
    };
    let begun = join_all((0..IMPORTS).map(begin)).await;
    for id in &begun {
        let import = pair.imported(id).await;
        assert_eq!(
            (&import["state"], &import["rowsImported"]),
            (&json!("completed"), &json!(ROWS))
        );
    }
    assert_eq!(pair.total().await, (IMPORTS * ROWS) as u64);
    assert_eq!(pair.recorded("import.completed").await, IMPORTS as u64);
    let batches = pair.ada.get(&format!("/v2/batches/{}", pair.project)).await;
    assert_eq!(
        batches.data()["batches"].as_array().unwrap().len(),
        1,
        "{}: the batch was made by whoever came first",
        batches.body
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_export_that_both_hubs_are_asked_for_is_made_once_and_is_fetched_from_either() {
    const EXPORTS: usize = 8;
    const PICTURES: usize = 300;
    let Some(pair) = Pair::begin().await else { return };
    pair.import_pictures(PICTURES).await;
    let path = format!("/v2/project/{}/exports", pair.project);
    let order = |number: usize| {
        let person = pair.by_turns(number);
        let path = path.clone();
        async move {
            let asked = person.post(&path, json!({ "stage": [] })).await;
            text(&asked.data()["export"]["_id"])
        }
    };
    let mut files = Vec::new();
    for id in join_all((0..EXPORTS).map(order)).await {
        let export = pair.exported(&id).await;
        assert_eq!(
            (&export["state"], &export["progress"]["tasksDone"]),
            (&json!("completed"), &json!(PICTURES)),
            "{export}"
        );
        let link = text(&export["downloadUrl"]);
        let here = fetch(&pair.one, &link).await;
        assert_eq!(
            here,
            fetch(&pair.two, &link).await,
            "the other hub has the same file"
        );
        files.push(here);
    }
    assert!(
        files
            .iter()
            .all(|file| *file == files[0] && file.starts_with(b"PK"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_many_assets_that_are_ordered_at_both_hubs_are_done_once_each() {
    const ROWS: usize = 500;
    let Some(pair) = Pair::begin().await else { return };
    pair.import_pictures(ROWS).await;
    let path = format!("/v2/project/{}/assetChanges", pair.project);
    let order = |number: usize| {
        let person = pair.by_turns(number);
        let path = path.clone();
        let change = json!({ "filters": {}, "change": { "priority": number + 1 } });
        async move { person.post(&path, change).await }
    };
    for answer in join_all((0..6).map(order)).await {
        let change = &answer.data()["change"];
        assert_eq!(
            (&change["state"], &change["assetsDone"]),
            (&json!("completed"), &json!(ROWS)),
            "{change}"
        );
    }
    let listed = format!("/v2/project/{}/assets?limit=1000", pair.project);
    let page = pair.ada_at_two.get(&listed).await;
    let assets = page.data()["assets"].as_array().unwrap().clone();
    let priority = &assets[0]["priority"];
    assert!(
        assets.iter().all(|asset| asset["priority"] == *priority),
        "whoever came last changed all of them"
    );
}
