//! The manual pages: one of lab2nix, and one of each command.

use std::io;

use clap::Command;
use clap::builder::Resettable;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::help;

/// How the last lines of a command's help begin.
const EXIT_STATUS: &str = "Exit status: ";

/// A manual page.
#[derive(Debug)]
pub(super) struct Page {
    /// The name of its file, such as `lab2nix-gen.1`.
    pub(super) name: String,
    /// What `man` reads.
    pub(super) text: String,
}

/// All pages, that of lab2nix itself first.
pub(super) fn pages() -> io::Result<Vec<Page>> {
    let mut whole = help::command().subcommand_help_heading("Commands").subcommand_value_name("COMMAND");
    whole.build();
    let shown: Vec<&Command> = whole.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let names: Vec<&str> = shown.iter().map(|command| name(command)).collect();
    let first = page(&whole, &whole, &names);
    let others = shown.iter().map(|command| page(&whole, command, &[name(&whole)]));
    [first].into_iter().chain(others).collect()
}

/// The page of a command, which names others to read.
fn page(whole: &Command, command: &Command, others: &[&str]) -> io::Result<Page> {
    let manual = Man::new(command.clone().after_help(Resettable::Reset))
        .title(name(command).to_uppercase())
        .source(format!("{} {}", whole.get_name(), whole.get_version().unwrap_or_default()))
        .manual(whole.get_name());
    let mut text = Vec::new();
    manual.render(&mut text)?;
    // Without a date, so that a commit makes the same bytes on every day: an empty argument, which would be left out. And one
    // empty line between paragraphs, which would be two breaks around one.
    let text = String::from_utf8_lossy(&text).replacen(" 1  ", " 1 \"\" ", 1);
    let mut text = text.replace("\n.br\n\n.br\n", "\n.sp\n");
    if let Some(help) = command.get_after_help() {
        text.push_str(&exit_status(&help.to_string()));
    }
    text.push_str(&see_also(others));
    let text = text.lines().map(|line| with_bold(line) + "\n").collect();
    Ok(Page { name: format!("{}.1", name(command)), text })
}

/// The name of a command with that of lab2nix before it, as `lab2nix-gen`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// The section on the exit status: an entry for each.
fn exit_status(help: &str) -> String {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for part in help.strip_prefix(EXIT_STATUS).unwrap_or(help).trim_end_matches('.').split("; ") {
        let (status, meaning) = part.split_once(' ').unwrap_or((part, ""));
        if status.parse::<u8>().is_ok() {
            roff.control("TP", []).text([bold(status)]).text([roman(meaning)]);
        } else {
            roff.text([roman(part)]);
        }
    }
    roff.to_roff()
}

/// The section that names other pages.
fn see_also(others: &[&str]) -> String {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for other in others {
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(*other), roman("(1)")]);
    }
    roff.text(line);
    roff.to_roff()
}

/// A line of a page in which what stood in backticks is bold. One that is alone stays.
fn with_bold(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return line.to_owned();
    }
    let is_quoted = |index: usize| !index.is_multiple_of(2);
    let part =
        |(index, part): (usize, &&str)| if is_quoted(index) { format!(r"\fB{part}\fR") } else { (*part).to_owned() };
    parts.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_backticks_is_bold() {
        for (line, expected) in [
            ("see `a` and `b c`", r"see \fBa\fR and \fBb c\fR"),
            ("`a`", r"\fBa\fR"),
            ("a ` alone", "a ` alone"),
            (".TP", ".TP"),
        ] {
            assert_eq!(with_bold(line), expected);
        }
    }
}
