//! The hub that is measured: `insitu serve` as a process on SQLite, with an owner, a project and a storage.

use std::fs::File;
use std::io::BufWriter;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::{self, Connection};
use crate::list::List;
use crate::program::Program;
use crate::sandbox::Facts;

/// How often the hub is asked whether it is done with something.
const ASK_EVERY: Duration = Duration::from_millis(10);

/// A running hub that nobody has signed in to.
#[derive(Debug)]
pub struct Hub {
    pub program: Program,
    pub address: SocketAddr,
}

#[derive(Deserialize)]
struct Ready {
    listen: SocketAddr,
}

impl Hub {
    /// Starts a hub that keeps everything in this folder, and waits until its first answer.
    pub fn start(executable: &Path, folder: &Path) -> Result<Self> {
        let ready_file = folder.join("ready.json");
        let _was_not_there = std::fs::remove_file(&ready_file);
        let log = File::create(folder.join("hub.log")).context("making the hub's log")?;
        let mut command = Command::new(executable);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--ask-instance", "false"])
            .args(["--allow-endpoint", "127.0.0.1"])
            .arg("--data-dir")
            .arg(folder.join("data"))
            .arg("--ready-file")
            .arg(&ready_file)
            .env_remove("INSITU_DATABASE_URL")
            .stderr(log);
        let mut program = Program::start(&mut command)?;
        let ready: Ready = program.wait_for_ready_file(&ready_file)?;
        let mut connection = Connection::open(ready.listen)?;
        let answer = connection.call(&http::request("GET", "/health", &[], b""))?;
        ensure!(answer.status == 200, "the hub is not healthy: {}", answer.status);
        Ok(Self {
            program,
            address: ready.listen,
        })
    }
}

/// A hub with somebody who may do everything in one project.
#[derive(Debug)]
pub struct Workplace {
    pub hub: Hub,
    pub project: String,
    storage: String,
    key: String,
    connection: Connection,
}

impl Workplace {
    /// Makes the owner, a key, a project, and a storage of the sandbox's bucket.
    pub fn open(hub: Hub, bucket: &Facts) -> Result<Self> {
        let mut connection = Connection::open(hub.address)?;
        let key = make_owner(&mut connection, hub.address)?;
        let mut place = Self {
            hub,
            project: String::new(),
            storage: String::new(),
            key,
            connection,
        };
        let project = place.post("/v2/project", &json!({ "name": "Street scenes" }))?;
        place.project = id_of(&project["project"])?;
        let storage = place.post(
            "/v2/storages",
            &json!({
                "name": "Bucket", "provider": "AWS", "accessType": "IAM_USER", "region": bucket.region,
                "endpoint": bucket.s3_endpoint, "publicKey": bucket.access_key_id,
                "privateKey": bucket.secret_access_key,
            }),
        )?;
        place.storage = id_of(&storage["storage"])?;
        Ok(place)
    }

    /// Ends the hub, which can be started again on the same folder.
    pub fn stop(self) -> Stopped {
        Stopped {
            project: self.project,
            storage: self.storage,
            key: self.key,
        }
    }

    /// Uploads the list and waits until all of it is visible; the import's id.
    pub fn import(&mut self, list: &List, rows: u64) -> Result<String> {
        let path = format!(
            "/v2/project/{}/imports?name=list.json&storage={}",
            self.project, self.storage
        );
        let head = http::head("POST", &path, &[("apikey", &self.key)], list.bytes(rows));
        self.connection.send(head.as_bytes())?;
        let mut upload = BufWriter::with_capacity(1 << 16, &self.connection.stream);
        list.write(rows, &mut upload)
            .and_then(|()| std::io::Write::flush(&mut upload))
            .context("uploading")?;
        drop(upload);
        let mut import = data(self.connection.receive()?)?["import"].take();
        let id = id_of(&import)?;
        loop {
            match import["state"].as_str() {
                Some("completed") => break,
                Some("failed" | "cancelled") | None => anyhow::bail!("the list was not imported: {import}"),
                Some(_) => std::thread::sleep(ASK_EVERY),
            }
            import = self.get(&format!("/v2/imports/{id}"))?["import"].take();
        }
        ensure!(
            import["rowsImported"] == rows,
            "not every row was imported: {import}"
        );
        Ok(id)
    }

    /// Waits until the hub says that it works on nothing that imports left, so that what is measured next is alone.
    pub fn wait_until_tidy(&mut self) -> Result<()> {
        loop {
            match self.get("/health")?["tidying"].as_bool() {
                Some(false) => return Ok(()),
                Some(true) => std::thread::sleep(ASK_EVERY),
                None => anyhow::bail!("the hub does not say whether it is tidying"),
            }
        }
    }

    /// Asks for something.
    pub fn get(&mut self, path: &str) -> Result<Value> {
        let request = self.request("GET", path, b"");
        data(self.connection.call(&request)?)
    }

    /// Posts something.
    pub fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        let request = self.request("POST", path, body.to_string().as_bytes());
        data(self.connection.call(&request)?)
    }

    /// The text of a request with the key.
    pub fn request(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        http::request(method, path, &[("apikey", &self.key)], body)
    }
}

/// What there was in a hub that does not run.
#[derive(Debug)]
pub struct Stopped {
    project: String,
    storage: String,
    key: String,
}

impl Stopped {
    /// The same place in a fresh process.
    pub fn start(&self, executable: &Path, folder: &Path) -> Result<Workplace> {
        let hub = Hub::start(executable, folder)?;
        let connection = Connection::open(hub.address)?;
        Ok(Workplace {
            hub,
            project: self.project.clone(),
            storage: self.storage.clone(),
            key: self.key.clone(),
            connection,
        })
    }
}

/// The address of whoever owns the organization.
pub const OWNER: &str = "ada@insitu.test";

/// The first organization's owner, and a key of theirs.
fn make_owner(connection: &mut Connection, hub: SocketAddr) -> Result<String> {
    let owner = json!({
        "organization": "Acme Labs", "name": "Ada", "email": OWNER, "password": "correct horse battery",
    });
    let answer = connection.call(&http::request(
        "POST",
        "/v2/setup",
        &[],
        owner.to_string().as_bytes(),
    ))?;
    let cookie = answer
        .header("set-cookie")
        .and_then(|cookie| cookie.split(';').next());
    let cookie = cookie.map(str::to_owned);
    data(answer)?;
    let cookie = cookie.context("the set-up did not sign in")?;
    let origin = format!("http://{hub}");
    let headers = [("cookie", cookie.as_str()), ("origin", origin.as_str())];
    let body = json!({ "name": "bench" }).to_string();
    let made = data(connection.call(&http::request("POST", "/v2/apiKeys", &headers, body.as_bytes()))?)?;
    made["apiKey"]["key"]
        .as_str()
        .map(str::to_owned)
        .context("the hub made a key and did not show it")
}

/// What a successful answer holds.
pub fn data(answer: http::Answer<'_>) -> Result<Value> {
    let mut value: Value = serde_json::from_slice(answer.body).context("an answer that is no JSON")?;
    ensure!(
        (200..300).contains(&answer.status),
        "the hub answered {}: {value}",
        answer.status
    );
    Ok(value["data"].take())
}

fn id_of(value: &Value) -> Result<String> {
    value["_id"]
        .as_str()
        .map(str::to_owned)
        .context("the hub made something and did not say its id")
}
