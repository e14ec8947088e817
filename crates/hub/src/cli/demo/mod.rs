//! `insitu demo`: a hub beside a sandbox S3 whose bucket nobody else can open, with everything already done once.
//!
//! It makes, through the hub's own API and in this order: an organization and its owner, an API key, a project, one
//! storage of each access type, and an import of the sandbox's photographs through both.

mod sandbox;
mod seed;
mod state;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::sync::oneshot;

use self::sandbox::{Sandbox, SandboxFacts};
use self::seed::Seeded;
use self::state::DemoState;
use super::serve::{self, Running, stop_signal};
use super::{Failure, Outcome, println_line};
use crate::config::{Config, DelegateKeys, write_ready_file};

/// Options of `insitu demo`.
#[derive(Debug, Args)]
pub struct DemoOptions {
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(long, env = "INSITU_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Folder to keep the demo in; without it, a temporary one that goes with it.
    #[arg(long, env = "INSITU_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Where to write addresses, keys and ids once everything answers.
    #[arg(long, env = "INSITU_READY_FILE")]
    ready_file: Option<PathBuf>,
    /// Does not open the browser.
    #[arg(long)]
    no_open: bool,
}

/// Runs the demo until the process is asked to stop.
pub async fn run(options: DemoOptions) -> Outcome {
    crate::logs::start_quietly();
    let folder = DemoFolder::new(options.data_dir.clone())?;
    let listener = serve::bind(options.listen).await?;
    let bound = listener.local_addr().map_err(Failure::new)?;
    let mut state = DemoState::load_or_new(folder.path())?;
    let sandbox = Sandbox::start(&state, bound, folder.path()).await?;
    let running = Running::start(listener, config(&options, &folder, &sandbox.facts)).await?;
    let hub = running.hub.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(running.until_stopped(async {
        let _sender_gone = stopped.await;
    }));
    let seeded = seed::run(&hub, &sandbox.facts, &mut state, folder.path()).await?;
    if let Some(path) = &options.ready_file {
        write_ready_file(path, &ready_body(&seeded, &sandbox.facts)).map_err(|error| {
            Failure::new(format!("cannot write the ready file {}: {error}", path.display()))
        })?;
    }
    announce(&seeded);
    if !options.no_open {
        open_browser(&seeded.sign_in_link);
    }
    stop_signal().await;
    let _nobody_serves = stop.send(());
    serving.await.map_err(Failure::new)?
}

fn config(options: &DemoOptions, folder: &DemoFolder, facts: &SandboxFacts) -> Config {
    Config {
        allow_endpoints: vec!["127.0.0.1".to_owned()],
        sts_endpoint: Some(facts.sts_endpoint.clone()),
        delegate: Some(DelegateKeys {
            access_key_id: facts.delegate_access_key_id.clone(),
            secret_access_key: facts.delegate_secret_access_key.clone(),
        }),
        ..Config::in_folder(folder.path().to_owned(), options.listen)
    }
}

fn ready_body(seeded: &Seeded, facts: &SandboxFacts) -> serde_json::Value {
    json!({
        "url": seeded.url,
        "email": seeded.email,
        "password": seeded.password,
        "signInLink": seeded.sign_in_link,
        "apiKey": seeded.api_key,
        "organizationId": seeded.organization,
        "projectId": seeded.project,
        "storages": seeded.storages,
        "sandbox": {
            "s3Endpoint": facts.s3_endpoint,
            "stsEndpoint": facts.sts_endpoint,
            "region": facts.region,
            "bucket": facts.bucket,
            "accessKeyId": facts.access_key_id,
            "secretAccessKey": facts.secret_access_key.expose_secret(),
            "roleArn": facts.role_arn,
            "externalId": facts.external_id,
            "delegateArn": facts.delegate_arn,
        },
        "importFile": seeded.import_file,
    })
}

fn announce(seeded: &Seeded) {
    println_line("");
    println_line("  Insitu is running, with private photographs in a sandbox bucket.");
    println_line("");
    println_line(&format!("  Open       {}", seeded.sign_in_link));
    println_line(&format!("  Address    {}", seeded.url));
    println_line(&format!("  E-mail     {}", seeded.email));
    println_line(&format!("  Password   {}", seeded.password));
    println_line("");
    println_line("  Ctrl-C stops it.");
}

/// Asks the desktop to show the page; where there is no desktop, the address on the terminal is enough.
fn open_browser(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let opened = std::process::Command::new(program)
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if let Err(error) = opened {
        tracing::debug!(%error, "no browser was opened");
    }
}

/// Where the demo lives: a named folder that stays, or a temporary one that goes when this is dropped.
#[derive(Debug)]
struct DemoFolder {
    path: PathBuf,
    is_temporary: bool,
}

impl DemoFolder {
    fn new(named: Option<PathBuf>) -> Outcome<Self> {
        let is_temporary = named.is_none();
        let path =
            named.unwrap_or_else(|| std::env::temp_dir().join(format!("insitu-demo-{}", std::process::id())));
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::new(format!("cannot use the folder {}: {error}", path.display())))?;
        Ok(Self { path, is_temporary })
    }

    fn path(&self) -> &std::path::Path {
        &self.path
    }
}

impl Drop for DemoFolder {
    fn drop(&mut self) {
        if self.is_temporary {
            let _nothing_to_do = std::fs::remove_dir_all(&self.path);
        }
    }
}
