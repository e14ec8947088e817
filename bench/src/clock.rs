//! What a process costs: CPU time to the nanosecond and memory, as the kernel counts them.

use std::time::Duration;

use anyhow::{Context, Result};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// CPU time that a process has used so far, in all of its threads.
pub fn cpu_of_process(pid: u32) -> Result<Duration> {
    let clock =
        clock_getcpuclockid(Pid::from_raw(i32::try_from(pid)?)).context("finding a process's clock")?;
    Ok(clock_gettime(clock).context("reading a process's clock")?.into())
}

/// CPU time that the calling thread has used so far.
pub fn cpu_of_thread() -> Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .context("reading a thread's clock")?
        .into())
}

/// Physical memory that a process holds now, in bytes.
pub fn memory_of(pid: u32) -> Result<u64> {
    status_bytes(pid, "VmRSS:")
}

/// The most physical memory that a process ever held, in bytes.
pub fn peak_memory_of(pid: u32) -> Result<u64> {
    status_bytes(pid, "VmHWM:")
}

fn status_bytes(pid: u32, field: &str) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    let kibibytes = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .with_context(|| format!("{path} does not name {field}"))?;
    Ok(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_computes_uses_cpu_time_and_holds_memory() {
        let own = std::process::id();
        let before = cpu_of_process(own).unwrap();
        let sum = (0..1_000_000_u64).fold(0, |sum: u64, n| std::hint::black_box(sum.wrapping_add(n)));
        assert!(sum > 0 && cpu_of_process(own).unwrap() > before);
        assert!(peak_memory_of(own).unwrap() >= memory_of(own).unwrap() / 2);
    }
}
