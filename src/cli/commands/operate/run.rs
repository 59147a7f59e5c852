//! `run`: a command in guests.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Ground, Specs};
use crate::cli::Cli;
use crate::cli::commands::{ATTENTION, FAILURE, Failure, insist};
use crate::cli::operate::RunArguments;
use crate::lab::domain::ready::Sign;
use crate::operate::fleet::{Member, Purpose};
use crate::operate::run::shell::Shell;
use crate::operate::run::{Ran, run as run_in};
use crate::operate::wait::in_words;
use crate::parallel;
use crate::virsh::Error;
use crate::virsh::agent::Ended;
use crate::visible::shell;

/// How many guests run it at a time.
const AT_ONCE: usize = 8;
/// The exit status of a command that was killed, as of `timeout`.
const KILLED: u8 = 124;

pub(in crate::cli::commands) fn run(cli: &Cli, arguments: &RunArguments) -> Result<u8, Failure> {
    let Some(specs) = Specs::read(cli, &arguments.lab.specs)? else { return Ok(ATTENTION) };
    let ground = Ground::of(&specs, &arguments.lab, &arguments.globs, Purpose::Use)?;
    ground.all_are_there()?;
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).map_err(Failure::Signals)?;
    let members: Vec<&Member<'_>> = ground.fleet.members.iter().collect();
    let is_one = members.len() == 1;
    let agent = ground.agent();
    let may_begin = || !stop.load(Ordering::Relaxed);
    let codes = parallel::some(&members, AT_ONCE, may_begin, |member| {
        let Some(uuid) = member.uuid else { return FAILURE };
        let shell = Shell::of(member.is_windows);
        let ran = run_in(&agent, uuid, shell, &arguments.command, arguments.timeout, &stop);
        tell(cli, member, is_one, ran, arguments)
    });
    for (member, _) in members.iter().zip(&codes).filter(|(_, code)| code.is_none()) {
        insist(cli, &format!("{}: not started\n", member.name));
    }
    let codes: Vec<u8> = codes.into_iter().map(|code| code.unwrap_or(KILLED)).collect();
    Ok(match codes.as_slice() {
        [one] => *one,
        all if all.iter().all(|code| *code == 0) => 0,
        _ => ATTENTION,
    })
}

/// Passes on what a command has written, and returns its exit status.
fn tell(cli: &Cli, member: &Member<'_>, is_one: bool, ran: Result<Ran, Error>, arguments: &RunArguments) -> u8 {
    let name = member.name;
    match ran {
        Ok(Ran::Ended(Ended { status, out, err, is_cut })) => {
            let passed = pass_on(&mut io::stdout().lock(), &out, name, is_one);
            // A closed standard error is no failure, and a reader that stops reading is none.
            let _ = pass_on(&mut io::stderr().lock(), &err, name, is_one);
            if let Err(why) = passed
                && why.kind() != io::ErrorKind::BrokenPipe
            {
                insist(cli, &format!("{name}: cannot write to standard output: {why}\n"));
                return FAILURE;
            }
            if is_cut {
                insist(
                    cli,
                    &format!("{name}: its output is larger than the agent's limit of 16 MiB: write it to a file\n"),
                );
            }
            if status != 0 && !is_one {
                insist(cli, &format!("{name}: exit status {status}\n"));
            }
            // Windows has more of them than there are here.
            u8::try_from(status).unwrap_or(u8::MAX)
        }
        Ok(Ran::Killed { is_gone }) => {
            let why = arguments.timeout.map_or_else(String::new, |timeout| format!(" after {}", in_words(timeout)));
            let gone = if is_gone { "" } else { ", but the guest does not report its end" };
            insist(cli, &format!("{name}: killed{why}{gone}\n"));
            KILLED
        }
        Err(why) => {
            let next = next_step(member, &why);
            insist(cli, &format!("{name}: cannot run it: {why}{next}\n"));
            FAILURE
        }
    }
}

/// What can be done about a command that cannot be run, as libvirt says.
fn next_step(member: &Member<'_>, why: &Error) -> String {
    let Error::Denied(said) = why else { return String::new() };
    let name = shell(member.name);
    if said.contains("domain is not running") {
        format!("; `lab2nix up {name}` starts it")
    } else if !member.has_agent || said.contains("agent is not configured") {
        "; it has no agent channel: set `\"agent\": true` in its entry".to_owned()
    } else if said.contains("agent") && (said.contains("not connected") || said.contains("not responding")) {
        let waits = match member.ready.sign {
            Sign::Agent | Sign::Run(_) | Sign::Installed => format!("; `lab2nix wait {name}` waits until it answers"),
            _ => String::new(),
        };
        format!("; its guest needs `qemu-guest-agent`, installed and running{waits}")
    } else if said.contains("encode message") {
        "; libvirt passes on at most 3 MiB of output: write it to a file".to_owned()
    } else {
        String::new()
    }
}

/// Writes what a guest wrote: as it is, or each line after the guest's name.
fn pass_on(to: &mut impl Write, bytes: &[u8], name: &str, is_one: bool) -> io::Result<()> {
    if is_one {
        to.write_all(bytes)?;
    } else {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            write!(to, "{name}| ")?;
            to.write_all(line)?;
            if !line.ends_with(b"\n") {
                to.write_all(b"\n")?;
            }
        }
    }
    to.flush()
}
