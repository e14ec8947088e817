//! A server for tests that says what it is told to and remembers what it was asked.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use insitu_model::ambient::{FixedClock, SeededRandom};
use insitu_model::endpoint::Endpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::connect::{AllowedEndpoint, AllowedEndpoints, Lookup, LookupFuture, Outbound, Patience, Reach};

/// 2026-03-04T05:06:07Z.
pub const NOW_MS: i64 = 1_772_600_767_000;

pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Gives these answers in turn, the last one for ever. Each is everything after `HTTP/1.1 `: status, headers, body.
    pub async fn says(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let mut left: VecDeque<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let heard = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = if left.len() > 1 {
                    left.pop_front()
                } else {
                    left.front().cloned()
                };
                let request = exchange(stream, &answer.unwrap_or_default()).await;
                heard.lock().unwrap().push(request);
            }
        });
        Self {
            address,
            asked,
            _task: task,
        }
    }

    /// Answers each request as told, and one that gets an empty answer never; a connection without a request is left
    /// alone.
    pub async fn answers(answer: impl Fn(&str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        let task = tokio::spawn(async move {
            let mut hanging = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                if request.is_empty() {
                    continue;
                }
                match answer(&request) {
                    nothing if nothing.is_empty() => hanging.push(stream),
                    answer => write_answer(&mut stream, &answer).await,
                }
                heard.lock().unwrap().push(request);
            }
        });
        Self {
            address,
            asked,
            _task: task,
        }
    }

    /// Every request so far, head and body.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub fn endpoint(&self) -> Endpoint {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// A way out that may reach this server and no other private address; every name leads to it.
    pub fn outbound(&self) -> Outbound {
        let entry: AllowedEndpoint = self.address.to_string().parse().unwrap();
        let reach = Reach::Storages(AllowedEndpoints::from_iter([entry]));
        Outbound::with_lookup(reach, Patience::NORMAL, Arc::new(Everywhere(self.address.ip()))).unwrap()
    }
}

/// Every name is this address's.
struct Everywhere(IpAddr);

impl Lookup for Everywhere {
    fn lookup<'a>(&'a self, _: &'a str) -> LookupFuture<'a> {
        Box::pin(async { Ok(vec![self.0]) })
    }
}

pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(NOW_MS))
}

pub fn random() -> Arc<SeededRandom> {
    Arc::new(SeededRandom::new(1))
}

/// An answer with a right length.
pub fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "{status}\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n{body}",
        body.len()
    )
}

pub fn localhost() -> IpAddr {
    IpAddr::from([127, 0, 0, 1])
}

async fn exchange(mut stream: TcpStream, answer: &str) -> String {
    let request = read_request(&mut stream).await;
    write_answer(&mut stream, answer).await;
    request
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8_lossy(&request).into_owned()
}

async fn write_answer(stream: &mut TcpStream, answer: &str) {
    let _ = stream.write_all(format!("HTTP/1.1 {answer}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    });
    body.len() >= length.unwrap_or(0)
}
