//! A plan for people: a paragraph for each effect, in 80 columns.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::ACCEPT;
use super::consequence::Harm;
use super::view::{ActivationView, CauseView, CertaintyView, View};
use crate::visible;

const WIDTH: usize = 80;
const INDENT: &str = "    ";

/// Prints a plan; `color` adds escape sequences to words that say the same without.
#[must_use]
pub fn render(view: &View, color: bool) -> String {
    let mut text = String::new();
    let certainty = match view.certainty {
        CertaintyView::Exact => "",
        CertaintyView::Likely => ", if everything is running and nothing was changed by hand",
    };
    let activation = match view.activation {
        ActivationView::Gentle => "",
        ActivationView::NixVirt => ", with NixVirt alone",
    };
    wrapped(&mut text, &format!("Against {}{activation}{certainty}:", view.against), "", "");
    for effect in &view.effects {
        let (symbol, style) = look(effect.consequence.harm());
        let style = if color { style } else { Style::new() };
        let name = effect.consequence.name();
        let object = format!("{} {}", effect.object.kind, effect.object.name);
        let _ = write!(text, "\n{style}{symbol} {name:<20}{style:#} {}\n", visible::line(object.trim_end()));
        wrapped(&mut text, &effect.what, INDENT, INDENT);
        for cause in &effect.causes {
            wrapped(&mut text, &because(cause), &format!("{INDENT}because "), &format!("{INDENT}  "));
        }
        if let Some(instead) = &effect.instead {
            wrapped(&mut text, instead, &format!("{INDENT}instead "), &format!("{INDENT}  "));
        }
    }
    if !view.by_hand.is_empty() {
        text.push_str("\nManual changes that the activation undoes:\n");
    }
    for by_hand in &view.by_hand {
        let object = format!("{} {}: {}", by_hand.object.kind, by_hand.object.name, by_hand.changes.join(", "));
        wrapped(&mut text, &object, "  ", INDENT);
    }
    if !view.unknown.is_empty() {
        text.push_str("\nCould not be determined:\n");
    }
    for unknown in &view.unknown {
        wrapped(&mut text, unknown, "  ", INDENT);
    }
    if !view.refused.is_empty() {
        let names: Vec<&str> = view.refused.iter().map(|consequence| consequence.name()).collect();
        let refused = format!(
            "The activation stops before it changes anything, unless you accept this: echo {} | sudo tee {ACCEPT}",
            names.join(",")
        );
        text.push('\n');
        wrapped(&mut text, &refused, "", "");
    }
    text.push('\n');
    wrapped(&mut text, &format!("{}.", view.summary), "", "");
    text
}

fn because(cause: &CauseView) -> String {
    match &cause.place {
        Some(place) => format!("{} ({}:{}:{})", cause.text, place.file, place.line, place.column),
        None => cause.text.clone(),
    }
}

/// A symbol and a colour, which say no more than the word beside them.
fn look(harm: Harm) -> (char, Style) {
    let style = Style::new().bold();
    let of = |color: AnsiColor| style.fg_color(Some(color.into()));
    match harm {
        Harm::DataLost => ('✖', of(AnsiColor::Red)),
        Harm::HalfWay => ('■', of(AnsiColor::Red)),
        Harm::Interrupted => ('▲', of(AnsiColor::Yellow)),
        Harm::Noticed => ('●', of(AnsiColor::Cyan)),
        Harm::Later => ('○', style),
        Harm::New => ('+', of(AnsiColor::Green)),
    }
}

fn wrapped(text: &mut String, words: &str, first: &str, others: &str) {
    let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(others).break_words(false);
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    for line in textwrap::wrap(&visible::line(words), options) {
        text.push_str(&line);
        text.push('\n');
    }
}
