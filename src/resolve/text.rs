//! Checks text that goes into a libvirt definition as it is, paths among it, and words its problems.
//!
//! All of it is one line, except descriptions: from a definition libvirt makes lines of dnsmasq's configuration, arguments
//! and entries of tables.

use serde_json::Value;

use crate::lab::path::{is_of_directory, plain};
use crate::lab::placed::ExtraAt;
use crate::lab::text::is_xml_char;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{At, Word};
use crate::spec::Extra;
use crate::visible;

/// The longest text, in bytes. libvirt sends definitions whole, and QEMU gets texts as arguments, each of which Linux
/// limits to twice this (`MAX_ARG_STRLEN`).
const TEXT_MAX: usize = 65_536;

/// The longest path, in bytes: Linux' `PATH_MAX` less the closing NUL.
const PATH_MAX: usize = 4095;

/// The longest path of a socket, in bytes: Linux' `sun_path` less the closing NUL.
const SOCKET_MAX: usize = 107;

/// Where Nix keeps what it builds.
pub const STORE: &str = "/nix/store/";

/// Warns of a path of the Nix store, alone or among other words. The spec is no Nix code, so that nothing keeps what is there
/// from being collected.
pub fn warn_of_store(text: &str, place: Place, problems: &mut Problems) {
    if text.contains(STORE) {
        problems.push(
            Problem::of_value(Id::StorePath, place, "a path in the Nix store that the host's configuration does not reference")
                .label("garbage collected, and different after each update")
                .help(
                    "for an image, use `image` with `nix`; otherwise link it to a fixed path with `environment.etc`, and use that path",
                ),
        );
    }
}

/// Reads the absolute path of a socket.
pub fn socket(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let path = file(word, problems)?;
    let is_valid = path.len() <= SOCKET_MAX;
    if !is_valid {
        let message = format!("a socket path of {} bytes, longer than Linux's limit of {SOCKET_MAX}", path.len());
        problems.push(
            Problem::of_value(Id::TextTooLong, word.place(), message).label("too long").help("choose a shorter one"),
        );
    }
    is_valid.then_some(path)
}

/// Reads the absolute path of a file or device, which is no directory.
pub fn file(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    file_at(word.value, word.place(), problems)
}

/// The same of an item of a list.
pub fn file_at(text: &str, place: Place, problems: &mut Problems) -> Option<String> {
    let path = path_at(text, place.clone(), problems)?;
    let is_valid = !is_of_directory(&path);
    if !is_valid {
        problems.push(
            Problem::of_value(Id::BadPath, place, format!("`{}` is not the path of a file", shortened(&path)))
                .label("is a directory")
                .help("write the path to the file itself"),
        );
    }
    is_valid.then_some(path)
}

/// Reads an absolute path, of a directory too.
pub fn path(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    path_at(word.value, word.place(), problems)
}

fn path_at(text: &str, place: Place, problems: &mut Problems) -> Option<String> {
    if !text.starts_with('/') {
        problems.push(
            Problem::of_value(Id::RelativePath, place, format!("`{}` is not an absolute path", shortened(text)))
                .label("must start with `/`")
                .help("write the path on the host from the root, such as `\"/var/lib/libvirt/images\"`"),
        );
        return None;
    }
    if !has_at_most(PATH_MAX, text, &place, problems) {
        return None;
    }
    warn_of_store(text, place.clone(), problems);
    check_line(text, place, problems).then(|| text.to_owned())
}

/// Reads the absolute path of a directory that the host makes.
pub fn directory(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let path = below_root(word, problems)?;
    is_made_by_host(&path, word.place(), problems).then_some(path)
}

/// Reads the absolute path of a directory other than the root, which libvirt takes for no pool's.
pub fn below_root(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let path = path(word, problems)?;
    let is_root = plain(&path) == "/";
    if is_root {
        problems.push(
            Problem::of_value(Id::BadPath, word.place(), format!("`{path}` is the root directory"))
                .label("used for everything else")
                .help("write a directory below it, such as `\"/var/lib/libvirt/images\"`"),
        );
    }
    (!is_root).then_some(path)
}

/// Checks that systemd-tmpfiles makes the directory of this path, and no other one: in the path that it is told it takes
/// [what starts with `%` and `\`](https://www.freedesktop.org/software/systemd/man/latest/tmpfiles.d.html) for something
/// else, a quote ends it, and `..` is refused.
pub fn is_made_by_host(path: &str, place: Place, problems: &mut Problems) -> bool {
    let found = match path.chars().find(|c| matches!(c, '\'' | '"' | '\\' | '%')) {
        Some(c) => c.to_string(),
        None if path.split('/').any(|step| step == "..") => "..".to_owned(),
        None => return true,
    };
    problems.push(
        Problem::of_value(Id::BadPath, place, format!("the host cannot create the directory `{}`", shortened(path)))
            .label(format!("systemd-tmpfiles would misread `{found}`"))
            .help("leave out quotes, `\\`, `%` and `..`"),
    );
    false
}

/// Checks that text is not too long for a definition.
pub fn fits(text: &str, place: &Place, problems: &mut Problems) -> bool {
    has_at_most(TEXT_MAX, text, place, problems)
}

fn has_at_most(most: usize, text: &str, place: &Place, problems: &mut Problems) -> bool {
    let fine = text.len() <= most;
    if !fine {
        let message = format!("a text of {} bytes, longer than the limit of {most}", text.len());
        problems.push(
            Problem::of_value(Id::TextTooLong, place.clone(), message)
                .label("too long")
                .help("shorten it, or put it into a file"),
        );
    }
    fine
}

/// Reads text of several lines for people: no control characters except newline and tab.
pub fn prose_of(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    check_text(word.value, word.place(), problems).then(|| word.value.clone())
}

/// Checks text for its length and for what XML 1.0 cannot hold.
fn check_text(text: &str, place: Place, problems: &mut Problems) -> bool {
    if !fits(text, &place, problems) {
        return false;
    }
    match text.chars().find(|c| !is_xml_char(*c)) {
        None => true,
        Some(bad) => {
            problems.push(
                Problem::of_value(Id::BadText, place, format!("a text with the character U+{:04X}", u32::from(bad)))
                    .label("not allowed in libvirt's XML")
                    .help("leave control characters out; newline and tab are fine"),
            );
            false
        }
    }
}

/// Reads text of one line, without control characters.
pub fn line_of(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    check_line(word.value, word.place(), problems).then(|| word.value.clone())
}

/// Checks text for its length, and that it is one line without control characters.
pub fn check_line(text: &str, place: Place, problems: &mut Problems) -> bool {
    if !check_text(text, place.clone(), problems) {
        return false;
    }
    let problem = match text.chars().find(|c| c.is_control()) {
        None => return true,
        Some('\n' | '\t') => Problem::of_value(Id::BadText, place, "a text with a line break or a tab")
            .label("has to be one line")
            .help("write a blank, or leave it out"),
        Some(control) => {
            Problem::of_value(Id::BadText, place, format!("a text with the character U+{:04X}", u32::from(control)))
                .label("a control character")
                .help("leave it out")
        }
    };
    problems.push(problem);
    false
}

/// Returns the items of a list that pass a check, which reports the others.
pub fn each<'l>(
    items: impl Iterator<Item = (&'l String, Pointer)>,
    check: impl Fn(&str, Place, &mut Problems) -> bool,
    problems: &mut Problems,
) -> Vec<String> {
    items.filter(|(text, at)| check(text, Place::value(at), problems)).map(|(text, _)| text.clone()).collect()
}

/// Collects the `extra` of a device from all layers, with their places, the weakest first.
pub fn extras<'l>(written: impl Iterator<Item = At<'l, Extra>>, problems: &mut Problems) -> Vec<ExtraAt> {
    let mut extras = Vec::new();
    for extra in written {
        let at = extra.pointer();
        extra.value.iter().for_each(|(key, value)| all_fit(value, &at.key(key), problems));
        extras.push(ExtraAt { at, value: extra.value.clone() });
    }
    extras
}

/// Checks that no text in part of an `extra` is too long, and warns of paths in the store. The vocabulary checks the rest of it later.
pub fn all_fit(value: &Value, at: &Pointer, problems: &mut Problems) {
    match value {
        Value::String(text) => {
            fits(text, &Place::value(at), problems);
            if text.starts_with(STORE) {
                warn_of_store(text, Place::value(at), problems);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| all_fit(item, &at.index(index), problems));
        }
        Value::Object(object) => object.iter().for_each(|(key, value)| all_fit(value, &at.key(key), problems)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Cuts text to what a message has room for, on one line.
pub fn shortened(text: &str) -> String {
    const SHOWN: usize = 64;
    let shown = text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end]);
    let mut line = visible::line(shown).into_owned();
    if shown.len() < text.len() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    #[test]
    fn texts_that_are_too_long_are_found_where_they_are() {
        let long = "x".repeat(TEXT_MAX + 1);
        let extra =
            json!({ "devices": { "disk": [{ "serial": "x".repeat(TEXT_MAX) }, { "serial": long }] }, "title": 1 });
        let mut problems = Problems::default();
        all_fit(&extra, &Pointer::root().key("extra"), &mut problems);
        let places: Vec<String> = problems
            .iter()
            .map(|problem| match &problem.place {
                Place::Value(pointer) => pointer.to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(places, ["/extra/devices/disk/1/serial"]);
    }

    #[test]
    fn bytes_are_counted() {
        let check = |text: &str, expected: bool| {
            assert_eq!(
                fits(text, &Place::value(Pointer::root()), &mut Problems::default()),
                expected,
                "{} bytes",
                text.len()
            );
        };
        check(&"é".repeat(TEXT_MAX / 2), true);
        check(&"é".repeat(TEXT_MAX / 2 + 1), false);
    }
}
