//! Log lines: for people on a terminal, or as JSON for programs. `INSITU_LOG` filters them.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts logging only what is wrong, for commands that talk to people.
pub fn start_quietly() {
    let filter = EnvFilter::try_from_env("INSITU_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let _already_started = lines.try_init();
}

/// Starts logging; a second call changes nothing.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("INSITU_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let _already_started = if json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
}
