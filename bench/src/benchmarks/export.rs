//! Export: labels of every task as JSON, from asking for it until the file is there.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::tasks_text;
use crate::figure::Figure;
use crate::floor::labels::Labels;
use crate::hub::{Hub, Workplace};
use crate::labeled;
use crate::list::List;
use crate::sandbox::Facts;

const NAME: &str = "export";
/// Tasks for which the target is said.
const TASKS: u64 = 10_000;
const TARGET_CPU_SECONDS: f64 = 0.3;
/// What all of a hub may hold at most, however many tasks there are.
const TARGET_PEAK_MB: f64 = 128.0;
/// How often an export is asked whether it is done.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// Ways to export.
const CASES: [(&str, &str, bool); 3] = [
    ("json", "JSON", true),
    ("json", "JSON without history", false),
    ("coco", "COCO", true),
];

/// Measures exports of ten thousand tasks and of so many.
pub fn measure(
    insitu: &Path,
    folder: &Path,
    facts: &Facts,
    tasks: u64,
    say: &dyn Fn(&str),
) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (name, tasks) in [("few", TASKS), ("many", tasks)] {
        let folder = folder.join(name);
        std::fs::create_dir(&folder).context("making a folder for a hub")?;
        say(&format!("labeling {tasks} tasks"));
        let mut place = Workplace::open(Hub::start(insitu, &folder)?, facts)?;
        place.import(&List::new(&facts.bucket, &facts.region), tasks)?;
        let place = place.stop();
        labeled::complete_all(&folder.join("data/insitu.sqlite"))?;
        let bare = Labels::of(&folder.join("data/insitu.sqlite"))?;
        for (format, title, with_history) in CASES {
            say(&format!("exporting {tasks} tasks as {title}"));
            // A fresh process, whose memory is the export's.
            let mut place = place.start(insitu, &folder)?;
            let order = json!({ "format": format, "includeHistory": with_history });
            let cost = Cost::of(&mut place, &order, tasks)?;
            let floor = if with_history {
                &bare.with_history
            } else {
                &bare.alone
            };
            figures.extend(cost.figures(
                &format!("{}, {title}", tasks_text(tasks)),
                tasks,
                floor.as_secs_f64(),
            ));
        }
    }
    Ok(figures)
}

/// What an export cost the hub.
struct Cost {
    cpu: Duration,
    wall: Duration,
    bytes: u64,
    peak_memory_bytes: u64,
}

impl Cost {
    fn of(place: &mut Workplace, order: &Value, tasks: u64) -> Result<Self> {
        let (start, before) = (Instant::now(), place.hub.program.cpu()?);
        let path = format!("/v2/project/{}/exports", place.project);
        let mut export = place.post(&path, order)?["export"].take();
        let path = format!(
            "/v2/exports/{}",
            export["_id"].as_str().context("an export without id")?
        );
        while export["finishedAt"].is_null() {
            std::thread::sleep(ASK_EVERY);
            export = place.get(&path)?["export"].take();
        }
        ensure!(
            export["state"] == "completed",
            "the export did not complete: {export}"
        );
        ensure!(
            export["progress"]["tasksDone"] == tasks,
            "not every task is in it: {export}"
        );
        Ok(Self {
            wall: start.elapsed(),
            cpu: place.hub.program.cpu()?.saturating_sub(before),
            bytes: export["progress"]["bytesWritten"].as_u64().unwrap_or_default(),
            peak_memory_bytes: place.hub.program.peak_memory()?,
        })
    }

    fn figures(&self, case: &str, tasks: u64, floor_seconds: f64) -> Vec<Figure> {
        let cpu = Figure::less(NAME, case, "s of CPU", self.cpu.as_secs_f64()).floor(floor_seconds);
        vec![
            if tasks == TASKS {
                cpu.target(TARGET_CPU_SECONDS)
            } else {
                cpu
            },
            Figure::less(NAME, case, "s until the file is there", self.wall.as_secs_f64()),
            Figure::less(NAME, case, "MB of file", self.bytes as f64 / 1e6),
            Figure::less(
                NAME,
                case,
                "MB of memory at most",
                self.peak_memory_bytes as f64 / 1e6,
            )
            .target(TARGET_PEAK_MB),
        ]
    }
}
