//! A plan for pull requests: a table.

use std::fmt::Write as _;

use super::ACCEPT;
use super::view::{ActivationView, CertaintyView, View};
use crate::visible;

/// Prints a plan as Markdown.
#[must_use]
pub fn render(view: &View) -> String {
    let mut text = format!("### What a switch does to libvirt\n\nAgainst {}", code(&view.against));
    text.push_str(match view.activation {
        ActivationView::Gentle => "",
        ActivationView::NixVirt => ", with NixVirt alone",
    });
    text.push_str(match view.certainty {
        CertaintyView::Exact => ".\n",
        CertaintyView::Likely => ", if everything is running and nothing was changed by hand.\n",
    });
    if !view.effects.is_empty() {
        text.push_str("\n| consequence | object | what happens | why |\n|---|---|---|---|\n");
    }
    for effect in &view.effects {
        let name = effect.consequence.name();
        let strong = if effect.loses_data { format!("**{name}**") } else { name.to_owned() };
        let object = match effect.object.name.as_str() {
            "" => effect.object.kind.to_owned(),
            name => format!("{} {}", effect.object.kind, code(name)),
        };
        let causes = effect.causes.iter().map(|cause| match &cause.place {
            Some(place) => format!("{} ({}:{})", cell(&cause.text), cell(&place.file), place.line),
            None => cell(&cause.text),
        });
        let instead = effect.instead.iter().map(|instead| format!("instead: {}", cell(instead)));
        let why = causes.chain(instead).collect::<Vec<_>>().join("<br>");
        let _ = writeln!(text, "| {strong} | {object} | {} | {why} |", cell(&effect.what));
    }
    for by_hand in &view.by_hand {
        let changes = cell(&by_hand.changes.join(", "));
        let _ = write!(
            text,
            "\nManual change that is undone: {} {}: {changes}\n",
            by_hand.object.kind,
            code(&by_hand.object.name)
        );
    }
    for unknown in &view.unknown {
        let _ = write!(text, "\nCould not be determined: {}.\n", cell(unknown));
    }
    if !view.refused.is_empty() {
        let names: Vec<String> = view.refused.iter().map(|consequence| code(consequence.name())).collect();
        let _ = write!(
            text,
            "\nThe activation stops before it changes anything, unless {} contains {}.\n",
            code(ACCEPT),
            names.join(", ")
        );
    }
    let _ = write!(text, "\n{}.\n", view.summary);
    text
}

/// A text in a cell of a table, as it is: titles of domains are no Markdown.
fn cell(text: &str) -> String {
    let mut plain = String::new();
    for c in visible::lines(text).chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '@' => plain.push_str("&#64;"),
            '\n' => plain.push(' '),
            '|' | '*' | '_' | '[' | ']' | '\\' | '~' | '!' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

fn code(text: &str) -> String {
    format!("`{}`", visible::lines(text).replace('`', "'").replace('|', "\\|").replace('\n', " "))
}
