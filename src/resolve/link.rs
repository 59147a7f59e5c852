//! Reads the profiles of links: rates, delays and losses, within what tc and libvirt can count.

use crate::lab::link::{BitRate, DELAYS, LinkProfile, Netem, amount, limit};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::parse;
use crate::spec::key::key;
use crate::spec::link as written;

/// The longest delay, in microseconds: a minute, which every version of tc can count.
const DELAY_MAX: u64 = 60_000_000;

/// Reads a profile.
pub(crate) fn resolve(name: &str, spec: &written::LinkProfile, problems: &mut Problems) -> LinkProfile {
    let at = Pointer::root().key("links").key(name);
    parse::name(name, Place::key(&at), problems);
    let layers = Layers::one(at.clone(), spec);
    let rate = layers.get(key!(rate)).and_then(|word| rate(word, problems));
    let delay_word = layers.get(key!(delay));
    let delay = delay_word.and_then(|word| Some((word, duration(word, problems)?)));
    let jitter = layers.get(key!(jitter)).and_then(|word| Some((word, duration(word, problems)?)));
    let loss = layers.get(key!(loss)).and_then(|word| percentage(word, problems));
    if let Some((word, jitter)) = jitter {
        match (delay_word, delay) {
            (None, _) => problems.push(
                Problem::missing(word.key_place(), "`jitter` without `delay`")
                    .label("varies the `delay`")
                    .help("add `\"delay\": …`, at least as long"),
            ),
            (Some(_), Some((at, delay))) if jitter > delay => problems.push(
                Problem::new(
                    Id::OutOfRange,
                    word.place(),
                    format!("a jitter of `{}`, longer than the delay", word.value),
                )
                .label("longer than the `delay`")
                .related(at.place(), "the delay")
                .help("write at most the value of `delay`"),
            ),
            (Some(_), _) => {}
        }
    }
    let longest = delay.map_or(0, |(_, delay)| delay) + jitter.map_or(0, |(_, jitter)| jitter);
    let as_written = |given: Option<(Word<'_>, u64)>| given.map(|(word, _)| word.value.clone());
    let netem = (delay.is_some() || loss.is_some()).then(|| Netem {
        limit: limit(rate, longest),
        delay: as_written(delay),
        jitter: as_written(jitter),
        loss,
    });
    LinkProfile { name: name.to_owned(), at, rate, netem }
}

/// Reads a rate.
fn rate(word: Word<'_>, problems: &mut Problems) -> Option<BitRate> {
    let text = word.value;
    let Some(rate) = BitRate::parse(text) else {
        problems.push(
            Problem::of_value(Id::BadRate, word.place(), format!("`{text}` is not a rate"))
                .label("needs a whole number and a unit")
                .help("write a whole number and `bit`, `kbit`, `Mbit` or `Gbit`, such as `\"10Mbit\"`"),
        );
        return None;
    };
    if !(BitRate::UNIT..=BitRate::MAX).contains(&rate) {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("a rate of `{text}`"))
                .label(if rate < BitRate::UNIT { "below libvirt's smallest unit" } else { "above the limit" })
                .help("write `\"8kbit\"` to `\"1000Gbit\"`, or leave `rate` out for no limit"),
        );
        return None;
    }
    Some(rate)
}

/// Reads a duration in microseconds.
fn duration(word: Word<'_>, problems: &mut Problems) -> Option<u64> {
    let text = word.value;
    let Some(duration) = amount(text, &DELAYS) else {
        problems.push(
            Problem::of_value(Id::BadDuration, word.place(), format!("`{text}` is not a duration"))
                .label("needs a whole number and `s`, `ms` or `us`")
                .help("write it like `\"50ms\"`"),
        );
        return None;
    };
    if !(1..=DELAY_MAX).contains(&duration) {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("a duration of `{text}`"))
                .label(if duration == 0 { "nothing" } else { "more than a minute" })
                .help("write at most `\"60s\"`, or leave it out"),
        );
        return None;
    }
    Some(duration)
}

/// Reads a percentage, in tc's form.
fn percentage(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let text = word.value;
    let number = text.strip_suffix('%').filter(|number| {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        is_number(whole) && is_number(fraction)
    });
    let Some(number) = number.and_then(|number| number.parse::<f64>().ok()) else {
        problems.push(
            Problem::of_value(Id::BadPercentage, word.place(), format!("`{text}` is not a percentage"))
                .label("needs a number and `%`")
                .help("write it like `\"2.5%\"`"),
        );
        return None;
    };
    if number > 100.0 {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("a packet loss of `{text}`"))
                .label("more than all packets")
                .help("write `\"0%\"` to `\"100%\"`"),
        );
        return None;
    }
    Some(text.clone())
}
