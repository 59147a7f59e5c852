//! The smaller devices of a domain: its screen, shares and devices of the host.

use std::net::{IpAddr, Ipv4Addr};

use super::profile::Layers;
use super::scope::Entry;
use super::{Placed, forward, text, word};
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec::DomainFields;
use crate::spec::device::GraphicsType;

/// The screen's server.
#[derive(Debug)]
pub struct Graphics {
    /// The protocol; never [`GraphicsType::None`].
    pub protocol: GraphicsType,
    /// The address that it listens on.
    pub listen: IpAddr,
    /// The port, and where it is written.
    pub port: Option<Placed<u16>>,
    /// Whether the host's GPU draws.
    pub gl: bool,
}

/// A directory of the host.
#[derive(Debug)]
pub struct Share {
    /// The directory.
    pub source: String,
    /// The name that the guest mounts it by.
    pub tag: String,
}

/// A device of the host.
#[derive(Debug)]
pub enum HostDevice {
    /// A PCI device.
    Pci {
        /// The PCI domain.
        domain: u16,
        /// The bus.
        bus: u16,
        /// The slot.
        slot: u16,
        /// The function.
        function: u16,
        /// Where it is written.
        at: Pointer,
    },
    /// A USB device.
    Usb {
        /// The vendor.
        vendor: u16,
        /// The product.
        product: u16,
        /// Where it is written.
        at: Pointer,
    },
}

/// The longest tag of a virtiofs share, in bytes
/// ([virtio](https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html), device configuration of file systems).
const TAG_MAX: usize = 36;

/// The screen's server, if there is one.
pub(super) fn graphics(
    layers: &Layers<'_, DomainFields>,
    entry: &Entry<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Graphics> {
    let graphics = layers.object("graphics", |f| f.graphics.as_ref());
    let protocol = graphics.value("type", |g| g.r#type.as_ref()).unwrap_or(GraphicsType::Spice);
    let listen = graphics.get("listen", |g| g.listen.as_ref());
    let listen = match listen {
        Some(word) => {
            let address = word.value.parse::<IpAddr>().ok();
            if address.is_none() {
                problems.push(
                    Problem::new(Id::BadAddress, word.place(), format!("`{}` is not an IP address", word.value))
                        .label("needs an IPv4 or IPv6 address")
                        .help(
                            "write `\"127.0.0.1\"` for the host only, `\"0.0.0.0\"` for everyone who reaches the host",
                        ),
                );
            }
            address
        }
        None => None,
    };
    let port = graphics.get("port", |g| g.port.as_ref());
    let gl = graphics.get("gl", |g| g.gl.as_ref());
    if let Some(gl) = gl.filter(|gl| *gl.value && protocol != GraphicsType::None) {
        let listen = graphics.get("listen", |g| g.listen.as_ref()).map(|at| at.pointer());
        let written = listen.or(port.map(|at| at.pointer()));
        if protocol != GraphicsType::Spice {
            problems.push(
                Problem::new(Id::ConflictingFields, gl.place(), "the host's GPU draws for SPICE only")
                    .label("not with this `type`")
                    .help("leave `gl` out, or choose type `spice`"),
            );
        } else if let Some(written) = written {
            problems.push(
                Problem::new(
                    Id::ConflictingFields,
                    written.name(),
                    "a screen that the host's GPU draws listens on no address",
                )
                .label("not with `gl`")
                .related(gl.place(), "drawn by the host's GPU")
                .help("leave one of the two out"),
            );
        }
    }
    (protocol != GraphicsType::None).then(|| Graphics {
        protocol,
        listen: listen.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: port.and_then(|first| {
            let value = forward::plus(*first.value, entry.replica, &first.pointer(), problems)?;
            Some(Placed { value, place: first.place() })
        }),
        gl: gl.is_some_and(|gl| *gl.value),
    })
}

/// The shares.
pub(super) fn shares(layers: &Layers<'_, DomainFields>, problems: &mut Vec<Problem>) -> Vec<Share> {
    let Some(list) = layers.get("shares", |fields| fields.shares.as_ref()) else {
        return Vec::new();
    };
    let mut shares: Vec<Share> = Vec::new();
    let mut tags: Vec<(String, Pointer)> = Vec::new();
    for (index, share) in list.value.iter().enumerate() {
        let layers = Layers::one(list.pointer().index(index), share);
        let source = layers.get("source", |s| s.source.as_ref()).and_then(|word| text::path(word, problems));
        let tag = layers.get("tag", |s| s.tag.as_ref()).and_then(|word| {
            let tag = text::line_of(word, problems)?;
            if tag.is_empty() || tag.len() > TAG_MAX {
                problems.push(
                    Problem::new(Id::BadName, word.place(), format!("`{tag}` cannot be the tag of a share"))
                        .label(format!("{} bytes", tag.len()))
                        .help(format!("use 1 to {TAG_MAX} bytes")),
                );
                return None;
            }
            if let Some((_, first)) = tags.iter().find(|(other, _)| *other == tag) {
                problems.push(
                    Problem::new(Id::DuplicateTag, word.place(), format!("two shares have the tag `{tag}`"))
                        .label("the second one")
                        .related(first.clone().value(), "the first one")
                        .help("give each share a tag of its own"),
                );
            }
            tags.push((tag.clone(), word.pointer()));
            Some(tag)
        });
        shares.extend(source.zip(tag).map(|(source, tag)| Share { source, tag }));
    }
    shares
}

/// The devices of the host.
pub(super) fn host_devices(layers: &Layers<'_, DomainFields>, problems: &mut Vec<Problem>) -> Vec<HostDevice> {
    let Some(list) = layers.get("hostdevs", |fields| fields.hostdevs.as_ref()) else {
        return Vec::new();
    };
    let mut devices = Vec::new();
    for (index, device) in list.value.iter().enumerate() {
        let layers = Layers::one(list.pointer().index(index), device);
        let pci = layers.get("pci", |h| h.pci.as_ref());
        let usb = layers.get("usb", |h| h.usb.as_ref());
        let kinds = [("pci", pci.map(|at| at.pointer())), ("usb", usb.map(|at| at.pointer()))];
        if word::one_of(&kinds, "a host device", &layers.pointer(), problems).is_none() {
            continue;
        }
        let (word, parsed, (tool, example)) = match (pci, usb) {
            (Some(word), _) => (word, pci_address(word.value, word.pointer()), ("lspci -D", "0000:01:00.0")),
            (None, Some(word)) => (word, usb_device(word.value, word.pointer()), ("lsusb", "046d:c52b")),
            (None, None) => continue,
        };
        if parsed.is_none() {
            problems.push(
                Problem::new(Id::BadDevice, word.place(), format!("`{}` is not the address of a device", word.value))
                    .label(format!("not in the form that `{tool}` prints"))
                    .help(format!("write it like `\"{example}\"`")),
            );
        }
        devices.extend(parsed);
    }
    devices
}

/// Reads `0000:01:00.0`.
fn pci_address(text: &str, at: Pointer) -> Option<HostDevice> {
    let (domain, rest) = text.split_once(':')?;
    let (bus, rest) = rest.split_once(':')?;
    let (slot, function) = rest.split_once('.')?;
    Some(HostDevice::Pci {
        domain: hex(domain, 4)?,
        bus: hex(bus, 2)?,
        slot: hex(slot, 2).filter(|slot| *slot < 32)?,
        function: hex(function, 1).filter(|function| *function < 8)?,
        at,
    })
}

/// Reads `046d:c52b`.
fn usb_device(text: &str, at: Pointer) -> Option<HostDevice> {
    let (vendor, product) = text.split_once(':')?;
    Some(HostDevice::Usb { vendor: hex(vendor, 4)?, product: hex(product, 4)?, at })
}

fn hex(digits: &str, count: usize) -> Option<u16> {
    let fine = digits.len() == count && digits.bytes().all(|b| b.is_ascii_hexdigit());
    fine.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}
