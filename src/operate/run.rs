//! Runs commands in guests, by their agents.

pub mod shell;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::virsh::Error;
use crate::virsh::agent::{Agent, Ended, Process};
use shell::Shell;

/// How often is looked whether a command has ended: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// How long a command may take to be gone that was killed.
const KILLED: Duration = Duration::from_secs(10);

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ran {
    /// It has ended by itself.
    Ended(Ended),
    /// It took longer than it may, or somebody gave up on it, and was killed; whether it is gone.
    Killed {
        /// Whether the guest says that it has ended.
        is_gone: bool,
    },
}

/// Runs a command in a guest until it ends; kills it, and what it has started, when the time is over or `stop` is set.
///
/// # Errors
///
/// What the agent or libvirt says.
pub fn run(
    agent: &Agent,
    domain: Uuid,
    shell: Shell,
    words: &[String],
    timeout: Option<Duration>,
    stop: &AtomicBool,
) -> Result<Ran, Error> {
    let (program, arguments) = shell.command(words);
    let began = Instant::now();
    let process = agent.start(domain, program, &arguments)?;
    let mut pause = PAUSES.0;
    loop {
        if let Some(ended) = agent.ended(domain, process)? {
            return Ok(Ran::Ended(ended));
        }
        let left = timeout.map(|timeout| timeout.saturating_sub(began.elapsed()));
        if left.is_some_and(|left| left.is_zero()) || stop.load(Ordering::Relaxed) {
            return kill(agent, domain, shell, process);
        }
        thread::sleep(left.map_or(pause, |left| pause.min(left)));
        pause = (pause * 2).min(PAUSES.1);
    }
}

fn kill(agent: &Agent, domain: Uuid, shell: Shell, process: Process) -> Result<Ran, Error> {
    let (program, arguments) = shell.kill(process.pid);
    agent.start(domain, program, &arguments)?;
    let is_gone = until(KILLED, || Ok(agent.ended(domain, process)?.is_some()))?;
    Ok(Ran::Killed { is_gone })
}

/// Calls until it says that it is done, or as long as it may take. Returns whether it is.
fn until(patience: Duration, mut is_done: impl FnMut() -> Result<bool, Error>) -> Result<bool, Error> {
    let began = Instant::now();
    loop {
        if is_done()? {
            return Ok(true);
        }
        let left = patience.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Ok(false);
        }
        thread::sleep(PAUSES.1.min(left));
    }
}

/// What a line of the guest's shell prints, and its exit status; `Err` where it cannot be run or does not end.
///
/// # Errors
///
/// When libvirt does not answer.
pub(super) fn line(
    agent: &Agent,
    domain: Uuid,
    is_windows: bool,
    line: &str,
    patience: Duration,
) -> Result<Result<Ended, String>, Error> {
    match run(agent, domain, Shell::of(is_windows), &[line.to_owned()], Some(patience), &AtomicBool::new(false)) {
        Ok(Ran::Ended(ended)) => Ok(Ok(ended)),
        Ok(Ran::Killed { .. }) => Ok(Err("does not finish".to_owned())),
        Err(Error::Denied(why) | Error::Strange(why)) => Ok(Err(format!("cannot be run: {why}"))),
        Err(other) => Err(other),
    }
}

/// Why a command that tells whether a guest is ready does not succeed; `None` when it does.
///
/// # Errors
///
/// When libvirt does not answer.
pub(super) fn fails(
    agent: &Agent,
    domain: Uuid,
    is_windows: bool,
    command: &str,
    patience: Duration,
) -> Result<Option<String>, Error> {
    Ok(match line(agent, domain, is_windows, command, patience)? {
        Ok(ended) if ended.status == 0 => None,
        Ok(ended) => Some(format!("`{command}` exits with {}", ended.status)),
        Err(why) => Some(format!("`{command}` {why}")),
    })
}
