//! Domains, resolved.

use indexmap::IndexMap;
use uuid::Uuid;

use super::board::Board;
use super::boot::{self, Order};
use super::cpu::{self, Cpus};
use super::device::{self, Graphics, HostDevice, Share};
use super::drive::{self, Cdrom, Disk};
use super::firmware::{self, Firmware};
use super::floppy::{self, Floppy};
use super::identity::{Kind, Namespace};
use super::interface::{self, Interface};
use super::profile::Layers;
use super::scope::{Entry, Scope};
use super::size::Size;
use super::volume::Volume;
use super::{ExtraAt, Placed, PoolId, bus, text, word};
use crate::place::Pointer;
use crate::problem::{Id, Problem};
use crate::spec::device::{Sound, Video, Watchdog};
use crate::spec::guest::{Arch, BootDevice, Drivers, Os, Virtualization};
use crate::spec::{Active, DomainFields};

/// The machine type of a PC. libvirt resolves a name without a version, such as `q35`, to QEMU's newest at each
/// definition, so that an update of QEMU would change every domain and power-cycle those that run. QEMU keeps a version
/// for [six years](https://www.qemu.org/docs/master/about/deprecated.html).
const DEFAULT_MACHINE_X86_64: &str = "pc-q35-9.1";
/// The machine type of an Arm board, with a version for the same reason.
const DEFAULT_MACHINE_AARCH64: &str = "virt-9.1";

/// A domain.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a device that is there or not")]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub at: Pointer,
    /// Its UUID.
    pub uuid: Placed<Uuid>,
    /// A title for lists.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The guest's operating system.
    pub os: Os,
    /// The processor architecture.
    pub arch: Arch,
    /// QEMU's machine type.
    pub machine: String,
    /// Who runs the guest's code.
    pub virtualization: Virtualization,
    /// The memory.
    pub memory: Size,
    /// The size of the pages that the memory is made of, where it is not the ordinary one.
    pub hugepages: Option<Size>,
    /// The CPUs.
    pub cpus: Cpus,
    /// The firmware.
    pub firmware: Firmware,
    /// Whether it has a TPM 2.0.
    pub tpm: bool,
    /// The disks.
    pub disks: Vec<Disk>,
    /// The optical drives.
    pub cdroms: Vec<Cdrom>,
    /// The floppy drives.
    pub floppies: Vec<Floppy>,
    /// The network interfaces.
    pub interfaces: Vec<Interface>,
    /// The screen's server.
    pub graphics: Option<Graphics>,
    /// The video device.
    pub video: Video,
    /// The sound device.
    pub sound: Sound,
    /// Whether it has a serial console.
    pub serial: bool,
    /// Whether it has a channel for the guest agent.
    pub agent: bool,
    /// Whether it has a random number generator.
    pub rng: bool,
    /// Whether it has a memory balloon.
    pub balloon: bool,
    /// The watchdog device.
    pub watchdog: Watchdog,
    /// The directories of the host that it can mount.
    pub shares: Vec<Share>,
    /// The devices of the host that it gets.
    pub hostdevs: Vec<HostDevice>,
    /// The kinds of device that the firmware tries to boot from, in order; none where devices have an order of their own.
    pub boot: Vec<BootDevice>,
    /// Whether the guest is told that it runs under Hyper-V.
    pub hyperv: bool,
    /// Whether it runs.
    pub active: Active,
    /// Whether activation restarts it.
    pub restart: Option<bool>,
    /// The names of the domains that start before it, and where each is written.
    pub after: Vec<Placed<String>>,
    /// Arguments for QEMU.
    pub qemu_args: Vec<String>,
    /// Environment variables for QEMU.
    pub qemu_env: Vec<(String, String)>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}

/// Resolves one domain of an entry, and the volumes that its disks declare.
pub(super) fn resolve(
    entry: &Entry<'_>,
    layers: &Layers<'_, DomainFields>,
    os: Os,
    namespace: Namespace,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> (Domain, Vec<(PoolId, Volume)>) {
    let arch = layers.value("arch", |f| f.arch.as_ref()).unwrap_or_default();
    let virtualization = layers.value("virtualization", |f| f.virtualization.as_ref()).unwrap_or(match arch {
        Arch::X86_64 => Virtualization::Kvm,
        Arch::Aarch64 => Virtualization::Emulated,
    });
    let drivers = layers.value("drivers", |f| f.drivers.as_ref()).unwrap_or(Drivers::Virtio);
    let own = Layers::one(entry.at.clone(), entry.own);
    let made = || Placed { value: namespace.uuid(Kind::Domain, &entry.id), place: entry.at.clone().name() };
    // One UUID for all replicas has been refused already.
    let written = word::identity(&own, |own| own.uuid.as_ref(), problems).filter(|_| entry.own.replicas.is_none());
    let uuid = written.unwrap_or_else(made);
    let machine = machine(layers, arch, problems);
    let board = Board::of(arch, &machine);
    let (disks, volumes) = drive::disks(layers, entry, (drivers, board), scope, problems);
    let cdroms = drive::cdroms(layers, board, scope, problems);
    let floppies = floppy::floppies(layers, board, problems);
    let on_buses = disks.iter().map(|disk| (disk.bus, &disk.at));
    let on_buses = on_buses.chain(cdroms.iter().map(|cdrom| (cdrom.bus, &cdrom.at)));
    bus::have_room(on_buses, board, &entry.name, problems);
    let interfaces = interface::interfaces(layers, entry, uuid.value, drivers, scope, problems);
    let orders: Vec<&Order> = (disks.iter().map(|disk| &disk.boot))
        .chain(cdroms.iter().map(|cdrom| &cdrom.boot))
        .chain(floppies.iter().map(|floppy| &floppy.boot))
        .chain(interfaces.iter().map(|interface| &interface.boot))
        .flatten()
        .collect();
    let (qemu_args, qemu_env) = qemu(layers, problems);
    let domain = Domain {
        title: title(layers, problems),
        description: layers
            .get("description", |f| f.description.as_ref())
            .and_then(|word| text::text_of(word, problems)),
        memory: memory(layers, entry, problems),
        hugepages: layers.get("hugepages", |f| f.hugepages.as_ref()).and_then(|word| word::size(word, problems)),
        cpus: cpu::cpus(layers, os, virtualization, problems),
        firmware: firmware::firmware(layers, &own, entry, (arch, &machine), problems),
        tpm: layers.value("tpm", |f| f.tpm.as_ref()).unwrap_or(false),
        boot: boot::boot(layers, &orders, !cdroms.is_empty(), problems),
        graphics: device::graphics(layers, entry, problems),
        video: layers.value("video", |f| f.video.as_ref()).unwrap_or(match drivers {
            Drivers::Emulated => Video::Vga,
            Drivers::Virtio => Video::Virtio,
        }),
        sound: layers.value("sound", |f| f.sound.as_ref()).unwrap_or(Sound::None),
        serial: layers.value("serial", |f| f.serial.as_ref()).unwrap_or(false),
        agent: layers.value("agent", |f| f.agent.as_ref()).unwrap_or(false),
        rng: layers.value("rng", |f| f.rng.as_ref()).unwrap_or(false),
        balloon: layers.value("balloon", |f| f.balloon.as_ref()).unwrap_or(true),
        watchdog: layers.value("watchdog", |f| f.watchdog.as_ref()).unwrap_or(Watchdog::None),
        shares: device::shares(layers, problems),
        hostdevs: device::host_devices(layers, problems),
        hyperv: hyperv(layers, os, arch, virtualization, problems),
        active: layers.value("active", |f| f.active.as_ref()).unwrap_or(Active::AsItIs),
        restart: layers.value("restart", |f| f.restart.as_ref()),
        after: layers.get("after", |f| f.after.as_ref()).map_or_else(Vec::new, |list| {
            let placed = |(index, name): (usize, &String)| Placed {
                value: name.clone(),
                place: list.pointer().index(index).value(),
            };
            list.value.iter().enumerate().map(placed).collect()
        }),
        extra: layers
            .every("extra", |f| f.extra.as_ref())
            .map(|extra| ExtraAt { at: extra.pointer(), value: extra.value.clone() })
            .collect(),
        name: entry.name.clone(),
        at: entry.at.clone(),
        uuid,
        os,
        arch,
        machine,
        virtualization,
        disks,
        cdroms,
        floppies,
        interfaces,
        qemu_args,
        qemu_env: qemu_env.into_iter().collect(),
    };
    (domain, volumes)
}

/// Whether the guest is told that it runs under Hyper-V, which is an interface of PCs.
fn hyperv(
    layers: &Layers<'_, DomainFields>,
    os: Os,
    arch: Arch,
    virtualization: Virtualization,
    problems: &mut Vec<Problem>,
) -> bool {
    let pc = arch == Arch::X86_64;
    let written = layers.get("hyperv", |f| f.hyperv.as_ref());
    if let Some(written) = written.filter(|written| *written.value && !pc) {
        problems.push(
            Problem::new(Id::ConflictingFields, written.place(), "Hyper-V's interface on an aarch64 domain")
                .label("only for x86_64")
                .help("leave `hyperv` out"),
        );
    }
    written.map_or(os.is_windows() && pc && virtualization == Virtualization::Kvm, |written| *written.value)
}

/// The arguments and environment variables for QEMU.
fn qemu(layers: &Layers<'_, DomainFields>, problems: &mut Vec<Problem>) -> (Vec<String>, IndexMap<String, String>) {
    let qemu = layers.object("qemu", |f| f.qemu.as_ref());
    let mut qemu_args = Vec::new();
    if let Some(args) = qemu.get("args", |q| q.args.as_ref()) {
        for (index, arg) in args.value.iter().enumerate() {
            if text::check_line(arg, args.pointer().index(index).value(), problems) {
                qemu_args.push(arg.clone());
            }
        }
    }
    let mut qemu_env = IndexMap::new();
    for env in qemu.every("env", |q| q.env.as_ref()) {
        for (name, text) in env.value {
            let at = env.pointer().key(name);
            if word::variable(name, at.clone().name(), problems) & text::check_line(text, at.value(), problems) {
                qemu_env.insert(name.clone(), text.clone());
            }
        }
    }
    (qemu_args, qemu_env)
}

/// A title is one line.
fn title(layers: &Layers<'_, DomainFields>, problems: &mut Vec<Problem>) -> Option<String> {
    let word = layers.get("title", |f| f.title.as_ref())?;
    if word.value.contains('\n') {
        problems.push(
            Problem::new(Id::BadText, word.place(), "a title of several lines")
                .label("libvirt takes one line")
                .help("put the rest into `description`"),
        );
        return None;
    }
    text::text_of(word, problems)
}

fn machine(layers: &Layers<'_, DomainFields>, arch: Arch, problems: &mut Vec<Problem>) -> String {
    let written = layers.get("machine", |f| f.machine.as_ref());
    written.filter(|word| word::name(word.value, word.place(), problems)).map_or_else(
        || match arch {
            Arch::X86_64 => DEFAULT_MACHINE_X86_64.to_owned(),
            Arch::Aarch64 => DEFAULT_MACHINE_AARCH64.to_owned(),
        },
        |word| word.value.clone(),
    )
}

fn memory(layers: &Layers<'_, DomainFields>, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Size {
    let word = layers.get("memory", |f| f.memory.as_ref());
    if word.is_none() {
        let message = format!("domain `{}` has no memory", entry.name);
        problems.push(
            Problem::new(Id::MissingField, entry.at.key("memory").name(), message)
                .label("needs a `memory`")
                .help("add `\"memory\": \"4GiB\"` here, to `defaults` or to one of its profiles"),
        );
    }
    word.and_then(|word| word::size(word, problems)).unwrap_or(Size::KIB)
}
