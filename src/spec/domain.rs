//! Domains as written, and the layers they are merged from.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::clock::Clock;
use super::cloud_init::CloudInit;
use super::cpu::{Cpu, CpuLimits, Pinning, Topology};
use super::device::{Panic, Shmem, Vsock, Watchdog, WatchdogAction};
use super::drive::{Cdrom, Disk, Floppy};
use super::firmware::{DirectBoot, SecureBootKeys};
use super::guest::{Arch, BootDevice, Drivers, Firmware, Os, Qemu, Virtualization};
use super::hostdev::HostDevice;
use super::input::Input;
use super::interface::Interface;
use super::layer::{Layer, OwnFields};
use super::lifecycle::{On, OnChange};
use super::memory::{MemoryLimits, Numa};
use super::ready::Ready;
use super::screen::{Graphics, Video};
use super::serial::{Channel, Serial};
use super::share::Share;
use super::smbios::Smbios;
use super::sound::{Audio, Sound};
use super::unattended::Unattended;
use super::{Active, Extra};

/// A profile: named domain settings that domains select with `profiles`.
pub type Profile = Layer<ProfileOwn>;

/// A domain: one virtual machine.
pub type Domain = Layer<DomainOwn>;

/// What only a profile has.
///
/// A profile: named domain settings that domains select with `profiles`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(description = "A profile: named domain settings that domains select with `profiles`.")]
pub struct ProfileOwn {
    /// Profiles that this one is based on. They are merged before it, so it overrides them.
    pub extends: Option<Vec<String>>,
}

impl OwnFields for ProfileOwn {
    const NAME: &'static str = "Profile";
}

/// What only a domain itself has.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(
    description = "A domain: one virtual machine ([libvirt](https://libvirt.org/formatdomain.html)). Its settings are \
                   merged from weakest to strongest: the preset of its `os`, `defaults`, its `profiles` in order, and \
                   its own entry. Objects merge key by key, `disks` and `interfaces` by name; other lists are replaced."
)]
pub struct DomainOwn {
    /// The profiles that the domain uses, the strongest last. Profiles that a profile extends are merged right before
    /// it, each profile once.
    pub profiles: Option<Vec<String>>,
    /// The UUID. Default: one derived from the lab's name and the domain's `id`.
    #[schemars(example = &"4c82c973-7299-468e-bf15-d442ee681475")]
    pub uuid: Option<String>,
    /// The name that the UUID and the file names of volumes and firmware variables are derived from: after a rename,
    /// the old name. Default: the name.
    #[schemars(example = &"old-name")]
    pub id: Option<String>,
    /// How many domains this entry stands for: `n` becomes `n-1`, `n-2`, … Addresses and ports of the host count up
    /// from the given ones. All entries of a lab stand for at most 10000 domains.
    #[schemars(range(min = 1, max = 10000), example = 3)]
    pub replicas: Option<u32>,
    /// The absolute path of the file with its firmware variables, without quotes, `\`, `%` and `..` in the directory.
    /// Default: `/var/lib/libvirt/qemu/nvram/<id>.nvram`, or `<id>.fd` where `snapshots` is `false`; with
    /// `uefi-secure`, `<id>.secure.nvram` and `<id>.secure.fd`, without keys `<id>.setup.nvram` and `<id>.setup.fd`. A
    /// file whose name ends in `.fd`, `.raw`, `.bin` or `.img` is raw, one that ends in `.qcow2` is QCOW2, unless
    /// `snapshots` says otherwise.
    #[schemars(example = &"/var/lib/libvirt/qemu/nvram/DC01.nvram")]
    pub nvram: Option<String>,
    /// Whether its disks may be backing files for disks of other domains (`cloneOf`). Activation defines a template and
    /// never starts it, nor stops it while somebody installs it by hand. Once clones exist, it must not run any more.
    /// Not with `"active": true`, `"restart": true`, an `onChange` other than `next-start`, `after` or `replicas`.
    /// Default: `false`.
    pub template: Option<bool>,
    /// The domain that this one is a variant of: the same machine once with a GPU and once with a window, or once to
    /// install and once to run. A variant has all settings of that domain except `active`, and its own settings
    /// override them. It has the same disks, MAC addresses, firmware variables and cloud-init instance. At most one of
    /// the variants can run, so only one may have `"active": true`. Each variant has its own emulated TPM. Not for a
    /// domain that is itself a variant, `imported`, a `template` or has `replicas`.
    #[schemars(example = &"workstation")]
    pub variant_of: Option<String>,
    /// A file with a domain definition in libvirt's XML (`virsh dumpxml --inactive`), relative to the directory of this
    /// file. The domain is exactly as the definition has it, down to the PCI addresses; the entry's other keys change
    /// only what they set. Neither a preset nor `defaults` apply. The `name` in the definition has to be the entry's.
    /// Disks are named by their target (`vda`), so `"disks": [{ "name": "vda", "cache": "none" }]` changes that disk.
    /// `lab2nix import` writes such files. Not with `profiles`, `drivers`, `replicas`, `imported`, `plugged`. Default:
    /// none.
    #[schemars(example = &"imported/domains/win11.xml")]
    pub base: Option<String>,
    /// A file with a definition as for `base`, from which only the places of devices are taken: their addresses, the
    /// targets of drives, and the controllers. So the guest finds each device where it was. libvirt chooses the places
    /// of devices that are not in the definition. Not with `replicas`, `imported`, `base`. Default: none.
    #[schemars(example = &"imported/domains/win11.xml")]
    pub plugged: Option<String>,
    /// Whether the domain already exists in libvirt and stays exactly as it is: activation neither changes, starts,
    /// stops nor deletes it, and fails before it changes anything if libvirt has no such domain. The entry only
    /// describes it, by `title`, `description`, `uuid` and its `interfaces` with their `mac`, whose addresses are
    /// reserved; `defaults` do not apply. Networks of the lab that it is on need `"restart": false`. Default: `false`.
    pub imported: Option<bool>,
}

impl OwnFields for DomainOwn {
    const NAME: &'static str = "Domain";
}

/// The settings that `defaults`, profiles and domains have in common.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainFields {
    /// The guest's operating system, which selects a preset of devices. Default: `linux`.
    pub os: Option<Os>,
    /// Which disk and network devices the guest sees. Default: `emulated` for Windows, whose setup has no virtio
    /// drivers; `virtio` for all others.
    pub drivers: Option<Drivers>,
    /// The processor architecture. Default: `x86_64`.
    pub arch: Option<Arch>,
    /// QEMU's machine type: q35 or pc (`pc-i440fx-9.1`, for old systems) on `x86_64`, virt on aarch64. Default:
    /// `pc-q35-9.1`; for aarch64 `virt-9.1`. At each activation, a type without a version (`q35`, `pc`, `virt`) becomes
    /// QEMU's newest, so an update of QEMU changes the domain and power-cycles it.
    #[schemars(example = &"pc-q35-9.1")]
    pub machine: Option<String>,
    /// Whether the host's processor runs the guest's code. Default: `kvm` for `x86_64`, else `emulated`.
    pub virtualization: Option<Virtualization>,
    /// The number of virtual CPUs. Default: what `topology` multiplies to, else 2.
    #[schemars(range(min = 1, max = 4096), example = 4)]
    pub cpus: Option<u32>,
    /// The CPU topology. Default: for Windows one socket, because its client editions use at most two; else libvirt's,
    /// one socket for each CPU.
    pub topology: Option<Topology>,
    /// The CPU model that the guest sees.
    pub cpu: Option<Cpu>,
    /// Which CPUs of the host run which virtual CPUs. Default: any.
    pub pinning: Option<Pinning>,
    /// How much of the host's CPUs the domain gets. Default: an equal share.
    pub cpu_limits: Option<CpuLimits>,
    /// The number of QEMU's I/O threads for disks, which refer to them by number from 1. Default: 0; QEMU's main thread
    /// does the work.
    #[schemars(range(min = 0, max = 1024), example = 1)]
    pub iothreads: Option<u32>,
    /// The I/O weight of the domain's disks, where the host's I/O scheduler supports weights (BFQ;
    /// [libvirt](https://libvirt.org/formatdomain.html#block-i-o-tuning)). Default: the kernel's, 100.
    #[schemars(range(min = 100, max = 1000), example = 500)]
    pub block_weight: Option<u32>,
    /// The NUMA cells that the guest sees, and the nodes of the host that its memory comes from. Default: neither.
    pub numa: Option<Numa>,
    /// The size of the huge pages that back the memory, which has to be whole pages: on `x86_64` `2MiB` or `1GiB`. The host has to
    /// reserve them (`boot.kernelParams`). Default: normal pages.
    #[schemars(example = &"2MiB")]
    pub hugepages: Option<String>,
    /// The memory: a whole number and a binary unit. Required, here or in a weaker layer.
    #[schemars(example = &"4GiB")]
    pub memory: Option<String>,
    /// How much of `memory` the guest has when it starts; the balloon holds the rest. Default: all of it.
    #[schemars(example = &"2GiB")]
    pub current_memory: Option<String>,
    /// Whether QEMU's memory is locked in RAM and never swapped. The host needs room for all of it
    /// ([libvirt](https://libvirt.org/formatdomain.html#memory-backing)). Default: `false`.
    pub memory_locked: Option<bool>,
    /// Whether other processes of the host can share the guest's memory (memfd), which virtiofsd needs. Default: `true`
    /// with `shares` by virtiofs, else `false`.
    pub shared_memory: Option<bool>,
    /// Whether the host may merge identical pages of several domains, where KSM is enabled. Default: `true`.
    pub share_pages: Option<bool>,
    /// Limits for QEMU's use of the host's memory. Default: none.
    pub memory_limits: Option<MemoryLimits>,
    /// The firmware. Default: `uefi` for Windows and aarch64, else `bios`.
    pub firmware: Option<Firmware>,
    /// The Secure Boot keys that are enrolled at first. Each choice has its own file of firmware variables, so a change
    /// loses the boot entries. Only for firmware `uefi-secure`. Default: `microsoft`.
    pub secure_boot_keys: Option<SecureBootKeys>,
    /// Whether the guest has a TPM 2.0, emulated by swtpm. Default: `true` for windows-11, else `false`.
    pub tpm: Option<bool>,
    /// The disks. Layers merge them by name.
    pub disks: Option<Vec<Disk>>,
    /// The optical drives, after the disks. Default: none.
    pub cdroms: Option<Vec<Cdrom>>,
    /// Settings for cloud-init at the guest's first boot. Default: none.
    pub cloud_init: Option<CloudInit>,
    /// How Windows installs itself. Default: somebody installs it.
    pub unattended: Option<Unattended>,
    /// The floppy drives, at most two, on a PC. Default: none.
    #[schemars(length(max = 2))]
    pub floppies: Option<Vec<Floppy>>,
    /// The network interfaces. Layers merge them by name.
    pub interfaces: Option<Vec<Interface>>,
    /// The name of the interface through which the domain is managed: `lab2nix inventory` gives its address to Ansible,
    /// ssh and the hosts file. Default: the first interface with a known address; without any, the first with
    /// `forwards`.
    #[schemars(example = &"lab-net")]
    pub manage: Option<String>,
    /// The display (SPICE or VNC).
    pub graphics: Option<Graphics>,
    /// Additional displays beside `graphics`, each of another type. Default: none.
    pub further_graphics: Option<Vec<Graphics>>,
    /// The video device: a libvirt model, or `none`. Default: `vga` for Windows with emulated drivers (on aarch64 `ramfb`), else
    /// `virtio`.
    #[schemars(example = &"virtio")]
    pub video: Option<Video>,
    /// The number of screens (heads) that the guest can have. More than one needs `virtio` or `qxl`. The guest gets one
    /// device with that many heads; a Windows guest gets that many devices, because its drivers support one head each.
    /// Default: libvirt's, 1.
    #[schemars(range(min = 1, max = 16), example = 2)]
    pub video_heads: Option<u32>,
    /// Whether the host's GPU renders the guest's 3D graphics (`VirGL`). Needs video `virtio` and a display that the
    /// GPU renders: SPICE with `gl`, or `egl-headless`. Default: `false`.
    pub accel3d: Option<bool>,
    /// The sound device: a libvirt model, or `none`. Default: `ich9` for windows-10 and windows-11, else `none`.
    #[schemars(example = &"ich9")]
    pub sound: Option<Sound>,
    /// The audio backend. Default: the SPICE client; without SPICE, none.
    pub audio: Option<Audio>,
    /// The keyboards and pointing devices. Default: a USB tablet if there is a display; on aarch64 also a USB keyboard.
    /// A PC always has a PS/2 keyboard and mouse.
    pub inputs: Option<Vec<Input>>,
    /// Whether there is a serial console for `virsh console`. Default: `true` for linux, nixos and freebsd, else `false`.
    pub serial: Option<bool>,
    /// Additional serial ports, in order, after that of `serial` if it is `true`. A PC has at most four; on aarch64 all
    /// but the first are PCI devices. Default: none.
    pub further_serials: Option<Vec<Serial>>,
    /// Whether there is a channel for the QEMU guest agent, a program that the guest itself must have
    /// (`qemu-guest-agent`). Default: `true`; for os `none` `false`.
    pub agent: Option<bool>,
    /// Additional channels beside those of the QEMU guest agent and the SPICE agent, each with its own name. Default:
    /// none.
    pub further_channels: Option<Vec<Channel>>,
    /// Whether there is a VirtIO random number generator. Default: `true` for linux, nixos and freebsd, else `false`.
    pub rng: Option<bool>,
    /// Whether there is a VirtIO memory balloon. Default: `true`.
    pub balloon: Option<bool>,
    /// The watchdog device: a libvirt model, or `none`. It acts when the guest stops feeding it. Default: `none`.
    #[schemars(example = &"i6300esb")]
    pub watchdog: Option<Watchdog>,
    /// What the watchdog does. Default: `reset`.
    pub watchdog_action: Option<WatchdogAction>,
    /// The device through which the guest reports a kernel panic. Default: `none`.
    pub panic: Option<Panic>,
    /// Whether there is a `VirtIO` crypto device, with QEMU itself as its backend. Default: `false`.
    pub crypto: Option<bool>,
    /// Sockets between the guest and the host, without a network. `{}` turns them on. Default: none.
    pub vsock: Option<Vsock>,
    /// Memory that the guest shares with the host, by name. Default: none.
    pub shmem: Option<IndexMap<String, Shmem>>,
    /// How many USB devices of a SPICE client can be redirected to the guest at a time. Needs SPICE. Default: 0.
    #[schemars(range(min = 0, max = 4), example = 2)]
    pub usb_redirections: Option<u32>,
    /// Directories of the host that the guest can mount.
    pub shares: Option<Vec<Share>>,
    /// Devices of the host that are passed through to the guest. For PCI devices, the host needs an IOMMU and must not
    /// use them itself (vfio).
    pub hostdevs: Option<Vec<HostDevice>>,
    /// The boot order: kinds of device, each once. Default: `["cdrom", "hd"]` if there is a cdrom, with `unattended` `["hd",
    /// "cdrom"]`, else `["hd"]`. Not together with a `boot` of single devices. An empty list removes the order of a weaker layer.
    pub boot: Option<Vec<BootDevice>>,
    /// Whether the firmware offers a boot menu. Default: the firmware's own choice.
    pub boot_menu: Option<bool>,
    /// A kernel on the host that the domain boots directly, instead of from its disks. Default: none.
    pub direct_boot: Option<DirectBoot>,
    /// What the firmware reports to the guest about the computer. Default: QEMU's.
    pub smbios: Option<Smbios>,
    /// The guest's clock and its timers.
    pub clock: Option<Clock>,
    /// What libvirt does when the guest powers off, reboots or crashes.
    pub on: Option<On>,
    /// Whether the guest gets the Hyper-V enlightenments, which Windows needs for good performance. Default: `true` for
    /// Windows under kvm, else `false`.
    pub hyperv: Option<bool>,
    /// The Hyper-V vendor ID that the guest sees, 1 to 12 characters, for drivers that refuse to work in a virtual
    /// machine. Also without `hyperv`. Only for `x86_64`. Default: QEMU's, `Microsoft Hv`.
    #[schemars(example = &"whatever")]
    pub hyperv_vendor_id: Option<String>,
    /// Whether KVM is hidden from the guest, for drivers that refuse to work in a virtual machine. The guest gets
    /// slower, because it cannot use KVM's paravirtualized features. Only for `x86_64`. Default: `false`.
    pub kvm_hidden: Option<bool>,
    /// Whether the guest has the VMware I/O port, which some systems use for mouse movements. virt-manager switches it
    /// off in its domains. Only for `x86_64`. Default: QEMU's, `true`.
    pub vmport: Option<bool>,
    /// Whether snapshots work with UEFI: with `true` the file of firmware variables is QCOW2, else raw. Default: what
    /// the name of a given `nvram` implies, else `true`.
    pub snapshots: Option<bool>,
    /// Whether the domain runs after activation, that is, after each switch and each boot of the host: `true`, `false`,
    /// or `null` to leave it as it is. A written `null` overrides `defaults` and profiles, and says that it is meant:
    /// lab2nix then does not warn of an `after` that starts nothing. Default: `null`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// What happens to a running domain when its definition changes. `shutdown` needs lab2nix's part of the activation
    /// on the host (`services.lab2nix.package`). Default: `next-start` if the host has it, else `power-off`. Not
    /// together with `restart`.
    pub on_change: Option<OnChange>,
    /// Whether activation restarts a running domain: `true` always, changed or not; `false` never, as `onChange`
    /// `next-start`. Default: as `onChange` says. Not together with it.
    pub restart: Option<bool>,
    /// Domains that activation starts before this one, if it starts both (`active`). It does not wait until they are
    /// `ready`: only `lab2nix up` does. lab2nix warns about `after` in a domain without `active`, because it has no
    /// effect; set `"active": null` for a domain that is started by hand or by `lab2nix up`.
    pub after: Option<Vec<String>>,
    /// How `lab2nix up`, `wait` and `status` determine that the domain is ready; activation does not wait for it.
    /// Default: with `agent`, the guest's agent answers; without, the domain runs.
    pub ready: Option<Ready>,
    /// A title for lists of domains, one line. Default: none.
    #[schemars(example = &"Domain controller")]
    pub title: Option<String>,
    /// A description of the domain. Default: none.
    #[schemars(example = &"Serves DNS and DHCP")]
    pub description: Option<String>,
    /// Additional arguments and environment variables for QEMU.
    pub qemu: Option<Qemu>,
    /// Anything that has no key of its own: libvirt's elements and attributes, nested as in its XML, under NixVirt's
    /// names for them. It is merged into the definition last. Attribute sets merge, lists are appended, `null` removes
    /// an attribute. Of elements that can occur several times, an attribute set merges into the only one, and `{ "1": {
    /// … } }` into the one at that position, counted from 0.
    pub extra: Option<Extra>,
}
