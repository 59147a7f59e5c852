//! Bandwidth, of networks, port groups and interfaces.

use super::network::Network;
use super::profile::{Layers, Word};
use super::size::Size;
use super::word;
use crate::problem::{Id, Problem};
use crate::spec::bandwidth as written;

/// How much libvirt can say for `burst`, in KiB: the kernel counts its bytes in 32 bits.
const BURST_MAX: i64 = 4_194_303;

/// How much traffic may pass.
#[derive(Debug)]
pub struct Bandwidth {
    /// What the guests receive.
    pub inbound: Option<Rate>,
    /// What the guests send.
    pub outbound: Option<Rate>,
}

/// Traffic in one direction, in KiB.
#[derive(Debug)]
pub struct Rate {
    /// On average, per second.
    pub average: i64,
    /// At most, per second.
    pub peak: Option<i64>,
    /// At the speed of the peak.
    pub burst: Option<i64>,
    /// Whatever the others do, per second.
    pub floor: Option<i64>,
}

/// Who can be given a `floor`.
#[derive(Clone, Copy)]
pub(super) enum Floor<'a> {
    /// Nobody there, as it says.
    No(&'a str),
    /// An interface on this network, as far as the network is limited.
    On(&'a Network),
}

/// Bandwidth as written.
pub(super) fn bandwidth(
    layers: &Layers<'_, written::Bandwidth>,
    floor: Floor<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Bandwidth> {
    let inbound = rate(&layers.object("inbound", |b| b.inbound.as_ref()), floor, problems);
    let outbound = Floor::No("only for `inbound`");
    let outbound = rate(&layers.object("outbound", |b| b.outbound.as_ref()), outbound, problems);
    (inbound.is_some() || outbound.is_some()).then_some(Bandwidth { inbound, outbound })
}

fn rate(layers: &Layers<'_, written::Rate>, floor: Floor<'_>, problems: &mut Vec<Problem>) -> Option<Rate> {
    let average_at = layers.get("average", |r| r.average.as_ref());
    let average = average_at.and_then(|word| kib(word, problems));
    let peak = layers.get("peak", |r| r.peak.as_ref());
    let peak = peak.and_then(|word| Some((word, kib(word, problems)?)));
    if let (Some(at), Some(average), Some((word, peak))) = (average_at, average, peak)
        && peak < average
    {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("a peak of `{}`, below the average", word.value))
                .label("less than on average")
                .related(at.place(), "the average")
                .help("write what may pass at most, or leave `peak` out"),
        );
    }
    let burst = layers.get("burst", |r| r.burst.as_ref()).and_then(|word| {
        let burst = kib(word, problems)?;
        if burst > BURST_MAX {
            problems.push(
                Problem::new(Id::OutOfRange, word.place(), format!("a burst of `{}`", word.value))
                    .label("more than the kernel can count")
                    .help("write less than `\"4GiB\"`"),
            );
        }
        Some(burst)
    });
    let floor = layers.get("floor", |r| r.floor.as_ref()).and_then(|word| {
        let least = kib(word, problems);
        check_floor(word, least, floor, problems);
        least
    });
    Some(Rate { average: average?, peak: peak.map(|(_, peak)| peak), burst, floor })
}

/// Checks that there is something to take a `floor` from.
fn check_floor(word: Word<'_>, least: Option<i64>, floor: Floor<'_>, problems: &mut Vec<Problem>) {
    let network = match floor {
        Floor::No(label) => {
            problems.push(
                Problem::new(Id::NotOnThisMode, word.pointer().name(), "a `floor` that libvirt cannot hold")
                    .label(label)
                    .help("only `inbound` of an interface has one, on a network whose bridge libvirt makes"),
            );
            return;
        }
        Floor::On(network) => network,
    };
    let (name, at) = (&network.name, network.at.clone().name());
    let inbound = network.bandwidth.as_ref().and_then(|bandwidth| bandwidth.inbound.as_ref());
    match (inbound, least) {
        (None, _) => problems.push(
            Problem::new(
                Id::MissingField,
                word.pointer().name(),
                format!("a `floor` of how much on network `{name}`?"),
            )
            .label("part of what the network has")
            .related(at, "the network")
            .help("add `\"bandwidth\": { \"inbound\": … }` to the network, which is what `floor` is a part of"),
        ),
        (Some(inbound), Some(least)) if least > inbound.peak.unwrap_or(inbound.average) => problems.push(
            Problem::new(
                Id::OutOfRange,
                word.place(),
                format!("a `floor` of `{}`, more than all of network `{name}` has", word.value),
            )
            .label("more than there is")
            .related(at, "the network")
            .help("write less than the network's `bandwidth.inbound`"),
        ),
        (Some(_), _) => {}
    }
}

/// A size in KiB, which is what libvirt counts bandwidth in.
fn kib(word: Word<'_>, problems: &mut Vec<Problem>) -> Option<i64> {
    let size = word::size(word, problems)?;
    let kib = Size::KIB.bytes();
    if size.bytes() % kib != 0 {
        problems.push(
            Problem::new(Id::BadSize, word.place(), format!("`{}` is no whole number of KiB", word.value))
                .label("libvirt counts bandwidth in KiB")
                .help("round it, such as `\"100KiB\"`"),
        );
        return None;
    }
    Some(size.bytes() / kib)
}
