//! Reads lists of CPUs, and of NUMA nodes, in libvirt's form: `0-3,^2,8`.

use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::text::{fits, shortened};

/// How many processors libvirt's lists of them can tell apart: `VIR_DOMAIN_CPUMASK_LEN`.
const CPUS_MAX: usize = 16384;

/// Reads a list of CPUs in libvirt's form: `0-3,^2,8`.
pub fn processors(text: &str, place: Pointer, problems: &mut Problems) -> Option<String> {
    list_of("processors", text, place, problems)
}

/// Reads a list of NUMA nodes, in the same form.
pub fn nodes(text: &str, place: Pointer, problems: &mut Problems) -> Option<String> {
    list_of("NUMA nodes", text, place, problems)
}

fn list_of(what: &str, text: &str, place: Pointer, problems: &mut Problems) -> Option<String> {
    if !fits(text, &Place::value(&place), problems) {
        return None;
    }
    let cpus = members(text);
    let well_formed = cpus.is_some();
    let is_valid = cpus.is_some_and(|cpus| cpus.contains(&true));
    if !is_valid {
        problems.push(
            Problem::of_value(
                Id::BadCpuset,
                Place::value(place),
                format!("`{}` is not a list of {what}", shortened(text)),
            )
            .label(if well_formed { "excludes all" } else { "not in libvirt's form" })
            .help("write numbers and ranges, separated by commas, with `^` to exclude one: `\"0-3,^2,8\"`"),
        );
    }
    is_valid.then(|| text.to_owned())
}

/// The processors in a list of them, by number; none where it is not in libvirt's form.
pub fn numbers(text: &str) -> impl Iterator<Item = usize> {
    let cpus = members(text).unwrap_or_default();
    cpus.into_iter().enumerate().filter_map(|(number, is_in)| is_in.then_some(number))
}

/// Which processors are in a list of them, if it is in libvirt's form.
fn members(text: &str) -> Option<Vec<bool>> {
    let number = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<usize>().ok().filter(|number| digits && *number < CPUS_MAX)
    };
    let mut cpus = vec![false; CPUS_MAX];
    let mut set = |first: Option<usize>, last: Option<usize>, to: bool| match (first, last) {
        (Some(first), Some(last)) if first <= last => {
            cpus[first..=last].fill(to);
            true
        }
        _ => false,
    };
    let well_formed = text.split(',').all(|part| match (part.strip_prefix('^'), part.split_once('-')) {
        (Some(part), _) => set(number(part), number(part), false),
        (None, Some((first, last))) => set(number(first), number(last), true),
        (None, None) => set(number(part), number(part), true),
    });
    well_formed.then_some(cpus)
}
