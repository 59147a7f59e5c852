//! The bandwidth of a network, a port group or an interface.

/// How much traffic may pass.
#[derive(Debug)]
pub struct Bandwidth {
    /// What the guests receive.
    pub inbound: Option<Rate>,
    /// What the guests send.
    pub outbound: Option<Rate>,
}

/// Traffic in one direction, in KiB.
#[derive(Debug)]
pub struct Rate {
    /// On average, per second.
    pub average: i64,
    /// At most, per second.
    pub peak: Option<i64>,
    /// At the speed of the peak.
    pub burst: Option<i64>,
    /// Whatever the others do, per second.
    pub floor: Option<i64>,
}
