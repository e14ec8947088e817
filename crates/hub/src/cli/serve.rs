//! `insitu serve`: runs the hub until it is told to stop.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::{Failure, Outcome};
use crate::config::{Config, write_ready_file};
use crate::hub::Hub;
use crate::{api, jobs, own_storage, start};

/// Options of `insitu serve`.
#[derive(Debug, Args)]
pub struct ServeOptions {
    #[command(flatten)]
    pub config: Config,
}

/// Runs the hub until the process is asked to stop.
pub async fn run(options: ServeOptions) -> Outcome {
    crate::logs::start(options.config.log_json);
    let listener = bind(options.config.listen).await?;
    let running = Running::start(listener, options.config).await?;
    tracing::info!(url = %running.hub.public_url, "the hub answers");
    running.until_stopped(stop_signal()).await
}

/// Takes the address that the hub is to answer at.
pub async fn bind(address: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!(
            "cannot listen on {address}: {error}. Choose another address with --listen."
        ))
    })
}

/// Held by the one hub that works in a folder; the system frees it when the process ends, however it ends.
#[derive(Debug)]
struct FolderLock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl FolderLock {
    fn take(folder: &Path) -> Outcome<Self> {
        let path = folder.join("hub.lock");
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(format!("cannot lock the folder {}: {error}", folder.display()))
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(failed(
                &"another hub works in it. Stop that one, or choose another --data-dir",
            )),
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }
}

/// A hub that answers on its socket.
#[derive(Debug)]
pub struct Running {
    pub hub: Arc<Hub>,
    listener: TcpListener,
    _only_hub_of_the_folder: Option<FolderLock>,
}

impl Running {
    /// Opens the database and the vault. Connections to the socket queue meanwhile.
    pub async fn start(listener: TcpListener, config: Config) -> Outcome<Self> {
        let bound = listener.local_addr().map_err(Failure::new)?;
        // Several hubs may share a PostgreSQL; a SQLite file belongs to one.
        let lock = match config.database_url {
            None => Some(FolderLock::take(&config.data_dir)?),
            Some(_) => None,
        };
        let hub = start::open(config, bound).await?;
        if let Some(path) = &hub.config.ready_file {
            let body = serde_json::json!({ "url": hub.public_url, "listen": bound });
            write_ready_file(path, &body).map_err(|error| {
                Failure::new(format!("cannot write the ready file {}: {error}", path.display()))
            })?;
        }
        Ok(Self {
            hub,
            listener,
            _only_hub_of_the_folder: lock,
        })
    }

    /// Answers requests and runs jobs until `stop` is done; then finishes what is under way.
    pub async fn until_stopped(self, stop: impl Future<Output = ()> + Send + 'static) -> Outcome {
        let runner = jobs::start(self.hub.clone());
        tokio::spawn(own_storage::check(self.hub.clone()));
        let routes = api::service::router(self.hub.clone());
        let hub = self.hub.clone();
        let stop = async move {
            stop.await;
            hub.jobs.close();
        };
        let served = axum::serve(
            self.listener,
            routes.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .with_graceful_shutdown(stop)
        .await;
        runner.stop().await;
        served.map_err(|error| Failure::new(format!("the hub stopped: {error}")))
    }
}

/// Resolves when the process is asked to stop (ctrl-c, or SIGTERM on Unix).
pub async fn stop_signal() {
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
