//! A throw-away PostgreSQL for the tests that hold on both databases: its own cluster, a free port, gone afterwards.

use super::cargo;
use crate::run::{self, Service, cmd};
use crate::{paths, tools};
use anyhow::{Context, Result};
use std::io::Read;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

const START_PATIENCE: Duration = Duration::from_secs(60);
const STOP_PATIENCE: Duration = Duration::from_secs(10);
const USER: &str = "insitu";

/// The store's contract, whose claims about SQLite ran with the unit tests, and every test that starts a hub.
const WITH_POSTGRES: &str =
    "(package(insitu-store) & binary(contract) & not test(on_sqlite)) | (package(insitu-hub) & kind(test))";

/// Runs the tests that have a PostgreSQL side; they fail rather than skip when it is missing.
pub fn check() -> Result<()> {
    let (server, url) = start()?;
    let variables = [
        ("INSITU_TEST_POSTGRES_URL".to_owned(), url),
        ("INSITU_REQUIRE_POSTGRES".to_owned(), "1".to_owned()),
    ];
    let tested = cargo::test_with(Some(WITH_POSTGRES), &variables);
    server.stop(STOP_PATIENCE);
    tested
}

/// Starts a cluster with its durability on, as in earnest; answers its URL.
fn start() -> Result<(Service, String)> {
    let programs = tools::postgres_programs()?;
    let dir = run::scratch("postgres")?;
    // PostgreSQL refuses to run as root.
    let user = if rustix::process::geteuid().is_root() {
        Some(unprivileged()?)
    } else {
        None
    };
    let password = random_password()?;
    let (data, password_file) = (dir.join("data"), dir.join("password"));
    std::fs::write(&password_file, &password).context("writing the cluster's password")?;
    if let Some((uid, gid)) = user {
        for path in [&dir, &password_file] {
            std::os::unix::fs::chown(path, Some(uid), Some(gid))
                .context("handing the cluster to its user")?;
        }
    }
    cmd(programs.join("initdb"))
        .args([
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--username",
            USER,
        ])
        .arg(format!("--pwfile={}", paths::text(&password_file)))
        .arg("--pgdata")
        .arg(&data)
        .dir(&dir)
        .user(user)
        .output()?;
    let port = run::free_port()?;
    let mut server = cmd(programs.join("postgres"))
        .arg("-D")
        .arg(&data)
        .args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=on",
            "-c",
            "synchronous_commit=on",
        ])
        .args([
            "-c",
            "max_connections=200",
            "-c",
            &format!("unix_socket_directories={}", paths::text(&dir)),
        ])
        .args(["-p", &port.to_string()])
        .dir(&dir)
        .user(user)
        .service(&dir.join("log"))?;
    let pid_file = data.join("postmaster.pid");
    server.ready(START_PATIENCE, || answers(&pid_file, port))?;
    Ok((
        server,
        format!("postgres://{USER}:{password}@127.0.0.1:{port}/postgres"),
    ))
}

/// The server notes `ready` in the eighth line of its pid file once it takes connections.
fn answers(pid_file: &Path, port: u16) -> Option<()> {
    let noted = std::fs::read_to_string(pid_file).ok()?;
    let ready = noted
        .lines()
        .nth(7)
        .is_some_and(|status| status.trim() == "ready");
    (ready && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()).then_some(())
}

/// The user `postgres` where Debian made it, else `nobody`: (uid, gid).
fn unprivileged() -> Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").context("reading the list of users")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| user_ids(&users, name))
        .context("no user to run PostgreSQL as")
}

fn user_ids(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("asking for randomness")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "postgresql:x:1:2::/:/bin/sh\npostgres:x:105:113:PostgreSQL:/var/lib:/bin/bash\n";
        assert_eq!(user_ids(users, "postgres"), Some((105, 113)));
        assert_eq!(user_ids(users, "nobody"), None);
    }
}
