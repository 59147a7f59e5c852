//! A domain with everything that its definition says. Each part of it that is more than a value has a module here, in
//! [`device`](crate::lab::device), [`drive`](crate::lab::drive) or [`interface`](crate::lab::interface).

pub mod board;
pub mod boot;
pub mod clock;
pub mod cpu;
pub mod firmware;
pub mod hypervisor;
pub mod lifecycle;
pub mod limits;
pub mod memory;
pub mod numa;
pub mod ready;
pub mod smbios;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::lab::cloud_init::CloudInit;
use crate::lab::device::Devices;
use crate::lab::device::hostdev::HostDevice;
use crate::lab::device::input::Input;
use crate::lab::device::screen::Screen;
use crate::lab::device::serial::{Channel, Serial};
use crate::lab::device::share::Share;
use crate::lab::device::sound::Audio;
use crate::lab::domain::boot::DirectBoot;
use crate::lab::domain::clock::Clock;
use crate::lab::domain::cpu::Cpus;
use crate::lab::domain::firmware::Firmware;
use crate::lab::domain::hypervisor::Hypervisor;
use crate::lab::domain::lifecycle::On;
use crate::lab::domain::limits::CpuLimits;
use crate::lab::domain::memory::Memory;
use crate::lab::domain::numa::Numa;
use crate::lab::domain::ready::Ready;
use crate::lab::domain::smbios::Smbios;
use crate::lab::drive::floppy::Floppy;
use crate::lab::drive::{Cdrom, Disk};
use crate::lab::interface::Interface;
use crate::lab::placed::{ExtraAt, Placed};
use crate::lab::unattended::Unattended;
use crate::place::Pointer;
use crate::spec::Active;
use crate::spec::guest::{Arch, BootDevice, Os, Virtualization};
use crate::spec::lifecycle::OnChange;
use crate::spec::sound::Sound;

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a device that is there or not")]
pub struct Domain {
    pub name: String,
    pub at: Pointer,
    pub uuid: Placed<Uuid>,
    /// A title for lists.
    pub title: Option<String>,
    pub description: Option<String>,
    /// The names of the profiles that apply to it, also of those that others build on, the weakest first.
    pub profiles: Vec<String>,
    pub os: Os,
    pub arch: Arch,
    pub machine: String,
    /// Who runs the guest's code.
    pub virtualization: Virtualization,
    pub memory: Memory,
    pub cpus: Cpus,
    /// How much of the host's CPUs it gets.
    pub cpu_limits: CpuLimits,
    /// How many threads QEMU has for disks, which name them by number from 1.
    pub iothreads: u32,
    /// The weight of its disks against those of others, where the spec says.
    pub block_weight: Option<u32>,
    pub numa: Numa,
    pub firmware: Firmware,
    /// Whether it has a TPM 2.0.
    pub tpm: bool,
    pub disks: Vec<Disk>,
    pub cdroms: Vec<Cdrom>,
    /// What the guest does at its first boot.
    pub cloud_init: Option<CloudInit>,
    /// How Windows installs itself.
    pub unattended: Option<Unattended>,
    pub floppies: Vec<Floppy>,
    pub interfaces: Vec<Interface>,
    /// The name of the interface by which it is managed, where the spec says.
    pub manage: Option<String>,
    pub screen: Screen,
    pub sound: Sound,
    pub audio: Option<Audio>,
    pub inputs: Vec<Input>,
    /// Whether it has a serial console.
    pub serial: bool,
    /// The serial ports after the console.
    pub serials: Vec<Serial>,
    /// Whether it has a channel for the guest agent.
    pub agent: bool,
    /// The channels beside those of the agents.
    pub channels: Vec<Channel>,
    /// Whether it has a random number generator.
    pub rng: bool,
    /// Whether it has a memory balloon.
    pub balloon: bool,
    pub devices: Devices,
    /// The directories of the host that it can mount.
    pub shares: Vec<Share>,
    /// The devices of the host that it gets.
    pub hostdevs: Vec<HostDevice>,
    /// The kinds of device that the firmware tries to boot from, in order; none where devices have an order of their own.
    pub boot: Vec<BootDevice>,
    /// Whether the firmware offers a menu of them, where the spec says.
    pub boot_menu: Option<bool>,
    /// The kernel that it starts instead.
    pub direct_boot: Option<DirectBoot>,
    /// What the firmware tells the guest about the computer.
    pub smbios: Smbios,
    pub clock: Clock,
    /// What libvirt does when the guest ends.
    pub on: On,
    /// The hypervisor interfaces that the guest sees.
    pub hypervisor: Hypervisor,
    /// The name of the domain that it is another form of.
    pub variant_of: Option<String>,
    /// The UUID of that one, or its own, which what the guest knows itself by is made from.
    pub machine_uuid: Uuid,
    /// Whether it is there for its disks, and never started by the lab: one that runs is being installed.
    pub is_template: bool,
    /// Whether it runs.
    pub active: Active,
    /// What it does when its definition changes while it runs, where the spec says.
    pub on_change: Option<OnChange>,
    /// Whether activation restarts it.
    pub restart: Option<bool>,
    /// The names of the domains that start before it, and where each is written.
    pub after: Vec<Placed<String>>,
    /// By what it is seen to be ready.
    pub ready: Ready,
    /// Arguments for QEMU.
    pub qemu_args: Vec<String>,
    /// Environment variables for QEMU.
    pub qemu_env: BTreeMap<String, String>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}

impl Domain {
    /// The domain whose machine it is: itself, or the one that it is another form of.
    #[must_use]
    pub fn machine_name(&self) -> &str {
        self.variant_of.as_deref().unwrap_or(&self.name)
    }

    /// Whether it is another form of the same machine, so that only one of the two runs.
    pub(crate) fn is_another_form_of(&self, other: &Self) -> bool {
        self.machine_name() == other.machine_name() && self.name != other.name
    }
}
