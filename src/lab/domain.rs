//! Domains, resolved.

use uuid::Uuid;

use super::identity::{Kind, MacAt, Namespace};
use super::profile::Layers;
use super::resolve::{Entry, Scope};
use super::size::Size;
use super::storage::Volume;
use super::subnet::HostAddr;
use super::{ExtraAt, NetworkId, Placed, PoolId, device, word};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem};
use crate::spec::device::{Cache, DiskBus, GraphicsType, InterfaceModel};
use crate::spec::domain::{
    Arch, BootDevice, CpuFeature, CpuMode, Drivers, Firmware, Os, Sound, Video, Virtualization, Watchdog,
};
use crate::spec::pool::ImageFormat;
use crate::spec::{Active, DomainFields};

/// Where libvirt keeps the firmware variables of domains.
const NVRAM_DIR: &str = "/var/lib/libvirt/qemu/nvram";

/// The machine type of a PC. libvirt resolves a name without a version, such as `q35`, to QEMU's newest at each
/// definition, so that an update of QEMU would change every domain and power-cycle those that run. QEMU keeps a version
/// for [six years](https://www.qemu.org/docs/master/about/deprecated.html).
const DEFAULT_MACHINE_X86_64: &str = "pc-q35-9.1";
/// The machine type of an Arm board, with a version for the same reason.
const DEFAULT_MACHINE_AARCH64: &str = "virt-9.1";

/// A domain.
#[derive(Debug)]
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
    pub firmware: Boot,
    /// Whether it has a TPM 2.0.
    pub tpm: bool,
    /// The disks.
    pub disks: Vec<Disk>,
    /// The optical drives.
    pub cdroms: Vec<Cdrom>,
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
    /// What the firmware tries to boot from, in order.
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

/// The virtual CPUs.
#[derive(Debug)]
pub struct Cpus {
    /// How many.
    pub count: u32,
    /// Sockets, cores and threads, where the spec says.
    pub topology: Option<[u32; 3]>,
    /// Where the model comes from.
    pub mode: CpuMode,
    /// The model.
    pub model: Option<String>,
    /// Features asked for or left out.
    pub features: Vec<(String, CpuFeature)>,
    /// For each virtual CPU, the CPUs of the host that may run it.
    pub pinned: Vec<String>,
    /// The CPUs of the host that may run QEMU's own work.
    pub emulator_pinned: Option<String>,
}

/// The firmware, with what it needs.
#[derive(Debug)]
pub enum Boot {
    /// The PC BIOS.
    Bios,
    /// UEFI.
    Uefi {
        /// The file of its variables.
        nvram: Placed<String>,
        /// The format of that file. Only QCOW2 can be snapshotted.
        format: ImageFormat,
    },
}

/// A disk.
#[derive(Debug)]
pub struct Disk {
    /// Where it is declared.
    pub at: Pointer,
    /// What it is.
    pub source: Source,
    /// The format of its image.
    pub format: ImageFormat,
    /// Where the format is written, if it is.
    pub(super) format_at: Option<Pointer>,
    /// What it is attached to.
    pub bus: DiskBus,
    /// How QEMU caches it.
    pub cache: Option<Cache>,
    /// The serial number.
    pub serial: Option<String>,
}

/// What a disk is.
#[derive(Debug)]
pub enum Source {
    /// A volume of a pool.
    Volume {
        /// The pool.
        pool: PoolId,
        /// The volume's name.
        name: String,
        /// Where the volume is named.
        at: Pointer,
    },
    /// A file.
    File(String),
    /// A block device.
    Block(String),
}

/// An optical drive.
#[derive(Debug)]
pub enum Cdrom {
    /// With an ISO file.
    File(String),
    /// With an ISO that is a volume.
    Volume {
        /// The pool.
        pool: PoolId,
        /// The volume's name.
        name: String,
        /// Where the volume is named.
        at: Pointer,
    },
    /// With the disc of `VirtIO` drivers.
    DriverDisc,
    /// Empty.
    Empty,
}

/// A network interface.
#[derive(Debug)]
pub struct Interface {
    /// Where it is declared.
    pub at: Pointer,
    /// What it is on.
    pub attachment: Attachment,
    /// Its MAC address.
    pub mac: MacAt,
    /// Its fixed addresses, at most one of each family.
    pub addresses: Vec<Address>,
    /// The device that the guest sees.
    pub model: InterfaceModel,
}

/// What an interface is on.
#[derive(Debug)]
pub enum Attachment {
    /// A network of the lab.
    Network(NetworkId),
    /// A bridge of the host.
    Bridge {
        /// The bridge's name.
        name: String,
        /// Where it is written.
        place: Place,
    },
}

/// A fixed address of an interface.
#[derive(Debug, Clone)]
pub struct Address {
    /// The address.
    pub host: HostAddr,
    /// Where it is written.
    pub place: Place,
}

/// The screen's server.
#[derive(Debug)]
pub struct Graphics {
    /// The protocol; never [`GraphicsType::None`].
    pub protocol: GraphicsType,
    /// The address that it listens on.
    pub listen: String,
    /// The port, and where it is written.
    pub port: Option<Placed<u32>>,
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

/// Resolves one domain of an entry, and the volumes that its disks declare.
pub(super) fn resolve(
    entry: &Entry<'_>,
    layers: &Layers<'_, DomainFields>,
    os: Os,
    namespace: Namespace,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> (Domain, Vec<(PoolId, Volume)>) {
    let arch = value(layers.get("arch", |f| f.arch.as_ref())).unwrap_or_default();
    let virtualization = value(layers.get("virtualization", |f| f.virtualization.as_ref())).unwrap_or(match arch {
        Arch::X86_64 => Virtualization::Kvm,
        Arch::Aarch64 => Virtualization::Emulated,
    });
    let drivers = value(layers.get("drivers", |f| f.drivers.as_ref())).unwrap_or(Drivers::Virtio);
    let own = Layers::one(entry.at.clone(), entry.own);
    let uuid = word::identity(&own, |own| own.uuid.as_ref(), problems).unwrap_or_else(|| Placed {
        value: namespace.uuid(Kind::Domain, &entry.id),
        place: entry.at.clone().name(),
    });
    let (disks, volumes) = device::disks(layers, entry, drivers, scope, problems);
    let cdroms = device::cdroms(layers, scope, problems);
    let qemu = layers.object("qemu", |f| f.qemu.as_ref());
    let mut qemu_args = Vec::new();
    if let Some(args) = qemu.get("args", |q| q.args.as_ref()) {
        for (index, arg) in args.value.iter().enumerate() {
            if word::check_text(arg, args.pointer().index(index).value(), problems) {
                qemu_args.push(arg.clone());
            }
        }
    }
    let mut qemu_env = Vec::new();
    if let Some(env) = qemu.get("env", |q| q.env.as_ref()) {
        for (name, text) in env.value {
            let at = env.pointer().key(name);
            if word::check_text(name, at.clone().name(), problems) & word::check_text(text, at.value(), problems) {
                qemu_env.push((name.clone(), text.clone()));
            }
        }
    }
    let domain = Domain {
        title: title(layers, problems),
        description: layers.get("description", |f| f.description.as_ref()).and_then(|word| word::text_of(word, problems)),
        machine: machine(layers, arch, problems),
        memory: memory(layers, entry, problems),
        hugepages: layers.get("hugepages", |f| f.hugepages.as_ref()).and_then(|word| word::size(word, problems)),
        cpus: cpus(layers, virtualization, problems),
        firmware: firmware(layers, &own, entry, arch, problems),
        tpm: flag(layers.get("tpm", |f| f.tpm.as_ref()), false),
        boot: value(layers.get("boot", |f| f.boot.as_ref())).unwrap_or_else(|| match cdroms.as_slice() {
            [] => vec![BootDevice::Hd],
            [..] => vec![BootDevice::Cdrom, BootDevice::Hd],
        }),
        interfaces: device::interfaces(layers, entry, uuid.value, drivers, scope, problems),
        graphics: graphics(layers, problems),
        video: value(layers.get("video", |f| f.video.as_ref())).unwrap_or(match drivers {
            Drivers::Emulated => Video::Vga,
            Drivers::Virtio => Video::Virtio,
        }),
        sound: value(layers.get("sound", |f| f.sound.as_ref())).unwrap_or(Sound::None),
        serial: flag(layers.get("serial", |f| f.serial.as_ref()), false),
        agent: flag(layers.get("agent", |f| f.agent.as_ref()), false),
        rng: flag(layers.get("rng", |f| f.rng.as_ref()), false),
        balloon: flag(layers.get("balloon", |f| f.balloon.as_ref()), true),
        watchdog: value(layers.get("watchdog", |f| f.watchdog.as_ref())).unwrap_or(Watchdog::None),
        shares: device::shares(layers, problems),
        hostdevs: device::host_devices(layers, problems),
        hyperv: hyperv(layers, os, arch, virtualization, problems),
        active: value(layers.get("active", |f| f.active.as_ref())).unwrap_or(Active::AsItIs),
        restart: value(layers.get("restart", |f| f.restart.as_ref())),
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
        virtualization,
        disks,
        cdroms,
        qemu_args,
        qemu_env,
    };
    (domain, volumes)
}

fn value<T: Clone>(at: Option<super::profile::At<'_, T>>) -> Option<T> {
    at.map(|at| at.value.clone())
}

fn flag(at: Option<super::profile::At<'_, bool>>, default: bool) -> bool {
    at.map_or(default, |at| *at.value)
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
    flag(written, os.is_windows() && pc && virtualization == Virtualization::Kvm)
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
    word::text_of(word, problems)
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
    let size = match layers.get("memory", |f| f.memory.as_ref()) {
        Some(word) => word::size(word, problems),
        None => {
            problems.push(
                Problem::new(Id::MissingField, entry.at.clone().name(), format!("domain `{}` has no memory", entry.name))
                    .label("needs a `memory`")
                    .help("add `\"memory\": \"4GiB\"` here, to `defaults` or to one of its profiles"),
            );
            None
        }
    };
    size.unwrap_or(Size::KIB)
}

fn cpus(layers: &Layers<'_, DomainFields>, virtualization: Virtualization, problems: &mut Vec<Problem>) -> Cpus {
    let written = layers.get("cpus", |f| f.cpus.as_ref());
    let topology = layers.object("topology", |f| f.topology.as_ref());
    let parts = [
        topology.get("sockets", |t| t.sockets.as_ref()),
        topology.get("cores", |t| t.cores.as_ref()),
        topology.get("threads", |t| t.threads.as_ref()),
    ];
    let mut sound = true;
    for count in parts.iter().flatten().chain(written.iter()) {
        if *count.value == 0 {
            sound = false;
            problems.push(
                Problem::new(Id::OutOfRange, count.place(), "a domain with no CPU")
                    .label("must be at least 1")
                    .help("write how many it has, such as `2`"),
            );
        }
    }
    let arrangement = parts.map(|part| part.map_or(1, |count| *count.value));
    let product = arrangement.iter().try_fold(1_u32, |product, part| product.checked_mul(*part));
    let count = match (written, topology.is_empty()) {
        (Some(written), false) if sound && product != Some(*written.value) => {
            let [sockets, cores, threads] = arrangement;
            problems.push(
                Problem::new(
                    Id::TopologyMismatch,
                    written.place(),
                    format!("{} CPUs, but {sockets} × {cores} × {threads} in the topology", written.value),
                )
                .label("does not match the topology")
                .related(topology.pointer().value(), "sockets × cores × threads")
                .help("make them equal, or leave `cpus` out"),
            );
            *written.value
        }
        (Some(written), _) => *written.value,
        (None, false) => product.unwrap_or(u32::MAX),
        (None, true) => 2,
    };
    let cpu = layers.object("cpu", |f| f.cpu.as_ref());
    let model = cpu.get("model", |c| c.model.as_ref());
    let mode = cpu.get("mode", |c| c.mode.as_ref());
    let default = match (model, virtualization) {
        (Some(_), _) => CpuMode::Custom,
        (None, Virtualization::Kvm) => CpuMode::HostPassthrough,
        (None, Virtualization::Emulated) => CpuMode::Maximum,
    };
    if let (Some(model), Some(mode)) = (model, mode)
        && *mode.value != CpuMode::Custom
    {
        problems.push(
            Problem::new(Id::ConflictingFields, model.pointer().name(), "a CPU model in a mode that takes none")
                .label("only for mode `custom`")
                .related(mode.place(), "the mode")
                .help("leave one of the two out"),
        );
    }
    if let (None, Some(mode)) = (model, mode)
        && *mode.value == CpuMode::Custom
    {
        problems.push(
            Problem::new(Id::MissingField, mode.place(), "CPU mode `custom` without a model")
                .label("needs a `model` beside it")
                .help("add `\"model\": …`, one that `virsh cpu-models x86_64` prints"),
        );
    }
    let pinning = layers.object("pinning", |f| f.pinning.as_ref());
    let mut pinned = Vec::new();
    if let Some(list) = pinning.get("vcpus", |p| p.vcpus.as_ref()) {
        for (index, text) in list.value.iter().enumerate() {
            pinned.extend(word::cpuset(text, list.pointer().index(index), problems));
        }
        if list.value.len() > count as usize {
            problems.push(
                Problem::new(Id::OutOfRange, list.place(), format!("{} virtual CPUs are pinned, the domain has {count}", list.value.len()))
                    .label("more than there are")
                    .help("leave the last ones out, or give the domain more `cpus`"),
            );
        }
    }
    Cpus {
        count,
        topology: (!topology.is_empty()).then_some(arrangement),
        mode: value(mode).unwrap_or(default),
        model: model.filter(|word| word::name(word.value, word.place(), problems)).map(|word| word.value.clone()),
        features: features(&cpu, problems),
        pinned,
        emulator_pinned: pinning
            .get("emulator", |p| p.emulator.as_ref())
            .and_then(|word| word::cpuset(word.value, word.pointer(), problems)),
    }
}

/// The features of every layer; each feature as the strongest layer that names it says.
fn features(cpu: &Layers<'_, crate::spec::domain::Cpu>, problems: &mut Vec<Problem>) -> Vec<(String, CpuFeature)> {
    let mut features = indexmap::IndexMap::new();
    for layer in cpu.every("features", |c| c.features.as_ref()) {
        for (name, policy) in layer.value {
            if word::name(name, layer.pointer().key(name).name(), problems) {
                features.insert(name.clone(), *policy);
            }
        }
    }
    features.into_iter().collect()
}

fn firmware(
    layers: &Layers<'_, DomainFields>,
    own: &Layers<'_, crate::spec::domain::DomainOwn>,
    entry: &Entry<'_>,
    arch: Arch,
    problems: &mut Vec<Problem>,
) -> Boot {
    let written = layers.get("firmware", |f| f.firmware.as_ref());
    let firmware = value(written).unwrap_or(match arch {
        Arch::X86_64 => Firmware::Bios,
        Arch::Aarch64 => Firmware::Uefi,
    });
    let nvram = own.get("nvram", |own| own.nvram.as_ref());
    match (firmware, arch) {
        (Firmware::Bios, Arch::Aarch64) => problems.extend(written.map(|written| {
            Problem::new(Id::ConflictingFields, written.place(), format!("domain `{}` is an aarch64 with a PC BIOS", entry.name))
                .label("aarch64 has none")
                .help("leave `firmware` out, or choose `uefi`")
        })),
        (Firmware::Bios, Arch::X86_64) => problems.extend(nvram.map(|nvram| {
            Problem::new(Id::ConflictingFields, nvram.pointer().name(), format!("domain `{}` has a BIOS, which keeps no variables", entry.name))
                .label("only for `firmware` `uefi`")
                .help("leave `nvram` out, or choose `uefi`")
        })),
        (Firmware::Uefi, _) => {}
    }
    match firmware {
        Firmware::Bios => Boot::Bios,
        Firmware::Uefi => Boot::Uefi {
            nvram: nvram
                .and_then(|word| word::path(word, problems).map(|value| Placed { value, place: word.place() }))
                .unwrap_or_else(|| Placed {
                    value: format!("{NVRAM_DIR}/{}.nvram", entry.name),
                    place: entry.at.clone().name(),
                }),
            format: if flag(layers.get("snapshots", |f| f.snapshots.as_ref()), true) {
                ImageFormat::Qcow2
            } else {
                ImageFormat::Raw
            },
        },
    }
}

fn graphics(layers: &Layers<'_, DomainFields>, problems: &mut Vec<Problem>) -> Option<Graphics> {
    let graphics = layers.object("graphics", |f| f.graphics.as_ref());
    let protocol = value(graphics.get("type", |g| g.r#type.as_ref())).unwrap_or(GraphicsType::Spice);
    let listen = graphics.get("listen", |g| g.listen.as_ref());
    let listen = match listen {
        Some(word) => {
            let address = word.value.parse::<std::net::IpAddr>().ok();
            if address.is_none() {
                problems.push(
                    Problem::new(Id::BadAddress, word.place(), format!("`{}` is not an IP address", word.value))
                        .label("needs an IPv4 or IPv6 address")
                        .help("write `\"127.0.0.1\"` for the host only, `\"0.0.0.0\"` for everyone who reaches the host"),
                );
            }
            address.map(|address| address.to_string())
        }
        None => None,
    };
    let gl = graphics.get("gl", |g| g.gl.as_ref());
    if let Some(gl) = gl.filter(|gl| *gl.value && protocol != GraphicsType::None) {
        let written = graphics.get("listen", |g| g.listen.as_ref());
        if protocol != GraphicsType::Spice {
            problems.push(
                Problem::new(Id::ConflictingFields, gl.place(), "the host's GPU draws for SPICE only")
                    .label("not with this `type`")
                    .help("leave `gl` out, or choose type `spice`"),
            );
        } else if let Some(written) = written {
            problems.push(
                Problem::new(Id::ConflictingFields, written.pointer().name(), "a screen that the host's GPU draws listens on no address")
                    .label("not with `gl`")
                    .related(gl.place(), "drawn by the host's GPU")
                    .help("leave one of the two out"),
            );
        }
    }
    (protocol != GraphicsType::None).then(|| Graphics {
        protocol,
        listen: listen.unwrap_or_else(|| "127.0.0.1".to_owned()),
        port: graphics.get("port", |g| g.port.as_ref()).map(|at| Placed { value: *at.value, place: at.place() }),
        gl: flag(gl, false),
    })
}
