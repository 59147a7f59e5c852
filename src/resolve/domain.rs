//! Resolves one domain from its layers: the modules beside and below this one read a part each, and the checks that need
//! several parts are here.

pub(crate) mod boot;
pub(crate) mod clock;
pub(crate) mod cpu;
pub(crate) mod firmware;
pub(crate) mod hypervisor;
pub(crate) mod lifecycle;
pub(crate) mod limits;
pub(crate) mod machine;
pub(crate) mod memory;
pub(crate) mod numa;
pub(crate) mod preset;
pub(crate) mod ready;
pub(crate) mod smbios;
pub(crate) mod template;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::lab::device::hostdev::HostDevice;
use crate::lab::device::share::Share;
use crate::lab::domain::Domain;
use crate::lab::domain::boot::Order;
use crate::lab::drive::floppy::Floppy;
use crate::lab::drive::{Cdrom, Disk};
use crate::lab::id::PoolId;
use crate::lab::identity::{Namespace, ObjectKind};
use crate::lab::interface::Interface;
use crate::lab::placed::{ExtraAt, Placed};
use crate::lab::storage::volume::Volume;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::device::room::Plugged;
use crate::resolve::device::{hostdev, input, screen, serial, share, sound};
use crate::resolve::drive::{floppy, io};
use crate::resolve::guest::Guest;
use crate::resolve::instance::Instance;
use crate::resolve::layers::Layers;
use crate::resolve::names::Names;
use crate::resolve::{cloud_init, device, drive, interface, parse, text, unattended};
use crate::spec::guest::Os;
use crate::spec::key::key;
use crate::spec::screen::Video;
use crate::spec::{Active, DomainFields};

/// The places of single devices in the boot order.
fn orders<'d>(
    (disks, cdroms, floppies): (&'d [Disk], &'d [Cdrom], &'d [Floppy]),
    interfaces: &'d [Interface],
    hostdevs: &'d [HostDevice],
) -> Vec<&'d Order> {
    (disks.iter().map(|disk| &disk.boot))
        .chain(cdroms.iter().map(|cdrom| &cdrom.boot))
        .chain(floppies.iter().map(|floppy| &floppy.boot))
        .chain(interfaces.iter().map(|interface| &interface.boot))
        .chain(hostdevs.iter().map(|device| &device.boot))
        .flatten()
        .collect()
}

/// Resolves one domain of an entry, and the volumes that its disks declare.
pub(crate) fn resolve(
    instance: &Instance<'_>,
    layers: &Layers<'_, DomainFields>,
    os: Os,
    namespace: Namespace,
    names: &Names<'_>,
    problems: &mut Problems,
) -> (Domain, Vec<(PoolId, Volume)>) {
    let guest = Guest::new(layers, instance, names, os, problems);
    let uuid = uuid(instance, namespace, problems);
    let machine_uuid = machine_uuid(instance, uuid.value, namespace);
    let (disks, volumes) = drive::disks(&guest, problems);
    let mut cdroms = drive::cdroms(&guest, problems);
    let floppies = floppy::floppies(&guest, problems);
    let mut interfaces = interface::interfaces(&guest, machine_uuid, problems);
    let manage = interface::managed(layers, &interfaces, problems);
    let cloud_init = cloud_init::cloud_init(&guest, &interfaces, problems);
    let unattended = unattended::unattended(&guest, (&disks, &volumes), &cdroms, problems);
    cdroms.extend(unattended.as_ref().and_then(|unattended| unattended::driver_disc(unattended, &cdroms)));
    let screen = screen::screen(&guest, problems);
    let sound = sound::sound(&guest, problems);
    let audio = sound::audio(layers, sound, &screen, problems);
    let console = layers.value(key!(serial)).unwrap_or(false);
    let hostdevs = hostdev::host_devices(&guest, &mut interfaces, !screen.graphics.is_empty(), problems);
    let inputs = input::inputs(&guest, screen.video != Video::None, problems);
    Plugged {
        disks: &disks,
        cdroms: &cdroms,
        cloud_init: cloud_init.as_ref(),
        unattended: unattended.as_ref(),
        interfaces: &interfaces,
        hostdevs: &hostdevs,
        inputs: &inputs,
        sound,
    }
    .have_room(&guest, problems);
    let orders = orders((&disks, &cdroms, &floppies), &interfaces, &hostdevs);
    let (qemu_args, qemu_env) = qemu(layers, problems);
    let shares = share::shares(layers, problems);
    let iothreads = layers.value(key!(iothreads)).unwrap_or(0);
    io::threads_exist(disks.iter().map(|disk| &disk.access), iothreads, problems);
    let cpus = cpu::cpus(&guest, iothreads, problems);
    let hypervisor = hypervisor::hypervisor(&guest, problems);
    let is_template = template::check(&guest, problems);
    let agent = layers.value(key!(agent)).unwrap_or(false);
    let ready = ready::ready(&guest, agent, &interfaces, cloud_init.as_ref(), unattended.as_ref(), problems);
    let domain = Domain {
        title: title(layers, problems),
        description: layers.get(key!(description)).and_then(|word| text::prose_of(word, problems)),
        memory: memory::memory(&guest, shares.iter().any(Share::is_virtiofs), problems),
        numa: numa::numa(layers, &cpus, problems),
        cpus,
        cpu_limits: limits::cpu_limits(layers, problems),
        iothreads,
        block_weight: layers.value(key!(block_weight)),
        firmware: firmware::firmware(&guest, &instance.machine_own(), problems),
        tpm: layers.value(key!(tpm)).unwrap_or(false),
        boot: boot::boot(layers, &orders, !cdroms.is_empty(), unattended.is_some(), problems),
        boot_menu: layers.value(key!(boot_menu)),
        direct_boot: boot::direct_boot(layers, problems),
        smbios: smbios::smbios(layers, problems),
        clock: clock::clock(&guest, hypervisor.hyperv, problems),
        on: lifecycle::on(layers, problems),
        hypervisor,
        inputs,
        serial: console,
        serials: serial::serials(&guest, console, problems),
        agent,
        ready,
        channels: serial::channels(layers, &screen, problems),
        rng: layers.value(key!(rng)).unwrap_or(false),
        balloon: layers.value(key!(balloon)).unwrap_or(true),
        devices: device::devices(&guest, &screen, problems),
        shares,
        is_template,
        active: if is_template { Active::AsItIs } else { active(&guest) },
        on_change: lifecycle::on_change(layers, problems),
        restart: if is_template { Some(false) } else { layers.value(key!(restart)) },
        after: after(&guest, is_template, problems),
        extra: extra(layers),
        name: instance.name.clone(),
        profiles: instance.profiles.clone(),
        variant_of: instance.base.as_ref().map(|base| base.name.to_owned()),
        machine_uuid,
        at: instance.at.clone(),
        uuid,
        os,
        arch: guest.arch,
        virtualization: guest.virtualization,
        machine: guest.machine,
        disks,
        cdroms,
        cloud_init,
        unattended,
        floppies,
        interfaces,
        manage,
        screen,
        sound,
        audio,
        hostdevs,
        qemu_args,
        qemu_env,
    };
    (domain, volumes)
}

/// Reads the UUID of a domain, which is made from its id where the spec has none.
fn uuid(instance: &Instance<'_>, namespace: Namespace, problems: &mut Problems) -> Placed<Uuid> {
    let own = Layers::one(instance.at.clone(), instance.own);
    let derived =
        || Placed { value: namespace.uuid(ObjectKind::Domain, &instance.id), place: Place::key(&instance.at) };
    // One UUID for all replicas has already been refused.
    let written = parse::identity(own.get(key!(uuid)), problems).filter(|_| instance.own.replicas.is_none());
    written.unwrap_or_else(derived)
}

/// What is merged into the definition, the weakest first.
fn extra(layers: &Layers<'_, DomainFields>) -> Vec<ExtraAt> {
    let every = layers.every(key!(extra));
    every.map(|extra| ExtraAt { at: extra.pointer(), value: extra.value.clone() }).collect()
}

/// The UUID of the machine that a domain is a form of: its own, which is `uuid`, or that of the domain that it is a variant of.
fn machine_uuid(instance: &Instance<'_>, uuid: Uuid, namespace: Namespace) -> Uuid {
    let Some(base) = &instance.base else { return uuid };
    let own = Layers::one(base.at.clone(), base.own);
    let written = parse::identity(own.get(key!(uuid)), &mut Problems::default());
    written.map_or_else(|| namespace.uuid(ObjectKind::Domain, &base.id), |uuid| uuid.value)
}

/// Reads whether a domain runs. What starts one form of a machine does not start the others.
fn active(guest: &Guest<'_>) -> Active {
    let written = match &guest.instance.base {
        Some(base) => base.active,
        None => guest.layers.value(key!(active)),
    };
    written.unwrap_or(Active::AsItIs)
}

/// Reads the names of the domains that start before this one. They order what activation starts, which somebody who says nothing
/// of `active` may not know.
fn after(guest: &Guest<'_>, is_template: bool, problems: &mut Problems) -> Vec<Placed<String>> {
    let names = guest.layers.items(key!(after));
    let names: Vec<_> = names.map(|(name, at)| Placed { value: name.clone(), place: Place::value(at) }).collect();
    let is_said = is_template || guest.instance.base.is_some() || guest.layers.get(key!(active)).is_some();
    if let Some(first) = names.first().filter(|_| !is_said) {
        problems.push(
            Problem::new(
                Id::OrderWithoutStart,
                first.place.clone(),
                format!(
                    "domain `{}` starts after `{}`, but activation does not start it",
                    guest.instance.name, first.value
                ),
            )
            .once_per_place()
            .label("has no effect without `active`")
            .help("add `\"active\": true`; or `\"active\": null`, if it is started by hand or by `lab2nix up`"),
        );
    }
    names
}

/// Warns of properties that `-set` sets of devices of libvirt's. It describes them to QEMU as JSON, and `-set` finds only those
/// that are arguments of the older form, as others here may be.
fn warn_of_set_devices(args: &[(&String, Pointer)], problems: &mut Problems) {
    let is_own = |id: &str| args.iter().any(|(arg, _)| arg.split(',').any(|part| part.strip_prefix("id=") == Some(id)));
    for (option, (argument, at)) in args.iter().zip(args.iter().skip(1)) {
        let device = argument.strip_prefix("device.").and_then(|device| device.split_once('.'));
        let Some((id, property)) =
            device.filter(|(id, _)| matches!(option.0.as_str(), "-set" | "--set") && !is_own(id))
        else {
            continue;
        };
        let (name, value) = property.split_once('=').unwrap_or((property, "…"));
        problems.push(
            Problem::of_value(Id::SetDevice, Place::value(at), format!("`-set` for the device `{id}` of libvirt"))
                .label("QEMU does not find the device, and does not start")
                .help(format!(
                    "write it as `extra`: `\"qemu-override\": {{ \"device\": [{{ \"alias\": \"{id}\", \"frontend\": {{ \
                     \"property\": [{{ \"name\": \"{name}\", \"type\": …, \"value\": \"{value}\" }}] }} }}] }}`"
                )),
        );
    }
}

/// Reads the arguments and environment variables for QEMU.
fn qemu(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> (Vec<String>, BTreeMap<String, String>) {
    let qemu = layers.object(key!(qemu));
    let qemu_args = text::each(qemu.items(key!(args)), text::check_line, problems);
    qemu.items(key!(args)).for_each(|(arg, at)| text::warn_of_store(arg, Place::value(at), problems));
    warn_of_set_devices(&qemu.items(key!(args)).collect::<Vec<_>>(), problems);
    let mut qemu_env = BTreeMap::new();
    for env in qemu.every(key!(env)) {
        for (name, text) in env.value {
            let at = env.pointer().key(name);
            text::warn_of_store(text, Place::value(&at), problems);
            if parse::variable(name, Place::key(&at), problems) & text::check_line(text, Place::value(at), problems) {
                qemu_env.insert(name.clone(), text.clone());
            }
        }
    }
    (qemu_args, qemu_env)
}

/// Reads the title, which is one line.
pub(crate) fn title(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Option<String> {
    let word = layers.get(key!(title))?;
    if word.value.contains('\n') {
        problems.push(
            Problem::of_value(Id::BadText, word.place(), "a title of several lines")
                .label("libvirt allows one line")
                .help("put the rest into `description`"),
        );
        return None;
    }
    // libvirt has no empty one. It takes that of a weaker layer away.
    text::line_of(word, problems).filter(|title| !title.is_empty())
}
