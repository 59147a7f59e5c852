//! The clock of a domain and its timers.

use crate::spec::clock::{PitTickPolicy, RtcTickPolicy, RtcTrack, TscMode};

/// The clock.
#[derive(Debug)]
pub struct Clock {
    /// What it shows.
    pub offset: Offset,
    /// The real time clock.
    pub rtc: Rtc,
    /// The interval timer.
    pub pit: Pit,
    /// Whether there is a high precision event timer, where it is not QEMU's to say.
    pub hpet: Option<bool>,
    /// The time stamp counter.
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

/// The real time clock.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rtc {
    /// Whether it is there.
    pub present: Option<bool>,
    /// What becomes of missed ticks.
    pub tick_policy: Option<RtcTickPolicy>,
    /// What it follows.
    pub track: Option<RtcTrack>,
}

/// The interval timer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pit {
    /// Whether it is there.
    pub present: Option<bool>,
    /// What becomes of missed ticks.
    pub tick_policy: Option<PitTickPolicy>,
}

/// The time stamp counter.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tsc {
    /// Whether it is there.
    pub present: Option<bool>,
    /// How the guest reads it.
    pub mode: Option<TscMode>,
}
