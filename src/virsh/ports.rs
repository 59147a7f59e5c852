//! What is on the bridges of this machine, as its kernel says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::activation::definition::{Definition, Tap};
use crate::activation::world::World;
use crate::lab::identity::ObjectKind;

/// All that is on a bridge, whoever has put it there.
pub(crate) fn on(bridge: &str) -> Vec<Tap> {
    let entries = fs::read_dir(of(bridge).join("brif")).into_iter().flatten().flatten();
    let devices = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let tap = |device: String| {
        let isolated = fs::read_to_string(of(&device).join("brport/isolated"));
        Tap { is_isolated: isolated.is_ok_and(|isolated| isolated.trim() == "1"), device }
    };
    devices.map(tap).collect()
}

/// Whether there is a device: a guest may have stopped meanwhile.
pub(crate) fn is_there(device: &str) -> bool {
    of(device).exists()
}

/// Whether there is a device, and it is on no bridge.
pub(crate) fn is_loose(device: &str) -> bool {
    is_there(device) && !of(device).join("master").exists()
}

/// A device of a running domain that is on no bridge, and belongs on one that libvirt has made.
#[derive(Debug)]
pub struct Loose<'w> {
    /// The device.
    pub tap: Tap,
    /// The bridge that it belongs on.
    pub bridge: &'w str,
    /// The name of the network whose bridge that is.
    pub network: &'w str,
}

/// All such devices: their network was restarted, and they were left without.
#[must_use]
pub fn loose(world: &World) -> Vec<Loose<'_>> {
    let running: Vec<&Definition> = world.objects.iter().filter_map(|object| object.running.as_ref()).collect();
    let networks = world.active(ObjectKind::Network);
    let mut loose = Vec::new();
    for network in networks.map(|network| &network.definition) {
        let Some(bridge) = &network.facts.made_bridge else { continue };
        let taps = running.iter().flat_map(|domain| domain.taps_on(network));
        let taps = taps.filter(|tap| is_loose(&tap.device));
        loose.extend(taps.map(|tap| Loose { tap, bridge, network: &network.name }));
    }
    loose
}

fn of(device: &str) -> PathBuf {
    Path::new("/sys/class/net").join(device)
}
