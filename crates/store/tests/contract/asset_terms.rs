//! What answers are found by: written with every change of an answer, and found again in those of before.

use insitu_model::{
    answer::Terms,
    id::{AssetId, ImportId, OrganizationId, ProjectId, UserId},
    import::OnDuplicate,
    schema::CategorySchema,
    task::Stage,
};
use insitu_store::{
    Error,
    assets::{self, AnswerCondition, AssetFilter, AssetSort, NewAsset, PageStart},
    imports, projects,
    tasks::{self, NewAnswer, Requeue},
};

use crate::{
    harness::{Store, contract, row, rows, run},
    migrations::on_both,
    task_queue::task_of,
};

const SCHEMA: &str = r#"{"tools":[{"tool":"bounding-box","title":"Cat","schemaId":"cat"},
    {"tool":"bounding-box","title":"Dog","schemaId":"dog"}],
    "classifications":[{"tool":"radio","title":"Mood","schemaId":"mood",
        "options":[{"value":"calm","schemaId":"calm"},{"value":"wild","schemaId":"wild"}]}]}"#;
const CAT: &str = r#"{"tools":[{"schemaId":"cat"}],"classifications":[],"relations":[]}"#;
const CALM_DOG: &str = r#"{"tools":[{"schemaId":"dog"}],"classifications":[{"schemaId":"mood","answer":"calm"}],"relations":[]}"#;

type At = (OrganizationId, ProjectId);

async fn world(store: &Store) -> (At, UserId) {
    let (organization, ada) = store.organization("acme").await;
    let project = store.project(organization, "birds").await;
    let schema = projects::ProjectChange {
        category_schema: Some(SCHEMA.to_owned()),
        ..projects::ProjectChange::default()
    };
    let now = store.tick();
    store
        .write(move |tx| projects::update(tx, organization, project, &schema, now).map(drop))
        .await
        .unwrap();
    ((organization, project), ada)
}

fn terms(answer: &str) -> Terms {
    Terms::of_stored(answer, &CategorySchema::stored(SCHEMA))
}

/// A row that comes with labels.
fn labeled(external_id: &str, answer: &str) -> NewAsset {
    NewAsset {
        extra: Some(answer.replace("tools", "objects")),
        is_pre_labeled: true,
        terms: terms(answer),
        ..row(external_id)
    }
}

async fn save(
    store: &Store,
    (organization, project): At,
    by: UserId,
    (import, n): (ImportId, u32),
    answer: &str,
) {
    let new = NewAnswer {
        by,
        answer: answer.to_owned(),
        terms: terms(answer),
        based_on: None,
        duration: 1,
        is_draft: false,
        submit: false,
        only_own: false,
    };
    let now = store.tick();
    store
        .write(move |tx| tasks::save(tx, organization, project, task_of(import, n), &new, now))
        .await
        .unwrap();
}

async fn found(
    store: &Store,
    (organization, project): At,
    schema_id: &str,
    choice: Option<&str>,
) -> Result<Vec<AssetId>, Error> {
    let filter = AssetFilter {
        answers: vec![AnswerCondition {
            schema_id: schema_id.to_owned(),
            choice: choice.map(str::to_owned),
            exists: true,
        }],
        ..AssetFilter::default()
    };
    let list = move |tx: &mut insitu_store::Tx| {
        let start = PageStart::Page(1);
        assets::list(
            tx,
            organization,
            project,
            &filter,
            AssetSort::OldestFirst,
            &start,
            1000,
        )
    };
    let page = store.read(list).await?;
    Ok(page.assets.into_iter().map(|asset| asset.id).collect())
}

/// How many assets are found by Cat, Dog, Mood and its option calm.
async fn counts(store: &Store, at: At) -> [usize; 4] {
    let mut counts = [0; 4];
    for (count, (id, choice)) in counts.iter_mut().zip([
        ("cat", None),
        ("dog", None),
        ("mood", None),
        ("mood", Some("calm")),
    ]) {
        *count = found(store, at, id, choice).await.unwrap().len();
    }
    counts
}

contract! {
    async fn an_asset_is_found_by_its_answer_as_it_is_now(store: &Store) {
        let (at, ada) = world(store).await;
        let import = store.imported(at.0, at.1, rows(0..5)).await;
        assert_eq!(counts(store, at).await, [0, 0, 0, 0]);
        save(store, at, ada, (import, 1), CAT).await;
        save(store, at, ada, (import, 3), CAT).await;
        assert_eq!(counts(store, at).await, [2, 0, 0, 0]);
        save(store, at, ada, (import, 3), CALM_DOG).await;
        assert_eq!(counts(store, at).await, [1, 1, 1, 1]);
        assert_eq!(found(store, at, "mood", Some("calm")).await.unwrap(), [AssetId::of_import(import, 3)]);
        save(store, at, ada, (import, 1), "{}").await;
        assert_eq!(counts(store, at).await, [0, 1, 1, 1]);
        let requeue = move |remove_annotations| store.write(move |tx| {
            let positions = tasks::matching(tx, at.0, at.1, &[], 0)?;
            let options = Requeue { remove_annotations, ..Requeue::default() };
            tasks::requeue(tx, at.0, at.1, &positions, (Stage::Label, options), (ada, 9))
        });
        requeue(false).await.unwrap();
        assert_eq!(counts(store, at).await, [0, 1, 1, 1]);
        requeue(true).await.unwrap();
        assert_eq!(counts(store, at).await, [0, 0, 0, 0]);
    }
}

contract! {
    async fn labels_that_come_with_an_import_or_later_are_found_until_somebody_answers(store: &Store) {
        let (at, ada) = world(store).await;
        let import = store.running(store.new_import(at.0, at.1), "worker").await;
        let list = vec![labeled("a", CAT), row("b"), labeled("c", CALM_DOG), row("d")];
        store.put(import, "worker", list).await.unwrap();
        assert_eq!(counts(store, at).await, [0, 0, 0, 0], "nobody sees the import yet");
        store.complete(import, "worker").await;
        assert_eq!(counts(store, at).await, [1, 1, 1, 1]);
        let now = store.tick();
        // Opened, it is the same answer.
        store.write(move |tx| tasks::open(tx, at.0, at.1, task_of(import, 2), ada, now)).await.unwrap();
        assert_eq!(counts(store, at).await, [1, 1, 1, 1]);
        for n in [1, 2] {
            let label = move |tx: &mut insitu_store::Tx| tasks::pre_label(tx, at.0, at.1, task_of(import, n), (CAT, &terms(CAT)), now);
            assert!(store.write(label).await.unwrap());
        }
        assert_eq!(counts(store, at).await, [3, 0, 0, 0]);
        save(store, at, ada, (import, 0), CALM_DOG).await;
        assert_eq!(counts(store, at).await, [2, 1, 1, 1]);
    }
}

contract! {
    async fn an_import_that_updates_brings_its_labels_where_nobody_has_answered(store: &Store) {
        let (at, ada) = world(store).await;
        let list = ["a", "b", "c", "d"].map(|name| labeled(name, CAT)).to_vec();
        let import = store.imported(at.0, at.1, list).await;
        save(store, at, ada, (import, 1), CAT).await;
        let gone = vec![AssetId::of_import(import, 3)];
        store.write(move |tx| assets::delete(tx, at.0, at.1, &gone, 5)).await.unwrap();
        let updating = |dry_run| imports::NewImport { on_duplicate: OnDuplicate::Update, dry_run, ..store.new_import(at.0, at.1) };
        for (dry_run, expected) in [(true, [3, 0, 0, 0]), (false, [1, 2, 2, 2])] {
            let update = store.running(updating(dry_run), "worker").await;
            // The last one twice: what comes later counts.
            let list = vec![labeled("a", CALM_DOG), labeled("b", CALM_DOG), row("c"), labeled("new", CAT)];
            store.put(update, "worker", list).await.unwrap();
            store.put(update, "worker", vec![labeled("new", CALM_DOG)]).await.unwrap();
            assert_eq!(counts(store, at).await, [3, 0, 0, 0]);
            store.complete(update, "worker").await;
            assert_eq!(counts(store, at).await, expected, "dry run: {dry_run}");
            store.discard_all().await;
            assert_eq!(counts(store, at).await, expected);
        }
    }
}

contract! {
    async fn an_import_that_updates_more_than_is_looked_at_together_brings_all_of_its_labels(store: &Store) {
        let (at, _) = world(store).await;
        let list = |answer| (0..600).map(|n| labeled(&format!("a{n}"), answer)).collect::<Vec<_>>();
        store.imported(at.0, at.1, list(CAT)).await;
        let new = imports::NewImport { on_duplicate: OnDuplicate::Update, ..store.new_import(at.0, at.1) };
        let update = store.running(new, "worker").await;
        store.put(update, "worker", list(CALM_DOG)).await.unwrap();
        store.complete(update, "worker").await;
        assert_eq!(counts(store, at).await, [0, 600, 600, 600]);
    }
}

contract! {
    async fn labels_of_an_import_that_is_discarded_leave_those_of_others(store: &Store) {
        let (at, _) = world(store).await;
        store.imported(at.0, at.1, vec![labeled("a", CAT), labeled("b", CALM_DOG)]).await;
        let new = store.new_import(at.0, at.1);
        let failing = store.running(new, "worker").await;
        store.put(failing, "worker", vec![labeled("c", CALM_DOG), labeled("d", CAT), row("e")]).await.unwrap();
        store.imported(at.0, at.1, vec![labeled("f", CALM_DOG)]).await;
        let now = store.tick();
        store.write(move |tx| imports::fail(tx, failing, "worker", "broken", "{}", now)).await.unwrap();
        store.discard_all().await;
        assert_eq!(counts(store, at).await, [1, 2, 2, 2]);
    }
}

#[test]
fn a_project_with_few_answers_is_looked_through_a_bounded_part_at_a_time() {
    let migration = include_str!("../../migrations/0019_answer_terms.sql");
    let fills = &migration[migration.find("INSERT INTO answer_fills").unwrap()..];
    on_both(|url, say| {
        let mut known = None;
        run(url, async |store| {
            let (at, ada) = world(store).await;
            let import = store.imported(at.0, at.1, rows(0..5000)).await;
            save(store, at, ada, (import, 0), CAT).await;
            save(store, at, ada, (import, 4999), CAT).await;
            known = Some(at);
        });
        say("DELETE FROM answer_terms");
        say("DELETE FROM asset_terms");
        say(fills);
        run(url, async |store| {
            let mut steps = 0;
            while store.write(assets::fill_terms_step).await.unwrap() {
                steps += 1;
            }
            assert_eq!(steps, 2, "two answers in 5,000 places");
            assert_eq!(counts(store, known.unwrap()).await, [2, 0, 0, 0]);
        });
    });
}

/// What was there before its terms were taken away.
struct Before {
    at: At,
    other: (At, ImportId),
    late: ImportId,
    counts: [usize; 4],
    dogs: Vec<AssetId>,
}

/// Answers of people and of a list, in more than one step's worth.
async fn before(store: &Store) -> Before {
    let (at, ada) = world(store).await;
    let other = (at.0, store.project(at.0, "fish").await);
    let plain = store.imported(other.0, other.1, rows(0..3)).await;
    let import = store.imported(at.0, at.1, rows(0..700)).await;
    let late = (0..5000).map(|n| {
        if n % 10 == 0 {
            labeled("l", CALM_DOG)
        } else {
            row("l")
        }
    });
    let late = store.imported(at.0, at.1, late.collect()).await;
    for n in 0..600 {
        let answer = if n % 2 == 0 { CAT } else { CALM_DOG };
        save(store, at, ada, (import, n), answer).await;
    }
    // One of those with labels is answered otherwise.
    save(store, at, ada, (late, 20), CAT).await;
    Before {
        at,
        other: (other, plain),
        late,
        counts: counts(store, at).await,
        dogs: found(store, at, "dog", None).await.unwrap(),
    }
}

/// Two steps, before each of which nobody is told.
async fn begin(store: &Store, before: &Before) {
    let at = before.at;
    let elsewhere = found(store, before.other.0, "dog", None).await.unwrap();
    assert_eq!(elsewhere, [], "nothing to look through");
    for _ in 0..2 {
        let refused = found(store, at, "dog", None).await;
        assert!(
            matches!(
                refused,
                Err(Error::NotReady {
                    what: "filter by answers",
                    ..
                })
            ),
            "{refused:?}"
        );
        assert!(store.write(assets::fill_terms_step).await.unwrap());
    }
    // Whoever saves meanwhile is not overwritten.
    save(store, at, UserId::from_bytes([7; 12]), (before.late, 10), "{}").await;
    let list = move |tx: &mut insitu_store::Tx| {
        let (any, start) = (AssetFilter::default(), PageStart::Page(1));
        assets::list(tx, at.0, at.1, &any, AssetSort::OldestFirst, &start, 1)
    };
    let total = store.read(list).await.unwrap().total;
    assert_eq!(total, 5700, "lists without such a filter are as ever");
}

/// Another program goes on where the one before stopped.
async fn finish(store: &Store, before: &Before) {
    let mut steps = 2;
    while store.write(assets::fill_terms_step).await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 4);
    assert!(store.read(assets::are_terms_filled).await.unwrap());
    let saved = AssetId::of_import(before.late, 10);
    let expected: Vec<AssetId> = before.dogs.iter().copied().filter(|id| *id != saved).collect();
    let dogs = found(store, before.at, "dog", None).await.unwrap();
    assert!(dogs == expected && dogs.len() + 1 == before.dogs.len());
    let [cat, dog, mood, calm] = counts(store, before.at).await;
    assert_eq!([cat, dog + 1, mood + 1, calm + 1], before.counts);
    let (other, plain) = before.other;
    save(store, other, UserId::from_bytes([7; 12]), (plain, 0), CAT).await;
    assert_eq!(counts(store, other).await, [1, 0, 0, 0]);
}

#[test]
fn answers_of_before_are_found_once_they_are_looked_through_and_until_then_nobody_is_told() {
    let migration = include_str!("../../migrations/0019_answer_terms.sql");
    let fills = &migration[migration.find("INSERT INTO answer_fills").unwrap()..];
    on_both(|url, say| {
        let mut known = None;
        run(url, async |store| known = Some(before(store).await));
        let known = known.unwrap();
        assert_eq!((known.counts[0], known.dogs.len()), (301, 799));
        say("DELETE FROM answer_terms");
        say("DELETE FROM asset_terms");
        say(fills);
        run(url, async |store| begin(store, &known).await);
        run(url, async |store| finish(store, &known).await);
    });
}
