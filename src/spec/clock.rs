//! The clock of a domain and its timers as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// The guest's clock ([libvirt](https://libvirt.org/formatdomain.html#time-keeping)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Clock {
    /// What the hardware clock shows when the domain starts. Default: `timezone` when a `timezone` is given, else
    /// `localtime` for Windows, which [expects local
    /// time](https://devblogs.microsoft.com/oldnewthing/20040902-00/?p=37983), and `utc` for all others.
    pub offset: Option<ClockOffset>,
    /// The time zone of the hardware clock, by its name in the tz database. Only for offset `timezone`.
    #[schemars(example = &"Europe/Berlin")]
    pub timezone: Option<String>,
    /// The timers that the guest sees. They are merged into the default. Default on `x86_64`, except for os `none`: the
    /// timers that [virt-install](https://github.com/virt-manager/virt-manager) writes, which are `rtc` with `catchup`,
    /// `pit` with `delay`, no `hpet`, and with `hyperv` also `hypervclock`. Only for `x86_64`.
    pub timers: Option<Timers>,
}

/// What a hardware clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockOffset {
    /// UTC.
    Utc,
    /// The host's local time.
    Localtime,
    /// The time of a `timezone`.
    Timezone,
}

/// The timers of a PC. QEMU chooses for a timer that is not given.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timers {
    /// The real time clock.
    pub rtc: Option<Rtc>,
    /// The interval timer.
    pub pit: Option<Pit>,
    /// The high precision event timer (HPET), which uses much of the host's CPU time.
    pub hpet: Option<Timer>,
    /// The processor's time stamp counter.
    pub tsc: Option<Tsc>,
    /// KVM's own clock, for Linux and FreeBSD.
    pub kvmclock: Option<Timer>,
    /// Hyper-V's reference counter, for Windows.
    pub hypervclock: Option<Timer>,
}

/// The real time clock.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rtc {
    /// Whether the guest has it. Default: QEMU's, `true`.
    pub present: Option<bool>,
    /// What happens to ticks that the guest missed. Default: `catchup`; for os `none` QEMU's, `delay`.
    pub tick_policy: Option<RtcTickPolicy>,
    /// The clock that it follows. Default: QEMU's, `wall`.
    pub track: Option<RtcTrack>,
}

/// The interval timer.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pit {
    /// Whether the guest has it. Default: QEMU's, `true`.
    pub present: Option<bool>,
    /// What happens to ticks that the guest missed. Default: `delay`, as QEMU's.
    pub tick_policy: Option<PitTickPolicy>,
}

/// The time stamp counter.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tsc {
    /// Whether the guest has it. Default: QEMU's, `true`.
    pub present: Option<bool>,
    /// How the guest reads it. Default: QEMU's, `auto`.
    pub mode: Option<TscMode>,
}

/// A timer that can be switched on or off.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timer {
    /// Whether the guest has it. Default: `false` for `hpet`, `true` for `hypervclock` with `hyperv`, else QEMU's
    /// choice.
    pub present: Option<bool>,
}

/// What happens to ticks of the real time clock that the guest missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RtcTickPolicy {
    /// They are delivered late, at the normal rate.
    Delay,
    /// They are delivered at a higher rate until the guest has caught up.
    Catchup,
}

/// What happens to ticks of the interval timer that the guest missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PitTickPolicy {
    /// They are delivered late, at the normal rate.
    Delay,
    /// They are delivered at a higher rate until the guest has caught up.
    Catchup,
    /// They are lost.
    Discard,
}

/// The clock that the real time clock follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RtcTrack {
    /// The guest's time, which stands still while the domain is paused.
    Guest,
    /// The host's wall clock.
    Wall,
    /// The host's monotonic clock, which is never adjusted.
    Realtime,
}

/// How the guest reads the time stamp counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TscMode {
    /// Native where the host's counter is reliable, else emulated.
    Auto,
    /// Always the host's counter.
    Native,
    /// Always emulated.
    Emulate,
    /// The host's counter, with corrections that the guest has to support.
    Paravirt,
    /// Emulated, and synchronized between the virtual CPUs.
    Smpsafe,
}

words!(RtcTickPolicy, PitTickPolicy, RtcTrack, TscMode);
