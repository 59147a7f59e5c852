//! Reads what a domain boots from: kinds of device, devices one by one, or a kernel of the host.

use std::collections::HashMap;

use crate::lab::domain::boot::{DirectBoot, Order};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{At, Layers};
use crate::resolve::text;
use crate::spec::DomainFields;
use crate::spec::guest::BootDevice;
use crate::spec::key::key;

/// Reads the kernel of the host that a domain boots, if it does not boot from its disks.
pub(crate) fn direct_boot(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Option<DirectBoot> {
    let direct = layers.object(key!(direct_boot));
    if direct.is_empty() {
        return None;
    }
    let initrd = direct.get(key!(initrd)).and_then(|word| text::file(word, problems));
    let cmdline = direct.get(key!(cmdline)).and_then(|word| text::line_of(word, problems));
    let Some(kernel) = direct.get(key!(kernel)) else {
        problems.push(
            Problem::needs(direct.place(), "a direct boot without a kernel", "a `kernel`")
                .help("add `\"kernel\": \"/var/lib/libvirt/boot/bzImage\"`"),
        );
        return None;
    };
    let kernel = text::file(kernel, problems)?;
    Some(DirectBoot { kernel, initrd, cmdline: cmdline.filter(|line| !line.is_empty()) })
}

/// Reads the boot order of a device.
pub(crate) fn order(written: Option<At<'_, u32>>) -> Option<Order> {
    written.map(|order| order.placed())
}

/// Decides the kinds of device to boot from: none where single devices have a boot order. `installs` says that the guest installs
/// itself.
pub(crate) fn boot(
    layers: &Layers<'_, DomainFields>,
    orders: &[&Order],
    has_cdroms: bool,
    installs: bool,
    problems: &mut Problems,
) -> Vec<BootDevice> {
    let mut first: HashMap<u32, &Order> = HashMap::new();
    for order in orders {
        if let Some(other) = first.get(&order.value) {
            problems.push(
                Problem::new(
                    Id::DuplicateBootOrder,
                    order.place.clone(),
                    format!("two devices are number {} in the boot order", order.value),
                )
                .second_of(&other.place)
                .help("give each device a number of its own"),
            );
        } else {
            first.insert(order.value, order);
        }
    }
    let list = layers.get(key!(boot));
    match (list, orders.first()) {
        (Some(list), Some(order)) if !list.value.is_empty() => {
            problems.push(
                Problem::conflict(list.place(), "a boot order of device kinds together with one of single devices")
                    .label("not with a `boot` of devices")
                    .related(order.place.clone(), "a device with its own boot position")
                    .help("leave one of the two out; `\"boot\": []` removes that of `defaults` or a profile"),
            );
            Vec::new()
        }
        (_, Some(_)) => Vec::new(),
        (Some(list), None) => {
            for (index, (device, at)) in list.items().enumerate() {
                if let Some(first) = list.value[..index].iter().position(|other| other == device) {
                    problems.push(
                        Problem::new(
                            Id::DuplicateBootOrder,
                            Place::value(at),
                            "a kind of device is twice in the boot order",
                        )
                        .second_of(&Place::value(list.pointer().index(first)))
                        .help("leave one of the two out"),
                    );
                }
            }
            list.value.clone()
        }
        // A key is pressed in front of the ISO, so that the system on the disk comes first where there is one.
        (None, None) if installs => vec![BootDevice::Hd, BootDevice::Cdrom],
        (None, None) if has_cdroms => vec![BootDevice::Cdrom, BootDevice::Hd],
        (None, None) => vec![BootDevice::Hd],
    }
}
