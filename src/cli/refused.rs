//! What is said of arguments that make no sense: the command that is meant, also where another tool calls it otherwise.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::help;
use crate::problem::probably_meant;

/// What other tools call their commands, and what does the same here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["start", "create", "resume"], "`lab2nix up` starts domains, and `lab2nix add` writes new objects into the spec"),
    (&["stop", "halt", "shutdown", "poweroff"], "`lab2nix down` shuts domains down"),
    (&["reboot", "reload", "reset"], "`lab2nix restart` restarts domains"),
    (&["list", "ls", "ps", "info"], "`lab2nix status` lists the domains"),
    (&["snapshot", "backup"], "`lab2nix save` saves the whole lab, and `lab2nix saves` lists the saves"),
    (&["revert", "rollback"], "`lab2nix restore` takes the lab back to a save"),
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
    (&["shell", "attach", "connect"], "`lab2nix console`, `lab2nix ssh` and `lab2nix view` lead to a guest"),
    (&["show", "describe"], "`lab2nix inspect` shows the lab as it is resolved, and `lab2nix xml` the definitions"),
    (&["export", "dump", "dumpxml", "render"], "`lab2nix xml` prints the definitions for libvirt"),
    (&["addresses", "hosts"], "`lab2nix inventory` prints the addresses, in several formats"),
];

/// What is wrong with the arguments, in place of the parser's own words where these do not lead on.
pub(super) fn message(error: &clap::Error) -> String {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match (error.kind(), of(ContextKind::InvalidSubcommand), of(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(word), _) => unknown_command(word),
        (ErrorKind::UnknownArgument, _, Some("--spec")) => {
            "this command has no `--spec`: its specs are arguments, such as `lab.json`".to_owned()
        }
        _ => error.to_string().trim().trim_start_matches("error: ").to_owned(),
    }
}

/// What to say of a command that there is not.
fn unknown_command(word: &str) -> String {
    let command = help::command();
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    let known: Vec<&str> = visible.map(clap::Command::get_name).collect();
    let elsewhere = ELSEWHERE.iter().find(|(words, _)| words.contains(&word)).map(|(_, help)| (*help).to_owned());
    let meant = || probably_meant(word, &known).map(|name| format!("did you mean `{name}`?"));
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
        for (words, help) in ELSEWHERE {
            for word in *words {
                assert!(known.insert(*word), "`{word}` is there twice");
                assert!(command.find_subcommand(word).is_none(), "`{word}` is a command");
            }
            assert_ne!(named(help).count(), 0, "{help}");
            for name in named(help) {
                assert!(command.find_subcommand(name).is_some(), "{name}");
            }
        }
    }
}
