//! Processes that a key which interrupts us on a terminal leaves alone, so that what they have begun can be ended in order.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};

use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// Starts a process in a group of its own: a terminal sends its signals to the group that is in front.
///
/// Until the process has its own group it is in ours, so it is started with those signals blocked, and keeps them so.
///
/// # Errors
///
/// When it cannot be started.
pub(super) fn spawn(command: &mut Command) -> io::Result<Child> {
    let terminal = SigSet::from_iter([Signal::SIGINT, Signal::SIGHUP]);
    let before = terminal.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let child = command.process_group(0).spawn();
    before.thread_set_mask()?;
    child
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::process::Stdio;

    use pretty_assertions::assert_eq;

    use super::*;

    /// A line of `/proc/PID/status`.
    fn line<'s>(status: &'s str, name: &str) -> &'s str {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"));
        line.unwrap_or_else(|| panic!("no {name} in {status}"))
    }

    /// The signals that a thread blocks.
    fn blocked(status: &str) -> u64 {
        u64::from_str_radix(line(status, "SigBlk"), 16).expect("it is a number")
    }

    #[test]
    fn an_interruption_does_not_reach_them_and_still_reaches_us() {
        let own = || blocked(&fs::read_to_string("/proc/thread-self/status").unwrap());
        let before = own();
        let child = spawn(Command::new("cat").arg("/proc/self/status").stdout(Stdio::piped())).unwrap();
        assert_eq!(own(), before);
        let pid = child.id();
        let status = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let bit = |signal: Signal| 1 << (signal as u64 - 1);
        assert_eq!(blocked(&status), before | bit(Signal::SIGINT) | bit(Signal::SIGHUP));
        assert_eq!(line(&status, "NSpgid").split('\t').next_back(), Some(pid.to_string().as_str()));
    }
}
