//! What a domain boots from: the order of a device, or a kernel of the host.

use crate::lab::placed::Placed;

/// When the firmware tries a device.
pub type Order = Placed<u32>;

/// A kernel of the host that the domain starts.
#[derive(Debug)]
pub struct DirectBoot {
    /// The kernel.
    pub kernel: String,
    /// The initial RAM disk.
    pub initrd: Option<String>,
    /// The kernel's command line.
    pub cmdline: Option<String>,
}
