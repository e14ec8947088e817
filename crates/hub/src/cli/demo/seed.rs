//! Fills a new hub: owner, project, a storage of each access type, and the photographs imported through both.

use std::path::{Path, PathBuf};
use std::time::Duration;

use insitu_model::text::{Email, Name};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sandbox::SandboxFacts;
use super::state::{DemoState, Made, MadeStorage};
use crate::api::people::api_keys;
use crate::auth::token;
use crate::cli::client::Client;
use crate::cli::{Failure, Outcome};
use crate::hub::Hub;
use crate::people::{self, NewOwner};

const EMAIL: &str = "ada@insitu.test";
/// How long the link on the terminal signs in, in milliseconds: a day.
const LINK_MS: i64 = 24 * 60 * 60 * 1000;
/// How often the import is asked whether it is done.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// The sandbox's photographs: object key, and width and height in pixels as shown; of one the hub finds them itself.
const PHOTOGRAPHS: [(&str, Option<(u32, u32)>); 10] = [
    ("cute-cat.jpg", Some((451, 300))),
    ("coffee cup.jpg", Some((600, 400))),
    ("astronaut.jpg", Some((512, 512))),
    ("rocket.jpg", Some((640, 427))),
    ("rocket (rotated).jpg", None),
    ("hubble+deep+field.jpg", Some((1000, 872))),
    ("retina.jpg", Some((1411, 1411))),
    ("münzen.jpg", Some((384, 303))),
    ("ihc.png", Some((512, 512))),
    ("clock 100%.png", Some((400, 300))),
];

/// What the demo asks of its labelers: a class for each tool, and one question.
fn category_schema() -> Value {
    let class = |kind: &str, title: &str, id: &str, color: &str, key: &str, classifications: Value| {
        json!({
            "tool": kind, "title": title, "schemaId": id, "required": false, "columnField": false,
            "color": color, "shortcutKey": key, "classifications": classifications, "options": [],
        })
    };
    let question = |kind: &str, title: &str, id: &str, options: Value| {
        json!({
            "tool": kind, "title": title, "schemaId": id, "required": false, "columnField": false,
            "color": null, "shortcutKey": "", "classifications": [], "options": options,
        })
    };
    let cut_off = question("boolean", "Cut off by the edge", "demo-cut-off", json!([]));
    let quality = json!([
        { "value": "Sharp", "schemaId": "demo-sharp" },
        { "value": "Blurred", "schemaId": "demo-blurred" },
        { "value": "Cannot tell", "schemaId": "demo-cannot-tell" },
    ]);
    json!({
        "tools": [
            class("polygon", "Thing", "demo-thing", "#E5484D", "1", json!([cut_off])),
            class("bounding-box", "Person or animal", "demo-living", "#30A46C", "2", json!([])),
            class("polyline", "Edge", "demo-edge", "#F5A524", "3", json!([])),
            class("point", "Landmark", "demo-landmark", "#0090FF", "4", json!([])),
        ],
        "classifications": [question("radio", "Quality of the picture", "demo-quality", quality)],
        "relations": [],
    })
}

/// What there is once the demo is ready.
#[derive(Debug)]
pub struct Seeded {
    pub url: String,
    pub email: String,
    pub password: String,
    pub sign_in_link: String,
    pub api_key: String,
    pub organization: String,
    pub project: String,
    pub storages: Vec<MadeStorage>,
    pub import_file: PathBuf,
}

/// Makes what is not there yet, and a fresh sign-in link.
pub async fn run(hub: &Hub, facts: &SandboxFacts, state: &mut DemoState, folder: &Path) -> Outcome<Seeded> {
    let import_file = write_import_file(facts, folder)?;
    let made = match state.made.clone() {
        Some(made) => {
            follow_sandbox(hub, facts, &made).await?;
            made
        }
        None => {
            let made = make(hub, facts, state).await?;
            state.made = Some(made.clone());
            state.save()?;
            made
        }
    };
    Ok(Seeded {
        url: hub.public_url.clone(),
        email: EMAIL.to_owned(),
        password: state.password.clone(),
        sign_in_link: sign_in_link(hub, &made.project).await?,
        api_key: made.api_key,
        organization: made.organization,
        project: made.project,
        storages: made.storages,
        import_file,
    })
}

async fn make(hub: &Hub, facts: &SandboxFacts, state: &DemoState) -> Outcome<Made> {
    let owner = NewOwner {
        name: parse::<Name>("Ada")?,
        email: parse::<Email>(EMAIL)?,
        password: SecretString::from(state.password.clone()),
    };
    let people = people::create_first_owner(hub, parse("Acme Labs")?, owner)
        .await
        .map_err(Failure::new)?
        .ok_or_else(|| Failure::new("this folder holds a hub that is no demo; choose another --data-dir"))?;
    let (_, api_key) = api_keys::issue(hub, people.organization, people.user, &parse("Demo")?)
        .await
        .map_err(Failure::new)?;
    let client = Client::new(&hub.public_url, &api_key)?;
    let body = json!({ "name": "Private photographs", "description": "These pictures lie in a private bucket that only the sandbox can open. Look at one, or import a list of your own with Add Data.", "firstSteps": true, "categorySchema": category_schema() });
    let answer: Value = client.post("/v2/project", &body).await?;
    let project = id_of(&answer["project"])?;
    let storages = vec![
        make_storage(
            &client,
            &json!({
                "name": "Sandbox, IAM User", "provider": "AWS", "accessType": "IAM_USER",
                "region": facts.region, "endpoint": facts.s3_endpoint,
                "publicKey": facts.access_key_id, "privateKey": facts.secret_access_key.expose_secret(),
            }),
        )
        .await?,
        make_storage(
            &client,
            &json!({
                "name": "Sandbox, IAM Delegated", "provider": "AWS", "accessType": "IAM_DELEGATED",
                "region": facts.region, "endpoint": facts.s3_endpoint,
                "roleArn": facts.role_arn, "externalId": facts.external_id,
            }),
        )
        .await?,
    ];
    let half = PHOTOGRAPHS.len() / 2;
    for (storage, part) in storages.iter().zip([&PHOTOGRAPHS[..half], &PHOTOGRAPHS[half..]]) {
        import(&client, &project, storage, &list(facts, part)).await?;
    }
    Ok(Made {
        api_key,
        organization: people.organization.to_string(),
        project,
        storages,
    })
}

async fn make_storage(client: &Client, body: &Value) -> Outcome<MadeStorage> {
    #[derive(Deserialize)]
    struct Answer {
        storage: MadeStorage,
    }
    let answer: Answer = client.post("/v2/storages", body).await?;
    Ok(answer.storage)
}

async fn import(client: &Client, project: &str, storage: &MadeStorage, list: &Value) -> Outcome {
    let text = format!("{list:#}");
    let query = [("name", "photographs.json"), ("storage", storage.id.as_str())];
    let length = u64::try_from(text.len()).ok();
    let path = format!("/v2/project/{project}/imports");
    let mut answer: Value = client.upload(&path, &query, text, length).await?;
    let id = id_of(&answer["import"])?;
    loop {
        let import = &answer["import"];
        match import["state"].as_str() {
            Some("completed") if import["rowsRefused"] == 0 => return Ok(()),
            Some("completed" | "failed" | "cancelled") => {
                return Err(Failure::new(format!(
                    "the demo's photographs were not imported: {import}"
                )));
            }
            _ => tokio::time::sleep(ASK_EVERY).await,
        }
        answer = client.get(&format!("/v2/imports/{id}"), &[]).await?;
    }
}

/// The sandbox of this start listens on another port than the last one: the storages have to follow.
async fn follow_sandbox(hub: &Hub, facts: &SandboxFacts, made: &Made) -> Outcome {
    let client = Client::new(&hub.public_url, &made.api_key)?;
    for storage in &made.storages {
        let path = format!("/v2/storages/{}", storage.id);
        let _changed: Value = client
            .post(&path, &json!({ "endpoint": facts.s3_endpoint }))
            .await?;
    }
    Ok(())
}

/// The list as a user would write it: the addresses that AWS would have for these objects.
fn list(facts: &SandboxFacts, photographs: &[(&str, Option<(u32, u32)>)]) -> Value {
    let rows = photographs.iter().map(|(key, size)| {
        let key_in_url = insitu_cloud::sigv4::encode_path(key);
        let (bucket, region) = (&facts.bucket, &facts.region);
        let mut row = json!({
            "data": format!("https://{bucket}.s3.{region}.amazonaws.com/{key_in_url}"),
            "externalId": key,
        });
        if let Some((width, height)) = size {
            row["width"] = json!(width);
            row["height"] = json!(height);
        }
        row
    });
    Value::Array(rows.collect())
}

fn write_import_file(facts: &SandboxFacts, folder: &Path) -> Outcome<PathBuf> {
    let path = std::path::absolute(folder.join("photographs.json")).map_err(Failure::new)?;
    std::fs::write(&path, format!("{:#}\n", list(facts, &PHOTOGRAPHS)))
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    Ok(path)
}

async fn sign_in_link(hub: &Hub, project: &str) -> Outcome<String> {
    let secret = token::generate(&*hub.random);
    let (hash, now) = (token::hash(&secret), hub.clock.now_ms());
    hub.db
        .write(move |tx| {
            let user =
                insitu_store::users::find_by_email(tx, EMAIL)?.ok_or(insitu_store::Error::NotFound {
                    what: "user",
                    id: EMAIL.to_owned(),
                })?;
            insitu_store::sessions::insert_link(tx, &hash, user.id, now, now + LINK_MS)
        })
        .await
        .map_err(Failure::new)?;
    Ok(format!(
        "{}/sign-in?next=/projects/{project}/assets#token={secret}",
        hub.public_url
    ))
}

fn id_of(value: &Value) -> Outcome<String> {
    let id = value["_id"].as_str();
    id.map(str::to_owned)
        .ok_or_else(|| Failure::new("the hub made something and did not say its id"))
}

fn parse<T: std::str::FromStr>(text: &str) -> Outcome<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(Failure::new)
}
