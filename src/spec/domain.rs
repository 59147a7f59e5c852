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
use super::{Active, Extra};

/// A profile: domain settings with a name, which domains take with `profiles`.
pub type Profile = Layer<ProfileOwn>;

/// A domain: one virtual machine.
pub type Domain = Layer<DomainOwn>;

/// What only a profile has.
///
/// A profile: domain settings with a name, which domains take with `profiles`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(description = "A profile: domain settings with a name, which domains take with `profiles`.")]
pub struct ProfileOwn {
    /// Profiles that this one builds on. They come before it, so it wins over them.
    pub extends: Option<Vec<String>>,
}

impl OwnFields for ProfileOwn {
    const NAME: &'static str = "Profile";
}

/// What only a domain itself has.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(
    description = "A domain: one virtual machine ([libvirt](https://libvirt.org/formatdomain.html)). Its settings come, \
                   from weakest to strongest, from the preset of its `os`, `defaults`, its `profiles` in order, and its \
                   own entry. Objects merge key by key, `disks` and `interfaces` by name, other lists are replaced."
)]
pub struct DomainOwn {
    /// The profiles it takes, the strongest last. What a profile extends comes right before it, each profile once.
    pub profiles: Option<Vec<String>>,
    /// The UUID. Default: one made from the lab's name and the domain's `id`.
    #[schemars(example = &"4c82c973-7299-468e-bf15-d442ee681475")]
    pub uuid: Option<String>,
    /// What the UUID, and the names of volumes and firmware variables, are made from instead of the name: the old name,
    /// after a rename. Default: the name.
    #[schemars(example = &"old-name")]
    pub id: Option<String>,
    /// How many domains this entry stands for: `n` becomes `n-1`, `n-2`, … Addresses, and ports of the host, count up from
    /// the written one. All entries of a lab stand for 10000 at most.
    #[schemars(range(min = 1, max = 10000), example = 3)]
    pub replicas: Option<u32>,
    /// The file of its firmware variables, absolute, in a directory whose path has no quotes, no `\`, `%` and `..`. Default: `/var/lib/libvirt/qemu/nvram/<id>.nvram`, or
    /// `<id>.fd` where `snapshots` is `false`; with `uefi-secure`, `<id>.secure.nvram` and `<id>.secure.fd`, without
    /// keys `<id>.setup.nvram` and `<id>.setup.fd`. A name that ends in `.fd`, `.raw`, `.bin` or `.img` is a raw file, one in `.qcow2`
    /// is QCOW2, unless `snapshots` says otherwise.
    #[schemars(example = &"/var/lib/libvirt/qemu/nvram/DC01.nvram")]
    pub nvram: Option<String>,
    /// Whether disks of other domains may be clones of its disks (`cloneOf`). Activation defines a template and never starts
    /// it, nor stops it while somebody installs it by hand; once there are clones, it must not run any more. Not with
    /// `"active": true`, `"restart": true`, an `onChange` other than `next-start`, `after` or `replicas`. Default: `false`.
    pub template: Option<bool>,
    /// The domain that this one is another form of: one machine with a GPU and with a window, or to install and to run. It has all
    /// settings of that domain but `active`, and its own above them; the same disks, MAC addresses, firmware variables and guest
    /// as cloud-init sees it. At most one of the forms runs, so one of them may have `"active": true`. An emulated TPM is each
    /// form's own. Not of a domain that is itself a form, `imported`, a `template` or one of `replicas`.
    #[schemars(example = &"workstation")]
    pub variant_of: Option<String>,
    /// A file with a definition in libvirt's XML (`virsh dumpxml --inactive`), from the directory of the file that
    /// says this: the domain is what it says, to the last address, and the entry's other keys change only what they say. Neither a preset
    /// nor `defaults` apply. It has a `name` that is the entry's. Disks are named by their target (`vda`), so
    /// `"disks": [{ "name": "vda", "cache": "none" }]` changes that one; `lab2nix import` writes such files. Not with `profiles`,
    /// `drivers`, `replicas`, `imported`, `plugged`. Default: none.
    #[schemars(example = &"imported/domains/win11.xml")]
    pub base: Option<String>,
    /// A file with a definition like that of `base`, from which only the places are taken where devices are plugged in: their
    /// addresses, the targets of drives, and the controllers. So a guest finds each device where it was. Devices that it has not are plugged in where
    /// libvirt has room. Not with `replicas`, `imported`, `base`. Default: none.
    #[schemars(example = &"imported/domains/win11.xml")]
    pub plugged: Option<String>,
    /// Whether the domain is one that libvirt has already and that stays exactly as it is: activation neither changes, starts,
    /// stops nor deletes it, and fails before it changes anything when libvirt has no such domain. The entry only says what it
    /// is, by `title`, `description`, `uuid` and its `interfaces` with their `mac`, whose addresses are reserved; it takes
    /// nothing from `defaults`. Networks of the lab that it is on say `"restart": false`. Default: `false`.
    pub imported: Option<bool>,
}

impl OwnFields for DomainOwn {
    const NAME: &'static str = "Domain";
}

/// The settings of a domain that `defaults`, profiles and domains have alike.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainFields {
    /// The guest's operating system: a preset of devices that suits it. Default: `linux`.
    pub os: Option<Os>,
    /// Which disk and network devices the guest sees. Default: `emulated` for Windows, whose setup has no drivers for the
    /// others, `virtio` for the rest.
    pub drivers: Option<Drivers>,
    /// The processor architecture. Default: `x86_64`.
    pub arch: Option<Arch>,
    /// QEMU's machine type: on `x86_64` a q35 or a pc (`pc-i440fx-9.1`, for old systems), on aarch64 a virt. Default:
    /// `pc-q35-9.1`, for aarch64 `virt-9.1`. A type without a version (`q35`, `pc`, `virt`) becomes the newest that QEMU has
    /// at each activation, so each update of QEMU changes the domain and power-cycles it.
    #[schemars(example = &"pc-q35-9.1")]
    pub machine: Option<String>,
    /// Whether the host's processor runs the guest's code. Default: `kvm` for `x86_64`, else `emulated`.
    pub virtualization: Option<Virtualization>,
    /// The number of virtual CPUs. Default: what `topology` multiplies to, else 2.
    #[schemars(range(min = 1, max = 4096), example = 4)]
    pub cpus: Option<u32>,
    /// How the virtual CPUs are arranged. Default: for Windows one socket, whose client editions use two at most; else
    /// libvirt's, a socket for each.
    pub topology: Option<Topology>,
    /// The CPU model that the guest sees.
    pub cpu: Option<Cpu>,
    /// Which CPUs of the host run which virtual CPUs. Default: any.
    pub pinning: Option<Pinning>,
    /// How much of the host's CPUs the domain gets. Default: as much as others.
    pub cpu_limits: Option<CpuLimits>,
    /// How many threads of their own QEMU has for disks, which name them by number from 1. Default: 0, and QEMU's main thread
    /// does the work.
    #[schemars(range(min = 0, max = 1024), example = 1)]
    pub iothreads: Option<u32>,
    /// The weight of the domain's disks against those of others, where the host's scheduler of block devices has weights
    /// (BFQ; [libvirt](https://libvirt.org/formatdomain.html#block-i-o-tuning)). Default: the kernel's, 100.
    #[schemars(range(min = 100, max = 1000), example = 500)]
    pub block_weight: Option<u32>,
    /// The NUMA cells that the guest sees, and the nodes of the host that its memory comes from. Default: neither.
    pub numa: Option<Numa>,
    /// The size of the huge pages that the memory is made of, which the host has to set aside (`boot.kernelParams`).
    /// Default: ordinary pages.
    #[schemars(example = &"2MiB")]
    pub hugepages: Option<String>,
    /// The memory: a whole number and a binary unit. Required, here or in a layer below.
    #[schemars(example = &"4GiB")]
    pub memory: Option<String>,
    /// What the guest has of `memory` when it starts, the rest being in the balloon: at most `memory`. Default: all of it.
    #[schemars(example = &"2GiB")]
    pub current_memory: Option<String>,
    /// Whether the host keeps QEMU's memory in RAM, never in swap; it has to have room for all of it
    /// ([libvirt](https://libvirt.org/formatdomain.html#memory-backing)). Default: `false`.
    pub memory_locked: Option<bool>,
    /// Whether other processes of the host can share the guest's memory (memfd), as virtiofsd has to. Default: `true` where
    /// there are `shares` by virtiofs, which need it, else `false`.
    pub shared_memory: Option<bool>,
    /// Whether the host may keep pages that several domains have alike only once, where its KSM is on. Default: `true`.
    pub share_pages: Option<bool>,
    /// What QEMU may take of the host's memory. Default: as much as it needs.
    pub memory_limits: Option<MemoryLimits>,
    /// The firmware. Default: `uefi` for Windows and aarch64, else `bios`.
    pub firmware: Option<Firmware>,
    /// The keys that Secure Boot starts with. Another choice means another file of variables, so the boot entries start anew.
    /// Only for firmware `uefi-secure`. Default: `microsoft`.
    pub secure_boot_keys: Option<SecureBootKeys>,
    /// Whether the guest has a TPM 2.0, emulated by swtpm. Default: `true` for windows-11, else `false`.
    pub tpm: Option<bool>,
    /// The disks. Those of several layers merge by name.
    pub disks: Option<Vec<Disk>>,
    /// The optical drives, after the disks. Default: none.
    pub cdroms: Option<Vec<Cdrom>>,
    /// What the guest does at its first boot, where its image has cloud-init. Default: nothing.
    pub cloud_init: Option<CloudInit>,
    /// The floppy drives, two at most, on a PC. Default: none.
    #[schemars(length(max = 2))]
    pub floppies: Option<Vec<Floppy>>,
    /// The network interfaces. Those of several layers merge by name.
    pub interfaces: Option<Vec<Interface>>,
    /// The name of the interface by which the domain is managed: its address is the one that `lab2nix inventory` gives to Ansible, ssh
    /// and the hosts file. Default: the first interface with a known address; without any, the first with `forwards`.
    #[schemars(example = &"lab-net")]
    pub manage: Option<String>,
    /// The screen's server.
    pub graphics: Option<Graphics>,
    /// Servers of the screen beside `graphics`, each of another type. Default: none.
    pub further_graphics: Option<Vec<Graphics>>,
    /// The video device: a libvirt model, or `none`. Default: `vga` for Windows with emulated drivers (on aarch64 `ramfb`), else
    /// `virtio`.
    #[schemars(example = &"virtio")]
    pub video: Option<Video>,
    /// How many screens the guest can have. More than one takes `virtio` or `qxl`: one device with so many, or for Windows, whose
    /// drivers show one screen on each, so many devices. Default: libvirt's, 1.
    #[schemars(range(min = 1, max = 16), example = 2)]
    pub video_heads: Option<u32>,
    /// Whether the guest's 3D is drawn by the host's GPU (`VirGL`). Takes video `virtio` and a screen that the GPU draws:
    /// SPICE with `gl`, or `egl-headless`. Default: `false`.
    pub accel3d: Option<bool>,
    /// The sound device: a libvirt model, or `none`. Default: `ich9` for windows-10 and windows-11, else `none`.
    #[schemars(example = &"ich9")]
    pub sound: Option<Sound>,
    /// Where sound goes. Default: to the SPICE client, without one nowhere.
    pub audio: Option<Audio>,
    /// The keyboards and pointers. Default: where there is a screen, a USB tablet; for aarch64, a USB keyboard too. A PC has a
    /// PS/2 keyboard and mouse whatever is here.
    pub inputs: Option<Vec<Input>>,
    /// Whether there is a serial console for `virsh console`. Default: `true` for linux, nixos and freebsd, else `false`.
    pub serial: Option<bool>,
    /// Serial ports after that of `serial`, in order: with it, the guest's second one and so on, else its first. A PC has four
    /// at most; on aarch64 all but the first are PCI devices. Default: none.
    pub further_serials: Option<Vec<Serial>>,
    /// Whether there is a channel for the QEMU guest agent. Default: `true`, for os `none` `false`.
    pub agent: Option<bool>,
    /// Channels beside those of the QEMU guest agent and the SPICE agent, each of another name. Default: none.
    pub further_channels: Option<Vec<Channel>>,
    /// Whether there is a VirtIO random number generator. Default: `true` for linux, nixos and freebsd, else `false`.
    pub rng: Option<bool>,
    /// Whether there is a VirtIO memory balloon. Default: `true`.
    pub balloon: Option<bool>,
    /// The watchdog device: a libvirt model, or `none`. It acts on a guest that stops feeding it. Default: `none`.
    #[schemars(example = &"i6300esb")]
    pub watchdog: Option<Watchdog>,
    /// What the watchdog does. Default: `reset`.
    pub watchdog_action: Option<WatchdogAction>,
    /// By what the guest tells the host that its kernel panicked. Default: `none`.
    pub panic: Option<Panic>,
    /// Whether there is a `VirtIO` device that encrypts, which QEMU itself does. Default: `false`.
    pub crypto: Option<bool>,
    /// Sockets between the guest and the host, without a network. `{}` turns them on. Default: none.
    pub vsock: Option<Vsock>,
    /// Memory that the guest shares with the host, by name. Default: none.
    pub shmem: Option<IndexMap<String, Shmem>>,
    /// How many USB devices of a SPICE client the guest can have at a time. Takes SPICE. Default: 0.
    #[schemars(range(min = 0, max = 4), example = 2)]
    pub usb_redirections: Option<u32>,
    /// Directories of the host that the guest can mount.
    pub shares: Option<Vec<Share>>,
    /// Devices of the host that are handed to the guest. The host has to leave PCI devices alone (IOMMU, vfio).
    pub hostdevs: Option<Vec<HostDevice>>,
    /// What the firmware tries to boot from, in order: kinds of device, each once. Default: `["cdrom", "hd"]` when there is a
    /// cdrom, else `["hd"]`; none where a device has a `boot` of its own, which excludes this one. An empty list takes back
    /// that of a weaker layer.
    pub boot: Option<Vec<BootDevice>>,
    /// Whether the firmware offers a menu of what to boot from. Default: the firmware's own choice.
    pub boot_menu: Option<bool>,
    /// A kernel of the host that the domain starts instead of what is on its disks. Default: none.
    pub direct_boot: Option<DirectBoot>,
    /// What the firmware tells the guest about the computer. Default: QEMU's.
    pub smbios: Option<Smbios>,
    /// The guest's clock and its timers.
    pub clock: Option<Clock>,
    /// What libvirt does when the guest switches off, restarts or crashes.
    pub on: Option<On>,
    /// Whether the guest is told that it runs under Hyper-V, which Windows needs to be quick. Default: `true` for Windows
    /// under kvm, else `false`.
    pub hyperv: Option<bool>,
    /// The maker's name that the guest reads of Hyper-V, of 1 to 12 characters, for drivers that refuse to work in a domain.
    /// Also without `hyperv`. Only for `x86_64`. Default: QEMU's, `Microsoft Hv`.
    #[schemars(example = &"whatever")]
    pub hyperv_vendor_id: Option<String>,
    /// Whether KVM hides itself from the guest, for drivers that refuse to work in a domain. The guest gets slower, because it
    /// cannot use what KVM has for it. Only for `x86_64`. Default: `false`.
    pub kvm_hidden: Option<bool>,
    /// Whether the guest has VMware's port, through which some systems take mouse movements; virt-manager leaves it out of
    /// its domains. Only for `x86_64`. Default: QEMU's, `true`.
    pub vmport: Option<bool>,
    /// Whether snapshots work with UEFI: the firmware variables are kept as QCOW2, else raw. Default: what the name of a written
    /// `nvram` stands for, else `true`.
    pub snapshots: Option<bool>,
    /// Whether the domain runs after activation, which is at each switch and each boot of the host: `true`, `false`, or
    /// `null` for as it is. Default: `null`.
    #[serde(default, deserialize_with = "super::present")]
    pub active: Option<Active>,
    /// What a running domain does when its definition changes. `shutdown` needs lab2nix's part of the activation on the host
    /// (`services.lab2nix.package`). Default: `next-start` with it, else `power-off`.
    /// Not beside `restart`.
    pub on_change: Option<OnChange>,
    /// Whether activation restarts a running domain: `true` always, changed or not; `false` never, as `onChange` `next-start`.
    /// Default: as `onChange` says. Not beside it.
    pub restart: Option<bool>,
    /// Domains that start before this one, where activation starts both (`active`). In a domain that says nothing of `active`, a
    /// warning says that it orders nothing; `"active": null` is for one that somebody starts by hand.
    pub after: Option<Vec<String>>,
    /// By what `lab2nix up`, `wait` and `status` see that the domain is ready. Default: its agent answers, or where it has none, it runs.
    pub ready: Option<Ready>,
    /// A title for lists of domains, one line. Default: none.
    #[schemars(example = &"Domain controller")]
    pub title: Option<String>,
    /// What the domain is for. Default: none.
    #[schemars(example = &"Serves DNS and DHCP")]
    pub description: Option<String>,
    /// What QEMU is told beside what libvirt tells it.
    pub qemu: Option<Qemu>,
    /// What the language has no key for: libvirt's elements and attributes, nested as in its XML and under the names that
    /// NixVirt has for them, merged into the definition last. Attribute sets merge, also into the only one of
    /// what there can be several of, or into each at its position, counted from 0 (`{ "1": { … } }`); lists are appended, `null`
    /// removes an attribute.
    pub extra: Option<Extra>,
}
