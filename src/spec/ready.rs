//! How to determine that a domain is ready, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// How to determine that a domain is ready, so that `lab2nix up` starts the domains after it: one of these checks. The
/// strongest layer that has one decides. Checks over the network use the address from the spec, so they need an
/// interface with an `ip`, with static `addresses` in `cloudInit`, or with `forwards` of the port.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ready {
    /// The guest's QEMU agent answers. Needs `agent`. Only `true`.
    pub agent: Option<bool>,
    /// The domain runs, whatever its guest does. Only `true`.
    pub running: Option<bool>,
    /// The guest accepts connections on this TCP port.
    #[schemars(range(min = 1, max = 65535), example = 3389)]
    pub tcp: Option<u16>,
    /// The guest's SSH server sends its banner on port 22. Only `true`.
    pub ssh: Option<bool>,
    /// The guest's Windows Remote Management answers on port 5985, or 5986. Only `true`.
    pub winrm: Option<bool>,
    /// A command that the guest's QEMU agent runs succeeds: a command of `sh`, in Windows of PowerShell. Needs `agent`.
    #[schemars(example = &"systemctl is-active --quiet sssd")]
    pub run: Option<String>,
    /// How long it may take from the start: a whole number and `s`, `m` or `h`. Default: `5m`; for Windows `15m`.
    #[schemars(example = &"30m")]
    pub timeout: Option<String>,
}
