//! `cargo ci`: every check as a list of steps, each with its time.

pub mod cargo;
mod postgres;
mod pytest;
mod steps;
mod unsteady;
pub mod web;

use crate::run;
use anyhow::{Result, bail};
use std::time::{Duration, Instant};
use steps::{STEPS, Step};

#[derive(clap::Args, Debug)]
pub struct Options {
    /// The steps to run; all of them when none is named.
    steps: Vec<String>,
    /// Print the steps and what each checks.
    #[arg(long)]
    list: bool,
    /// Run the remaining steps after one failed.
    #[arg(long)]
    keep_going: bool,
}

/// How a step ended.
struct Outcome {
    name: &'static str,
    took: Duration,
    error: Option<anyhow::Error>,
}

pub fn run(options: &Options) -> Result<()> {
    if options.list {
        STEPS
            .iter()
            .for_each(|step| println!("{:<10} {}", step.name, step.about));
        return Ok(());
    }
    let chosen = choose(&options.steps)?;
    let mut outcomes = Vec::new();
    for step in &chosen {
        let outcome = run_step(step);
        let failed = outcome.error.is_some();
        outcomes.push(outcome);
        if failed && !options.keep_going {
            break;
        }
    }
    summarize(&outcomes, chosen.len())
}

fn choose(names: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        bail!("there is no step `{unknown}`; `cargo ci --list` shows them");
    }
    let chosen = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(chosen).collect())
}

fn run_step(step: &'static Step) -> Outcome {
    println!("\n=== {}: {}", step.name, step.about);
    let start = Instant::now();
    let error = step
        .needs
        .iter()
        .try_for_each(|need| need())
        .and_then(|()| (step.run)())
        .err();
    // Whatever the step left behind must not meet the next one.
    run::clean_up();
    let took = start.elapsed();
    match &error {
        None => println!("--- {}: ok in {}", step.name, seconds(took)),
        Some(error) => println!("--- {}: FAILED after {}: {error:#}", step.name, seconds(took)),
    }
    Outcome {
        name: step.name,
        took,
        error,
    }
}

fn summarize(outcomes: &[Outcome], chosen: usize) -> Result<()> {
    println!("\n{:<10} {:>8}", "step", "time");
    for outcome in outcomes {
        let how = if outcome.error.is_some() { "FAILED" } else { "ok" };
        println!("{:<10} {:>8}  {how}", outcome.name, seconds(outcome.took));
    }
    let failed = outcomes.iter().filter(|outcome| outcome.error.is_some()).count();
    let total: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    println!("{:<10} {:>8}", "together", seconds(total));
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    let left = chosen - outcomes.len();
    match (failed, left) {
        (0, _) => Ok(()),
        (_, 0) => bail!("{failed} of {chosen} steps failed"),
        (_, left) => bail!("a step failed; {left} not run (`--keep-going` runs them)"),
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
