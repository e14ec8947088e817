//! Log lines: for people on a terminal, or as JSON for programs. `INSITU_LOG` filters them.
//!
//! A line that cannot be written, because the disk is full or the reader of a pipe has gone, is lost, and nobody who wrote
//! one learns of it: what they do matters more than what is said of it.

use std::io::{self, IsTerminal as _, Write};

use tracing_subscriber::EnvFilter;

/// Starts logging only what is wrong, for commands that talk to people.
pub fn start_quietly() {
    let filter = EnvFilter::try_from_env("INSITU_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        // It would tell of a line that it could not write where that line went.
        .log_internal_errors(false)
        .with_writer(|| Unfailing(io::stderr()));
    let _already_started = lines.try_init();
}

/// Starts logging; a second call changes nothing.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("INSITU_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .log_internal_errors(false)
        .with_writer(|| Unfailing(io::stderr()));
    let _already_started = if json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
}

/// Takes what is written, whether or not it can be passed on.
struct Unfailing<W>(W);

impl<W: Write> Write for Unfailing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _lost = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _lost = self.0.flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_written_is_lost_and_the_next_one_is_not() {
        let mut two_bytes = [0; 2];
        let mut log = Unfailing(&mut two_bytes[..]);
        log.write_all(b"abc").unwrap();
        log.write_all(b"d").unwrap();
        log.flush().unwrap();
        assert_eq!(&two_bytes, b"ab");
        let mut file = Vec::new();
        Unfailing(&mut file).write_all(b"abc").unwrap();
        assert_eq!(file, b"abc");
    }
}
