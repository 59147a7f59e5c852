//! The manual pages: one of lab2nix and one of each command, with all options.

use std::fs;
use std::process::Command;

use clap::CommandFactory as _;
use lab2nix::cli::Cli;
use pretty_assertions::assert_eq;

use super::place::{GOOD, Place};
use crate::support::{entries, skip};

/// The text of a page as it is read, without the marks of roff.
fn read(page: &str) -> String {
    page.replace(r"\-", "-").replace(r"\fB", "").replace(r"\fI", "").replace(r"\fR", "")
}

#[test]
fn each_command_has_a_page_with_its_options() {
    let place = Place::with(GOOD);
    place.run(&["man", "new/man1"]).exits(0).without_result().says("pages to new/man1");
    let page = |name: &str| fs::read_to_string(place.path("new/man1").join(name)).expect("it is there");
    assert_eq!(place.run(&["man"]).exits(0).without_talk().out, page("lab2nix.1"));
    let mut whole = Cli::command();
    whole.build();
    let shown = || whole.get_subcommands().filter(|command| !command.is_hide_set());
    let own = read(&page("lab2nix.1"));
    for command in shown() {
        let name = command.get_name();
        let text = read(&page(&format!("lab2nix-{name}.1")));
        assert!(own.contains(&format!("lab2nix-{name}(1)")), "{name} is not in the page of lab2nix");
        assert!(text.contains(".SH \"SEE ALSO\"\nlab2nix(1)\n"), "{text}");
        for argument in
            command.get_arguments().filter(|argument| !argument.is_hide_set() && argument.get_id() != "help")
        {
            if let Some(long) = argument.get_long() {
                let is_there = ["\n", ", "].iter().any(|before| text.contains(&format!("{before}--{long}")));
                assert!(is_there, "{name}: no --{long} in\n{text}");
            }
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let first = help.split(['`', '\'']).next().unwrap_or_default().trim_end();
            assert!(text.contains(first), "{name}: {first} is not in\n{text}");
        }
        // Each tells the exit status in one way, which has a section.
        let after = command.get_after_help().map(ToString::to_string);
        assert!(after.as_ref().is_none_or(|help| help.starts_with("Exit status: ")), "{name}: {after:?}");
        assert_eq!(text.contains("\n.SH \"EXIT STATUS\"\n"), after.is_some(), "{text}");
    }
    let pages = entries(place.path("new/man1"));
    assert_eq!(pages.len(), shown().count() + 1);
    for path in &pages {
        let text = fs::read_to_string(path).expect("it is text");
        assert!(!text.contains('`') && !text.contains("EXTRA"), "{}: {text}", path.display());
    }
}

#[test]
fn man_has_nothing_to_complain_of() {
    let place = Place::with(GOOD);
    place.run(&["man", "pages"]).exits(0);
    let pages = entries(place.path("pages"));
    match Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).args(&pages).output() {
        Err(error) => skip(&format!("mandoc does not start: {error}")),
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            // They have none, so that a commit makes the same bytes on every day.
            let complaints: Vec<&str> = said.lines().filter(|line| !line.contains("missing date")).collect();
            assert_eq!(complaints, [""; 0]);
            assert_eq!(said.lines().count(), pages.len(), "each page was read");
        }
    }
}
