//! By what a domain is seen to be ready, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// By what a domain is seen to be ready, so that `lab2nix up` starts those after it: one of these. The strongest layer that says
/// one decides. Whoever waits knows the address from the spec: what reaches the guest over the network takes an interface with an `ip`, or with
/// `forwards` of the port.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ready {
    /// The guest's QEMU agent answers. Takes `agent`. Only `true`.
    pub agent: Option<bool>,
    /// The domain runs, whatever its guest does. Only `true`.
    pub running: Option<bool>,
    /// The guest takes connections on this TCP port.
    #[schemars(range(min = 1, max = 65535), example = 3389)]
    pub tcp: Option<u16>,
    /// The guest's SSH server says its version on port 22. Only `true`.
    pub ssh: Option<bool>,
    /// The guest's Windows Remote Management answers on port 5985, or 5986. Only `true`.
    pub winrm: Option<bool>,
    /// A command that the guest's QEMU agent runs succeeds: of `sh`, in Windows of PowerShell. Takes `agent`.
    #[schemars(example = &"systemctl is-active --quiet sssd")]
    pub run: Option<String>,
    /// How long it may take from the start: a whole number and `s`, `m` or `h`. Default: `5m`, for Windows `15m`.
    #[schemars(example = &"30m")]
    pub timeout: Option<String>,
}
