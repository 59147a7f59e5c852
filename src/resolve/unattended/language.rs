//! Reads what language Windows speaks, what it is typed in, and its time zone.

use crate::lab::unattended::Language;
use crate::problem::{Id, Problem, Problems, did_you_mean_or};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text::shortened;
use crate::spec::key::key;
use crate::spec::unattended as written;
use crate::windows;

/// What Windows speaks, unless the spec says otherwise.
const ENGLISH: &str = "en-US";
/// The time zone, unless the spec says otherwise.
const UTC: &str = "UTC";
/// What ends the name of a time zone without daylight saving.
const WITHOUT_DAYLIGHT_SAVING: &str = "_dstoff";

pub(super) fn language(layers: &Layers<'_, written::Unattended>, problems: &mut Problems) -> Language {
    let locale = layers.get(key!(locale)).map(|word| locale(word, problems));
    let locale = locale.unwrap_or_else(|| ENGLISH.to_owned());
    let ui = layers.get(key!(ui_language)).map(|word| ui_language(word, problems));
    let keyboard = layers.get(key!(keyboard)).map(|word| keyboard(word, problems));
    Language {
        ui: ui.unwrap_or_else(|| ENGLISH.to_owned()),
        keyboard: keyboard.unwrap_or_else(|| windows::keyboard(&locale).unwrap_or_else(|| ENGLISH.to_owned())),
        locale,
    }
}

fn unknown(word: Word<'_>, what: &str, known: &[&str], otherwise: &str) -> Problem {
    Problem::of_value(Id::UnknownValue, word.place(), format!("Windows has no {what} `{}`", shortened(word.value)))
        .label(format!("not a {what}"))
        .help(did_you_mean_or(word.value, known, otherwise))
}

fn locale(word: Word<'_>, problems: &mut Problems) -> String {
    if let Some(known) = windows::locale(word.value) {
        return known.to_owned();
    }
    let problem = unknown(word, "locale", &windows::locales().collect::<Vec<_>>(), "write it like `\"de-DE\"`");
    problems.push(if windows::is_custom_locale(word.value) {
        problem.label("has no code page, which programs without Unicode need").help("use one of the same language")
    } else {
        problem
    });
    word.value.clone()
}

fn ui_language(word: Word<'_>, problems: &mut Problems) -> String {
    let known: Vec<&str> = windows::ui_languages().collect();
    if let Some(known) = known.iter().find(|known| known.eq_ignore_ascii_case(word.value)) {
        return (*known).to_owned();
    }
    let otherwise = "it is the language of the ISO, such as `\"en-US\"` or `\"de-DE\"`";
    problems.push(unknown(word, "language", &known, otherwise));
    word.value.clone()
}

fn keyboard(word: Word<'_>, problems: &mut Problems) -> String {
    windows::keyboard(word.value).unwrap_or_else(|| {
        let otherwise = "write a locale, such as `\"de-DE\"`, or a language and a layout, such as `\"0409:00000407\"`";
        problems.push(unknown(word, "keyboard", &windows::locales().collect::<Vec<_>>(), otherwise));
        word.value.clone()
    })
}

/// Reads the time zone.
pub(super) fn time_zone(word: Option<Word<'_>>, problems: &mut Problems) -> String {
    let Some(word) = word else { return UTC.to_owned() };
    let name = word.value.strip_suffix(WITHOUT_DAYLIGHT_SAVING).unwrap_or(word.value);
    let known: Vec<&str> = windows::time_zones().collect();
    if known.contains(&name) {
        // What a system without it calls the same place, all of them know.
        return windows::older_time_zone(name)
            .map_or_else(|| word.value.clone(), |older| word.value.replace(name, older));
    }
    let problem = unknown(word, "time zone", &known, "`tzutil /l` in a Windows lists them");
    problems.push(match windows::time_zone_of(name) {
        Some(meant) => problem.label("the name that others have for it").help(format!("write `\"{meant}\"`")),
        None => problem,
    });
    word.value.clone()
}
