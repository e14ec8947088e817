//! Lists of assets by what their tasks are, by time and by the beginning of their external IDs: every page of every list,
//! however little may be looked at for one page, against the same list made by hand.

mod cases;

use std::collections::HashMap;

use insitu_model::{
    answer::{Term, Terms},
    id::{AssetId, OrganizationId, ProjectId, UserId},
    task::{ReviewStatus, Stage, TaskStatus},
};
use insitu_store::{
    Error, Page,
    asset_changes::Change,
    assets::{self, AssetFilter, AssetPage, AssetSort, AssetState, Bounds, PageStart, TaskFilter},
    tasks::{self, NewAnswer, Task},
};

use self::cases::{filters, fits, of_task};
use crate::harness::{Store, contract, row, rows};
use crate::task_queue::{next, task_of};

const SORTS: [AssetSort; 8] = [
    AssetSort::NewestFirst,
    AssetSort::OldestFirst,
    AssetSort::ExternalId,
    AssetSort::ExternalIdDescending,
    AssetSort::CompletedFirst,
    AssetSort::CompletedLast,
    AssetSort::ShortestFirst,
    AssetSort::LongestFirst,
];
/// More than two blocks of places.
const MANY: u32 = 2600;

struct World {
    at: (OrganizationId, ProjectId),
    ada: UserId,
    bob: UserId,
    /// Oldest first.
    tasks: Vec<Task>,
    /// What the answers of some use.
    terms: HashMap<AssetId, Terms>,
    /// Between the first import and the second, and before anything was completed.
    noon: i64,
}

async fn world(store: &Store) -> World {
    let (organization, ada) = store.organization("acme").await;
    let bob = store.user("bob@example.com").await;
    let at = (organization, store.project(organization, "birds").await);
    // Next door, with tasks of the same people.
    let other = store.project(organization, "fish").await;
    store.imported(organization, other, rows(0..5)).await;
    next(store, organization, other, Stage::Label, ada).await.unwrap();
    let first = store.imported(at.0, at.1, rows(0..MANY)).await;
    store.clock.advance_ms(60_000);
    let noon = store.tick();
    let mut late = ["b1", "b2", "", "b1"].map(row).to_vec();
    for n in [1, 3] {
        late[n].terms = used(0);
    }
    let second = store.imported(at.0, at.1, late).await;
    let ids = (0..60)
        .map(|n| task_of(first, n * 43))
        .chain([task_of(second, 1)]);
    let mut terms = HashMap::from([(AssetId::of_import(second, 3), used(0))]);
    for (n, id) in ids.enumerate() {
        let by = if n % 3 == 0 { bob } else { ada };
        work(store, at, id, n, by).await;
        if n % 6 != 5 {
            terms.insert(id.asset().unwrap(), used(n));
        }
    }
    let unseen = store.running(store.new_import(at.0, at.1), "worker").await;
    let mut hidden = row("b1");
    hidden.terms = used(0);
    store.put(unseen, "worker", vec![hidden; 300]).await.unwrap();
    let gone = vec![AssetId::of_import(first, 43), AssetId::of_import(first, 44)];
    let now = store.tick();
    store
        .write(move |tx| assets::delete(tx, at.0, at.1, &gone, now))
        .await
        .unwrap();
    let mut tasks = Vec::new();
    for page in 1..=3 {
        let page = Page {
            number: page,
            limit: 1000,
        };
        tasks.extend(
            store
                .read(move |tx| tasks::list(tx, at.0, at.1, &[], &[], page))
                .await
                .unwrap()
                .rows,
        );
    }
    assert_eq!(tasks.len(), MANY as usize + 2);
    World {
        at,
        ada,
        bob,
        tasks,
        terms,
        noon,
    }
}

/// What an answer of this number uses.
fn used(n: usize) -> Terms {
    let all = [
        ("cat", None, 2),
        ("mood", None, 3),
        ("mood", Some("calm"), 6),
        ("late", None, 60),
    ];
    let some = all.into_iter().filter(|(_, _, every)| n.is_multiple_of(*every));
    Terms::from_terms(some.map(|(id, choice, _)| Term::new(id, choice)))
}

/// Brings a task to one of the places that it can be in.
async fn work(
    store: &Store,
    (organization, project): (OrganizationId, ProjectId),
    id: insitu_model::id::TaskId,
    n: usize,
    by: UserId,
) {
    let now = store.tick();
    let answer = move |is_draft, submit| NewAnswer {
        by,
        answer: "{}".to_owned(),
        terms: used(n),
        based_on: None,
        // Some took equally long.
        duration: 100 * (n as u64 * 7 % 5),
        is_draft,
        submit,
        only_own: false,
    };
    store
        .write(move |tx| {
            tasks::open(tx, organization, project, id, by, now)?;
            let mut save = |new: NewAnswer| tasks::save(tx, organization, project, id, &new, now).map(drop);
            match n % 6 {
                0 => save(answer(true, false))?,
                1 => save(answer(false, true))?,
                2 => {
                    save(answer(false, true))?;
                    save(answer(false, true))?;
                }
                3 | 4 => {
                    save(answer(false, true))?;
                    let verdict = if n % 6 == 3 {
                        ReviewStatus::Rejected
                    } else {
                        ReviewStatus::Accepted
                    };
                    tasks::review(tx, organization, project, id, (by, verdict), now)?;
                }
                _ => {}
            }
            Ok(())
        })
        .await
        .unwrap();
}

fn by_hand(world: &World, filter: &AssetFilter, sort: AssetSort) -> Vec<AssetId> {
    let mut list: Vec<&Task> = world
        .tasks
        .iter()
        .filter(|task| fits(world, task, filter))
        .collect();
    if matches!(sort, AssetSort::CompletedFirst | AssetSort::CompletedLast) {
        list.retain(|task| task.completed_at.is_some());
        list.sort_by_key(|task| task.completed_at);
    }
    if matches!(sort, AssetSort::ShortestFirst | AssetSort::LongestFirst) {
        list.retain(|task| task.completed_at.is_some());
        list.sort_by_key(|task| task.total_duration);
    }
    if matches!(sort, AssetSort::ExternalId | AssetSort::ExternalIdDescending) {
        list.sort_by(|a, b| a.asset.external_id.cmp(&b.asset.external_id));
    }
    if matches!(
        sort,
        AssetSort::NewestFirst
            | AssetSort::ExternalIdDescending
            | AssetSort::CompletedLast
            | AssetSort::LongestFirst
    ) {
        list.reverse();
    }
    list.into_iter().map(|task| task.asset.id).collect()
}

async fn page(
    store: &Store,
    at: (OrganizationId, ProjectId),
    (filter, sort): (&AssetFilter, AssetSort),
    start: PageStart,
    bounds: Bounds,
) -> Result<AssetPage, Error> {
    let filter = filter.clone();
    store
        .read(move |tx| assets::list_within(tx, at, &filter, sort, &start, (50, bounds)))
        .await
}

contract! {
    async fn whatever_a_filter_asks_its_pages_are_the_list_made_by_hand(store: &Store) {
        let world = world(store).await;
        let frugal = Bounds { few: 0, looked_at: 100 };
        for filter in filters(&world) {
            for sort in SORTS {
                let expected = by_hand(&world, &filter, sort);
                for bounds in [Bounds::default(), frugal] {
                    let what = format!("{filter:?} {sort:?} {bounds:?}");
                    let (mut walked, mut start, mut pages) = (Vec::new(), PageStart::Page(1), 0);
                    loop {
                        let found = page(store, world.at, (&filter, sort), start, bounds).await.unwrap();
                        pages += 1;
                        assert!(found.total <= expected.len() as u64, "{what}: {}", found.total);
                        assert!(!found.is_total_exact || found.total == expected.len() as u64 || pages > 1, "{what}: {}", found.total);
                        assert!(found.looked_at <= bounds.looked_at + 2048, "{what}: {}", found.looked_at);
                        walked.extend(found.assets.into_iter().map(|asset| asset.id));
                        match found.next {
                            Some(next) => start = PageStart::After(next.to_string().parse().unwrap()),
                            None => break,
                        }
                    }
                    assert_eq!(walked.len(), expected.len(), "{what}");
                    assert!(walked == expected, "{what}");
                }
            }
        }
    }
}

contract! {
    async fn one_page_looks_at_no_more_than_it_may_and_says_where_to_go_on(store: &Store) {
        let world = world(store).await;
        let bounds = Bounds { few: 0, looked_at: 100 };
        let rare = of_task(TaskFilter { statuses: vec![TaskStatus::InProgress], ..TaskFilter::default() });
        let found = page(store, world.at, (&rare, AssetSort::ExternalId), PageStart::Page(1), bounds).await.unwrap();
        assert!(found.next.is_some() && found.assets.len() < 50, "{found:?}");
        assert!(!found.is_total_exact && (100..300).contains(&found.looked_at), "{}", found.looked_at);
        // Pages by number would have to look at all before them; what an index names has them.
        let second = PageStart::Page(2);
        let refused = page(store, world.at, (&rare, AssetSort::ExternalId), second.clone(), bounds).await;
        assert!(matches!(refused, Err(Error::NeedsCursor)), "{refused:?}");
        let complete = of_task(TaskFilter { stages: vec![Stage::Complete], ..TaskFilter::default() });
        let found = page(store, world.at, (&complete, AssetSort::ExternalId), second, Bounds::default()).await.unwrap();
        assert!(found.is_total_exact && found.assets.is_empty(), "{found:?}");
        for filter in [AssetFilter::default(), complete] {
            let last = page(store, world.at, (&filter, AssetSort::CompletedLast), PageStart::Page(1), bounds).await.unwrap();
            let completed = by_hand(&world, &filter, AssetSort::CompletedLast).len() as u64;
            assert!(last.is_total_exact && last.total == completed, "{completed} of {last:?}");
        }
        let any = AssetFilter::default();
        let second = page(store, world.at, (&any, AssetSort::CompletedLast), PageStart::Page(2), bounds).await;
        assert!(matches!(second, Err(Error::NeedsCursor)), "{second:?}");
    }
}

contract! {
    async fn a_change_of_all_that_match_means_the_same_assets(store: &Store) {
        let world = world(store).await;
        for filter in filters(&world) {
            let expected = by_hand(&world, &filter, AssetSort::OldestFirst).len() as u64;
            let changed = store.changed(world.at, Change::Priority(3), filter.clone()).await;
            assert_eq!(changed, expected, "{filter:?}");
        }
        let complete = of_task(TaskFilter { stages: vec![Stage::Complete], ..TaskFilter::default() });
        let expected = by_hand(&world, &complete, AssetSort::OldestFirst).len() as u64;
        assert_eq!(store.changed(world.at, Change::Delete, complete.clone()).await, expected);
        let found = page(store, world.at, (&complete, AssetSort::OldestFirst), PageStart::Page(1), Bounds::default()).await;
        assert_eq!(found.unwrap().total, 0);
        let deleted = AssetFilter { state: AssetState::Deleted, ..complete };
        let found = page(store, world.at, (&deleted, AssetSort::OldestFirst), PageStart::Page(1), Bounds::default()).await;
        // One that was deleted before is in this stage too.
        assert!((expected..=expected + 1).contains(&found.unwrap().total));
    }
}
