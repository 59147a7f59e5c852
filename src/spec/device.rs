//! The smaller devices of a domain as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A watchdog device ([libvirt](https://libvirt.org/formatdomain.html#watchdog-devices)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Watchdog {
    /// Intel 6300ESB, a PCI device.
    I6300esb,
    /// The one that is part of the q35 machine.
    Itco,
    /// `iBASE` 700, an ISA device, for the `pc` machine.
    Ib700,
    /// No watchdog.
    None,
}

/// What a watchdog does when the guest stops feeding it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WatchdogAction {
    /// Resets the guest.
    #[default]
    Reset,
    /// Powers it off.
    Poweroff,
    /// Asks it to shut down, which a hung guest does not hear.
    Shutdown,
    /// Pauses it until somebody resumes it.
    Pause,
    /// Nothing.
    None,
    /// Writes its memory to a file, and resets it.
    Dump,
    /// Injects an NMI, so that its kernel can panic.
    InjectNmi,
}

/// The device through which a guest reports a kernel panic
/// ([libvirt](https://libvirt.org/formatdomain.html#panic-device)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Panic {
    /// An ISA device, which Linux has a driver for. Only for `x86_64`.
    Isa,
    /// Hyper-V's registers, which Windows writes to. Only for `x86_64`.
    Hyperv,
    /// The PCI version of `isa`.
    Pvpanic,
    /// Nothing.
    #[default]
    None,
}

/// Sockets between the guest and the host, without a network
/// ([libvirt](https://libvirt.org/formatdomain.html#vsock)). The host's kernel needs `vhost_vsock`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vsock {
    /// The vsock CID of the guest, which no other domain may have. With `replicas` it counts up. Default: libvirt
    /// assigns a free one at each start.
    #[schemars(range(min = 3, max = 4_294_967_294_u32), example = 3)]
    pub cid: Option<u32>,
}

/// Memory that the guest shares with the host, and with other domains that have an entry of the same name
/// ([libvirt](https://libvirt.org/formatdomain.html#shared-memory-device)). It is `/dev/shm/<name>`, which QEMU's user
/// owns, or a `device`; other programs need access to that file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shmem {
    /// The device. Default: `ivshmem-plain`.
    pub model: Option<ShmemModel>,
    /// Its size: a power of two, at least 1 MiB. Only for `ivshmem-plain`. Required with `device`. Default: libvirt's,
    /// `4MiB`.
    #[schemars(example = &"32MiB")]
    pub size: Option<String>,
    /// The absolute path of a device of the host that provides the memory: that of the kernel module kvmfr, with which
    /// Looking Glass copies frames without the CPU. libvirt has no element for it, so QEMU gets arguments; the host has
    /// to let QEMU open the device (`cgroup_device_acl` in libvirt's `qemu.conf`). Only for `ivshmem-plain`. Default:
    /// none; the memory is `/dev/shm/<name>`.
    #[schemars(example = &"/dev/kvmfr0")]
    pub device: Option<String>,
    /// The absolute path of the socket of the ivshmem server. Required for `ivshmem-doorbell`, and only there.
    #[schemars(example = &"/run/ivshmem/socket")]
    pub server: Option<String>,
}

/// A device of shared memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShmemModel {
    /// Memory only.
    #[default]
    IvshmemPlain,
    /// Memory of a server on the host, and interrupts between those that share it.
    IvshmemDoorbell,
}

words!(Watchdog, WatchdogAction, Panic);
