//! What devices of domains have that only one of them can have.

use std::collections::HashSet;

use crate::check::{domains_of_names, twice};
use crate::lab::Lab;
use crate::lab::socket::written_paths;
use crate::problem::{Id, Problem};

/// Every check over the devices of all domains, but for drives and interfaces.
pub(crate) fn check(lab: &Lab, problems: &mut Vec<Problem>) {
    host_devices(lab, problems);
    vsocks(lab, problems);
    paths(lab, problems);
}

/// No domain has a device of the host twice. Two domains may have one, which is told all the same.
fn host_devices(lab: &Lab, problems: &mut Vec<Problem>) {
    for domain in domains_of_names(lab) {
        twice(
            domain.hostdevs.iter().map(|device| (device.name(), device.place.clone())),
            |name, place| {
                let message = format!("domain `{}` has the device `{name}` of the host twice", domain.name);
                Problem::new(Id::DuplicateDevice, place, message).help("leave one of the two out")
            },
            problems,
        );
    }
    // Within a domain that is an error, told of above.
    let devices = lab.domains.iter().flatten().flat_map(|domain| {
        let mut own = HashSet::new();
        let devices = domain.hostdevs.iter().filter_map(|device| Some((device.only_one()?, device)));
        devices.filter_map(move |(kind, device)| {
            let name = device.name();
            own.insert(name.clone()).then(|| ((kind, name), device.place.clone()))
        })
    });
    twice(
        devices,
        |(kind, name), place| {
            Problem::new(Id::SharedDevice, place, format!("the {kind} device `{name}` is handed out twice"))
                .help("only one of the domains can run at a time; fine if that is meant")
        },
        problems,
    );
}

/// No two domains are reached by one number.
fn vsocks(lab: &Lab, problems: &mut Vec<Problem>) {
    let cids = domains_of_names(lab).filter_map(|domain| domain.devices.vsock.as_ref()?.cid.as_ref());
    twice(
        cids.map(|cid| (cid.value, cid.place.clone())),
        |cid, place| {
            Problem::new(Id::DuplicateCid, place, format!("two domains have the context id {cid}"))
                .help("give each domain a `cid` of its own, or leave it out: libvirt then takes a free one")
        },
        problems,
    );
}

/// No two serial ports write one file or listen on one socket, and no two sound devices write one file.
fn paths(lab: &Lab, problems: &mut Vec<Problem>) {
    twice(
        domains_of_names(lab).flat_map(written_paths).map(|path| (path.value.as_str(), path.place.clone())),
        |path, place| {
            Problem::new(Id::DuplicatePath, place, format!("two devices write to `{path}`"))
                .help("give each a path of its own; what differs between replicas is written in entries of their own")
        },
        problems,
    );
}
