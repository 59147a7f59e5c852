//! What `--help` says of the commands: under two headings, what makes the files of a lab and what runs it.

use std::fmt::Write as _;
use std::io;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_complete::env::Shells;

use super::Cli;

/// The commands that run a lab, in the order of the help; the others generate its files, and report what they would do.
pub(super) const RUN: &[&str] = &[
    "status", "up", "install", "down", "restart", "wait", "run", "save", "restore", "saves", "forget", "console",
    "ssh", "view",
];

/// The whole command, with its help.
pub(super) fn command() -> Command {
    let command = Cli::command();
    let template = template(&command);
    command.help_template(template)
}

/// How bash is told of whole words.
const WORDS: &str = include_str!("words.bash");

/// In a directory of zsh's `$fpath`, the script is the function itself when it is called first.
const FIRST_CALL: &str = "if [[ ${funcstack[1]-} == _lab2nix ]]; then _clap_dynamic_completer_lab2nix \"$@\"; fi\n";

/// The script that has a shell ask lab2nix for what it offers.
pub(super) fn registration(shell: Shell) -> io::Result<String> {
    let shells = Shells::builtins();
    let of_shell = shells.completer(&shell.to_string()).ok_or(io::ErrorKind::Unsupported)?;
    let mut text = Vec::new();
    of_shell.write_registration("COMPLETE", "lab2nix", "lab2nix", "lab2nix", &mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(match shell {
        Shell::Bash => format!("{WORDS}{}", text.replace("-F _clap_complete_lab2nix", "-F _lab2nix")),
        Shell::Zsh => format!("{text}{FIRST_CALL}"),
        _ => text,
    })
}

fn template(command: &Command) -> String {
    let visible = || command.get_subcommands().filter(|command| !command.is_hide_set());
    let runs = |command: &&Command| RUN.contains(&command.get_name());
    let width = visible().map(|command| command.get_name().len()).max().unwrap_or_default();
    let lines = |commands: Vec<&Command>| {
        commands.into_iter().fold(String::new(), |mut text, command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {:<width$}  {about}", command.get_name());
            text
        })
    };
    let generate = lines(visible().filter(|command| !runs(command)).collect());
    let run = lines(visible().filter(runs).collect());
    format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\nGenerate:\n{generate}\nRun:\n{run}\nOptions:\n{{options}}{{after-help}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_that_runs_a_lab_is_there() {
        let command = command();
        for name in RUN {
            assert!(command.find_subcommand(name).is_some(), "{name}");
        }
    }
}
