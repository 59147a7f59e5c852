//! What becomes of a domain when its guest ends as written.

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

words!(PowerAction, CrashAction);
