//! What a domain boots from: the order of a device, or a kernel of the host.

use crate::lab::placed::Placed;

/// When the firmware tries a device.
pub type Order = Placed<u32>;

/// A kernel of the host that the domain starts.
#[derive(Debug)]
pub struct DirectBoot {
    pub kernel: String,
    pub initrd: Option<String>,
    pub cmdline: Option<String>,
}
