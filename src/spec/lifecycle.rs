//! What becomes of a domain when its guest ends, or its definition changes, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// What libvirt does when the guest stops ([libvirt](https://libvirt.org/formatdomain.html#events-configuration)):
/// those of libvirt's actions that QEMU supports.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct On {
    /// When the guest powers itself off. Default: libvirt's, `destroy`. Not `restart` together with `reboot` `destroy`.
    pub poweroff: Option<PowerAction>,
    /// When the guest reboots. Default: libvirt's, `restart`.
    pub reboot: Option<PowerAction>,
    /// When the guest reports a crash, for which it needs a `panic` device. Default: libvirt's, `destroy`.
    pub crash: Option<CrashAction>,
}

/// What libvirt does when a guest powers off or reboots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PowerAction {
    /// The domain stops.
    Destroy,
    /// The domain restarts.
    Restart,
}

/// What libvirt does when a guest crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrashAction {
    /// The domain stops.
    Destroy,
    /// The domain restarts.
    Restart,
    /// The crashed domain is kept as it is, for analysis.
    Preserve,
    /// The memory is dumped to a file (in `/var/lib/libvirt/qemu/dump`), and the domain stops.
    CoredumpDestroy,
    /// The memory is dumped to a file (in `/var/lib/libvirt/qemu/dump`), and the domain restarts.
    CoredumpRestart,
}

/// What happens to a running domain when an activation changes its definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnChange {
    /// It keeps running, and gets its new definition when it is next shut down and started.
    NextStart,
    /// It is shut down cleanly through its guest, and starts again with its new definition.
    Shutdown,
    /// It is forced off, as in a power failure, and starts again with its new definition.
    PowerOff,
}

words!(PowerAction, CrashAction, OnChange);
