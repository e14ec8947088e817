//! The socket: connections in, an orderly end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::ambient::Ambient;
use crate::config::{Config, ConfigError};
use crate::edge::Edge;
use crate::tls::HANDSHAKE;
use crate::world::World;

/// How long answers under way may take once the end was asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// S3 and STS, ready to serve.
#[derive(Debug, Clone)]
pub struct Sandbox {
    world: Arc<World>,
}

impl Sandbox {
    /// Builds the state that a configuration describes.
    pub fn new(config: &Config, ambient: Ambient) -> Result<Self, ConfigError> {
        Ok(Self {
            world: Arc::new(World::new(config, ambient)?),
        })
    }

    /// The state, to look at and to change while it serves.
    #[must_use]
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Serves until `stop` is done, then lets answers under way finish.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send) {
        let (ending, end) = watch::channel(false);
        let door = Door {
            edge: Edge::new(Arc::clone(&self.world), end.clone()),
            world: self.world,
            end,
        };
        let connections = GracefulShutdown::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let stream = tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        // Out of file descriptors, most likely: closing connections will help.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        continue;
                    }
                },
            };
            let _ = stream.set_nodelay(true);
            tokio::spawn(door.clone().welcome(stream, connections.watcher()));
        }
        drop(listener);
        let _ = ending.send(true);
        let _ = tokio::time::timeout(LAST_ANSWERS, connections.shutdown()).await;
    }

    /// Answers questions of DNS at this socket, for as long as it is let: every name leads to `server`, the address that
    /// the sandbox listens on.
    pub async fn answer_names(&self, socket: UdpSocket, server: IpAddr) {
        crate::dns::answer(socket, &self.world, server).await;
    }

    /// Serves in the background on a port of the system's choice, for tests; dropping the result stops it.
    pub async fn start(self) -> std::io::Result<Running> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let world = Arc::clone(&self.world);
        let task = tokio::spawn(self.serve(listener, async {
            let _ = stopped.await;
        }));
        Ok(Running {
            address,
            world,
            stop,
            task,
        })
    }
}

/// Where connections come in, with TLS or without.
#[derive(Clone)]
struct Door {
    edge: Edge,
    world: Arc<World>,
    /// True once the end was asked for.
    end: watch::Receiver<bool>,
}

impl Door {
    async fn welcome(mut self, stream: TcpStream, watcher: Watcher) {
        let mut first = [0];
        let peeked = tokio::select! {
            _ = self.end.wait_for(|ended| *ended) => return,
            peeked = tokio::time::timeout(HEAD_TIMEOUT, stream.peek(&mut first)) => peeked,
        };
        if !matches!(peeked, Ok(Ok(1))) {
            return;
        }
        if first != [HANDSHAKE] {
            return self.serve(stream, watcher).await;
        }
        if self.world.faults.strike_tls() {
            // What was read ends in order; what was not would reset the connection.
            let _ = stream.try_read(&mut [0; 16 * 1024]);
            return;
        }
        let shaken = tokio::time::timeout(HEAD_TIMEOUT, self.world.tls.acceptor.accept(stream)).await;
        match shaken {
            Ok(Ok(stream)) => self.serve(stream, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn serve<S>(self, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(move |request| {
            let edge = self.edge.clone();
            async move { edge.answer(request).await }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// A sandbox that serves in the background.
#[derive(Debug)]
pub struct Running {
    pub address: SocketAddr,
    pub world: Arc<World>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// `http://127.0.0.1:<port>`, for S3 and for STS.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it and waits for the answers under way.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}
