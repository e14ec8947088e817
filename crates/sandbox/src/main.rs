//! The program `insitu-sandbox`: S3 and STS on one port, for the demo, for tests, for anybody's own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use insitu_sandbox::{Ambient, Config, ConfigError, Defaults, Ready, Sandbox};
use tokio::net::{TcpListener, UdpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// S3 and STS in one process, with a private bucket of sample photographs, a user who may read it and a role that a
/// delegate may assume.
#[derive(Debug, Parser)]
#[command(name = "insitu-sandbox", version)]
struct Options {
    /// Where to listen; port 0 takes any free port.
    #[arg(
        long,
        env = "INSITU_SANDBOX_LISTEN",
        default_value = "127.0.0.1:0",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,
    /// Serve the files of this folder instead of the photographs inside the program.
    #[arg(long, env = "INSITU_SANDBOX_SEED_DIR", value_name = "DIR")]
    seed_dir: Option<PathBuf>,
    /// Answer questions of DNS at this address, over UDP: every name leads to the sandbox.
    #[arg(long, env = "INSITU_SANDBOX_DNS", value_name = "ADDRESS")]
    dns: Option<SocketAddr>,
    /// Write endpoints and keys to this file, as JSON, once everything answers.
    #[arg(long, env = "INSITU_SANDBOX_READY_FILE", value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// An origin whose pages may read the bucket; can be repeated. None: CORS is not enabled.
    #[arg(
        long = "cors-origin",
        env = "INSITU_SANDBOX_CORS_ORIGIN",
        value_name = "ORIGIN"
    )]
    cors_origins: Vec<String>,
    /// The bucket's name.
    #[arg(
        long,
        env = "INSITU_SANDBOX_BUCKET",
        default_value = "insitu-samples",
        value_name = "NAME"
    )]
    bucket: String,
    /// The bucket's region.
    #[arg(
        long,
        env = "INSITU_SANDBOX_REGION",
        default_value = "eu-central-1",
        value_name = "REGION"
    )]
    region: String,
    /// The external ID that the role asks for; random when not given.
    #[arg(long, env = "INSITU_SANDBOX_EXTERNAL_ID", value_name = "ID")]
    external_id: Option<String>,
    /// The access key id of the user who may read the bucket; random when not given.
    #[arg(
        long,
        env = "INSITU_SANDBOX_ACCESS_KEY_ID",
        requires = "secret_access_key",
        value_name = "KEY"
    )]
    access_key_id: Option<String>,
    /// The secret access key of that user.
    #[arg(
        long,
        env = "INSITU_SANDBOX_SECRET_ACCESS_KEY",
        requires = "access_key_id",
        value_name = "SECRET"
    )]
    secret_access_key: Option<String>,
    /// The access key id of the delegate who may assume the role; random when not given.
    #[arg(
        long,
        env = "INSITU_SANDBOX_DELEGATE_ACCESS_KEY_ID",
        requires = "delegate_secret_access_key",
        value_name = "KEY"
    )]
    delegate_access_key_id: Option<String>,
    /// The secret access key of the delegate.
    #[arg(
        long,
        env = "INSITU_SANDBOX_DELEGATE_SECRET_ACCESS_KEY",
        requires = "delegate_access_key_id",
        value_name = "SECRET"
    )]
    delegate_secret_access_key: Option<String>,
    /// Describe buckets, users and roles in this JSON file instead of taking the default ones.
    #[arg(long, env = "INSITU_SANDBOX_CONFIG", value_name = "FILE", conflicts_with_all = ["seed_dir", "cors_origins", "external_id"])]
    config: Option<PathBuf>,
    /// Print the default configuration as JSON, to start one's own from, and end.
    #[arg(long)]
    print_config: bool,
    /// Grant sessions as short as this, to test expiry; AWS's own minimum is 900.
    #[arg(long, env = "INSITU_SANDBOX_MINIMUM_SESSION_SECONDS", value_name = "SECONDS")]
    minimum_session_seconds: Option<u32>,
    /// Write a line of JSON to this file for every request.
    #[arg(long, env = "INSITU_SANDBOX_REQUEST_LOG", value_name = "FILE")]
    request_log: Option<PathBuf>,
    /// End when standard input is closed, so that no sandbox outlives the program that started it.
    #[arg(long)]
    exit_with_parent: bool,
}

/// Why the program ends with 1.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the configuration {0} cannot be read: {1}")]
    ReadConfig(PathBuf, std::io::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("cannot listen on {0}: {1}; choose another address with --listen or --dns")]
    Listen(SocketAddr, std::io::Error),
    #[error("the ready file {0} cannot be written: {1}")]
    ReadyFile(PathBuf, std::io::Error),
    #[error("the request log {0} cannot be written: {1}")]
    RequestLog(PathBuf, std::io::Error),
    #[error("the program cannot run: {0}")]
    Runtime(#[from] std::io::Error),
}

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::try_from_env("INSITU_SANDBOX_LOG")
        .unwrap_or_else(|_| EnvFilter::new("insitu_sandbox=info,s3s=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let ambient = Ambient::system();
    let config = options.to_config(&ambient)?;
    if options.print_config {
        return print(&serde_json::to_string_pretty(&config).map_err(ConfigError::from)?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(serve(options, &config, ambient))?;
    // The thread that waits for standard input cannot be woken: do not wait for it.
    runtime.shutdown_background();
    Ok(())
}

async fn serve(options: &Options, config: &Config, ambient: Ambient) -> Result<(), Failure> {
    let sandbox = Sandbox::new(config, ambient)?;
    if let Some(path) = &options.request_log {
        let log = sandbox.world().log_requests(path);
        log.map_err(|e| Failure::RequestLog(path.clone(), e))?;
    }
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|e| Failure::Listen(options.listen, e))?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let server = listener.local_addr()?.ip();
    let mut ready = Ready::of(config, sandbox.world(), &endpoint);
    if let Some(address) = options.dns {
        let socket = UdpSocket::bind(address)
            .await
            .map_err(|e| Failure::Listen(address, e))?;
        ready.dns = Some(socket.local_addr()?.to_string());
        let sandbox = sandbox.clone();
        tokio::spawn(async move { sandbox.answer_names(socket, server).await });
    }
    let stop = stop_signal(options.exit_with_parent)?;
    if let Some(path) = &options.ready_file {
        ready
            .write(path)
            .map_err(|e| Failure::ReadyFile(path.clone(), e))?;
    }
    print(&format!("S3 and STS answer at {endpoint}"))?;
    sandbox.serve(listener, stop).await;
    Ok(())
}

/// Done at SIGTERM, at ctrl-c, or when the parent is gone.
fn stop_signal(with_parent: bool) -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let parent_gone = if with_parent { Some(watch_parent()?) } else { None };
    Ok(async move {
        let parent_gone = async {
            match parent_gone {
                Some(gone) => drop(gone.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = parent_gone => {}
        }
    })
}

/// Done when standard input is closed, which happens when the program at its other end is gone.
fn watch_parent() -> std::io::Result<oneshot::Receiver<()>> {
    let (closed, gone) = oneshot::channel();
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            let _ = closed.send(());
        })?;
    Ok(gone)
}

impl Options {
    fn to_config(&self, ambient: &Ambient) -> Result<Config, Failure> {
        let mut config = match &self.config {
            Some(path) => read_config(path)?,
            None => self.defaults().config(&*ambient.random),
        };
        if let Some(seconds) = self.minimum_session_seconds {
            config.minimum_session_seconds = seconds;
        }
        Ok(config)
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            bucket: self.bucket.clone(),
            region: self.region.clone(),
            cors_origins: self.cors_origins.clone(),
            external_id: self.external_id.clone(),
            seed_dir: self.seed_dir.clone(),
            user_keys: self.access_key_id.clone().zip(self.secret_access_key.clone()),
            delegate_keys: self
                .delegate_access_key_id
                .clone()
                .zip(self.delegate_secret_access_key.clone()),
        }
    }
}

fn read_config(path: &Path) -> Result<Config, Failure> {
    let json = std::fs::read_to_string(path).map_err(|e| Failure::ReadConfig(path.to_owned(), e))?;
    Ok(Config::from_json(&json)?)
}

#[expect(clippy::print_stdout, reason = "what the program is asked to print")]
fn print(text: &str) -> Result<(), Failure> {
    println!("{text}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_hold_together() {
        Options::command().debug_assert();
    }

    #[test]
    fn half_a_pair_of_keys_is_refused() {
        assert!(Options::try_parse_from(["insitu-sandbox", "--access-key-id", "AKIA"]).is_err());
    }
}
