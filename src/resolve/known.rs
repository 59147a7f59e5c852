//! Words that others know: libvirt's CPU models and features, and the time zones of the tz database. What is not among them may
//! be newer than the tables, which `tests/suite/known.rs` makes, so that it is warned of.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::place::Place;
use crate::problem::{Id, Problem, Problems, did_you_mean};

/// The CPUs of `x86_64`: on aarch64, libvirt hands a model on to QEMU without looking it up.
static CPUS: LazyLock<Cpus> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schema/cpus.json")).expect("the table is checked by a test")
});

/// The time zones.
static TIME_ZONES: LazyLock<TimeZones> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schema/timezones.json")).expect("the table is checked by a test")
});

#[derive(Debug, Deserialize)]
struct Cpus {
    models: BTreeSet<String>,
    features: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct TimeZones {
    names: BTreeSet<String>,
}

/// Warns of a CPU model that libvirt does not know.
pub(crate) fn cpu_model(name: &str, place: Place, problems: &mut Problems) {
    cpu_word("CPU model", name, &CPUS.models, place, problems);
}

/// Warns of a CPU feature that libvirt does not know.
pub(crate) fn cpu_feature(name: &str, place: Place, problems: &mut Problems) {
    cpu_word("CPU feature", name, &CPUS.features, place, problems);
}

/// Warns of a word for CPUs that is not among those that libvirt knows.
fn cpu_word(what: &str, name: &str, known: &BTreeSet<String>, place: Place, problems: &mut Problems) {
    if !known.contains(name) {
        problems.push(
            Problem::new(Id::UnlikelyCpu, place, format!("libvirt knows no {what} `{name}`"))
                .label("the domain does not start")
                .help(did_you_mean(name, known.iter().map(String::as_str))),
        );
    }
}

/// Warns of a time zone that the tz database does not have.
pub(crate) fn time_zone(name: &str, place: Place, problems: &mut Problems) {
    let of_database = name.strip_prefix("posix/").or(name.strip_prefix("right/")).unwrap_or(name);
    if !TIME_ZONES.names.contains(of_database) && !is_rule(name) {
        problems.push(
            Problem::new(Id::UnknownTimezone, place, format!("the tz database has no time zone `{name}`"))
                .label("QEMU uses UTC instead")
                .help(did_you_mean(name, TIME_ZONES.names.iter().map(String::as_str))),
        );
    }
}

/// Whether it is a rule instead of a name, as POSIX has them: an abbreviation and how far it is from UTC, such as `CET-1CEST`.
fn is_rule(text: &str) -> bool {
    let offset = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    text.len() - offset.len() >= 3
        && offset.strip_prefix(['+', '-']).unwrap_or(offset).starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Pointer;
    use pretty_assertions::assert_eq;

    /// Checks what the warning of a word proposes: nothing where there is none.
    fn check(find: fn(&str, Place, &mut Problems), word: &str, expected: Option<&str>) {
        let mut problems = Problems::default();
        find(word, Place::value(Pointer::root()), &mut problems);
        let found = problems.first().map(|problem| problem.help.as_str());
        assert_eq!(found, expected.map(|name| format!("did you mean `{name}`?")).as_deref(), "{word}");
    }

    #[test]
    fn slips_are_found() {
        check(cpu_model, "Skylake-Client", None);
        check(cpu_model, "EPYC-Genoa", None);
        check(cpu_model, "Skylake-Clint", Some("Skylake-Client"));
        check(cpu_feature, "avx512f", None);
        check(cpu_feature, "topoext", None);
        check(cpu_feature, "avx521f", Some("avx512f"));
        check(time_zone, "Europe/Berlin", None);
        check(time_zone, "Europe/Berln", Some("Europe/Berlin"));
    }

    #[test]
    fn a_time_zone_can_be_a_rule() {
        for zone in ["UTC", "Etc/GMT+5", "posix/Europe/Berlin", "CET-1CEST", "EST5EDT", "JST-9"] {
            check(time_zone, zone, None);
        }
        assert!(!is_rule("Europe/Berln"));
        assert!(!is_rule("X-1"));
    }
}
