//! What is said of arguments that make no sense: the command that is meant, also where another tool calls it otherwise.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::help;
use crate::problem::probably_meant;

/// What other tools call their commands, and what does the same here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["start", "boot", "launch", "poweron"], "`lab2nix up` starts domains"),
    (&["create", "define", "clone"], "`lab2nix add` writes new objects into the spec, and `lab2nix up` starts domains"),
    (&["pause", "suspend", "resume"], "no command pauses domains; `virsh suspend NAME` and `virsh resume NAME` do"),
    (
        &["stop", "halt", "shutdown", "poweroff", "kill"],
        "`lab2nix down` shuts domains down, with `--force` in any case",
    ),
    (&["reboot", "reload", "reset"], "`lab2nix restart` restarts domains"),
    (&["list", "ls", "ps", "info", "domstate", "vms"], "`lab2nix status` lists the domains"),
    (
        &["snapshot", "snapshots", "snapshot-create", "snapshot-list", "backup", "managedsave"],
        "`lab2nix save` saves the whole lab, and `lab2nix saves` lists the saves",
    ),
    (&["revert", "rollback", "snapshot-revert"], "`lab2nix restore` takes the lab back to a save"),
    (
        &["delete", "destroy", "remove", "rm", "undefine"],
        "remove the object from the spec: the next switch deletes it, and `lab2nix plan` shows what that loses; `lab2nix forget` deletes a save",
    ),
    (
        &["apply", "build", "deploy", "provision", "switch"],
        "`lab2nix gen` writes the files, and `nixos-rebuild switch` makes the objects from them",
    ),
    (&["diff", "preview", "dry-run"], "`lab2nix plan` shows what a switch does"),
    (&["validate", "verify", "lint"], "`lab2nix check` checks a spec"),
    (&["new"], "`lab2nix init` begins a lab, and `lab2nix add` writes new objects into its spec"),
    (&["exec", "execute", "winrm", "powershell"], "`lab2nix run` runs a command in guests"),
    (&["shell", "attach", "connect", "login"], "`lab2nix console`, `lab2nix ssh` and `lab2nix view` lead to a guest"),
    (&["logs"], "`lab2nix console` shows what a guest writes to its serial console"),
    (&["vnc", "spice", "screen", "vncdisplay", "virt-viewer"], "`lab2nix view` opens the display of a guest"),
    (&["cp", "scp", "rsync"], "`lab2nix inventory --format ssh` prints a configuration for `scp -F FILE`"),
    (&["edit"], "edit the spec; `lab2nix gen` writes the files then, and `lab2nix plan` shows what a switch does"),
    (&["net-start", "pool-start"], "`lab2nix up` starts the networks and pools that its domains need"),
    (
        &["show", "describe", "net-list", "pool-list", "config"],
        "`lab2nix inspect` shows the lab as it is resolved, and `lab2nix xml` the definitions",
    ),
    (&["export", "dump", "dumpxml", "render"], "`lab2nix xml` prints the definitions for libvirt"),
    (
        &["addresses", "hosts", "output", "port", "ssh-config", "domifaddr", "ansible"],
        "`lab2nix inventory` prints the addresses, in several formats",
    ),
    (&["autostart"], "`\"active\": true` in the spec starts a domain with the host; `lab2nix gen` writes it"),
    (&["adopt"], "`lab2nix import` writes what libvirt has into a spec"),
    (&["svg", "dot", "mermaid", "diagram"], "`lab2nix graph --format` draws the lab"),
];

/// What other tools call options, what a command has that does the same, by its option or the name of its argument, and how.
const OPTIONS: &[(&[&str], &str, &str)] = &[
    (&["--spec"], "SPEC", "its specs are arguments, such as `lab.json`"),
    (&["--all", "-a"], "GLOB", "without names, all domains of the lab are meant"),
    (&["--only"], "GLOB", "names of domains are arguments, such as `web`"),
    (&["-f", "--yes", "-y"], "--force", "the option is `--force`"),
    (&["--json"], "--format", "the option is `--format json`"),
    (
        &["--dry-run", "-n"],
        "--diff",
        "`--diff` shows what would change; `gen` needs `--check` beside it to write nothing",
    ),
    (&["-o", "--out", "--output"], "--format", "what is printed can go into a file: `> FILE`"),
    (&["--strict"], "--deny", "the option is `--deny warnings`"),
    (&["--name"], "NAME", "the name is an argument, without an option"),
    (&["--host", "--limit"], "--only", "`--only NAME` selects domains"),
];

/// What is wrong with the arguments, in place of the parser's own words where these do not lead on.
pub(super) fn message(error: &clap::Error) -> String {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    let text = error.to_string();
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: lab2nix "));
    let command = usage.and_then(|usage| usage.split(' ').next()).filter(|word| !word.starts_with(['[', '<', '-']));
    match (error.kind(), of(ContextKind::InvalidSubcommand), of(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(word), _) => unknown_command(word),
        (ErrorKind::UnknownArgument, _, Some(option)) => unknown_option(command, option, &text),
        (ErrorKind::MissingRequiredArgument, ..) if command == Some("run") => {
            "`run` needs domains and a command, with `--` between: `lab2nix run web -- uname -a`".to_owned()
        }
        (ErrorKind::MissingRequiredArgument, ..) if matches!(command, Some("save" | "restore" | "forget")) => {
            let command = command.unwrap_or_default();
            let names = if command == "save" { "" } else { "; `lab2nix saves` lists them" };
            format!("`{command}` needs the name of a save, such as `lab2nix {command} clean`{names}")
        }
        _ => trimmed(&text),
    }
}

fn trimmed(text: &str) -> String {
    text.trim().trim_start_matches("error: ").to_owned()
}

/// What to say of an option that a command does not have; `text` is what the parser says.
fn unknown_option(command: Option<&str>, option: &str, text: &str) -> String {
    let meant = text.lines().find_map(|line| line.split_once("a similar argument exists: '")?.1.strip_suffix('\''));
    let whole = help::command();
    let Some((name, known)) = command.and_then(|name| Some((name, whole.find_subcommand(name)?))) else {
        let is_of_some = whole.get_subcommands().any(|command| has(command, option));
        let help = match meant {
            _ if is_of_some => format!("write it after the command, as in `lab2nix COMMAND {option}`"),
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`lab2nix --help` lists all".to_owned(),
        };
        return format!("no command stands before `{option}`: {help}");
    };
    if !option.starts_with('-') {
        return format!("`{name}` does not take `{option}` as well: `lab2nix {name} --help` says what it takes");
    }
    let passes_on = ["run", "ssh", "console", "view"].contains(&name);
    let does_it = |(words, needed, _): &&(&[&str], &str, &str)| words.contains(&option) && has(known, needed);
    let elsewhere = OPTIONS.iter().find(does_it).filter(|_| !passes_on);
    let help = match (elsewhere, meant) {
        (Some((_, _, help)), _) => (*help).to_owned(),
        (None, Some(meant)) => format!("did you mean `{meant}`?"),
        (None, None) if passes_on => {
            format!("what is for the other program stands after `--`, as in `lab2nix {name} web -- …`")
        }
        (None, None) => format!("`lab2nix {name} --help` lists all"),
    };
    format!("`{name}` has no `{option}`: {help}")
}

/// Whether a command has an option, or an argument of this name.
fn has(command: &clap::Command, what: &str) -> bool {
    command.get_arguments().any(|argument| {
        let is_long = argument.get_long().is_some_and(|long| what.strip_prefix("--") == Some(long));
        let is_value = argument.is_positional()
            && argument.get_value_names().is_some_and(|names| names.iter().any(|name| name.as_str() == what));
        is_long || is_value || argument.is_global_set() && what == "--deny"
    })
}

/// What to say of a command that there is not.
fn unknown_command(word: &str) -> String {
    let command = help::command();
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    let known: Vec<&str> = visible.map(clap::Command::get_name).collect();
    let elsewhere = ELSEWHERE.iter().find(|(words, _)| words.contains(&word)).map(|(_, help)| (*help).to_owned());
    // Of two letters, one slip is half of the word.
    let meant =
        || probably_meant(word, &known).filter(|_| word.len() > 2).map(|name| format!("did you mean `{name}`?"));
    let help = elsewhere.or_else(meant).unwrap_or_else(|| "`lab2nix --help` lists all".to_owned());
    format!("there is no command `{word}`: {help}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The commands that a text names.
    fn named(text: &str) -> impl Iterator<Item = &str> {
        text.split("`lab2nix ").skip(1).filter_map(|rest| rest.split(['`', ' ']).next())
    }

    #[test]
    fn words_of_other_tools_lead_to_commands_that_are_there() {
        let command = help::command();
        let mut known = BTreeSet::new();
        for (words, needed, help) in OPTIONS {
            let having = |command: &&clap::Command| *needed == "--deny" || has(command, needed);
            assert_ne!(command.get_subcommands().filter(having).count(), 0, "{needed}: {help}");
            assert!(words.iter().all(|word| known.insert(*word)), "{words:?}");
        }
        for (words, help) in ELSEWHERE {
            for word in *words {
                assert!(known.insert(*word), "`{word}` is there twice");
                assert!(command.find_subcommand(word).is_none(), "`{word}` is a command");
            }
            for name in named(help) {
                assert!(command.find_subcommand(name).is_some(), "{name}");
            }
        }
    }
}
