//! Node: checked, never installed; npm's packages: installed as the lock file says; the web interface: built.

use super::stamp::{Stamp, fingerprint};
use crate::paths;
use crate::run::{Cmd, cmd};
use anyhow::{Context, Result, bail};

/// Vite 8 needs it.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// npm in the web folder.
pub fn npm(args: &[&str]) -> Cmd {
    cmd("npm")
        .args(args)
        .dir(paths::web())
        .env("NPM_CONFIG_FUND", "false")
        .env("NPM_CONFIG_AUDIT", "false")
}

/// The packages of web/package-lock.json, installed again only when that file changed.
pub fn npm_packages() -> Result<()> {
    require_node()?;
    let lock = paths::web().join("package-lock.json");
    let stamp = Stamp::of_file(paths::web().join("node_modules/.installed-from"), &lock)?;
    if stamp.is_current() {
        return Ok(());
    }
    npm(&["ci", "--no-progress"]).run()?;
    stamp.write()
}

/// The web interface in web/build, built again only when something in web/ changed.
pub fn build_web() -> Result<()> {
    npm_packages()?;
    let inputs = fingerprint(
        &paths::web(),
        &["node_modules", "build", ".svelte-kit", "e2e", "test-results"],
    )?;
    let stamp = Stamp::new(paths::tools().join("web-build.stamp"), inputs);
    if stamp.is_current() && paths::web().join("build/index.html").is_file() {
        return Ok(());
    }
    npm(&["run", "--silent", "build"]).run_quietly()?;
    stamp.write()
}

fn require_node() -> Result<()> {
    let (major, minor) = OLDEST_NODE;
    let ask = format!(
        "install Node.js {major} ({major}.{minor} or newer) with npm from https://nodejs.org and try again"
    );
    let Ok(version) = cmd("node").arg("--version").output() else {
        bail!("Node.js is missing: {ask}")
    };
    let found = parse_version(&version).with_context(|| format!("node calls its version {version}"))?;
    if found < OLDEST_NODE {
        bail!("Node.js {} is too old: {ask}", version.trim());
    }
    if super::on_path("npm").is_none() {
        bail!("npm is missing: {ask}");
    }
    Ok(())
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_version_is_read_as_node_prints_it() {
        assert_eq!(parse_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parse_version("twenty"), None);
    }
}
