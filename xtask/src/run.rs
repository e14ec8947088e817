//! Other programs, started so that none outlives us: each in a process group that ends with us, by any way out.

use crate::paths;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a readiness check is asked again.
const POLL_EVERY: Duration = Duration::from_millis(50);

/// How long programs may take to end when we are told to.
const END_PATIENCE: Duration = Duration::from_secs(2);

/// What must not outlive us.
#[derive(Debug)]
struct Ours {
    groups: Vec<Pid>,
    directories: Vec<PathBuf>,
}

static OURS: Mutex<Ours> = Mutex::new(Ours {
    groups: Vec::new(),
    directories: Vec::new(),
});

/// Ends everything we started when we are told to end.
pub fn clean_up_on_signals() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals =
        signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]).context("listening for signals")?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Held to the end, so that the main thread starts nothing more.
            let mut ours = ours();
            ask_all_to_end(&ours);
            end_all(&mut ours);
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Ends every process we started and removes every directory we made.
pub fn clean_up() {
    end_all(&mut ours());
}

/// Some of them started process groups of their own, as test runners do, and end those only when asked.
fn ask_all_to_end(ours: &Ours) {
    let asked = |group: &&Pid| kill_process_group(**group, Signal::TERM).is_ok();
    let asked: Vec<&Pid> = ours.groups.iter().filter(asked).collect();
    let all_gone = || {
        asked
            .iter()
            .all(|group| test_kill_process_group(**group).is_err())
            .then_some(())
    };
    let _ = poll(END_PATIENCE, all_gone, || None);
}

fn end_all(ours: &mut Ours) {
    for group in ours.groups.drain(..) {
        // Refused only when nothing is left in the group, which is what we want.
        let _ = kill_process_group(group, Signal::KILL);
    }
    for directory in ours.directories.drain(..) {
        let _ = std::fs::remove_dir_all(directory);
    }
}

fn ours() -> MutexGuard<'static, Ours> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program to run, its arguments and where.
#[derive(Debug)]
pub struct Cmd {
    command: Command,
    shown: String,
}

/// Begins a command, in the repository's root unless told otherwise.
pub fn cmd(program: impl AsRef<OsStr>) -> Cmd {
    let program = program.as_ref();
    let mut command = Command::new(program);
    command.current_dir(paths::root()).stdin(Stdio::null());
    Cmd {
        command,
        shown: Path::new(program)
            .file_name()
            .unwrap_or(program)
            .to_string_lossy()
            .into_owned(),
    }
}

impl Cmd {
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&arg.as_ref().to_string_lossy());
        self.command.arg(arg);
        self
    }

    pub fn args<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn envs(self, pairs: &[(String, String)]) -> Self {
        pairs.iter().fold(self, |cmd, (name, value)| cmd.env(name, value))
    }

    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs it as another user, which only root can.
    pub fn user(mut self, user: Option<(u32, u32)>) -> Self {
        if let Some((uid, gid)) = user {
            self.command.uid(uid).gid(gid);
        }
        self
    }

    /// Runs it with its output on the terminal; anything but success is an error.
    pub fn run(mut self) -> Result<()> {
        println!("$ {}", self.shown);
        let (group, child) = self.start()?;
        let status = finish(group, child, &self.shown)?;
        succeeded(status, &self.shown, "")
    }

    /// Runs it without a word unless it fails: then with every word it said.
    pub fn run_quietly(mut self) -> Result<()> {
        println!("$ {}", self.shown);
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let (group, child) = self.start()?;
        let output = child
            .wait_with_output()
            .with_context(|| format!("waiting for {}", self.shown));
        end_group(group);
        let output = output?;
        if !output.status.success() {
            println!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        succeeded(output.status, &self.shown, "")
    }

    /// Runs it silently and answers what it printed; anything but success is an error that shows what it said.
    pub fn output(mut self) -> Result<String> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let (group, child) = self.start()?;
        let output = child
            .wait_with_output()
            .with_context(|| format!("waiting for {}", self.shown));
        end_group(group);
        let output = output?;
        let said = String::from_utf8_lossy(&output.stderr);
        succeeded(output.status, &self.shown, said.trim())?;
        String::from_utf8(output.stdout).with_context(|| format!("{} printed what is not UTF-8", self.shown))
    }

    /// Starts it in the background, its output in the file; it ends with the service's value or with us.
    pub fn service(mut self, log: &Path) -> Result<Service> {
        let out = std::fs::File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let err = out
            .try_clone()
            .context("sharing the log between output and errors")?;
        self.command.stdout(out).stderr(err);
        let (group, child) = self.start()?;
        Ok(Service {
            group,
            child,
            shown: self.shown,
            log: log.to_path_buf(),
        })
    }

    /// Becomes the program: it gets our place, our terminal and our signals.
    pub fn become_it(mut self) -> Result<()> {
        let error = self.command.stdin(Stdio::inherit()).exec();
        Err(error).with_context(|| format!("starting {}", self.shown))
    }

    fn start(&mut self) -> Result<(Pid, Child)> {
        let mut ours = ours();
        let child = self
            .command
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", self.shown))?;
        let group = Pid::from_child(&child);
        ours.groups.push(group);
        Ok((group, child))
    }
}

fn finish(group: Pid, mut child: Child, shown: &str) -> Result<ExitStatus> {
    let status = child.wait().with_context(|| format!("waiting for {shown}"));
    end_group(group);
    status
}

/// Ends what a program left running behind it.
fn end_group(group: Pid) {
    let _ = kill_process_group(group, Signal::KILL);
    ours().groups.retain(|other| *other != group);
}

fn succeeded(status: ExitStatus, shown: &str, said: &str) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    if said.is_empty() {
        bail!("`{shown}` ended with {status}")
    } else {
        bail!("`{shown}` ended with {status}: {said}")
    }
}

/// A program in the background, ended when this value goes.
#[derive(Debug)]
pub struct Service {
    group: Pid,
    child: Child,
    shown: String,
    log: PathBuf,
}

impl Service {
    /// Waits until the check answers; fails at once when the program has ended.
    pub fn ready<T>(&mut self, patience: Duration, check: impl FnMut() -> Option<T>) -> Result<T> {
        let Self {
            child, shown, log, ..
        } = self;
        let gone = || {
            child
                .try_wait()
                .ok()
                .flatten()
                .map(|status| format!("it ended with {status}"))
        };
        poll(patience, check, gone).map_err(|why| {
            let said = std::fs::read_to_string(log).unwrap_or_default();
            let tail: Vec<&str> = said.lines().rev().take(30).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            anyhow::anyhow!(
                "`{shown}` did not get ready: {why}; it said:\n{}",
                tail.join("\n")
            )
        })
    }

    /// Asks it to end in its own way, and ends it hard when it takes longer than it may.
    pub fn stop(mut self, patience: Duration) {
        let _ = kill_process_group(self.group, Signal::INT);
        let _ = poll(patience, || self.child.try_wait().ok().flatten(), || None);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
        end_group(self.group);
    }
}

fn poll<T>(
    patience: Duration,
    mut check: impl FnMut() -> Option<T>,
    mut gone: impl FnMut() -> Option<String>,
) -> Result<T, String> {
    let start = Instant::now();
    loop {
        if let Some(value) = check() {
            return Ok(value);
        }
        if let Some(why) = gone() {
            return Err(why);
        }
        if start.elapsed() > patience {
            return Err(format!("nothing after {} s", patience.as_secs()));
        }
        std::thread::sleep(POLL_EVERY);
    }
}

/// Makes an empty directory that goes when we go.
pub fn scratch(name: &str) -> Result<PathBuf> {
    let dir = std::env::temp_dir().join(format!("insitu-{name}-{}", std::process::id()));
    if dir.exists() {
        std::fs::remove_dir_all(&dir).with_context(|| format!("emptying {}", dir.display()))?;
    }
    ours().directories.push(dir.clone());
    std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    Ok(dir)
}

/// A port of the loopback address that nobody listens on.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
    Ok(listener.local_addr().context("asking which port is free")?.port())
}
