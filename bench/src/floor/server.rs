//! The floor of answering: a process with the same HTTP library that always answers the same bytes.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};

use crate::load::{Load, drive};
use crate::program::Program;

/// A running bare server.
#[derive(Debug)]
pub struct Server {
    pub program: Program,
    address: SocketAddr,
}

#[derive(Serialize, Deserialize)]
struct Ready {
    listen: SocketAddr,
}

impl Server {
    /// Starts this program again as a server of that many bytes.
    pub fn start(folder: &Path, answer_bytes: usize) -> Result<Self> {
        let ready_file = folder.join("bare-server.json");
        let _was_not_there = std::fs::remove_file(&ready_file);
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("--bare-server")
            .arg(answer_bytes.to_string())
            .arg("--ready-file")
            .arg(&ready_file);
        let mut program = Program::start(&mut command)?;
        let ready: Ready = program.wait_for_ready_file(&ready_file)?;
        Ok(Self {
            program,
            address: ready.listen,
        })
    }

    /// Puts the same load on it as on the hub.
    pub fn drive(&self, requests: &[Vec<u8>], clients: usize, time: Duration) -> Result<Load> {
        drive(&self.program, self.address, requests, clients, time)
    }
}

/// The server's own side: answers until the program that started it is gone.
pub fn serve(answer_bytes: usize, ready_file: &Path) -> Result<()> {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let ready = serde_json::to_string(&Ready {
            listen: listener.local_addr()?,
        })?;
        let partial = ready_file.with_extension("partial");
        std::fs::write(&partial, ready).context("writing the ready file")?;
        std::fs::rename(&partial, ready_file).context("writing the ready file")?;
        let body = Bytes::from(vec![b' '; answer_bytes]);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let body = body.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(request, body.clone()));
                // A client that goes away is no error.
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    })
}

async fn answer(request: Request<Incoming>, body: Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    // Read to its end, as whoever does something with it has to.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(body));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    Ok(response)
}
