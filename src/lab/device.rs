//! The smaller devices of a domain: watchdog, panic, crypto, vsock, shared memory, USB redirections. The larger ones have
//! a module each.

pub mod hostdev;
pub mod input;
pub mod pci;
pub mod screen;
pub mod serial;
pub mod share;
pub mod sound;

use crate::lab::placed::Placed;
use crate::lab::size::Size;
use crate::spec::device::{Panic, Watchdog, WatchdogAction};

#[derive(Debug)]
pub struct Devices {
    pub watchdog: Watchdog,
    /// What the watchdog does.
    pub watchdog_action: WatchdogAction,
    /// By what the guest tells that it panicked.
    pub panic: Panic,
    /// Whether there is a device that encrypts.
    pub crypto: bool,
    /// Sockets between the guest and the host.
    pub vsock: Option<Vsock>,
    /// The shared memory, in the order of its names.
    pub shmem: Vec<Shmem>,
    /// How many USB devices of a SPICE client it can have.
    pub usb_redirections: u32,
}

/// Sockets between the guest and the host.
#[derive(Debug)]
pub struct Vsock {
    /// The number that the guest is reached by, and where it is written, if libvirt does not choose.
    pub cid: Option<Placed<u32>>,
}

/// Memory that the guest shares.
#[derive(Debug)]
pub struct Shmem {
    pub name: String,
    /// Who has it.
    pub memory: ShmemMemory,
}

/// Who has the shared memory: QEMU or a server.
#[derive(Debug)]
pub enum ShmemMemory {
    /// QEMU's, and how much.
    Plain(Size),
    /// That of a device of the host, and its size. libvirt has no element for it, so QEMU gets arguments.
    Device(String, Size),
    /// That of a server, at this socket.
    Doorbell(String),
}
