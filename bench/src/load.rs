//! A load on a server: requests sent as fast as they are answered, and what they cost the server and its clients.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::http::Connection;
use crate::program::Program;

/// Requests that nobody counts come first, for this part of the time.
const WARM_UP_PART: u32 = 5;

/// What a load did.
#[derive(Debug)]
pub struct Load {
    pub requests: u64,
    pub wall: Duration,
    /// CPU time of the server.
    pub cpu: Duration,
    /// How long each request took, in order.
    latencies: Vec<Duration>,
}

impl Load {
    /// Requests per second.
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.wall.as_secs_f64()
    }

    /// Requests per second of the server's CPU time.
    pub fn rate_of_cpu(&self) -> f64 {
        self.requests as f64 / self.cpu.as_secs_f64()
    }

    /// Microseconds of the server's CPU time for each request.
    pub fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests as f64
    }

    /// The time within which this part of the requests was answered, in microseconds.
    pub fn latency_micros(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (last as f64 * part).round() as usize;
        self.latencies
            .get(index)
            .map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e6)
    }
}

/// Clients that take turns in one thread: each always has one request under way, and all together cost little.
struct Clients<'r> {
    connections: Vec<Connection>,
    sent_at: Vec<Instant>,
    requests: std::iter::Cycle<std::slice::Iter<'r, Vec<u8>>>,
}

/// Sends the requests in turn from so many clients for so long.
pub fn drive(
    server: &Program,
    address: SocketAddr,
    requests: &[Vec<u8>],
    clients: usize,
    time: Duration,
) -> Result<Load> {
    ensure!(!requests.is_empty(), "there is nothing to send");
    let connections = (0..clients)
        .map(|_| Connection::open(address))
        .collect::<Result<Vec<_>>>()?;
    let mut clients = Clients {
        sent_at: vec![Instant::now(); connections.len()],
        connections,
        requests: requests.iter().cycle(),
    };
    clients.run(time / WARM_UP_PART)?;
    let (start, before) = (Instant::now(), server.cpu()?);
    let mut latencies = clients.run(time)?;
    let (wall, cpu) = (start.elapsed(), server.cpu()?.saturating_sub(before));
    latencies.sort_unstable();
    Ok(Load {
        requests: latencies.len() as u64,
        wall,
        cpu,
        latencies,
    })
}

impl Clients<'_> {
    fn run(&mut self, time: Duration) -> Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        let start = Instant::now();
        for client in 0..self.connections.len() {
            self.send(client)?;
        }
        while start.elapsed() < time {
            for client in 0..self.connections.len() {
                latencies.push(self.receive(client)?);
                self.send(client)?;
            }
        }
        for client in 0..self.connections.len() {
            latencies.push(self.receive(client)?);
        }
        Ok(latencies)
    }

    fn send(&mut self, client: usize) -> Result<()> {
        // A cycle of something does not end.
        let Some(request) = self.requests.next() else {
            return Ok(());
        };
        self.sent_at[client] = Instant::now();
        self.connections[client].send(request)
    }

    fn receive(&mut self, client: usize) -> Result<Duration> {
        let answer = self.connections[client].receive()?;
        ensure!(
            answer.status == 200,
            "{}: {}",
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
        Ok(self.sent_at[client].elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_requests_in_order() {
        let latencies = (1..=101).map(Duration::from_micros).collect();
        let load = Load {
            requests: 101,
            wall: Duration::from_secs(1),
            cpu: Duration::from_millis(101),
            latencies,
        };
        assert!((load.latency_micros(0.5) - 51.0).abs() < 1e-6);
        assert!((load.latency_micros(0.99) - 100.0).abs() < 1e-6);
        assert!((load.cpu_micros() - 1000.0).abs() < 1e-6);
    }
}
