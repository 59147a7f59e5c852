//! Where in specs the causes of effects are.

use uuid::Uuid;

use super::{Location, Places};
use crate::activation::difference::Change;
use crate::lab::Lab;
use crate::lab::identity::ObjectKind;
use crate::place::{Place, Pointer};
use crate::report::Positions;
use crate::source::Source;

/// The specs of a host.
pub struct Specs<'a>(Vec<(&'a Source, Positions<'a>, &'a Lab)>);

impl<'a> Specs<'a> {
    /// Those of labs, each with its text.
    pub fn new(labs: impl IntoIterator<Item = (&'a Source, &'a Lab)>) -> Self {
        Self(labs.into_iter().map(|(source, lab)| (source, Positions::new(source), lab)).collect())
    }
}

impl Places for Specs<'_> {
    fn of(&self, kind: ObjectKind, uuid: Uuid, changes: &[Change]) -> Option<Location> {
        let mut labs = self.0.iter();
        let (source, positions, at) =
            labs.find_map(|(source, positions, lab)| Some((source, positions, entry(lab, kind, uuid)?)))?;
        // A change that stands in a key of its own is found by it, one from a profile by the domain's name.
        let of_change = changes.iter().filter_map(|change| key(kind, &change.element)).map(|key| at.key(key));
        let found = of_change.into_iter().find(|pointer| source.has(pointer));
        let (file, line, column) = positions.of(&Place::key(found.as_ref().unwrap_or(at)))?;
        Some(Location { file: file.to_owned(), line, column })
    }
}

fn entry(lab: &Lab, kind: ObjectKind, uuid: Uuid) -> Option<&Pointer> {
    match kind {
        ObjectKind::Network => {
            lab.networks.iter().flatten().find(|network| network.uuid.value == uuid).map(|network| &network.at)
        }
        ObjectKind::Pool => lab.pools.iter().flatten().find(|pool| pool.uuid.value == uuid).map(|pool| &pool.at),
        ObjectKind::Domain => {
            lab.domains.iter().flatten().find(|domain| domain.uuid.value == uuid).map(|domain| &domain.at)
        }
    }
}

/// The key of an entry that most often makes an element what it is.
fn key(kind: ObjectKind, element: &str) -> Option<&'static str> {
    Some(match (kind, element) {
        (ObjectKind::Domain, "memory" | "currentMemory" | "maxMemory") => "memory",
        (ObjectKind::Domain, "vcpu" | "vcpus") => "cpus",
        (ObjectKind::Domain, "cpu") => "cpu",
        (ObjectKind::Domain, "clock") => "clock",
        (ObjectKind::Domain, "os") => "firmware",
        (ObjectKind::Domain, "cputune") => "cpuPinning",
        (ObjectKind::Domain, "iothreads") => "iothreads",
        (ObjectKind::Domain, "devices/disk") => "disks",
        (ObjectKind::Domain, "devices/interface") => "interfaces",
        (ObjectKind::Domain, "devices/filesystem") => "shares",
        (ObjectKind::Domain, "devices/graphics") => "graphics",
        (ObjectKind::Domain, "devices/video") => "video",
        (ObjectKind::Domain, "devices/sound") => "sound",
        (ObjectKind::Domain, "devices/tpm") => "tpm",
        (ObjectKind::Domain, "devices/watchdog") => "watchdog",
        (ObjectKind::Domain, "devices/hostdev") => "hostdevs",
        (ObjectKind::Domain, "devices/input") => "inputs",
        (ObjectKind::Network, "ip") => "subnet",
        (ObjectKind::Network, "forward") => "mode",
        (ObjectKind::Network, "domain" | "dns") => "dns",
        (ObjectKind::Network, "portgroup") => "portgroups",
        (ObjectKind::Network, "route") => "routes",
        (ObjectKind::Pool, "target") => "path",
        (_, "title") => "title",
        (_, "description") => "description",
        (_, "bridge") => "bridge",
        (_, "mtu") => "mtu",
        (_, "mac") => "mac",
        (_, "dnsmasq") => "dnsmasq",
        (_, "source") => "source",
        _ => return None,
    })
}
