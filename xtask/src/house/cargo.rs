//! What cargo knows of our packages: who uses whom, in which versions, and the reasons in Cargo.toml.

use super::policy::{ARROWS, DOUBLED, RESERVED};
use crate::paths;
use crate::run::cmd;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A package in the build.
#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub licence: Option<String>,
    /// One of the workspace's own.
    pub ours: bool,
    /// What it names in its Cargo.toml, without what only its tests use.
    pub uses: BTreeSet<String>,
}

/// Every package that a build of the workspace for this machine can take in.
pub fn graph() -> Result<Vec<Package>> {
    let host = host()?;
    let metadata = cmd("cargo")
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            &host,
        ])
        .output()?;
    let metadata: Value = serde_json::from_str(&metadata).context("reading what cargo metadata printed")?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata names no packages")?;
    let resolved: BTreeSet<&str> = each(&metadata["resolve"]["nodes"])
        .filter_map(|node| node["id"].as_str())
        .collect();
    let in_build = |package: &&Value| package["id"].as_str().is_some_and(|id| resolved.contains(id));
    packages.iter().filter(in_build).map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let built_with = |dependency: &&Value| dependency["kind"].as_str() != Some("dev");
    let uses = each(&value["dependencies"]).filter(built_with);
    Ok(Package {
        name: text("name").context("a package without a name")?,
        version: text("version").context("a package without a version")?,
        licence: text("license"),
        ours: value["source"].is_null(),
        uses: uses
            .filter_map(|dependency| dependency["name"].as_str())
            .map(str::to_owned)
            .collect(),
    })
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn host() -> Result<String> {
    let about = cmd("rustc").arg("-vV").output()?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say what it compiles for")
}

/// Arrows between our crates that nobody decided, and libraries outside their crate.
pub fn arrows(graph: &[Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = graph
        .iter()
        .filter(|package| package.ours)
        .map(|package| package.name.as_str())
        .collect();
    let mut broken = Vec::new();
    for package in graph.iter().filter(|package| package.ours) {
        let allowed = ARROWS
            .iter()
            .find(|(name, _)| *name == package.name)
            .map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else { continue };
        for used in package
            .uses
            .iter()
            .filter(|used| ours.contains(used.as_str()) && !allowed.contains(&used.as_str()))
        {
            broken.push(format!(
                "{} may not use {used}: a new arrow is a decision in docs/decisions",
                package.name
            ));
        }
    }
    for (library, homes) in RESERVED {
        let users = graph
            .iter()
            .filter(|package| package.ours && package.uses.contains(*library));
        let bound = |name: &str| ARROWS.iter().any(|(ours, _)| *ours == name);
        for user in users.filter(|user| bound(&user.name) && !homes.contains(&user.name.as_str())) {
            broken.push(format!(
                "{} may not use {library}, which is for {}",
                user.name,
                homes.join(", ")
            ));
        }
    }
    broken
}

/// Dependencies of the workspace without a reason behind them, and crates that name a version of their own.
pub fn reasons() -> Result<Vec<String>> {
    let manifest = std::fs::read_to_string(paths::root().join("Cargo.toml")).context("reading Cargo.toml")?;
    let table = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .context("no [workspace.dependencies]")?;
    let lines = table
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.contains('='));
    let outside = lines.filter(|line| !line.contains("path = "));
    let unreasoned = outside.filter(|line| {
        line.split_once('#')
            .is_none_or(|(_, reason)| reason.trim().is_empty())
    });
    Ok(unreasoned
        .map(|line| format!("Cargo.toml: `{line}` says no reason"))
        .collect())
}

/// Direct dependencies of ours that come in several versions without a reason.
pub fn doubled(graph: &[Package]) -> Vec<String> {
    let direct: BTreeSet<&str> = graph
        .iter()
        .filter(|package| package.ours)
        .flat_map(|package| package.uses.iter().map(String::as_str))
        .collect();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in graph
        .iter()
        .filter(|package| direct.contains(package.name.as_str()))
    {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let excused = |name: &str| DOUBLED.iter().any(|(known, _)| *known == name);
    let mut broken: Vec<String> = versions
        .iter()
        .filter(|(name, versions)| versions.len() > 1 && !excused(name))
        .map(|(name, versions)| {
            format!(
                "{name} is in the build {} times: {}",
                versions.len(),
                versions.join(", ")
            )
        })
        .collect();
    let single = |name: &str| versions.get(name).is_none_or(|versions| versions.len() < 2);
    let stale = DOUBLED.iter().filter(|(name, _)| single(name));
    broken.extend(stale.map(|(name, _)| format!("{name} is excused for being doubled, but is not")));
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(name: &str, uses: &[&str]) -> Package {
        let uses = uses.iter().map(|used| (*used).to_owned()).collect();
        Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            licence: None,
            ours: true,
            uses,
        }
    }

    #[test]
    fn an_arrow_that_nobody_decided_is_named() {
        let graph = [
            ours("insitu-model", &["insitu-store"]),
            ours("insitu-store", &["insitu-model"]),
        ];
        assert_eq!(arrows(&graph).len(), 1);
        assert!(arrows(&graph)[0].starts_with("insitu-model may not use insitu-store"));
    }

    #[test]
    fn a_database_outside_the_store_is_named() {
        let graph = [
            ours("insitu-hub", &["rusqlite"]),
            ours("insitu-store", &["rusqlite"]),
        ];
        assert_eq!(
            arrows(&graph),
            ["insitu-hub may not use rusqlite, which is for insitu-store, insitu-bench"]
        );
    }
}
