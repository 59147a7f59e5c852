//! Bandwidth as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// Traffic limits ([libvirt](https://libvirt.org/formatnetwork.html#quality-of-service)). The host's kernel enforces
/// them with `sch_htb`, `sch_sfq` and `act_police`, which NixOS kernels have.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bandwidth {
    /// Traffic that the guests receive. Default: no limit.
    pub inbound: Option<Rate>,
    /// Traffic that the guests send. The host drops what exceeds the limit, and there is no peak. Default: no limit.
    pub outbound: Option<OutboundRate>,
}

/// Traffic in one direction, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rate {
    /// The average rate per second. Required; for a domain, in any of its layers.
    #[schemars(example = &"10MiB")]
    pub average: Option<String>,
    /// The highest rate per second, at least `average`. Default: `average`.
    #[schemars(example = &"20MiB")]
    pub peak: Option<String>,
    /// The amount that may pass in one burst before the limit applies, less than 4GiB. Default: the kernel's choice for
    /// the average.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
}

/// Traffic that guests send, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutboundRate {
    /// The average rate per second. Required; for a domain, in any of its layers.
    #[schemars(example = &"10MiB")]
    pub average: Option<String>,
    /// The amount that may pass in one burst before the limit applies, less than 4GiB. Default: one second at the
    /// average rate.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
}

/// Traffic limits of an interface ([libvirt](https://libvirt.org/formatdomain.html#quality-of-service)). The host's
/// kernel enforces them with `sch_htb`, `sch_sfq` and `act_police`, which NixOS kernels have. The host drops what the
/// guest sends beyond the limit, and there is no peak in that direction; with macvtap it is the other way round.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InterfaceBandwidth {
    /// Traffic that the guest receives. Default: no limit.
    pub inbound: Option<InboundRate>,
    /// Traffic that the guest sends. `peak` is for macvtap only. Default: no limit.
    pub outbound: Option<Rate>,
}

/// Traffic that an interface receives, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InboundRate {
    /// The average rate per second. Required; for a domain, in any of its layers.
    #[schemars(example = &"10MiB")]
    pub average: Option<String>,
    /// The highest rate per second, at least `average`. Not with macvtap. Default: `average`.
    #[schemars(example = &"20MiB")]
    pub peak: Option<String>,
    /// The amount that may pass in one burst before the limit applies, less than 4GiB. Default: the kernel's choice for
    /// the average.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
    /// The rate per second that is guaranteed to this interface. Only on a network whose bridge libvirt creates and
    /// whose own `bandwidth` limits `inbound`. Default: no guarantee.
    #[schemars(example = &"1MiB")]
    pub floor: Option<String>,
}
