//! The definition of a domain ([libvirt](https://libvirt.org/formatdomain.html)), but for its devices.

use super::pool::amount;
use super::tree::{HostFile, Tree};
use super::{DeviceExtras, Draft, Object, device, guest};
use crate::lab::Lab;
use crate::lab::cpu::Cpus;
use crate::lab::domain::Domain;
use crate::lab::firmware::Firmware;
use crate::lab::identity::Kind;
use crate::spec::cpu::{CpuFeature, CpuMode};
use crate::spec::guest::{BootDevice, Virtualization};

/// The object of a domain.
pub(super) fn draft<'a>(domain: &'a Domain, lab: &Lab) -> Draft<'a> {
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
        .with("memory", amount(domain.memory))
        .with("vcpu", Tree::new().with("count", domain.cpus.count))
        .with_some("cputune", pinning(&domain.cpus))
        .with("os", os(domain))
        .with_some("memoryBacking", memory_backing(domain))
        .with("features", guest::features(domain))
        .with("cpu", cpu(&domain.cpus))
        .with("clock", guest::clock(domain))
        .with_some("pm", guest::power(domain))
        .with("devices", device::devices(domain, lab))
        .with_some("qemu-commandline", qemu(domain));
    let object = Object {
        kind: Kind::Domain,
        name: domain.name.clone(),
        definition: definition.into(),
        active: domain.active,
        restart: domain.restart,
        volumes: Vec::new(),
    };
    Draft {
        object,
        at: domain.at.clone(),
        extras: domain.extra.iter().collect(),
        devices: device_extras(domain),
        volume_extras: Vec::new(),
    }
}

/// What is merged into single devices, which stand in the definition in the order of the lab.
fn device_extras(domain: &Domain) -> Vec<DeviceExtras<'_>> {
    let disks = domain.disks.iter().map(|disk| &disk.extra).enumerate().map(|(index, extras)| ("disk", index, extras));
    let written = disks.filter(|(_, _, extras)| !extras.is_empty());
    written.map(|(name, index, extras)| DeviceExtras { name, index, extras }).collect()
}

fn os(domain: &Domain) -> Tree {
    let os = Tree::new().with("type", "hvm").with("arch", domain.arch.name()).with("machine", domain.machine.clone());
    let os = match &domain.firmware {
        Firmware::Bios => os,
        Firmware::Uefi { secure, nvram, format } => {
            let (code, variables) = if *secure {
                (HostFile::SecureFirmware, HostFile::SecureVariables(*format))
            } else {
                (HostFile::Firmware(domain.arch), HostFile::Variables(domain.arch, *format))
            };
            let loader = Tree::new()
                .with("path", code)
                .with("readonly", true)
                .with_some("secure", secure.then_some(true))
                .with("type", "pflash");
            let nvram = Tree::new()
                .with("path", nvram.value.clone())
                .with("template", variables)
                .with("templateFormat", format.name())
                .with("format", format.name());
            os.with("loader", loader).with("nvram", nvram)
        }
    };
    os.with_each(
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
    )
}

fn cpu(cpus: &Cpus) -> Tree {
    let topology = cpus.topology.map(|[sockets, cores, threads]| {
        Tree::new().with("sockets", sockets).with("cores", cores).with("threads", threads)
    });
    Tree::new()
        .with(
            "mode",
            match cpus.mode {
                CpuMode::HostPassthrough => "host-passthrough",
                CpuMode::HostModel => "host-model",
                CpuMode::Custom => "custom",
                CpuMode::Maximum => "maximum",
            },
        )
        .with_some("model", cpus.model.clone().map(|name| Tree::new().with("name", name)))
        .with_some("topology", topology)
        .with_each(
            "feature",
            cpus.features.iter().map(|(name, policy)| {
                let policy = match policy {
                    CpuFeature::Force => "force",
                    CpuFeature::Require => "require",
                    CpuFeature::Optional => "optional",
                    CpuFeature::Disable => "disable",
                    CpuFeature::Forbid => "forbid",
                };
                Tree::new().with("policy", policy).with("name", name.clone())
            }),
        )
}

fn pinning(cpus: &Cpus) -> Option<Tree> {
    let pinned =
        (0_u32..).zip(&cpus.pinned).map(|(vcpu, cpuset)| Tree::new().with("vcpu", vcpu).with("cpuset", cpuset.clone()));
    let emulator = cpus.emulator_pinned.clone().map(|cpuset| Tree::new().with("cpuset", cpuset));
    let cputune = Tree::new().with_each("vcpupin", pinned).with_some("emulatorpin", emulator);
    (!cputune.is_empty()).then_some(cputune)
}

/// Huge pages; and for shares, memory that virtiofsd can reach into.
fn memory_backing(domain: &Domain) -> Option<Tree> {
    let hugepages = domain.hugepages.map(|size| {
        let (count, unit) = size.in_largest_unit();
        Tree::new().with_each("page", [Tree::new().with("size", count).with("unit", unit)])
    });
    let shared = !domain.shares.is_empty();
    let backing = Tree::new()
        .with_some("hugepages", hugepages)
        .with_some("source", shared.then(|| Tree::new().with("type", "memfd")))
        .with_some("access", shared.then(|| Tree::new().with("mode", "shared")));
    (!backing.is_empty()).then_some(backing)
}

fn qemu(domain: &Domain) -> Option<Tree> {
    let commandline = Tree::new()
        .with_each("arg", domain.qemu_args.iter().map(|value| Tree::new().with("value", value.clone())))
        .with_each(
            "env",
            domain
                .qemu_env
                .iter()
                .map(|(name, value)| Tree::new().with("name", name.clone()).with("value", value.clone())),
        );
    (!commandline.is_empty()).then_some(commandline)
}
