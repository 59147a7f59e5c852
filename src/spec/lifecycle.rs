//! What becomes of a domain when its guest ends, or its definition changes, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// What libvirt does when the guest ends ([libvirt](https://libvirt.org/formatdomain.html#events-configuration)): of
/// libvirt's actions those that QEMU has.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct On {
    /// When the guest switches itself off. Default: libvirt's, `destroy`. Not `restart` with `reboot` `destroy`.
    pub poweroff: Option<PowerAction>,
    /// When the guest restarts itself. Default: libvirt's, `restart`.
    pub reboot: Option<PowerAction>,
    /// When the guest tells that it has crashed, for which it needs a `panic` device. Default: libvirt's, `destroy`.
    pub crash: Option<CrashAction>,
}

/// What libvirt does when a guest switches off or restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PowerAction {
    /// The domain is off.
    Destroy,
    /// The domain starts again.
    Restart,
}

/// What libvirt does when a guest crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrashAction {
    /// The domain is off.
    Destroy,
    /// The domain starts again.
    Restart,
    /// The domain stays as it is, for somebody to look into.
    Preserve,
    /// The memory is written to a file (`/var/lib/libvirt/qemu/dump`), and the domain is off.
    CoredumpDestroy,
    /// The memory is written to a file (`/var/lib/libvirt/qemu/dump`), and the domain starts again.
    CoredumpRestart,
}

/// What a running domain does when an activation finds its definition changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnChange {
    /// It goes on as it is, and has its new definition when it is shut down and started.
    NextStart,
    /// Its guest shuts it down, and it starts again with its new definition.
    Shutdown,
    /// It is cut off, as when the power fails, and starts again with its new definition.
    PowerOff,
}

words!(PowerAction, CrashAction, OnChange);
