//! Looks at what a domain boots from.

use crate::lab::Lab;
use crate::lab::domain::Domain;
use crate::lab::drive::{Medium, Source};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::spec::Active;
use crate::spec::drive::DiskBus;
use crate::spec::guest::BootDevice;

/// Warns of domains in which nothing boots, nothing runs cloud-init, or Windows cannot be installed.
pub(crate) fn check(lab: &Lab, problems: &mut Problems) {
    for domain in lab.domains.iter().flatten() {
        problems.extend(cloud_init_on_nothing(domain, lab));
        problems.extend(nothing_to_boot(domain));
        problems.extend(no_disk_driver(domain, lab));
    }
}

/// Warns of instructions for cloud-init in a domain that has no system with it: its disks are empty, and it boots nothing else.
fn cloud_init_on_nothing(domain: &Domain, lab: &Lab) -> Option<Problem> {
    let init = domain.cloud_init.as_ref()?;
    let mut disks = domain.disks.iter();
    let has_system = domain.disks.is_empty() || !disks.all(|disk| is_empty(&disk.source, lab));
    if domain.is_template || has_system || boots_from_elsewhere(domain) {
        return None;
    }
    Some(
        Problem::new(
            Id::CloudInitOnNothing,
            Place::key(&init.at),
            format!("the disks of domain `{}` contain no system with cloud-init", domain.name),
        )
        .once_per_place()
        .label("an empty disk has no cloud-init")
        .related(Place::key(&domain.at), "the domain")
        .help("give its disk an image, `\"image\": { \"path\": … }`, or `cloneOf` with a template"),
    )
}

/// Warns of a domain that the lab starts and whose firmware finds nothing to boot. An empty disk is something: a system may have
/// been installed on it since.
fn nothing_to_boot(domain: &Domain) -> Option<Problem> {
    let can_boot = !domain.disks.is_empty() || boots_from_elsewhere(domain);
    (domain.active == Active::Running && !can_boot).then(|| {
        Problem::new(
            Id::NothingToBoot,
            Place::key(&domain.at),
            format!("domain `{}` is started but has nothing to boot from", domain.name),
        )
        .once_per_place()
        .label("no disk, no ISO, no network boot")
        .help(
            "add a disk, `\"cdroms\": [{ \"file\": … }]` or `\"boot\": [\"network\"]`; or leave out `active`, and start the domain when it has something to boot from",
        )
    })
}

/// Warns of a domain whose only disc is the one with Windows and whose disks, on which there is nothing yet, its setup does not see.
/// Any further disc may have the drivers.
fn no_disk_driver(domain: &Domain, lab: &Lab) -> Option<Problem> {
    let is_unseen = |bus| matches!(bus, DiskBus::Virtio | DiskBus::Scsi);
    let first = domain.disks.first().filter(|_| domain.os.is_windows() && !domain.is_template)?;
    // The disc of one that installs itself has them.
    let first = Some(first).filter(|_| domain.unattended.is_none())?;
    let is_unseen = domain.disks.iter().all(|disk| is_unseen(disk.bus) && is_empty(&disk.source, lab));
    let mut discs = domain.cdroms.iter().filter(|cdrom| !matches!(cdrom.medium, Medium::Empty));
    let has_drivers = match (discs.next().map(|cdrom| &cdrom.medium), discs.next()) {
        (Some(Medium::File(name) | Medium::Volume { name, .. } | Medium::HostVolume { name, .. }), None) => {
            name.to_lowercase().contains("virtio")
        }
        _ => true,
    };
    let may_have_more = !domain.floppies.is_empty() || !domain.extra.is_empty() || domain.direct_boot.is_some();
    (is_unseen && !has_drivers && !may_have_more).then(|| {
        let message = format!("Windows Setup finds no disk in domain `{}`", domain.name);
        Problem::new(Id::NoDiskDriver, Place::value(&first.at), message)
            .once_per_place()
            .label(format!("no driver for bus `{}`", first.bus.name()))
            .related(Place::key(&domain.at), "the domain")
            .help("add `{ \"driverDisc\": true }` to `cdroms`, and load the driver from it; or choose bus `sata`")
    })
}

/// Whether a domain has, or may have, something else to boot from than its disks.
fn boots_from_elsewhere(domain: &Domain) -> bool {
    let has_medium = domain.cdroms.iter().any(|cdrom| match cdrom.medium {
        Medium::File(_) | Medium::Volume { .. } | Medium::HostVolume { .. } => true,
        Medium::DriverDisc | Medium::Empty => false,
    });
    has_medium
        || domain.direct_boot.is_some()
        || !domain.floppies.is_empty()
        || !domain.hostdevs.is_empty()
        || !domain.extra.is_empty()
        || !domain.qemu_args.is_empty()
        || domain.boot.contains(&BootDevice::Network)
        || domain.interfaces.iter().any(|interface| interface.boot.is_some())
}

/// Whether a disk has nothing on it when the lab has made it.
fn is_empty(source: &Source, lab: &Lab) -> bool {
    let Source::Volume { pool, name, .. } = source else { return false };
    let volume = lab.pool(*pool).volumes.iter().find(|volume| volume.name == *name);
    volume.and_then(|volume| volume.present.as_ref()).is_some_and(|present| present.backing.is_none())
}
