//! What a demo in a named folder remembers from one start to the next: keys of the sandbox, ids of what was made.

use std::path::{Path, PathBuf};

use insitu_model::ambient::Random;
use serde::{Deserialize, Serialize};

use crate::ambient::SystemRandom;
use crate::auth::token;
use crate::cli::{Failure, Outcome};

const FILE: &str = "demo.json";

/// Keys of the sandbox's users, its role's external ID, and what was made with them. All of it is worth nothing
/// outside of the sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DemoState {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub delegate_access_key_id: String,
    pub delegate_secret_access_key: String,
    pub external_id: String,
    pub password: String,
    /// What was made in the hub, once all of it was.
    pub made: Option<Made>,
    #[serde(skip)]
    path: PathBuf,
}

/// What the demo made in the hub.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Made {
    pub api_key: String,
    pub organization: String,
    pub project: String,
    pub storages: Vec<MadeStorage>,
}

/// A storage, as the ready file shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MadeStorage {
    #[serde(rename = "_id")]
    pub id: String,
    pub name: String,
    pub access_type: String,
}

impl DemoState {
    /// What the folder remembers, or fresh keys.
    pub fn load_or_new(folder: &Path) -> Outcome<Self> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let state: Self = serde_json::from_str(&text).map_err(|error| {
                    Failure::new(format!(
                        "{} is damaged ({error}); choose another --data-dir, or delete that folder",
                        path.display()
                    ))
                })?;
                Ok(Self { path, ..state })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::new(path)),
            Err(error) => Err(Failure::new(format!("cannot read {}: {error}", path.display()))),
        }
    }

    fn new(path: PathBuf) -> Self {
        let random = SystemRandom;
        Self {
            access_key_id: format!("AKIA{}", capitals(&random, 16)),
            secret_access_key: capitals(&random, 40),
            delegate_access_key_id: format!("AKIA{}", capitals(&random, 16)),
            delegate_secret_access_key: capitals(&random, 40),
            external_id: format!("insitu-{}", token::generate_uuid(&random)),
            password: format!("demo-{}", capitals(&random, 10).to_lowercase()),
            made: None,
            path,
        }
    }

    /// Remembers this for the next start.
    pub fn save(&self) -> Outcome {
        let text = serde_json::to_string_pretty(self).map_err(Failure::new)?;
        std::fs::write(&self.path, text)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", self.path.display())))
    }
}

/// Random characters from the 32 that keys of AWS are made of.
fn capitals(random: &dyn Random, length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = vec![0_u8; length];
    random.fill(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}
