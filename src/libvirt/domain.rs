//! The definition of a domain ([libvirt](https://libvirt.org/formatdomain.html)), but for its devices.

use super::pool::amount;
use super::tree::Tree;
use super::{DeviceExtras, Object, Unchecked, cpu, device, guest, memory, smbios};
use crate::host_file::HostFile;
use crate::lab::domain::Domain;
use crate::lab::domain::boot::DirectBoot;
use crate::lab::domain::firmware::Firmware;
use crate::lab::identity::ObjectKind;
use crate::lab::{ExtraAt, Lab};
use crate::spec::firmware::SecureBootKeys;
use crate::spec::guest::{BootDevice, Virtualization};
use crate::spec::lifecycle::{CrashAction, OnChange, PowerAction};

/// The object of a domain.
pub(super) fn unchecked<'a>(domain: &'a Domain, lab: &Lab) -> Unchecked<'a> {
    let definition = Tree::new()
        .with(
            "type",
            match domain.virtualization {
                Virtualization::Kvm => "kvm",
                Virtualization::Emulated => "qemu",
            },
        )
        .with("name", domain.name.clone())
        .with("uuid", domain.uuid.value.to_string())
        .with_some("title", domain.title.clone())
        .with_some("description", domain.description.clone())
        .with("memory", amount(domain.memory.size))
        .with_some("currentMemory", domain.memory.current.map(amount))
        .with("vcpu", Tree::new().with("count", domain.cpus.count))
        .with_some("iothreads", (domain.iothreads > 0).then(|| Tree::new().with("count", domain.iothreads)))
        .with_some("cputune", cpu::tuning(domain))
        .with_some("numatune", memory::nodes(domain))
        .with_some("memtune", memory::limits(&domain.memory.limits))
        .with_some("blkiotune", domain.block_weight.map(|weight| Tree::new().with("weight", weight)))
        .with_each("sysinfo", smbios::tables(&domain.smbios))
        .with("os", os(domain))
        .with_some("memoryBacking", memory::backing(&domain.memory))
        .with("features", guest::features(domain))
        .with("cpu", cpu::cpu(domain))
        .with("clock", guest::clock(&domain.clock))
        .with_some("on_poweroff", domain.on.poweroff.map(PowerAction::name))
        .with_some("on_reboot", domain.on.reboot.map(PowerAction::name))
        .with_some("on_crash", domain.on.crash.map(CrashAction::name))
        .with_some("pm", guest::power(domain))
        .with("devices", device::devices(domain, lab))
        .with_some("qemu-commandline", qemu(domain));
    let object = Object {
        kind: ObjectKind::Domain,
        name: domain.name.clone(),
        definition: definition.into(),
        active: domain.active,
        // NixVirt's word for what goes on as it is.
        restart: domain.restart.or((domain.on_change == Some(OnChange::NextStart)).then_some(false)),
        volumes: Vec::new(),
    };
    Unchecked {
        object,
        at: domain.at.clone(),
        extras: domain.extra.iter().collect(),
        devices: device_extras(domain),
        placed: placed(domain),
        volume_extras: Vec::new(),
    }
}

/// What is merged into single devices, which stand in the definition in the order of the lab: of the drives the disks,
/// the optical ones, those with the NoCloud seed and with the disc for Windows Setup, then the floppy drives.
fn device_extras(domain: &Domain) -> Vec<DeviceExtras<'_>> {
    fn of_kind<'d>(name: &'static str, all: impl Iterator<Item = &'d [ExtraAt]>) -> Vec<DeviceExtras<'d>> {
        let numbered = all.enumerate().filter(|(_, extras)| !extras.is_empty());
        numbered.map(|(index, extras)| DeviceExtras { name, index, extras }).collect()
    }
    let disks = domain.disks.iter().map(|disk| disk.extra.as_slice());
    let cdroms = domain.cdroms.iter().map(|cdrom| cdrom.extra.as_slice());
    let seed = domain.cloud_init.iter().map(|_| [].as_slice());
    let answers = domain.unattended.iter().map(|_| [].as_slice());
    let floppies = domain.floppies.iter().map(|floppy| floppy.extra.as_slice());
    [
        of_kind("disk", disks.chain(cdroms).chain(seed).chain(answers).chain(floppies)),
        of_kind("filesystem", domain.shares.iter().map(|share| share.extra.as_slice())),
        of_kind("hostdev", domain.hostdevs.iter().map(|device| device.extra.as_slice())),
        of_kind("interface", domain.interfaces.iter().map(|interface| interface.extra.as_slice())),
    ]
    .concat()
}

/// The devices whose place in the guest is written.
fn placed(domain: &Domain) -> Vec<(&'static str, usize)> {
    let is_placed = |(index, guest): (usize, bool)| guest.then_some(index);
    let interfaces = domain.interfaces.iter().map(|interface| interface.guest.is_some()).enumerate();
    let hostdevs = domain.hostdevs.iter().map(|device| device.guest().is_some()).enumerate();
    let interfaces = interfaces.filter_map(is_placed).map(|index| ("interface", index));
    interfaces.chain(hostdevs.filter_map(is_placed).map(|index| ("hostdev", index))).collect()
}

fn os(domain: &Domain) -> Tree {
    let os = Tree::new().with("type", "hvm").with("arch", domain.arch.name()).with("machine", domain.machine.clone());
    let os = match &domain.firmware {
        Firmware::Bios => os,
        Firmware::Uefi { secure, nvram, format, .. } => {
            let (code, variables) = match secure {
                None => (HostFile::Firmware(domain.arch), HostFile::Variables(domain.arch, *format)),
                Some(SecureBootKeys::Microsoft) => (HostFile::SecureFirmware, HostFile::SecureVariables(*format)),
                Some(SecureBootKeys::None) => (HostFile::SecureFirmware, HostFile::SetupVariables(*format)),
            };
            let loader = Tree::new()
                .with("path", code)
                .with("readonly", true)
                .with_some("secure", secure.map(|_| true))
                .with("type", "pflash");
            let nvram = Tree::new()
                .with("path", nvram.value.clone())
                .with("template", variables)
                .with("templateFormat", format.name())
                .with("format", format.name());
            os.with("loader", loader).with("nvram", nvram)
        }
    };
    let os = os.with_each(
        "boot",
        domain.boot.iter().map(|device| {
            Tree::new().with(
                "dev",
                match device {
                    BootDevice::Cdrom => "cdrom",
                    BootDevice::Hd => "hd",
                    BootDevice::Network => "network",
                    BootDevice::Floppy => "fd",
                },
            )
        }),
    );
    let os = os.with_some("bootmenu", domain.boot_menu.map(|enable| Tree::new().with("enable", enable)));
    let os = match &domain.direct_boot {
        None => os,
        Some(DirectBoot { kernel, initrd, cmdline }) => {
            let file = |path: &String| Tree::new().with("path", path.clone());
            os.with("kernel", file(kernel))
                .with_some("initrd", initrd.as_ref().map(file))
                .with_some("cmdline", cmdline.as_ref().map(|line| Tree::new().with("options", line.clone())))
        }
    };
    os.with_some("smbios", smbios::tables(&domain.smbios).map(|_| Tree::new().with("mode", "sysinfo")))
}

fn qemu(domain: &Domain) -> Option<Tree> {
    let args = memory::of_devices(&domain.devices.shmem).into_iter().chain(domain.qemu_args.iter().cloned());
    Tree::new()
        .with_each("arg", args.map(|value| Tree::new().with("value", value)))
        .with_each(
            "env",
            domain
                .qemu_env
                .iter()
                .map(|(name, value)| Tree::new().with("name", name.clone()).with("value", value.clone())),
        )
        .unless_empty()
}
