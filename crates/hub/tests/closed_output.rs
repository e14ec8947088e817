//! The program where nobody takes what it says: a log that cannot be written costs nobody anything, and whoever reads
//! an answer may stop reading.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use insitu_hub::api::people::api_keys;
use insitu_hub::cli::client::Client;
use insitu_hub::config::Config;
use insitu_hub::people::{self, NewOwner};
use insitu_hub::start;
use insitu_model::text::{Email, Name};
use serde_json::{Value, json};

/// How long what happens at once may take on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// The program with no settings but its arguments.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insitu"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// Makes the database of a hub, somebody who owns an organization of it, and a key for them.
async fn owner_in(folder: &Path) -> String {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = Config::in_folder(folder.to_owned(), listen);
    let hub = start::open(config, listen).await.unwrap();
    let owner = NewOwner {
        name: "Ada".parse::<Name>().unwrap(),
        email: "ada@acme.test".parse::<Email>().unwrap(),
        password: "correct horse battery".into(),
    };
    let made = people::create_owner_of_another(&hub, "Acme".parse().unwrap(), owner)
        .await
        .unwrap();
    let label = "tests".parse::<Name>().unwrap();
    let (_, key) = api_keys::issue(&hub, made.organization, made.user, &label)
        .await
        .unwrap();
    key
}

/// A hub whose log nobody reads any more.
struct Mute {
    hub: Child,
    url: String,
}

impl Mute {
    fn start(folder: &Path) -> Self {
        let ready = folder.join("ready.json");
        let serve = ["serve", "--listen", "127.0.0.1:0", "--ask-instance", "false"];
        let mut hub = program(&serve)
            .arg("--data-dir")
            .arg(folder)
            .arg("--ready-file")
            .arg(&ready)
            .env("HOME", folder)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(hub.stderr.take().unwrap());
        let answers = log.lines().any(|line| line.unwrap().contains("the hub answers"));
        assert!(answers, "the hub did not start");
        // The only end to read at is closed here.
        let ready: Value = serde_json::from_slice(&std::fs::read(ready).unwrap()).unwrap();
        let url = ready["url"].as_str().unwrap().to_owned();
        Self { hub, url }
    }
}

impl Drop for Mute {
    fn drop(&mut self) {
        let _ended = self.hub.kill();
        let _reaped = self.hub.wait();
    }
}

#[tokio::test]
async fn a_hub_whose_log_nobody_takes_goes_on_with_every_job() {
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let key = owner_in(folder.path()).await;
    let mut mute = Mute::start(folder.path());
    let ada = Client::new(&mute.url, &key).unwrap();
    let story = async {
        // Each proof that fails is logged, and there are eight workers.
        for n in 0..9 {
            let storage = json!({ "name": format!("Photos {n}"), "provider": "AWS", "accessType": "IAM_DELEGATED",
                "region": "eu-central-1", "roleArn": format!("arn:aws:iam::111122223333:role/reader-{n}"),
                "externalId": format!("acme-photos-{n}") });
            let made: Value = ada.post("/v2/storages", &storage).await.unwrap();
            let code = &made["storage"]["verification"]["code"];
            assert_eq!(code, "storage.no_identity", "proof {n}");
        }
        let made: Value = ada
            .post("/v2/project", &json!({ "name": "Photos" }))
            .await
            .unwrap();
        let project = made["project"]["_id"].as_str().unwrap();
        // So is each import that ends, and there are two workers.
        for n in 0..3 {
            let list = json!({ "assets": [{ "data": format!("https://pictures.test/{n}.jpg"), "width": 1, "height": 1 }] });
            let _imported: Value = ada
                .post(&format!("/v2/project/{project}/cloud"), &list)
                .await
                .unwrap();
        }
        let listed: Value = ada
            .get(&format!("/v2/project/{project}/assets"), &[])
            .await
            .unwrap();
        assert_eq!(listed["assets"].as_array().unwrap().len(), 3);
    };
    tokio::time::timeout(SOON, story).await.unwrap();
    assert_eq!(mute.hub.try_wait().unwrap(), None, "the hub is gone");
}

#[test]
fn whoever_reads_an_answer_may_stop_in_the_middle() {
    let mut command = program(&["openapi"]);
    let mut told = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answer = BufReader::with_capacity(1, told.stdout.take().unwrap());
    answer.read_exact(&mut [0]).unwrap();
    drop(answer);
    let ended = told.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert!(ended.status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_is_cut_off_by_a_full_disk_is_a_failure() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = program(&["openapi"]).stdout(full).output().unwrap();
    let words = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        words.starts_with("insitu: the answer could not be written to its end: "),
        "{words}"
    );
}
