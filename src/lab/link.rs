//! The profile of a link: how much it carries, how long that takes and how much is lost, in the units of libvirt and tc.

use std::fmt;

use crate::lab::interface::backend::Backend;
use crate::lab::network::bandwidth::{Bandwidth, Rate};
use crate::place::Pointer;

/// The profile of a link.
#[derive(Debug)]
pub struct LinkProfile {
    pub name: String,
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
    pub(crate) limit: u64,
    pub(crate) delay: Option<String>,
    pub(crate) jitter: Option<String>,
    pub(crate) loss: Option<String>,
}

/// The units of rates, which are decimal, from the smallest: name and bits per second.
const RATES: [(&str, u64); 4] = [("bit", 1), ("kbit", 1_000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000)];

/// The units of delays, from the smallest: name and microseconds.
pub(crate) const DELAYS: [(&str, u64); 3] = [("us", 1), ("ms", 1_000), ("s", 1_000_000)];

impl BitRate {
    /// What libvirt counts in: 1000 bytes per second
    /// ([`virNetDevBandwidthSet`](https://gitlab.com/libvirt/libvirt/-/blob/master/src/util/virnetdevbandwidth.c) says `kbps`
    /// to tc, and for Open vSwitch it is multiplied by 8000).
    pub(crate) const UNIT: Self = Self(8_000);

    /// The most that a link carries.
    pub(crate) const MAX: Self = Self(1_000_000_000_000);

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

    /// What libvirt limits with it, of an interface that gets to the host by `backend`.
    pub(crate) fn bandwidth(self, backend: Backend) -> Bandwidth {
        let average = self.kilobytes();
        // On Open vSwitch, the average is what is promised, and the peak the limit.
        let peak = (backend == Backend::OpenVSwitch).then_some(average);
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
pub(crate) fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*size)
}

/// How many packets are on their way at once: those of `longest`, and of a tenth of a second in which they wait for a slow
/// link. netem drops what is more.
pub(crate) fn limit(rate: Option<BitRate>, longest: u64) -> u64 {
    const PACKET: u64 = 1500 * 8;
    const WAIT: u64 = 100_000;
    // As many as the queue that libvirt makes for a limited interface.
    const LEAST: u64 = 127;
    let BitRate(bits) = rate.unwrap_or(BitRate::USUAL);
    let packets = u128::from(bits) * u128::from(longest + WAIT) / u128::from(PACKET * 1_000_000);
    u64::try_from(packets).unwrap_or(u64::MAX).clamp(LEAST, u64::from(u32::MAX))
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
        check(Some("1000Gbit"), 120_000_000, u64::from(u32::MAX));
    }
}
