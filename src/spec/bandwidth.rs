//! Bandwidth as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// How much traffic may pass ([libvirt](https://libvirt.org/formatnetwork.html#quality-of-service)). The host shapes it, for
/// which its kernel needs the HTB and SFQ queues (`sch_htb`, `sch_sfq`).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bandwidth {
    /// What the guests receive. Default: no limit.
    pub inbound: Option<Rate>,
    /// What the guests send. Default: no limit.
    pub outbound: Option<Rate>,
}

/// Traffic in one direction, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rate {
    /// What may pass on average, per second.
    #[schemars(required, example = &"10MiB")]
    pub average: Option<String>,
    /// What may pass at most, per second, at least `average`. Default: as much as the host can.
    #[schemars(example = &"20MiB")]
    pub peak: Option<String>,
    /// How much may pass at the speed of `peak` before `average` holds again, less than 4GiB. Default: what the kernel
    /// needs for the average.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
}

/// How much traffic may pass through an interface
/// ([libvirt](https://libvirt.org/formatdomain.html#quality-of-service)). The host shapes it, for which its kernel needs the
/// HTB and SFQ queues (`sch_htb`, `sch_sfq`).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InterfaceBandwidth {
    /// What the guest receives. Default: no limit.
    pub inbound: Option<InboundRate>,
    /// What the guest sends. Default: no limit.
    pub outbound: Option<Rate>,
}

/// What an interface receives, in whole KiB.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InboundRate {
    /// What may pass on average, per second.
    #[schemars(required, example = &"10MiB")]
    pub average: Option<String>,
    /// What may pass at most, per second, at least `average`. Default: as much as the host can.
    #[schemars(example = &"20MiB")]
    pub peak: Option<String>,
    /// How much may pass at the speed of `peak` before `average` holds again, less than 4GiB. Default: what the kernel
    /// needs for the average.
    #[schemars(example = &"5MiB")]
    pub burst: Option<String>,
    /// What it gets whatever the others do, per second. Only on a network whose bridge libvirt makes and whose own
    /// `bandwidth` limits `inbound`. Default: nothing.
    #[schemars(example = &"1MiB")]
    pub floor: Option<String>,
}
