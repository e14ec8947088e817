//! Start-up: from the start of the process to the first answer, and the memory of a hub that nobody uses.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::Plan;
use crate::figure::Figure;
use crate::floor::server::Server;
use crate::hub::Hub;

const NAME: &str = "start";
const TARGET_START_MS: f64 = 200.0;
const TARGET_IDLE_MB: f64 = 40.0;
/// Starts of which the middle one counts.
const STARTS: usize = 7;
/// How long nobody uses the hub before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// Measures starts with a new folder and with one that has a database.
pub fn measure(plan: &Plan) -> Result<Vec<Figure>> {
    let (mut first, mut again, mut trivial) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let folder = tempfile::tempdir_in(&plan.folder)?;
        for times in [&mut first, &mut again] {
            let start = Instant::now();
            let hub = Hub::start(&plan.insitu, folder.path())?;
            times.push(start.elapsed());
            drop(hub);
        }
        trivial.push(print_version(plan)?);
    }
    let floor_ms = middle_ms(trivial)?;
    let folder = tempfile::tempdir_in(&plan.folder)?;
    let hub = Hub::start(&plan.insitu, folder.path())?;
    let bare = Server::start(folder.path(), 64)?;
    std::thread::sleep(IDLE);
    let (idle, bare_idle) = (hub.program.memory()?, bare.program.memory()?);
    Ok(vec![
        Figure::less(NAME, "new folder, first answer", "ms", middle_ms(first)?)
            .floor(floor_ms)
            .target(TARGET_START_MS),
        Figure::less(NAME, "same folder again", "ms", middle_ms(again)?)
            .floor(floor_ms)
            .target(TARGET_START_MS),
        Figure::less(NAME, "idle", "MB of memory", idle as f64 / 1e6)
            .floor(bare_idle as f64 / 1e6)
            .target(TARGET_IDLE_MB),
    ])
}

/// How long a program of this size takes to start, do next to nothing, and end.
fn print_version(plan: &Plan) -> Result<Duration> {
    let start = Instant::now();
    let status = Command::new(&plan.insitu)
        .arg("--version")
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "insitu --version ended with {status}");
    Ok(start.elapsed())
}

fn middle_ms(mut times: Vec<Duration>) -> Result<f64> {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).context("nothing was measured")?;
    Ok(middle.as_secs_f64() * 1e3)
}
