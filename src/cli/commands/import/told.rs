//! The report of an import.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::found::PassedOver;
use crate::edit::print::part;
use crate::import::draft::{By, Draft, Outcome};
use crate::import::frame::Frame;
use crate::lab::identity::ObjectKind;
use crate::visible;

/// What became of each object, in lines.
pub(super) fn told(draft: &Draft, passed_over: &[PassedOver]) -> String {
    let mut told = String::new();
    for (kind, name, outcome) in &draft.outcomes {
        let what = in_words(outcome, lines(draft, *kind, name));
        let _ = writeln!(told, "{} {}: {}", kind.name(), visible::line(name), visible::line(&what));
    }
    for PassedOver { what, why, .. } in passed_over {
        let _ = writeln!(told, "{}: not imported: {}", visible::line(what), visible::line(why));
    }
    told
}

/// How many lines the entry of an object has.
fn lines(draft: &Draft, kind: ObjectKind, name: &str) -> usize {
    draft.sections.get(kind, name).map_or(0, |entry| part(&Json::Object(entry.clone()), 0).lines().count())
}

fn in_words(outcome: &Outcome, lines: usize) -> String {
    let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    let of_extra = |extra: &usize| match extra {
        0 => String::new(),
        1 => ", with 1 setting in `extra`".to_owned(),
        many => format!(", with {many} settings in `extra`"),
    };
    match outcome {
        Outcome::Exact { by, extra, why } => {
            let by = match by {
                By::Keys => "by keys",
                By::Plugged => "by keys and `plugged`",
                By::Base => "by `base`",
            };
            let why = if why.is_empty() { String::new() } else { format!("; not by keys: {}", why.join("; ")) };
            format!("exact {by}, {lines}{}{why}", of_extra(extra))
        }
        Outcome::Moved { interfaces, extra } => {
            let guest = match interfaces.as_slice() {
                [] => "but not those of network adapters".to_owned(),
                [one] => format!("the guest may see {one} as a new network adapter"),
                several => format!("the guest may see {} as new network adapters", several.join(", ")),
            };
            format!("by keys, {lines}{}; PCI addresses change at its next start, {guest}", of_extra(extra))
        }
        Outcome::Refused(why) => format!("not imported: {}", why.join("; ")),
    }
}

/// The same for programs.
pub(super) fn view(frame: &Frame<'_>, draft: &Draft, passed_over: &[PassedOver]) -> Json {
    let object = |(kind, name, outcome): &(ObjectKind, String, Outcome)| {
        let of = match outcome {
            Outcome::Exact { by, extra, why } => {
                let by = match by {
                    By::Keys => "keys",
                    By::Plugged => "plugged",
                    By::Base => "base",
                };
                json!({ "outcome": "exact", "by": by, "extra": extra, "why": why })
            }
            Outcome::Moved { interfaces, extra } => {
                json!({ "outcome": "moved", "by": "keys", "extra": extra, "interfaces": interfaces })
            }
            Outcome::Refused(why) => json!({ "outcome": "refused", "why": why }),
        };
        let mut object =
            Map::from_iter([("kind".to_owned(), kind.name().into()), ("name".to_owned(), name.as_str().into())]);
        object.extend(of.as_object().cloned().into_iter().flatten());
        if !matches!(outcome, Outcome::Refused(_)) {
            object.insert("lines".to_owned(), lines(draft, *kind, name).into());
        }
        Json::Object(object)
    };
    let files = draft.files.iter().map(|(path, bytes)| {
        (path.to_string_lossy().into_owned(), Json::from(String::from_utf8_lossy(bytes).into_owned()))
    });
    let passed_over = passed_over.iter().map(|PassedOver { what, why, .. }| json!({ "what": what, "why": why }));
    json!({
        "spec": frame.text(&draft.sections),
        "files": files.collect::<Map<_, _>>(),
        "objects": draft.outcomes.iter().map(object).collect::<Vec<_>>(),
        "passedOver": passed_over.collect::<Vec<_>>(),
    })
}
