//! The clock of a domain and its timers.

use crate::spec::clock::{PitTickPolicy, RtcTickPolicy, RtcTrack, TscMode};

#[derive(Debug)]
pub struct Clock {
    /// What it shows.
    pub offset: Offset,
    pub rtc: Rtc,
    pub pit: Pit,
    /// Whether there is a high precision event timer, where it is not QEMU's to say.
    pub hpet: Option<bool>,
    pub tsc: Tsc,
    /// Whether there is KVM's clock, where it is not QEMU's to say.
    pub kvmclock: Option<bool>,
    /// Whether there is Hyper-V's reference counter, where it is not QEMU's to say.
    pub hypervclock: Option<bool>,
}

/// What the hardware clock shows.
#[derive(Debug, PartialEq, Eq)]
pub enum Offset {
    /// Universal time.
    Utc,
    /// The host's local time.
    Localtime,
    /// The time of a zone.
    Timezone(String),
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rtc {
    pub present: Option<bool>,
    /// What becomes of missed ticks.
    pub tick_policy: Option<RtcTickPolicy>,
    /// What it follows.
    pub track: Option<RtcTrack>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pit {
    pub present: Option<bool>,
    /// What becomes of missed ticks.
    pub tick_policy: Option<PitTickPolicy>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tsc {
    pub present: Option<bool>,
    /// How the guest reads it.
    pub mode: Option<TscMode>,
}
