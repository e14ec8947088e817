//! A page of 100 assets over HTTP: the first, deep ones by their number, deep ones by their cursor.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::rows_text;
use crate::figure::Figure;
use crate::floor::server::Server;
use crate::floor::table::Table;
use crate::hub::Workplace;
use crate::load::drive;

const NAME: &str = "page of 100";
const TARGET_CPU_MICROS: f64 = 500.0;
const PAGE_ROWS: u64 = 100;
/// Different pages that are asked for in turn.
const DEEP_PAGES: u64 = 32;

struct Case {
    name: &'static str,
    paths: Vec<String>,
    /// How deep in the table the floor reads.
    depth: f64,
}

/// Measures pages of a project with so many assets.
pub fn measure(
    place: &mut Workplace,
    table: &Table,
    rows: u64,
    folder: &Path,
    time: Duration,
) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for case in cases(place, rows)? {
        let first = case.paths.first().context("a case without pages")?;
        let list = place.get(first)?;
        let found = list["assets"].as_array().map_or(0, Vec::len) as u64;
        ensure!(found == PAGE_ROWS.min(rows), "{first} answered {found} assets");
        let requests: Vec<_> = case
            .paths
            .iter()
            .map(|path| place.request("GET", path, b""))
            .collect();
        let ours = drive(&place.hub.program, place.hub.address, &requests, 1, time)?;
        let bare_server = Server::start(folder, list.to_string().len())?;
        let bare = bare_server.drive(&requests, 1, time / 2)?;
        let query_micros = table.page_cpu_micros(case.depth)?;
        let name = format!("{}, {}", rows_text(rows), case.name);
        figures.push(
            Figure::less(NAME, &name, "µs of CPU", ours.cpu_micros())
                .floor(bare.cpu_micros() + query_micros)
                .target(TARGET_CPU_MICROS),
        );
        for (unit, part) in [
            ("µs until answered, half", 0.5),
            ("µs until answered, 99 of 100", 0.99),
        ] {
            figures.push(
                Figure::less(NAME, &name, unit, ours.latency_micros(part))
                    .floor(bare.latency_micros(part) + query_micros),
            );
        }
    }
    Ok(figures)
}

fn cases(place: &mut Workplace, rows: u64) -> Result<Vec<Case>> {
    let base = format!("/v2/project/{}/assets?limit={PAGE_ROWS}", place.project);
    let last_page = (rows / PAGE_ROWS).max(1);
    // From a quarter to three quarters of the list.
    let deep = (0..DEEP_PAGES).map(|n| (last_page / 4 + last_page * n / (2 * DEEP_PAGES)).max(1));
    let by_number: Vec<String> = deep.map(|page| format!("{base}&page={page}")).collect();
    let mut by_cursor = Vec::with_capacity(by_number.len());
    for path in &by_number {
        let list = place.get(path)?;
        let cursor = list["nextCursor"]
            .as_str()
            .context("a page in the middle without a next one")?;
        by_cursor.push(format!("{base}&cursor={cursor}"));
    }
    Ok(vec![
        Case {
            name: "first",
            paths: vec![base],
            depth: 0.0,
        },
        Case {
            name: "deep by number",
            paths: by_number,
            depth: 0.5,
        },
        Case {
            name: "deep by cursor",
            paths: by_cursor,
            depth: 0.5,
        },
    ])
}
