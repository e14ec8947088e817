//! What npm knows of the interface's packages: which ones its lock file names, and under which licences.

use super::policy::UNSAID;
use crate::paths;
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;

/// A package that the lock file names.
#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub licence: Option<String>,
}

/// Every package that building or testing the interface can take in.
pub fn packages() -> Result<Vec<Package>> {
    let path = paths::web().join("package-lock.json");
    let lock = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let lock: Value = serde_json::from_slice(&lock).with_context(|| format!("reading {}", path.display()))?;
    let packages = lock["packages"]
        .as_object()
        .context("the lock file of npm names no packages")?;
    // The key "" is the interface itself.
    let foreign = packages.iter().filter(|(path, _)| !path.is_empty());
    Ok(foreign.map(|(path, entry)| package(path, entry)).collect())
}

fn package(path: &str, entry: &Value) -> Package {
    let name = path.rsplit("node_modules/").next().unwrap_or(path);
    let unsaid = UNSAID.iter().find(|(package, _)| *package == name);
    let licence = entry["license"].as_str().or(unsaid.map(|(_, licence)| *licence));
    Package {
        name: name.to_owned(),
        version: entry["version"].as_str().unwrap_or("?").to_owned(),
        licence: licence.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::package;
    use serde_json::json;

    #[test]
    fn a_package_within_another_goes_by_its_own_name() {
        let entry = json!({ "version": "1.2.3", "license": "ISC" });
        let inner = package("node_modules/outer/node_modules/@scope/inner", &entry);
        assert_eq!(inner.name, "@scope/inner");
        assert_eq!(inner.licence.as_deref(), Some("ISC"));
    }

    #[test]
    fn a_package_that_names_no_licence_has_none() {
        let silent = package("node_modules/silent", &json!({ "version": "1.0.0" }));
        assert_eq!(silent.licence, None);
    }
}
