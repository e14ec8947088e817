//! The benchmarks: one file each, figures out.

mod export;
mod import;
mod masks;
mod page;
mod sign;
mod start;
mod tasks;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::figure::Figure;
use crate::floor::table::Table;
use crate::hub::{Hub, Workplace};
use crate::list::List;
use crate::sandbox::Sandbox;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Benchmark {
    /// Start-up, and memory while idle.
    Start,
    /// A list of assets, from upload until it is visible.
    Import,
    /// A page of 100 assets, first and deep.
    Page,
    /// Signed URLs, alone and in bulk.
    Sign,
    /// The next task, and answers saved.
    Tasks,
    /// Polygons as PNG files.
    Masks,
    /// Exports of labels, of ten thousand tasks and of as many as the longest list has rows.
    Export,
}

impl Benchmark {
    /// Whether it measures a hub with a list of each size.
    fn needs_lists(self) -> bool {
        matches!(self, Self::Import | Self::Page | Self::Sign | Self::Tasks)
    }
}

/// How to measure.
#[derive(Debug)]
pub struct Plan {
    pub benchmarks: Vec<Benchmark>,
    /// Sizes of the lists that are imported.
    pub rows: Vec<u64>,
    /// How long each load lasts.
    pub time: Duration,
    pub insitu: PathBuf,
    pub sandbox: PathBuf,
    /// A Python with Pillow and pycocotools, if there is one.
    pub python: Option<PathBuf>,
    /// Where databases are written.
    pub folder: PathBuf,
}

impl Plan {
    fn has(&self, benchmark: Benchmark) -> bool {
        self.benchmarks.contains(&benchmark)
    }

    /// Measures everything that is planned; `say` hears what is under way, and every figure as it is there.
    pub fn run(&self, say: &dyn Fn(&str)) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        if self.has(Benchmark::Start) {
            say("starting and starting again");
            figures.extend(start::measure(self)?);
        }
        if self.has(Benchmark::Masks) {
            say("making masks");
            figures.extend(masks::measure(self)?);
        }
        if let Some(tasks) = self.rows.iter().max().filter(|_| self.has(Benchmark::Export)) {
            let folder = tempfile::tempdir_in(&self.folder)?;
            let sandbox = Sandbox::start(&self.sandbox, folder.path())?;
            figures.extend(export::measure(
                &self.insitu,
                folder.path(),
                &sandbox.facts,
                *tasks,
                say,
            )?);
        }
        let rows = if self.benchmarks.iter().any(|one| one.needs_lists()) {
            self.rows.as_slice()
        } else {
            &[]
        };
        for (index, rows) in rows.iter().enumerate() {
            let folder = tempfile::tempdir_in(&self.folder)?;
            let is_last = index + 1 == self.rows.len();
            figures.extend(self.measure_with(*rows, is_last, folder.path(), say)?);
        }
        Ok(figures)
    }

    /// Measures what needs a hub with so many assets. Signing costs the same in every project, so it is measured in
    /// the last one.
    fn measure_with(
        &self,
        rows: u64,
        is_last: bool,
        folder: &Path,
        say: &dyn Fn(&str),
    ) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        if !is_last
            && self
                .benchmarks
                .iter()
                .all(|one| !one.needs_lists() || *one == Benchmark::Sign)
        {
            return Ok(figures);
        }
        let sandbox = Sandbox::start(&self.sandbox, folder)?;
        let facts = &sandbox.facts;
        let list = List::new(&facts.bucket, &facts.region);
        let mut place = Workplace::open(Hub::start(&self.insitu, folder)?, facts)?;
        say(&format!("importing {rows} rows"));
        let imported = import::run(&mut place, &list, rows)?;
        if self.has(Benchmark::Import) || self.has(Benchmark::Page) {
            say(&format!("inserting {rows} rows into a bare table"));
            let table = Table::fill(&folder.join("bare.db"), &list, rows)?;
            if self.has(Benchmark::Import) {
                figures.extend(imported.figures(&table));
            }
            if self.has(Benchmark::Page) {
                say(&format!("paging through {rows} assets"));
                figures.extend(page::measure(&mut place, &table, rows, folder, self.time)?);
            }
        }
        if self.has(Benchmark::Sign) && is_last {
            say("signing");
            let many = sign::Assets {
                import: imported.id.parse()?,
                rows,
            };
            figures.extend(sign::measure(&mut place, &many, facts, folder, self.time)?);
        }
        if self.has(Benchmark::Tasks) {
            say(&format!("handing out {rows} tasks"));
            figures.extend(tasks::measure(&mut place, rows, folder, self.time)?);
        }
        Ok(figures)
    }
}

/// A number of rows, as a case is called.
fn rows_text(rows: u64) -> String {
    count_text(rows, "rows")
}

/// A number of tasks, as a case is called.
fn tasks_text(tasks: u64) -> String {
    count_text(tasks, "tasks")
}

fn count_text(count: u64, what: &str) -> String {
    match count {
        0..1_000 => format!("{count} {what}"),
        1_000..1_000_000 => format!("{} k {what}", count as f64 / 1e3),
        _ => format!("{} M {what}", count as f64 / 1e6),
    }
}
