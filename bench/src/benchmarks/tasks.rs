//! Tasks: the next one, handed out to labelers who submit each before they ask again, and answers saved; by 1, 16 and 64
//! clients that never pause, and by 64 who work faster than people do.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};

use super::rows_text;
use crate::figure::Figure;
use crate::floor::commits::{commit_times, saves_per_second};
use crate::floor::server::Server;
use crate::http::{self, Connection};
use crate::hub::Workplace;
use crate::labelers;
use crate::load::drive;

const NEXT: &str = "next task";
const SAVE: &str = "saved answers";
/// Labelers at a time.
const CLIENTS: [usize; 3] = [1, 16, 64];
/// How long a labeler who pauses has for a task, from one to the next: more than any person does.
const PACE: Duration = Duration::from_millis(100);
/// Within which 99 of 100 get their next task, in microseconds.
const NEXT_TARGET_MICROS: f64 = 5_000.0;
/// Durable saves per second of 64 labelers.
const SAVES_TARGET: f64 = 2_000.0;
const POLYGONS: usize = 3;
const POINTS_PER_POLYGON: usize = 24;
/// A class that the project does not have, which is noticed and kept.
const SCHEMA_ID: &str = "8c1f0a35b7d94e2a9f61";

/// Measures the queue and the saving of a project with so many tasks.
pub fn measure(place: &mut Workplace, rows: u64, folder: &Path, time: Duration) -> Result<Vec<Figure>> {
    let keys = labelers::add(place, CLIENTS.into_iter().max().unwrap_or(1))?;
    let mut figures = Vec::new();
    for clients in CLIENTS {
        figures.extend(hand_out(place, &keys[..clients], rows, folder, time)?);
    }
    figures.extend(work(place, &keys, rows, folder, time)?);
    for clients in CLIENTS {
        figures.extend(save(place, &keys[..clients], rows, folder, time)?);
    }
    Ok(figures)
}

/// An answer with a few polygons.
fn answer() -> Value {
    let polygon = |number: usize| -> Vec<[f64; 2]> {
        (0..POINTS_PER_POLYGON)
            .map(|point| {
                let angle = point as f64 / POINTS_PER_POLYGON as f64 * std::f64::consts::TAU;
                let (x, y) = (300.0 * number as f64 + 150.0, 400.0);
                [x + 100.25 * angle.cos(), y + 100.25 * angle.sin()].map(|at| (at * 100.0).round() / 100.0)
            })
            .collect()
    };
    let objects: Vec<Value> = (0..POLYGONS)
        .map(|number| {
            json!({ "objectId": format!("{number:024x}"), "schemaId": SCHEMA_ID, "title": "Car",
                "polygon": polygon(number), "metadata": [], "classifications": [] })
        })
        .collect();
    json!({ "objects": objects, "classifications": [], "relations": [] })
}

/// No load hands out more than this part of a list.
const LOADS_PER_LIST: u64 = 6;

/// A labeler at work: asks for a task, submits it, asks again.
struct Labeler {
    connection: Connection,
    key: String,
    ask: Vec<u8>,
    submit: Vec<u8>,
    /// The task that is being submitted; none while the next one is asked for.
    task: Option<String>,
    sent_at: Instant,
}

impl Labeler {
    fn new(place: &Workplace, key: &str) -> Result<Self> {
        let path = format!("/v2/project/{}/tasks/next", place.project);
        Ok(Self {
            connection: Connection::open(place.hub.address)?,
            key: key.to_owned(),
            ask: http::request("POST", &path, &[("apikey", key)], b"{}"),
            submit: json!({ "answer": answer(), "duration": 1000 })
                .to_string()
                .into_bytes(),
            task: None,
            sent_at: Instant::now(),
        })
    }

    fn send(&mut self) -> Result<()> {
        self.sent_at = Instant::now();
        match &self.task {
            None => self.connection.send(&self.ask),
            Some(task) => {
                let path = format!("/v2/annotate/{task}?nextStage=true");
                let headers = [("apikey", self.key.as_str())];
                let request = http::request("POST", &path, &headers, &self.submit);
                self.connection.send(&request)
            }
        }
    }

    /// Receives what was asked for; how long the next task took, if it was that.
    fn receive(&mut self) -> Result<Option<Duration>> {
        let answer = self.connection.receive()?;
        let took = self.sent_at.elapsed();
        let body = String::from_utf8_lossy(answer.body);
        ensure!(answer.status == 200, "the hub answered {}: {body}", answer.status);
        if self.task.take().is_some() {
            return Ok(None);
        }
        let id = body
            .split_once(r#""task":{"_id":""#)
            .and_then(|(_, rest)| rest.get(..24));
        self.task = Some(id.with_context(|| format!("no task is left: {body}"))?.to_owned());
        Ok(Some(took))
    }
}

fn hand_out(
    place: &mut Workplace,
    keys: &[String],
    rows: u64,
    folder: &Path,
    time: Duration,
) -> Result<Vec<Figure>> {
    let mut labelers = keys
        .iter()
        .map(|key| Labeler::new(place, key))
        .collect::<Result<Vec<_>>>()?;
    let mut latencies = Vec::new();
    let start = Instant::now();
    for labeler in &mut labelers {
        labeler.send()?;
    }
    // Small lists would run out of tasks within the time; each load leaves enough for those after it.
    let most = rows / LOADS_PER_LIST;
    while start.elapsed() < time && (latencies.len() as u64) < most {
        for labeler in &mut labelers {
            latencies.extend(labeler.receive()?);
            labeler.send()?;
        }
    }
    for labeler in &mut labelers {
        latencies.extend(labeler.receive()?);
    }
    let wall = start.elapsed();
    // Whoever holds a task gives it up, so that the next load begins with nobody's.
    for labeler in labelers.iter_mut().filter(|labeler| labeler.task.is_some()) {
        labeler.send()?;
        labeler.receive()?;
    }
    latencies.sort_unstable();
    let sample = place.post(&format!("/v2/project/{}/tasks/next", place.project), &json!({}))?;
    let bare_server = Server::start(folder, sample.to_string().len())?;
    let asks = [labelers[0].ask.clone()];
    let bare = bare_server.drive(&asks, keys.len(), time / 2)?;
    let case = format!("{}, {} labelers", rows_text(rows), keys.len());
    Ok(vec![
        Figure::more(
            NEXT,
            &case,
            "handed out and submitted per second",
            latencies.len() as f64 / wall.as_secs_f64(),
        )
        .floor(bare.rate() / 2.0),
        Figure::less(NEXT, &case, "µs until answered, half", micros(&latencies, 0.5))
            .floor(bare.latency_micros(0.5)),
        Figure::less(
            NEXT,
            &case,
            "µs until answered, 99 of 100",
            micros(&latencies, 0.99),
        )
        .floor(bare.latency_micros(0.99)),
    ])
}

/// Labelers who begin a task every [`PACE`], each at another moment.
fn work(place: &Workplace, keys: &[String], rows: u64, folder: &Path, time: Duration) -> Result<Vec<Figure>> {
    let labelers = keys
        .iter()
        .map(|key| Labeler::new(place, key))
        .collect::<Result<Vec<_>>>()?;
    let most = rows / LOADS_PER_LIST / keys.len() as u64;
    let start = Instant::now();
    let mut latencies = thread::scope(|scope| {
        let workers: Vec<_> = labelers
            .into_iter()
            .enumerate()
            .map(|(number, mut labeler)| {
                let first = start + PACE.mul_f64(number as f64 / keys.len() as f64);
                scope.spawn(move || -> Result<Vec<Duration>> {
                    let mut latencies = Vec::new();
                    let mut due = first;
                    while due < start + time && (latencies.len() as u64) < most {
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        for _ in ["ask", "submit"] {
                            labeler.send()?;
                            latencies.extend(labeler.receive()?);
                        }
                        due += PACE;
                    }
                    Ok(latencies)
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.join().map_err(|_| anyhow!("a labeler broke off"))??);
        }
        Ok::<_, anyhow::Error>(all)
    })?;
    let wall = start.elapsed();
    latencies.sort_unstable();
    let commits = commit_times(&folder.join("commits.db"), "assigned", 1, time / 2)?;
    let case = format!("{}, {} labelers who pause", rows_text(rows), keys.len());
    Ok(vec![
        Figure::more(
            NEXT,
            &case,
            "handed out and submitted per second",
            latencies.len() as f64 / wall.as_secs_f64(),
        ),
        Figure::less(NEXT, &case, "µs until answered, half", micros(&latencies, 0.5))
            .floor(micros(&commits, 0.5)),
        Figure::less(
            NEXT,
            &case,
            "µs until answered, 99 of 100",
            micros(&latencies, 0.99),
        )
        .floor(micros(&commits, 0.99))
        .target(NEXT_TARGET_MICROS),
    ])
}

/// Within how many microseconds this part was answered, of latencies in order.
fn micros(latencies: &[Duration], part: f64) -> f64 {
    let last = latencies.len().saturating_sub(1);
    let at = (last as f64 * part).round() as usize;
    latencies
        .get(at)
        .map_or(f64::NAN, |took| took.as_secs_f64() * 1e6)
}

/// Each labeler saves the answer of one task again and again, as drafts do.
fn save(
    place: &mut Workplace,
    keys: &[String],
    rows: u64,
    folder: &Path,
    time: Duration,
) -> Result<Vec<Figure>> {
    let body = json!({ "answer": answer(), "draft": true, "duration": 1000 }).to_string();
    let mut requests = Vec::with_capacity(keys.len());
    for key in keys {
        let mut labeler = Labeler::new(place, key)?;
        labeler.send()?;
        labeler.receive()?;
        let task = labeler.task.unwrap_or_default();
        let path = format!("/v2/annotate/{task}");
        requests.push(http::request("POST", &path, &[("apikey", key)], body.as_bytes()));
    }
    let mut connection = Connection::open(place.hub.address)?;
    let first = connection.call(&requests[0])?;
    ensure!(
        first.status == 200,
        "the hub answered {}: {}",
        first.status,
        String::from_utf8_lossy(first.body)
    );
    let answered = first.body.len();
    let ours = drive(&place.hub.program, place.hub.address, &requests, keys.len(), time)?;
    let bare_server = Server::start(folder, answered)?;
    let bare = bare_server.drive(&requests, keys.len(), time / 2)?;
    let file = folder.join(format!("commits-{}.db", keys.len()));
    let times = commit_times(&file, &answer().to_string(), keys.len(), time / 2)?;
    let commits = saves_per_second(&times, keys.len());
    let case = format!("{}, {} labelers", rows_text(rows), keys.len());
    let mut per_second = Figure::more(SAVE, &case, "durable saves per second", ours.rate())
        .floor(1.0 / (1.0 / bare.rate() + 1.0 / commits));
    if Some(&keys.len()) == CLIENTS.last() {
        per_second = per_second.target(SAVES_TARGET);
    }
    Ok(vec![
        per_second,
        Figure::less(
            SAVE,
            &case,
            "µs until answered, 99 of 100",
            ours.latency_micros(0.99),
        )
        .floor(bare.latency_micros(0.99) + keys.len() as f64 / commits * 1e6),
        Figure::less(SAVE, &case, "µs of CPU", ours.cpu_micros()).floor(bare.cpu_micros()),
    ])
}
