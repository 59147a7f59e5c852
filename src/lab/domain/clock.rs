//! The clock of a domain and its timers.

use crate::lab::profile::{Layers, Word};
use crate::lab::text::shortened;
use crate::problem::{Id, Problem};
use crate::spec::DomainFields;
use crate::spec::clock::{ClockOffset, PitTickPolicy, RtcTickPolicy, RtcTrack, Timer, Timers, TscMode};
use crate::spec::guest::{Arch, Os};
use crate::spec::key::{Key, key};

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

/// Resolves the clock of a domain.
///
/// Windows keeps its hardware clock in local time. The timers of a PC are those that `virt-install` gives to Windows and
/// others: lost ticks of the hardware clock are made up for, and the HPET, which costs much, is left out.
pub(in crate::lab) fn clock(
    layers: &Layers<'_, DomainFields>,
    os: Os,
    arch: Arch,
    hyperv: bool,
    problems: &mut Vec<Problem>,
) -> Clock {
    let clock = layers.within(key!(clock));
    let timezone = clock.setting(key!(timezone));
    let offset = clock.setting(key!(offset));
    match (offset, timezone) {
        (Some(offset), None) if *offset.value == ClockOffset::Timezone => problems.push(
            Problem::new(Id::MissingField, offset.place(), "a clock in a time zone that is not said")
                .label("needs a `timezone` beside it")
                .help("add `\"timezone\": \"Europe/Berlin\"`, or choose `utc` or `localtime`"),
        ),
        (Some(offset), Some(timezone)) if *offset.value != ClockOffset::Timezone => problems.push(
            Problem::new(Id::ConflictingFields, timezone.pointer().name(), "a time zone for a clock that has none")
                .label("only for `offset` `timezone`")
                .related(offset.place(), "the offset")
                .help("leave one of the two out"),
        ),
        (Some(_) | None, _) => {}
    }
    let offset = match (offset.map(|offset| *offset.value), timezone) {
        (Some(ClockOffset::Timezone) | None, Some(word)) => self::timezone(word, problems),
        (Some(ClockOffset::Utc), _) => Some(Offset::Utc),
        (Some(ClockOffset::Localtime), _) => Some(Offset::Localtime),
        (Some(ClockOffset::Timezone) | None, None) => None,
    };
    let timers = clock.within(key!(timers));
    if arch == Arch::Aarch64 && !timers.is_empty() {
        problems.push(
            Problem::new(Id::ConflictingFields, timers.pointer().name(), "the timers of a PC in an aarch64 domain")
                .label("only for x86_64")
                .help("leave `timers` out"),
        );
    }
    let rtc = timers.within(key!(rtc));
    let pit = timers.within(key!(pit));
    let tsc = timers.within(key!(tsc));
    let preset = arch == Arch::X86_64 && os != Os::None;
    Clock {
        offset: offset.unwrap_or(if os.is_windows() { Offset::Localtime } else { Offset::Utc }),
        rtc: Rtc {
            present: rtc.value_of(key!(present)),
            tick_policy: rtc.value_of(key!(tick_policy)).or(preset.then_some(RtcTickPolicy::Catchup)),
            track: rtc.value_of(key!(track)),
        },
        pit: Pit {
            present: pit.value_of(key!(present)),
            tick_policy: pit.value_of(key!(tick_policy)).or(preset.then_some(PitTickPolicy::Delay)),
        },
        hpet: present(&timers, key!(hpet)).or(preset.then_some(false)),
        tsc: Tsc { present: tsc.value_of(key!(present)), mode: tsc.value_of(key!(mode)) },
        kvmclock: present(&timers, key!(kvmclock)),
        hypervclock: present(&timers, key!(hypervclock)).or((preset && hyperv).then_some(true)),
    }
}

/// Whether a timer is there.
fn present(timers: &Layers<'_, Timers>, timer: Key<Timers, Timer>) -> Option<bool> {
    timers.within(timer).value_of(key!(present))
}

/// A time zone, in the characters that libvirt takes.
fn timezone(word: Word<'_>, problems: &mut Vec<Problem>) -> Option<Offset> {
    let name = word.value;
    let fine = (1..=255).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-' | '/'));
    if !fine {
        problems.push(
            Problem::of_value(
                Id::BadName,
                word.place(),
                format!("`{}` cannot be the name of a time zone", shortened(name)),
            )
            .label("not a time zone")
            .help("use a name of the tz database, such as `\"Europe/Berlin\"`"),
        );
    }
    fine.then(|| Offset::Timezone(name.clone()))
}
