//! Bandwidth as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// How much traffic may pass ([libvirt](https://libvirt.org/formatnetwork.html#quality-of-service)). The host's kernel sees
/// to it, with `sch_htb`, `sch_sfq` and `act_police`, which those of NixOS have.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bandwidth {
    /// What the guests receive. Default: no limit.
    pub inbound: Option<Rate>,
    /// What the guests send. What is more is dropped, and there is no peak. Default: no limit.
    pub outbound: Option<OutboundRate>,
}

/// Traffic in one direction, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rate {
    /// What may pass on average, per second. Required; of a domain, one of its layers is enough.
    #[schemars(example = &"10MiB")]
    pub average: Option<String>,
    /// What may pass at most, per second, at least `average`. Default: `average`.
    #[schemars(example = &"20MiB")]
    pub peak: Option<String>,
    /// How much may pass at once before that holds, less than 4GiB. Default: the kernel's, for the average.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
}

/// What guests send, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutboundRate {
    /// What may pass on average, per second. Required; of a domain, one of its layers is enough.
    #[schemars(example = &"10MiB")]
    pub average: Option<String>,
    /// How much may pass at once before that holds, less than 4GiB. Default: what passes in a second on average.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
}

/// How much traffic may pass through an interface
/// ([libvirt](https://libvirt.org/formatdomain.html#quality-of-service)). The host's kernel sees to it, with `sch_htb`,
/// `sch_sfq` and `act_police`, which those of NixOS have. What the guest sends beyond the limit is dropped, and there is no
/// peak in that direction; through macvtap it is the other way round.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InterfaceBandwidth {
    /// What the guest receives. Default: no limit.
    pub inbound: Option<InboundRate>,
    /// What the guest sends. It has a `peak` through macvtap only. Default: no limit.
    pub outbound: Option<Rate>,
}

/// What an interface receives, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InboundRate {
    /// What may pass on average, per second. Required; of a domain, one of its layers is enough.
    #[schemars(example = &"10MiB")]
    pub average: Option<String>,
    /// What may pass at most, per second, at least `average`. Not through macvtap. Default: `average`.
    #[schemars(example = &"20MiB")]
    pub peak: Option<String>,
    /// How much may pass at once before that holds, less than 4GiB. Default: the kernel's, for the average.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
    /// What it gets whatever the others do, per second. Only on a network whose bridge libvirt makes and whose own
    /// `bandwidth` limits `inbound`. Default: nothing.
    #[schemars(example = &"1MiB")]
    pub floor: Option<String>,
}
