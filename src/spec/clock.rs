//! The clock of a domain and its timers as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// The guest's clock ([libvirt](https://libvirt.org/formatdomain.html#time-keeping)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Clock {
    /// What the hardware clock shows when the domain starts. Default: `timezone` when a `timezone` is given, else
    /// `localtime` for Windows, which [takes it so](https://devblogs.microsoft.com/oldnewthing/20040902-00/?p=37983), and
    /// `utc` for the rest.
    pub offset: Option<ClockOffset>,
    /// The time zone of the hardware clock, by its name in the tz database. Only for offset `timezone`.
    #[schemars(example = &"Europe/Berlin")]
    pub timezone: Option<String>,
    /// The timers that the guest sees. Default on `x86_64`, but for os `none`, what
    /// [virt-install](https://github.com/virt-manager/virt-manager) writes: `rtc` makes up for lost ticks, `pit` delays
    /// them, there is no `hpet`, and with `hyperv` there is `hypervclock`. What is given here is merged into that. Only for
    /// `x86_64`.
    pub timers: Option<Timers>,
}

/// What a hardware clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockOffset {
    /// Universal time.
    Utc,
    /// The host's local time.
    Localtime,
    /// The time of a `timezone`.
    Timezone,
}

/// The timers of a PC. A timer that is not here is QEMU's to choose.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timers {
    /// The real time clock.
    pub rtc: Option<Rtc>,
    /// The interval timer.
    pub pit: Option<Pit>,
    /// The high precision event timer, which costs the host much.
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
    /// Whether it is there. Default: QEMU's, `true`.
    pub present: Option<bool>,
    /// What becomes of ticks that the guest missed. Default: `catchup`, for os `none` QEMU's, `delay`.
    pub tick_policy: Option<RtcTickPolicy>,
    /// What it follows. Default: QEMU's, `wall`.
    pub track: Option<RtcTrack>,
}

/// The interval timer.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pit {
    /// Whether it is there. Default: QEMU's, `true`.
    pub present: Option<bool>,
    /// What becomes of ticks that the guest missed. Default: `delay`, which is QEMU's too.
    pub tick_policy: Option<PitTickPolicy>,
}

/// The time stamp counter.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tsc {
    /// Whether it is there. Default: QEMU's, `true`.
    pub present: Option<bool>,
    /// How the guest reads it. Default: QEMU's, `auto`.
    pub mode: Option<TscMode>,
}

/// A timer that is there or not.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timer {
    /// Whether it is there. Default: `false` for `hpet`, `true` for `hypervclock` with `hyperv`, else QEMU's choice.
    pub present: Option<bool>,
}

/// What becomes of ticks of the real time clock that the guest missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RtcTickPolicy {
    /// They come late, at the usual rate.
    Delay,
    /// They come at a higher rate until the guest is on time again.
    Catchup,
}

/// What becomes of ticks of the interval timer that the guest missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PitTickPolicy {
    /// They come late, at the usual rate.
    Delay,
    /// They come at a higher rate until the guest is on time again.
    Catchup,
    /// They are lost.
    Discard,
}

/// What the real time clock follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RtcTrack {
    /// The guest's time, which stands still while the domain is paused.
    Guest,
    /// The host's wall clock.
    Wall,
    /// The host's time since its start, which nobody sets.
    Realtime,
}

/// How the guest reads the time stamp counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TscMode {
    /// The host's where that is reliable, else emulated.
    Auto,
    /// The host's, always.
    Native,
    /// Emulated, always.
    Emulate,
    /// The host's, with corrections that a guest has to know of.
    Paravirt,
    /// Emulated, and the same on every virtual CPU.
    Smpsafe,
}

words!(RtcTickPolicy, PitTickPolicy, RtcTrack, TscMode);
