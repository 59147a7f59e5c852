//! Reads bandwidth, of networks, port groups and interfaces, and converts it to the units of libvirt.

use crate::lab::interface::backend::Backend;
use crate::lab::network::Network;
use crate::lab::network::bandwidth::{Bandwidth, Rate};
use crate::lab::size::Size;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::parse;
use crate::spec::bandwidth as written;
use crate::spec::key::key;

/// The largest `burst`, in KiB: the kernel counts its bytes in 32 bits.
const BURST_MAX: i64 = 4_194_303;

/// The values of one direction, as written.
struct Words<'l> {
    average: Option<Word<'l>>,
    peak: Option<Word<'l>>,
    burst: Option<Word<'l>>,
}

impl<'l> Words<'l> {
    fn of(layers: &'l Layers<'_, written::Rate>, problems: &mut Problems) -> Self {
        let average = layers.needed(key!(average), problems);
        Self { average, peak: layers.get(key!(peak)), burst: layers.get(key!(burst)) }
    }

    /// Those of what an interface receives, of which a part may be guaranteed.
    fn received(layers: &'l Layers<'_, written::InboundRate>, problems: &mut Problems) -> Self {
        let average = layers.needed(key!(average), problems);
        Self { average, peak: layers.get(key!(peak)), burst: layers.get(key!(burst)) }
    }
}

/// Reads the bandwidth of a network or a port group.
pub(crate) fn bandwidth(layers: &Layers<'_, written::Bandwidth>, problems: &mut Problems) -> Option<Bandwidth> {
    let inbound = layers.object(key!(inbound));
    let outbound = layers.object(key!(outbound));
    let inbound = rate(&Words::of(&inbound, problems), problems);
    let words =
        Words { average: outbound.needed(key!(average), problems), peak: None, burst: outbound.get(key!(burst)) };
    either(inbound, rate(&words, problems))
}

/// The bandwidth of an interface, which is on a network of the lab whose bridge libvirt makes, or as `otherwise` says.
///
/// Linux queues what its own side of a device sends, and drops what it receives too much of, for which it knows no peak. Of
/// a tap device the guest has the other side, of macvtap the same.
pub(crate) fn of_interface(
    layers: &Layers<'_, written::InterfaceBandwidth>,
    network: Option<&Network>,
    backend: Backend,
    otherwise: &str,
    problems: &mut Problems,
) -> Option<Bandwidth> {
    let inbound = layers.object(key!(inbound));
    let words = Words::received(&inbound, problems);
    let floor = inbound.get(key!(floor)).and_then(|word| {
        let floor = kib(word, problems);
        match network {
            Some(network) => check_floor(word, floor, network, problems),
            None => problems.push(
                Problem::not_on_this_mode(word.key_place(), "a `floor` on a network that libvirt does not limit")
                    .label(otherwise.to_owned())
                    .help("leave it out, or use a network whose bridge libvirt creates"),
            ),
        }
        floor
    });
    let outbound = layers.object(key!(outbound));
    let sent = Words::of(&outbound, problems);
    let (dropped, help) = match backend {
        Backend::Macvtap => (&words, "leave it out, or write it to `outbound`; for short peaks, use `burst`"),
        Backend::Bridge | Backend::OpenVSwitch | Backend::VirtualFunction | Backend::User => {
            (&sent, "leave it out, or write it to `inbound`; for short peaks, use `burst`")
        }
    };
    problems.extend(dropped.peak.map(|peak| {
        Problem::not_on_this_mode(peak.key_place(), "a `peak` in a direction in which Linux has none")
            .label("excess packets are dropped")
            .help(help)
    }));
    let inbound = rate(&words, problems).map(|rate| Rate { floor, ..rate });
    either(inbound, rate(&sent, problems))
}

/// Reports what is wrong with an interface's bandwidth whatever it is on.
pub(crate) fn check_anywhere(layers: &Layers<'_, written::InterfaceBandwidth>, problems: &mut Problems) {
    let inbound = layers.object(key!(inbound));
    let _ = rate(&Words::received(&inbound, problems), problems);
    let outbound = layers.object(key!(outbound));
    let _ = rate(&Words::of(&outbound, problems), problems);
}

fn either(inbound: Option<Rate>, outbound: Option<Rate>) -> Option<Bandwidth> {
    (inbound.is_some() || outbound.is_some()).then_some(Bandwidth { inbound, outbound })
}

fn rate(words: &Words<'_>, problems: &mut Problems) -> Option<Rate> {
    let average = words.average.and_then(|word| Some((word, kib(word, problems)?)));
    let peak = words.peak.and_then(|word| Some((word, kib(word, problems)?)));
    if let (Some((at, average)), Some((word, peak))) = (average, peak)
        && peak < average
    {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("a peak of `{}`, below the average", word.value))
                .label("below the average")
                .related(at.place(), "the average")
                .help("write at least the average, or leave `peak` out"),
        );
    }
    let burst = words.burst.and_then(|word| Some((word, kib(word, problems)?)));
    if let Some((word, _)) = burst.filter(|(_, burst)| *burst > BURST_MAX) {
        problems.push(
            Problem::out_of_range(word.place(), format!("a burst of `{}`", word.value))
                .label("more than the kernel can count")
                .help("write less than `\"4GiB\"`"),
        );
    }
    Some(Rate {
        average: average?.1,
        peak: peak.map(|(_, peak)| peak),
        burst: burst.map(|(_, burst)| burst),
        floor: None,
    })
}

/// Refuses a `floor` on a network without the `average` that it is a part of.
fn check_floor(word: Word<'_>, floor: Option<i64>, network: &Network, problems: &mut Problems) {
    let (name, at) = (&network.name, Place::key(&network.at));
    let inbound = network.bandwidth.as_ref().and_then(|bandwidth| bandwidth.inbound.as_ref());
    match (inbound, floor) {
        (None, _) => problems.push(
            Problem::missing(word.key_place(), format!("a `floor` on network `{name}`, which has no limit"))
                .label("a share of the network's limit")
                .related(at, "the network")
                .help("add `\"bandwidth\": { \"inbound\": … }` to the network: `floor` is a share of it"),
        ),
        (Some(inbound), Some(floor)) if floor > inbound.peak.unwrap_or(inbound.average) => problems.push(
            Problem::new(
                Id::OutOfRange,
                word.place(),
                format!("a `floor` of `{}`, above the limit of network `{name}`", word.value),
            )
            .label("more than there is")
            .related(at, "the network")
            .help("write less than the network's `bandwidth.inbound`"),
        ),
        (Some(_), _) => {}
    }
}

/// Reads a size in KiB, in which libvirt counts bandwidth.
fn kib(word: Word<'_>, problems: &mut Problems) -> Option<i64> {
    let size = parse::size(word, problems)?;
    let kib = Size::KIB.bytes();
    if size.bytes() % kib != 0 {
        problems.push(
            Problem::of_value(Id::BadSize, word.place(), format!("`{}` is not a whole number of KiB", word.value))
                .label("libvirt counts bandwidth in KiB")
                .help("round it, such as `\"100KiB\"`"),
        );
        return None;
    }
    Some(size.bytes() / kib)
}
