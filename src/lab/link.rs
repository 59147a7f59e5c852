//! The profiles of links: how much they carry, how long that takes and how much is lost.

use std::fmt;

use crate::lab::interface::tap::Path;
use crate::lab::network::bandwidth::{Bandwidth, Rate};
use crate::lab::profile::{Layers, Word};
use crate::lab::word;
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec::link as written;

/// The profile of a link.
#[derive(Debug)]
pub struct LinkProfile {
    /// Where it is declared.
    pub at: Pointer,
    /// How much passes in each direction.
    pub rate: Option<BitRate>,
    /// What the kernel does with what the guest receives.
    pub netem: Option<Netem>,
}

/// Bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BitRate(u64);

/// What the kernel does with what the guest receives, in the words of
/// [tc-netem](https://man7.org/linux/man-pages/man8/tc-netem.8.html).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Netem {
    limit: u64,
    delay: Option<String>,
    jitter: Option<String>,
    loss: Option<String>,
}

/// The units of rates, which are decimal, from the smallest: name and bits per second.
const RATES: [(&str, u64); 4] = [("bit", 1), ("kbit", 1_000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000)];

/// The units of delays, from the smallest: name and microseconds.
const DELAYS: [(&str, u64); 3] = [("us", 1), ("ms", 1_000), ("s", 1_000_000)];

/// The longest delay, in microseconds: a minute, which every version of tc can count.
const DELAY_MAX: u64 = 60_000_000;

impl BitRate {
    /// What libvirt counts in: 1000 bytes per second
    /// ([`virNetDevBandwidthSet`](https://gitlab.com/libvirt/libvirt/-/blob/master/src/util/virnetdevbandwidth.c) says `kbps`
    /// to tc, and for Open vSwitch it is multiplied by 8000).
    const UNIT: Self = Self(8_000);

    /// The most that a link carries.
    const MAX: Self = Self(1_000_000_000_000);

    /// What a link without a rate is taken for where one is needed.
    const USUAL: Self = Self(1_000_000_000);

    /// Reads `10Mbit`: a whole number and a unit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        amount(text, &RATES).map(Self)
    }

    /// The rate as libvirt counts it, rounded to the nearest.
    fn kilobytes(self) -> i64 {
        let rounded = (self.0 + Self::UNIT.0 / 2) / Self::UNIT.0;
        i64::try_from(rounded).expect("a rate of at most 2^64 bits is less than 2^63 kilobytes")
    }

    /// What may pass at once before the guest's own packets are dropped, in KiB. A burst has to hold some of the largest
    /// packets (64 KiB), and what TCP has on its way when it notices a loss, or TCP never gets to the rate.
    fn burst(self) -> i64 {
        const LEAST: u64 = 128;
        const MOST: u64 = 4_194_303;
        let quarter_of_a_second = self.0 / 8 / 1024 / 4;
        i64::try_from(quarter_of_a_second.clamp(LEAST, MOST)).expect("it is small")
    }

    /// What libvirt limits with it, of an interface that gets to the host by `path`.
    pub(in crate::lab) fn bandwidth(self, path: Path) -> Bandwidth {
        let average = self.kilobytes();
        // On Open vSwitch, the average is what is promised, and the peak the limit.
        let peak = (path == Path::OpenVSwitch).then_some(average);
        Bandwidth {
            inbound: Some(Rate { average, peak, burst: None, floor: None }),
            outbound: Some(Rate { average, peak: None, burst: Some(self.burst()), floor: None }),
        }
    }
}

impl fmt::Display for Netem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, delay, jitter, loss } = self;
        write!(f, "limit {limit}")?;
        for (word, value) in [(" delay", delay), ("", jitter), (" loss", loss)] {
            if let Some(value) = value {
                write!(f, "{word} {value}")?;
            }
        }
        Ok(())
    }
}

/// A whole number of one of some units.
fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*size)
}

/// Resolves a profile.
pub(in crate::lab) fn resolve(name: &str, spec: &written::LinkProfile, problems: &mut Vec<Problem>) -> LinkProfile {
    let at = Pointer::root().key("links").key(name);
    word::name(name, at.clone().name(), problems);
    let layers = Layers::one(at.clone(), spec);
    let rate = layers.get("rate", |l| l.rate.as_ref()).and_then(|word| rate(word, problems));
    let delay_word = layers.get("delay", |l| l.delay.as_ref());
    let delay = delay_word.and_then(|word| Some((word, duration(word, problems)?)));
    let jitter = layers.get("jitter", |l| l.jitter.as_ref()).and_then(|word| Some((word, duration(word, problems)?)));
    let loss = layers.get("loss", |l| l.loss.as_ref()).and_then(|word| percentage(word, problems));
    if let Some((word, jitter)) = jitter {
        match (delay_word, delay) {
            (None, _) => problems.push(
                Problem::new(Id::MissingField, word.pointer().name(), "a `jitter` of what?")
                    .label("more or less than `delay`")
                    .help("add `\"delay\": …`, at least as long"),
            ),
            (Some(_), Some((at, delay))) if jitter > delay => problems.push(
                Problem::new(
                    Id::OutOfRange,
                    word.place(),
                    format!("a jitter of `{}`, longer than the delay", word.value),
                )
                .label("packets would arrive before they are sent")
                .related(at.place(), "the delay")
                .help("write at most what `delay` is"),
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
    LinkProfile { at, rate, netem }
}

/// How many packets are on their way at once: those of `longest`, and of a tenth of a second in which they wait for a slow
/// link. netem drops what is more.
fn limit(rate: Option<BitRate>, longest: u64) -> u64 {
    const PACKET: u64 = 1500 * 8;
    const WAIT: u64 = 100_000;
    // As many as the queue that libvirt makes for a limited interface.
    const LEAST: u64 = 127;
    let BitRate(bits) = rate.unwrap_or(BitRate::USUAL);
    let packets = u128::from(bits) * u128::from(longest + WAIT) / u128::from(PACKET * 1_000_000);
    u64::try_from(packets).unwrap_or(u64::MAX).clamp(LEAST, u64::from(u32::MAX))
}

/// A rate.
fn rate(word: Word<'_>, problems: &mut Vec<Problem>) -> Option<BitRate> {
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
                .label(if rate < BitRate::UNIT { "less than libvirt can count" } else { "more than any link" })
                .help("write `\"8kbit\"` to `\"1000Gbit\"`, or leave `rate` out for no limit"),
        );
        return None;
    }
    Some(rate)
}

/// A duration in microseconds.
fn duration(word: Word<'_>, problems: &mut Vec<Problem>) -> Option<u64> {
    let text = word.value;
    let Some(duration) = amount(text, &DELAYS) else {
        problems.push(
            Problem::of_value(Id::BadDuration, word.place(), format!("`{text}` is not how long a packet takes"))
                .label("needs a whole number and `s`, `ms` or `us`")
                .help("write it like `\"50ms\"`"),
        );
        return None;
    };
    if !(1..=DELAY_MAX).contains(&duration) {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("`{text}` on the way"))
                .label(if duration == 0 { "no time at all" } else { "more than a minute" })
                .help("write at most `\"60s\"`, or leave it out for no longer than the host takes"),
        );
        return None;
    }
    Some(duration)
}

/// A percentage, in tc's form.
fn percentage(word: Word<'_>, problems: &mut Vec<Problem>) -> Option<String> {
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
            Problem::new(Id::OutOfRange, word.place(), format!("`{text}` of what is sent"))
                .label("more than all of it")
                .help("write `\"0%\"` to `\"100%\"`"),
        );
        return None;
    }
    Some(text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn rates() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(BitRate::parse(text).map(|rate| rate.0), expected, "{text}");
        };
        check("10Mbit", Some(10_000_000));
        check("500kbit", Some(500_000));
        check("1Gbit", Some(1_000_000_000));
        check("64000bit", Some(64_000));
        for bad in ["", "10", "10mbit", "10MBit", "10Mbps", "10 Mbit", "1.5Mbit", "-1Mbit", "Mbit", "10MiB", "10Mb"] {
            check(bad, None);
        }
        check("99999999999999Gbit", None);
    }

    #[test]
    fn rates_are_rounded_to_what_libvirt_counts_in() {
        let check = |text: &str, expected: (i64, i64)| {
            let rate = BitRate::parse(text).expect("a rate of the test");
            assert_eq!((rate.kilobytes(), rate.burst()), expected, "{text}");
        };
        check("8kbit", (1, 128));
        check("11999bit", (1, 128));
        check("12kbit", (2, 128));
        check("500kbit", (63, 128));
        check("10Mbit", (1_250, 305));
        check("1Gbit", (125_000, 30_517));
        check("1000Gbit", (125_000_000, 4_194_303));
    }

    #[test]
    fn what_is_on_its_way() {
        let check = |rate: Option<&str>, longest: u64, expected: u64| {
            let rate = rate.map(|text| BitRate::parse(text).expect("a rate of the test"));
            assert_eq!(limit(rate, longest), expected, "{rate:?} {longest}");
        };
        check(Some("10Mbit"), 50_000, 127);
        check(Some("100Mbit"), 55_000, 1_291);
        check(None, 50_000, 12_500);
        check(None, 0, 8_333);
        check(Some("1000Gbit"), DELAY_MAX * 2, u64::from(u32::MAX));
    }
}
