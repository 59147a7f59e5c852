//! What the firmware of a domain tries to boot from: kinds of device, or devices one by one.

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
