//! How fast assets go into the store and come out of it: `cargo run --release --example asset_speed -- [ROWS] [sorted|shuffled] [URL]`.
//!
//! Prints rows per CPU-second of writing alone (no parsing), the peak memory, and the price of pages at several
//! depths. CPU time is the process's own, so other work on the machine does not count.

mod filters;

use std::{error::Error, sync::Arc, time::Instant};

use insitu_model::{
    ambient::{FixedClock, SeededRandom},
    answer::Terms,
    id::{AssetId, BatchId, ImportId, OrganizationId, ProjectId, UserId},
    import::{OnDuplicate, OnError},
};
use insitu_store::{
    DatabaseUrl, Db, Options,
    assets::{self, AssetFilter, AssetSort, NewAsset, PageStart},
    imports::{self, ImportBatch, NewImport},
    organizations, projects,
};

const BATCH_ROWS: u64 = 8_192;
const NOW: i64 = 1_800_000_000_000;

#[expect(clippy::print_stdout, reason = "it is a program that prints")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let rows: u64 = arguments.next().as_deref().unwrap_or("1000000").parse()?;
    let shuffled = arguments.next().as_deref() == Some("shuffled");
    let folder = tempfile::tempdir()?;
    let url = match arguments.next() {
        Some(url) => url.parse()?,
        None => DatabaseUrl::Sqlite(folder.path().join("hub.db")),
    };
    let db = Db::open(&url, Options::default())?;
    let place = prepare(&db)?;
    let import = write_all(&db, place, rows, shuffled)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (start, before, mut steps) = (Instant::now(), cpu_seconds(), 0);
    while db.claim_blocking(imports::tidy_step)? {
        steps += 1;
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
    println!("tidied in {steps} steps, {wall:.2} s, {cpu:.2} s of CPU");
    println!("peak memory {} MB", peak_memory_mb());
    for sort in [AssetSort::NewestFirst, AssetSort::OldestFirst] {
        for page in [1, rows / 300, rows / 150, rows / 101] {
            let (wall, cpu, found) = price(|| {
                let filter = AssetFilter::default();
                runtime.block_on(db.read(move |tx| {
                    assets::list(tx, place.0, place.1, &filter, sort, &PageStart::Page(page), 100)
                }))
            })?;
            println!(
                "page {page:>7} {sort:?}: {wall:.0} µs, {cpu:.0} µs of CPU, {} rows",
                found.assets.len()
            );
        }
    }
    let deep = rows / 2;
    let (wall, cpu, _) = price(|| {
        let filter = AssetFilter::default();
        runtime.block_on(db.read(move |tx| {
            assets::list(
                tx,
                place.0,
                place.1,
                &filter,
                AssetSort::ExternalId,
                &PageStart::Page(deep / 100),
                100,
            )
        }))
    })?;
    println!(
        "page {} by external ID: {wall:.0} µs, {cpu:.0} µs of CPU",
        deep / 100
    );
    for count in [1usize, 1000] {
        let step = (rows / count as u64).max(1);
        let ids: Vec<AssetId> = (0..count as u64)
            .map(|n| AssetId::of_import(import, u32::try_from(n * step).unwrap_or(0)))
            .collect();
        let (wall, cpu, _) = price(|| {
            let ids = ids.clone();
            runtime.block_on(db.read(move |tx| assets::for_signing(tx, place.0, place.1, &ids)))
        })?;
        println!("{count} assets for signing: {wall:.0} µs, {cpu:.0} µs of CPU");
    }
    filters::label(&db, place, import, rows)?;
    filters::price_all(&db, &runtime, place, import, rows)?;
    println!("peak memory {} MB", peak_memory_mb());
    db.close();
    Ok(())
}

fn prepare(db: &Db) -> Result<(OrganizationId, ProjectId), insitu_store::Error> {
    let (clock, random) = (FixedClock::at(NOW), SeededRandom::new(NOW.unsigned_abs()));
    let organization = OrganizationId::new(&clock, &random);
    let project = ProjectId::new(&clock, &random);
    let user = UserId::new(&clock, &random);
    db.claim_blocking(move |tx| {
        organizations::insert(
            tx,
            &organizations::Organization {
                id: organization,
                name: "bench".to_owned(),
                created_at: NOW,
            },
        )?;
        projects::insert(
            tx,
            &projects::Project {
                id: project,
                organization,
                name: "bench".to_owned(),
                description: String::new(),
                category_schema: "{}".to_owned(),
                settings: "{}".to_owned(),
                created_by: user,
                created_at: NOW,
                updated_at: NOW,
                archived_at: None,
                asset_count: 0,
                tasks: insitu_store::tasks::Counts::default(),
            },
        )
    })?;
    Ok((organization, project))
}

#[expect(clippy::print_stdout, reason = "it is a program that prints")]
fn write_all(
    db: &Db,
    (organization, project): (OrganizationId, ProjectId),
    rows: u64,
    shuffled: bool,
) -> Result<ImportId, insitu_store::Error> {
    let (clock, random) = (FixedClock::at(NOW), SeededRandom::new(3));
    let id = ImportId::new(&clock, &random);
    let new = NewImport {
        id,
        organization,
        project,
        created_by: UserId::new(&clock, &random),
        name: "list.json".to_owned(),
        storage: None,
        batches: Vec::new(),
        priority: 0,
        on_error: OnError::Skip,
        on_duplicate: OnDuplicate::Allow,
        dry_run: false,
        is_upload: false,
        format: None,
        spool: String::new(),
        source: None,
        created_at: NOW,
    };
    db.claim_blocking(move |tx| {
        imports::insert(tx, &new, "bench", NOW)?;
        imports::received(tx, organization, id, 1)?;
        imports::claim(tx, "bench", NOW, NOW + 1)
    })?;
    let batches: Arc<[BatchId]> = Arc::new([]);
    let (mut cpu, mut making) = (cpu_seconds(), 0.0);
    let start = Instant::now();
    for first in (0..rows).step_by(usize::try_from(BATCH_ROWS).unwrap_or(1)) {
        let before = cpu_seconds();
        let list: Vec<NewAsset> = (first..rows.min(first + BATCH_ROWS))
            .map(|n| asset(n, shuffled, &batches))
            .collect();
        making += cpu_seconds() - before;
        let batch = ImportBatch {
            rows: list,
            ..ImportBatch::default()
        };
        db.claim_blocking::<_, insitu_store::Error, _>(move |tx| {
            imports::write_batch(tx, id, "bench", &batch, NOW, NOW + 1)
        })?;
    }
    cpu = cpu_seconds() - cpu - making;
    let wall = start.elapsed().as_secs_f64();
    println!(
        "{rows} rows in {wall:.2} s, {cpu:.2} s of CPU: {:.0} rows per CPU-second, {:.2} µs per row",
        rows as f64 / cpu,
        cpu / rows as f64 * 1e6
    );
    let (start, before) = (Instant::now(), cpu_seconds());
    db.claim_blocking::<_, insitu_store::Error, _>(move |tx| imports::complete(tx, id, "bench", NOW))?;
    println!(
        "completed in {:.0} ms, {:.0} ms of CPU",
        start.elapsed().as_secs_f64() * 1e3,
        (cpu_seconds() - before) * 1e3
    );
    Ok(id)
}

fn asset(n: u64, shuffled: bool, batches: &Arc<[BatchId]>) -> NewAsset {
    let name = if shuffled {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    } else {
        n
    };
    NewAsset {
        is_pre_labeled: false,
        terms: Terms::default(),
        external_id: Some(format!("camera-7/{name:016x}.jpg")),
        data: format!("https://acme-private-photos.s3.eu-central-1.amazonaws.com/camera-7/{n:016x}.jpg"),
        width: Some(1920),
        height: Some(1080),
        storage: None,
        batches: Arc::clone(batches),
        priority: 0,
        extra: None,
    }
}

/// The mean price of a call: microseconds of wall time and of CPU time, and its last answer.
fn price<T, E>(mut call: impl FnMut() -> Result<T, E>) -> Result<(f64, f64, T), E> {
    const CALLS: u32 = 200;
    let mut answer = call()?;
    let (start, before) = (Instant::now(), cpu_seconds());
    for _ in 0..CALLS {
        answer = call()?;
    }
    let micros = |seconds: f64| seconds / f64::from(CALLS) * 1e6;
    Ok((
        micros(start.elapsed().as_secs_f64()),
        micros(cpu_seconds() - before),
        answer,
    ))
}

/// CPU time of this process, from the kernel's scheduler statistics of each thread that lives.
fn cpu_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let nanos: f64 = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .sum();
    nanos / 1e9
}

fn peak_memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
