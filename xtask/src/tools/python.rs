//! Python packages in environments of this checkout alone, every one pinned with its hash.

use super::stamp::Stamp;
use crate::paths;
use crate::run::cmd;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// An environment: its folder under .tools and the file that pins its packages.
#[derive(Debug, Clone, Copy)]
pub struct Environment {
    folder: &'static str,
    requirements: &'static str,
}

/// What the tests import: pytest, boto3, the public SDK.
pub const TESTS: Environment = Environment {
    folder: "venv",
    requirements: "tests/requirements.txt",
};

/// The servers the peers tests talk to; apart, because MiniStack pins another botocore than boto3 does.
pub const PEERS: Environment = Environment {
    folder: "peers",
    requirements: "tests/peers/requirements.txt",
};

/// The environment, installed again only when its requirements changed; answers the folder of its programs.
pub fn python_environment(environment: Environment) -> Result<PathBuf> {
    let venv = paths::tools().join(environment.folder);
    let programs = venv.join("bin");
    let requirements = paths::root().join(environment.requirements);
    let stamp = Stamp::of_file(venv.join("installed-from"), &requirements)?;
    if stamp.is_current() && programs.join("python").exists() {
        return Ok(programs);
    }
    if venv.exists() {
        std::fs::remove_dir_all(&venv).with_context(|| format!("emptying {}", venv.display()))?;
    }
    cmd(python()?).args(["-m", "venv"]).arg(&venv).run()?;
    cmd(programs.join("python"))
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
        ])
        .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
        .arg(&requirements)
        .run()?;
    stamp.write()?;
    Ok(programs)
}

/// The Python that has what the tests import, which is not there before they ran once.
pub fn python_of_tests() -> PathBuf {
    paths::tools().join(TESTS.folder).join("bin/python")
}

/// A Python that the pinned packages support and that can make environments.
fn python() -> Result<PathBuf> {
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    let able = |name: &&str| cmd(name).args(["-c", check]).output().is_ok();
    let Some(name) = ["python3", "python3.11", "python3.12", "python3.13"]
        .into_iter()
        .find(able)
    else {
        bail!(
            "Python 3.10 or newer with venv is missing: install it (Debian: apt-get install python3-venv) and try again"
        );
    };
    super::on_path(name).with_context(|| format!("{name} is not on the path"))
}
