//! What is said of arguments that make no sense: the command that is meant, also where another tool calls it otherwise.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::builder::Str;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{help, spec};
use crate::problem::{probably_meant, quoted_list};
use crate::visible;

/// What other tools call their commands, and what does the same here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["start", "boot", "launch", "poweron"], "`lab2nix up` starts domains"),
    (&["define"], "`lab2nix import --from FILE --into lab.json` takes a definition of libvirt's into the spec"),
    (&["create", "clone"], "`lab2nix add` writes new objects into the spec, and `lab2nix up` starts domains"),
    (&["pause", "suspend", "resume"], "no command pauses domains; `virsh suspend NAME` and `virsh resume NAME` do"),
    (
        &["stop", "halt", "shutdown", "poweroff", "power-off", "kill"],
        "`lab2nix down NAME` shuts a domain down, and without a name all; `--force` powers off what does not shut down in time",
    ),
    (&["reboot", "reload", "reset"], "`lab2nix restart` restarts domains"),
    (&["list", "ls", "ps", "info", "domstate", "vms"], "`lab2nix status` lists the domains"),
    (
        &["snapshot", "snapshots", "snapshot-create", "snapshot-create-as", "snapshot-list", "backup", "managedsave"],
        "`lab2nix save` saves the whole lab, `lab2nix saves` lists the saves, and `lab2nix restore` goes back to one",
    ),
    (&["revert", "rollback", "snapshot-revert"], "`lab2nix restore` takes the lab back to a save"),
    (
        &["destroy"],
        "`lab2nix down NAME --force` powers a domain off; to delete one, remove it from the spec: `lab2nix plan` shows what the next switch deletes, and what that loses",
    ),
    (
        &["delete", "remove", "rm", "undefine"],
        "remove the object from the spec: the next switch deletes it, and `lab2nix plan` shows what that loses; `lab2nix forget` deletes a save",
    ),
    (
        &["apply", "build", "deploy", "switch"],
        "`lab2nix gen` writes the files, and `nixos-rebuild switch` makes the objects from them",
    ),
    (
        &["provision", "playbook"],
        "`lab2nix inventory --format ansible` prints an inventory for Ansible, and `lab2nix run` runs a command in guests",
    ),
    (&["scale"], "`replicas` in the spec makes several domains of one entry, and `lab2nix gen` writes them"),
    (&["doctor"], "`lab2nix check` checks a spec, and `lab2nix status` shows how the lab is"),
    (&["diff", "preview", "dry-run", "refresh"], "`lab2nix plan` shows what a switch does"),
    (&["validate", "verify", "lint"], "`lab2nix check` checks a spec"),
    (&["new"], "`lab2nix init` begins a lab, and `lab2nix add` writes new objects into its spec"),
    (
        &["exec", "execute", "winrm", "powershell"],
        "`lab2nix run` runs a command in guests, and `lab2nix ssh` and `lab2nix console` lead to a shell",
    ),
    (&["shell", "attach", "connect", "login"], "`lab2nix console`, `lab2nix ssh` and `lab2nix view` lead to a guest"),
    (&["logs"], "`lab2nix console` shows what a guest writes to its serial console"),
    (
        &["rdp"],
        "`lab2nix view` opens the display of a guest, and `lab2nix inventory --format rdp` writes files for remote desktops",
    ),
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
        &["ip", "addresses", "hosts", "output", "port", "ssh-config", "domifaddr", "ansible"],
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
    (&["--shell"], "SHELL", "the shell is an argument, such as `bash`"),
    (&["-m", "--message"], "--description", "the option is `--description`"),
    (&["--dry-run", "-n"], "--applied", "it changes nothing"),
    (&["--dry-run", "-n"], "--into", "without `--into`, nothing is written"),
    (&["-f", "--yes", "-y"], "--force", "the option is `--force`"),
    (&["--json"], "--format=json", "the option is `--format json`"),
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

/// What commands need, by their names, where their first argument, or an inventory's format, is missing.
const NEEDED: &[(&[&str], &str)] = &[
    (&["run"], "domains and a command, with `--` between: `lab2nix run web -- uname -a`"),
    (&["save"], "the name of a save, such as `lab2nix save clean`"),
    (&["restore"], "the name of a save, such as `lab2nix restore clean`; `lab2nix saves` lists them"),
    (&["forget"], "the name of a save, such as `lab2nix forget clean`; `lab2nix saves` lists them"),
    (&["ssh", "console", "view"], "the name of a domain, such as `web`; `lab2nix status` lists them"),
    (&["add"], "a kind and a name, such as `lab2nix add domain web`"),
    (&["rename"], "the old name and the new one, such as `lab2nix rename web www`"),
    (&["inventory"], "a format, such as `lab2nix inventory --format ansible`; `lab2nix inventory --help` lists them"),
    (&["completions"], "a shell, such as `lab2nix completions bash`"),
];

/// What to do with a further word, by the commands that do not take it.
const FURTHER: &[(&[&str], &str)] = &[
    (&["save", "restore", "forget"], "names of domains stand after `--only`"),
    (&["ssh", "console", "view"], "what is for the other program stands after `--`"),
    (&["rename"], "it takes two names, and `--kind` where several objects have the old one"),
];

/// What is wrong with the arguments, in place of the parser's own words where these do not lead on.
pub(super) fn message(error: &clap::Error, arguments: &[OsString]) -> String {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    let text = error.to_string();
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: lab2nix "));
    let command = usage.and_then(|usage| usage.split(' ').next()).filter(|word| !word.starts_with(['[', '<', '-']));
    match (error.kind(), of(ContextKind::InvalidSubcommand), of(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(word), _) => unknown_command(word),
        (ErrorKind::UnknownArgument, _, Some(option)) => {
            Unknown { option, meant: of(ContextKind::SuggestedArg), arguments }.message(command)
        }
        (ErrorKind::MissingRequiredArgument, ..) => {
            let missing = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(missing)) => missing.as_slice(),
                _ => &[],
            };
            missing_words(command, missing).unwrap_or_else(|| without_advice(&text).to_owned())
        }
        _ => without_advice(&text).to_owned(),
    }
}

/// What to say of arguments that a command needs and does not have.
fn missing_words(command: Option<&str>, missing: &[String]) -> Option<String> {
    let command = command?;
    let is_main = |word: &String| word.starts_with('<') || word.starts_with("--format ");
    let needed = if missing.iter().any(is_main) {
        about(NEEDED, command).map(str::to_owned)
    } else {
        Some(quoted_list(missing.iter().map(String::as_str))).filter(|_| !missing.is_empty())
    };
    needed.map(|needed| format!("`{command}` needs {needed}"))
}

/// What a table has of a command.
fn about<'t>(table: &[(&[&str], &'t str)], command: &str) -> Option<&'t str> {
    table.iter().find(|(commands, _)| commands.contains(&command)).map(|(_, text)| *text)
}

/// The parser's words without its advice to try another option.
fn without_advice(text: &str) -> &str {
    let text = text.trim().trim_start_matches("error: ");
    text.split_once("\n\nFor more information").map_or(text, |(text, _)| text)
}

/// An option, or a further word, that a command does not take.
struct Unknown<'a> {
    option: &'a str,
    /// One that is like it, as the parser says.
    meant: Option<&'a str>,
    /// All arguments.
    arguments: &'a [OsString],
}

impl Unknown<'_> {
    fn message(&self, command: Option<&str>) -> String {
        let whole = built();
        match command.and_then(|name| whole.find_subcommand(name)) {
            Some(command) => self.of_command(command, self.meant.map(str::to_owned)),
            None => self.before_command(&whole),
        }
    }

    /// What to say where it stands before any command.
    fn before_command(&self, whole: &clap::Command) -> String {
        let option = self.option;
        let later = self.words().into_iter().find_map(|word| whole.find_subcommand(word.as_ref()));
        let help = match (later, self.meant) {
            (Some(later), _) if has(later, option) => {
                format!("write it after the command, as in `lab2nix {} {option}`", later.get_name())
            }
            (_, Some(meant)) => format!("did you mean `{meant}`?"),
            (Some(later), None) => {
                let options: Vec<String> =
                    later.get_arguments().filter_map(|it| it.get_long()).map(|long| format!("--{long}")).collect();
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                return self.of_command(later, probably_meant(option, &options).map(str::to_owned));
            }
            (None, None) if whole.get_subcommands().any(|command| has(command, option)) => {
                format!("write it after the command, as in `lab2nix COMMAND {option}`")
            }
            (None, None) => "`lab2nix --help` lists all".to_owned(),
        };
        format!("no command stands before `{option}`: {help}")
    }

    /// What to say where a command does not take it.
    fn of_command(&self, command: &clap::Command, meant: Option<String>) -> String {
        let (name, option) = (command.get_name(), self.option);
        if !option.starts_with('-') {
            let help = about(FURTHER, name);
            let help = help.map_or_else(|| format!("`lab2nix {name} --help` says what it takes"), str::to_owned);
            return format!("`{name}` does not take `{option}` as well: {help}");
        }
        // What stands after `--` goes to another program.
        let passes_on = command.get_arguments().any(clap::Arg::is_last_set);
        let does_it = |(words, needed, _): &&(&[&str], &str, &str)| words.contains(&option) && has(command, needed);
        let elsewhere = || OPTIONS.iter().find(does_it).filter(|_| !passes_on).map(|(_, _, help)| (*help).to_owned());
        let meant = || meant.map(|meant| format!("did you mean `{meant}`?"));
        let help = self.spec_of(command).or_else(elsewhere).or_else(meant).unwrap_or_else(|| match option {
            "--all" if name == "run" => "all domains are `'*'`, as in `lab2nix run '*' -- COMMAND`".to_owned(),
            _ if passes_on => {
                format!("what is for the other program stands after `--`, as in `lab2nix {name} web -- …`")
            }
            _ => format!("`lab2nix {name} --help` lists all"),
        });
        format!("`{name}` has no `{option}`: {help}")
    }

    /// The help for `-f FILE`, which names a spec elsewhere.
    fn spec_of(&self, command: &clap::Command) -> Option<String> {
        if self.option != "-f" {
            return None;
        }
        let words = self.words();
        let at = words.iter().position(|word| word.starts_with(self.option))?;
        let joined = words[at].trim_start_matches(self.option).trim_start_matches('=');
        let file = if joined.is_empty() { words.get(at + 1)?.as_ref() } else { joined };
        let option = if has(command, "--spec") { "--spec " } else { "" };
        let takes_one = !option.is_empty() || has(command, "SPEC");
        (takes_one && spec::is_meant(file)).then(|| format!("write `{option}{}` for the spec", visible::shell(file)))
    }

    /// The arguments that are lab2nix's own.
    fn words(&self) -> Vec<Cow<'_, str>> {
        let words = self.arguments.iter().skip(1).map(|word| word.to_string_lossy());
        words.take_while(|word| word != "--").collect()
    }
}

/// Whether a command has an option, an option that takes a value (`--format=json`), or an argument of this name.
fn has(command: &clap::Command, what: &str) -> bool {
    let (name, value) = what.split_once('=').map_or((what, None), |(name, value)| (name, Some(value)));
    command.get_arguments().any(|argument| {
        let is_long = argument.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long));
        let takes = |value| argument.get_possible_values().iter().any(|known| known.get_name() == value);
        let is_word = |known: &Str| known.as_str().split(['[', ']', ' ', '|']).any(|word| word == name);
        let is_value =
            argument.is_positional() && argument.get_value_names().is_some_and(|names| names.iter().any(is_word));
        is_long && value.is_none_or(takes) || is_value
    })
}

/// The whole command, whose subcommands have its global options too.
fn built() -> clap::Command {
    let mut command = help::command();
    command.build();
    command
}

/// What to say of a command that there is not.
fn unknown_command(word: &str) -> String {
    let command = help::command();
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    let known: Vec<&str> = visible.map(clap::Command::get_name).collect();
    let written = word;
    let word = &word.to_lowercase();
    let elsewhere = about(ELSEWHERE, word).map(str::to_owned);
    // Of two letters, one slip is half of the word.
    let meant = || {
        probably_meant(word, &known)
            .filter(|name| word.len() > 2 || name == word)
            .map(|name| format!("did you mean `{name}`?"))
    };
    let after = || spec::is_meant(written).then(|| "a spec stands after the command".to_owned());
    let help = elsewhere.or_else(after).or_else(meant).unwrap_or_else(|| "`lab2nix --help` lists all".to_owned());
    format!("there is no command `{written}`: {help}")
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
        let command = built();
        let mut known = BTreeSet::new();
        for (words, needed, help) in OPTIONS {
            let having = |command: &&clap::Command| has(command, needed);
            assert_ne!(command.get_subcommands().filter(having).count(), 0, "{needed}: {help}");
            assert!(words.iter().all(|word| known.insert((*word, *needed))), "{words:?}");
        }
        for (commands, _) in NEEDED.iter().chain(FURTHER) {
            assert!(commands.iter().all(|name| command.find_subcommand(name).is_some()), "{commands:?}");
        }
        for (words, help) in ELSEWHERE {
            for word in *words {
                assert!(known.insert((*word, "")), "`{word}` is there twice");
                assert!(command.find_subcommand(word).is_none(), "`{word}` is a command");
            }
            for name in named(help) {
                assert!(command.find_subcommand(name).is_some(), "{name}");
            }
        }
    }
}
