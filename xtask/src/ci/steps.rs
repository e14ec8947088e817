//! The steps of `cargo ci` as data: what each checks, what it needs first, how it runs. Quick ones come first.

use super::{cargo, postgres, pytest, web};
use crate::{house, tools};
use anyhow::Result;

/// One check.
#[derive(Debug)]
pub struct Step {
    pub name: &'static str,
    pub about: &'static str,
    /// What is set up before, each quick when it is there already.
    pub needs: &'static [fn() -> Result<()>],
    pub run: fn() -> Result<()>,
}

pub const STEPS: &[Step] = &[
    Step {
        name: "setup",
        about: "system packages, Node and Python packages, all pinned",
        needs: &[system, npm_packages, test_python, peer_servers],
        run: tools::require_rust,
    },
    Step {
        name: "house",
        about: "arrows between crates, SQL only in store, file lengths, reasons",
        needs: &[],
        run: house::rules,
    },
    Step {
        name: "licences",
        about: "licences of dependencies, doubled versions",
        needs: &[],
        run: house::licences,
    },
    Step {
        name: "format",
        about: "rustfmt, prettier",
        needs: &[npm_packages],
        run: format,
    },
    Step {
        name: "web",
        about: "the interface: types, lints, unit tests, build",
        needs: &[npm_packages],
        run: web::check,
    },
    Step {
        name: "lints",
        about: "clippy, warnings are errors",
        needs: &[tools::build_web],
        run: cargo::clippy,
    },
    Step {
        name: "unit",
        about: "tests of the crates",
        needs: &[tools::build_web],
        run: cargo::test,
    },
    Step {
        name: "openapi",
        about: "the committed OpenAPI document is the program's",
        needs: &[tools::build_web, cargo::programs],
        run: web::openapi,
    },
    Step {
        name: "postgres",
        about: "the store's contract, the hub and two hubs at once on PostgreSQL",
        needs: &[system, tools::build_web],
        run: postgres::check,
    },
    Step {
        name: "masks",
        about: "masks and zip files beside pycocotools, OpenCV, Pillow, zipfile and Info-ZIP",
        needs: &[system, test_python, tools::build_web, cargo::programs],
        run: || pytest::run("tests/masks"),
    },
    Step {
        name: "sandbox",
        about: "boto3 against the sandbox",
        needs: PYTEST,
        run: || pytest::run("tests/sandbox"),
    },
    Step {
        name: "sdk",
        about: "the public SDK against the hub",
        needs: PYTEST,
        run: || pytest::run("tests/sdk"),
    },
    Step {
        name: "secrets",
        about: "no answer, log line or file holds a secret",
        needs: PYTEST,
        run: || pytest::run("tests/secrets"),
    },
    Step {
        name: "doctor",
        about: "each fault of the sandbox, and the one cause that the doctor names",
        needs: PYTEST,
        run: || pytest::run("tests/doctor"),
    },
    Step {
        name: "probes",
        about: "sizes read from headers, and not one byte where they may not be",
        needs: PYTEST,
        run: || pytest::run("tests/probes"),
    },
    Step {
        name: "crash",
        about: "kill -9 in the middle of imports and of saves",
        needs: PYTEST,
        run: || pytest::run("tests/crash"),
    },
    Step {
        name: "peers",
        about: "MiniStack and SeaweedFS in the sandbox's place",
        needs: PEERS,
        run: || pytest::run("tests/peers"),
    },
    Step {
        name: "browser",
        about: "the demo in a real browser",
        needs: &[system, tools::build_web, cargo::programs],
        run: || web::browser("e2e"),
    },
];

const PYTEST: &[fn() -> Result<()>] = &[test_python, tools::build_web, cargo::programs];
const PEERS: &[fn() -> Result<()>] = &[test_python, peer_servers, tools::build_web, cargo::programs];

fn system() -> Result<()> {
    tools::system_packages()
}

fn npm_packages() -> Result<()> {
    tools::npm_packages()
}

fn test_python() -> Result<()> {
    tools::python_environment(tools::TESTS).map(drop)
}

fn peer_servers() -> Result<()> {
    tools::python_environment(tools::PEERS).map(drop)
}

fn format() -> Result<()> {
    cargo::format()?;
    web::format()
}
