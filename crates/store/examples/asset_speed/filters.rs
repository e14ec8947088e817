//! Lists of assets by what no count tells: what their tasks are, and what was answered.

use std::{error::Error, time::Instant};

use insitu_model::{
    answer::{Term, Terms},
    id::{AssetId, ImportId, OrganizationId, ProjectId, TaskId, UserId},
    task::{Stage, TaskStatus},
};
use insitu_store::{
    Db, Tx,
    assets::{self, AnswerCondition, AssetFilter, AssetSort, PageStart, TaskFilter},
    tasks::{self, NewAnswer},
};
use tokio::runtime::Runtime;

use super::{NOW, cpu_seconds, price};

const USER: UserId = UserId::from_bytes([7; 12]);
/// A part of an answer; forty are as long as a few polygons.
const ANSWER: &str = r#"{"objectId":"0123456789abcdef","polygon":[[1.25,2.5],[3.75,4.0]]}"#;

#[expect(clippy::print_stdout, reason = "it is part of a program that prints")]
pub(super) fn price_all(
    db: &Db,
    runtime: &Runtime,
    place: (OrganizationId, ProjectId),
    import: ImportId,
    rows: u64,
) -> Result<(), Box<dyn Error>> {
    for (what, filter, sort) in filters(import).into_iter().chain(answer_filters()) {
        let middle = format!("{:x}", (1 << 40) + rows / 2);
        let starts = match sort {
            AssetSort::NewestFirst => vec![PageStart::Page(1), PageStart::After(middle.parse()?)],
            _ => vec![PageStart::Page(1)],
        };
        for start in starts {
            let (wall, cpu, page) = price(|| {
                let (filter, start) = (filter.clone(), start.clone());
                runtime.block_on(
                    db.read(move |tx| assets::list(tx, place.0, place.1, &filter, sort, &start, 100)),
                )
            })?;
            let depth = if start == PageStart::Page(1) {
                ""
            } else {
                ", from the middle"
            };
            let at_least = if page.is_total_exact { "" } else { "at least " };
            println!(
                "{what}{depth}: {wall:.0} µs, {cpu:.0} µs of CPU, {} rows of {at_least}{}, {} looked at",
                page.assets.len(),
                page.total,
                page.looked_at
            );
        }
    }
    Ok(())
}

/// What is listed, and in which order.
type Asked = (&'static str, AssetFilter, AssetSort);

/// Every tenth asset is somebody's, who saw a cat there; every hundredth went on to review; of a dog there is one in
/// twenty, and of a fox one in a hundred thousand.
pub(super) fn label(
    db: &Db,
    (organization, project): (OrganizationId, ProjectId),
    import: ImportId,
    rows: u64,
) -> Result<(), insitu_store::Error> {
    let given: Vec<u64> = (0..rows).step_by(10).collect();
    let task = move |n: u64| TaskId::of_asset(AssetId::of_import(import, u32::try_from(n).unwrap_or(0)));
    let assign = move |tx: &mut Tx, n: u64| {
        tasks::assign(tx, organization, project, task(n), None, Some(USER)).map(drop)
    };
    let save = move |tx: &mut Tx, n: u64, terms: Terms| {
        let new = NewAnswer {
            by: USER,
            answer: ANSWER.repeat(40),
            terms,
            based_on: None,
            duration: 1,
            is_draft: false,
            submit: false,
            only_own: false,
        };
        tasks::save(tx, organization, project, task(n), &new, NOW).map(drop)
    };
    each("assigned", db, &given, assign)?;
    each("saved empty", db, &given, move |tx, n| {
        save(tx, n, Terms::default())
    })?;
    each("saved with what was seen", db, &given, move |tx, n| {
        save(tx, n, seen(n))
    })?;
    each("saved again", db, &given, move |tx, n| save(tx, n, seen(n)))?;
    let reviewed: Vec<u64> = given.iter().copied().step_by(10).take(4000).collect();
    each("submitted", db, &reviewed, move |tx, n| {
        tasks::submit(tx, organization, project, task(n), USER, NOW).map(drop)
    })
}

/// Does something to many tasks, as many together as a busy hub commits.
#[expect(clippy::print_stdout, reason = "it is part of a program that prints")]
fn each(
    what: &str,
    db: &Db,
    tasks: &[u64],
    work: impl Fn(&mut Tx, u64) -> Result<(), insitu_store::Error> + Copy + Send + 'static,
) -> Result<(), insitu_store::Error> {
    let (start, before) = (Instant::now(), cpu_seconds());
    for some in tasks.chunks(64).map(<[u64]>::to_vec) {
        db.claim_blocking(move |tx| some.iter().try_for_each(|n| work(tx, *n)))?;
    }
    let micros = |seconds: f64| seconds / tasks.len() as f64 * 1e6;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
    println!(
        "{} tasks {what}: {:.1} µs each, {:.1} µs of CPU",
        tasks.len(),
        micros(wall),
        micros(cpu)
    );
    Ok(())
}

fn seen(n: u64) -> Terms {
    let all = [("cat", 10), ("dog", 20), ("fox", 100_000)];
    let some = all.into_iter().filter(|(_, every)| n.is_multiple_of(*every));
    Terms::from_terms(some.map(|(id, _)| Term::new(id, None)))
}

/// Filters whose assets no count tells: few that an index names, many along one, and those that have to be looked for.
fn filters(import: ImportId) -> Vec<Asked> {
    let of = |task| AssetFilter {
        task,
        ..AssetFilter::default()
    };
    let stage = |stage| TaskFilter {
        stages: vec![stage],
        ..TaskFilter::default()
    };
    let status = |status| TaskFilter {
        statuses: vec![status],
        ..TaskFilter::default()
    };
    let theirs = TaskFilter {
        assignee: Some(Some(USER)),
        ..TaskFilter::default()
    };
    let named = |prefix: &str| AssetFilter {
        external_id_prefix: Some(prefix.to_owned()),
        ..AssetFilter::default()
    };
    let except = AssetFilter {
        except: (0..1000).map(|n| AssetId::of_import(import, n)).collect(),
        ..AssetFilter::default()
    };
    let (newest, by_name) = (AssetSort::NewestFirst, AssetSort::ExternalId);
    let (review, waiting) = (of(stage(Stage::Review)), of(status(TaskStatus::InProgress)));
    vec![
        ("stage Review, few", review.clone(), newest),
        ("stage Review, few, by External ID", review, by_name),
        ("stage Label", of(stage(Stage::Label)), newest),
        ("somebody's, many", of(theirs.clone()), newest),
        ("somebody's, many, by External ID", of(theirs), by_name),
        ("status In Progress, none", waiting.clone(), newest),
        ("status In Progress, none, by External ID", waiting, by_name),
        ("begins so, few", named("camera-7/00000000000f"), newest),
        ("begins so, all", named("camera-7"), newest),
        ("begins so, all, by External ID", named("camera-7"), by_name),
        ("all but a thousand", except, newest),
    ]
}

/// Filters by what was answered.
fn answer_filters() -> Vec<Asked> {
    let answers = |conditions: &[(&str, bool)]| {
        let of = |(id, exists): &(&str, bool)| AnswerCondition {
            schema_id: (*id).to_owned(),
            choice: None,
            exists: *exists,
        };
        AssetFilter {
            answers: conditions.iter().map(of).collect(),
            ..AssetFilter::default()
        }
    };
    let reviewed_cats = AssetFilter {
        task: TaskFilter {
            stages: vec![Stage::Review],
            ..TaskFilter::default()
        },
        ..answers(&[("cat", true)])
    };
    let (newest, by_name) = (AssetSort::NewestFirst, AssetSort::ExternalId);
    let (cat, no_cat) = (("cat", true), ("cat", false));
    vec![
        ("a cat, one in ten", answers(&[cat]), newest),
        ("a cat, one in ten, by External ID", answers(&[cat]), by_name),
        ("a fox, few", answers(&[("fox", true)]), newest),
        ("a fox, few, by External ID", answers(&[("fox", true)]), by_name),
        (
            "a cat and a dog and a fox",
            answers(&[cat, ("dog", true), ("fox", true)]),
            newest,
        ),
        ("a cat without a dog", answers(&[cat, ("dog", false)]), newest),
        ("a cat in review", reviewed_cats, newest),
        ("a horse, none", answers(&[("horse", true)]), newest),
        ("no cat", answers(&[no_cat]), newest),
        ("no cat, by External ID", answers(&[no_cat]), by_name),
        (
            "a dog without a cat, none",
            answers(&[("dog", true), no_cat]),
            newest,
        ),
    ]
}
