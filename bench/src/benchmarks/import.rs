//! Import: a list in the page's form, uploaded over HTTP, until all of its assets are visible.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::rows_text;
use crate::figure::Figure;
use crate::floor::table::Table;
use crate::hub::Workplace;
use crate::list::List;

const NAME: &str = "import";
const TARGET_ROWS_PER_CPU_SECOND: f64 = 400_000.0;
const TARGET_PEAK_MB: f64 = 128.0;

/// What an import cost the hub.
#[derive(Debug)]
pub struct Imported {
    pub id: String,
    rows: u64,
    cpu: Duration,
    wall: Duration,
    /// What the hub did in the background once all was visible: the external IDs were merged.
    tidying: Duration,
    peak_memory_bytes: u64,
}

/// Imports so many rows, and waits until the hub has done what comes after.
pub fn run(place: &mut Workplace, list: &List, rows: u64) -> Result<Imported> {
    let (start, before) = (Instant::now(), place.hub.program.cpu()?);
    let id = place.import(list, rows)?;
    let (wall, cpu) = (start.elapsed(), place.hub.program.cpu()?.saturating_sub(before));
    place.wait_until_tidy()?;
    let tidying = place.hub.program.cpu()?.saturating_sub(before + cpu);
    Ok(Imported {
        id,
        rows,
        cpu,
        wall,
        tidying,
        peak_memory_bytes: place.hub.program.peak_memory()?,
    })
}

impl Imported {
    /// The figures, beside the same rows parsed and inserted into a bare table.
    pub fn figures(&self, table: &Table) -> Vec<Figure> {
        let (rows, case) = (self.rows as f64, rows_text(self.rows));
        vec![
            Figure::more(NAME, &case, "rows per CPU-second", rows / self.cpu.as_secs_f64())
                .floor(rows / table.cpu.as_secs_f64())
                .target(TARGET_ROWS_PER_CPU_SECOND),
            Figure::more(
                NAME,
                &case,
                "rows per second, upload included",
                rows / self.wall.as_secs_f64(),
            ),
            Figure::less(
                NAME,
                &case,
                "CPU-seconds of merging afterwards",
                self.tidying.as_secs_f64(),
            ),
            Figure::less(
                NAME,
                &case,
                "MB of memory at most",
                self.peak_memory_bytes as f64 / 1e6,
            )
            .target(TARGET_PEAK_MB),
        ]
    }
}
