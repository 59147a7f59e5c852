//! What libvirt does with a domain when its guest powers off, reboots or crashes.

use crate::spec::lifecycle::{CrashAction, PowerAction};

/// What libvirt does when the guest ends, where the spec says.
#[derive(Debug)]
pub struct On {
    /// When it switches itself off.
    pub poweroff: Option<PowerAction>,
    /// When it restarts itself.
    pub reboot: Option<PowerAction>,
    /// When it crashes.
    pub crash: Option<CrashAction>,
}
