//! The clock of a domain and its timers.

use crate::lab::domain::clock::{Clock, Offset, Pit, Rtc, Tsc};
use crate::problem::{Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text::shortened;
use crate::spec::DomainFields;
use crate::spec::clock::{ClockOffset, PitTickPolicy, RtcTickPolicy, Timer, Timers};
use crate::spec::guest::{Arch, Os};

/// Resolves the clock of a domain.
///
/// Windows keeps its hardware clock in local time. The timers of a PC are those that `virt-install` gives to Windows and
/// others: lost ticks of the hardware clock are made up for, and the HPET, which costs much, is left out.
pub(crate) fn clock(
    layers: &Layers<'_, DomainFields>,
    os: Os,
    arch: Arch,
    hyperv: bool,
    problems: &mut Problems,
) -> Clock {
    let clock = layers.object("clock", |f| f.clock.as_ref());
    let timezone = clock.get("timezone", |c| c.timezone.as_ref());
    let offset = clock.get("offset", |c| c.offset.as_ref());
    match (offset, timezone) {
        (Some(offset), None) if *offset.value == ClockOffset::Timezone => problems.push(
            Problem::needs(offset.place(), "a clock in a time zone that is not said", "a `timezone` beside it")
                .help("add `\"timezone\": \"Europe/Berlin\"`, or choose `utc` or `localtime`"),
        ),
        (Some(offset), Some(timezone)) if *offset.value != ClockOffset::Timezone => problems.push(
            Problem::only_for(
                timezone.pointer().name(),
                "a time zone for a clock that has none",
                "`offset` `timezone`",
            )
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
    let timers = clock.object("timers", |c| c.timers.as_ref());
    if arch == Arch::Aarch64 && !timers.is_empty() {
        problems.push(
            Problem::only_for(timers.pointer().name(), "the timers of a PC in an aarch64 domain", "x86_64")
                .help("leave `timers` out"),
        );
    }
    let rtc = timers.object("rtc", |t| t.rtc.as_ref());
    let pit = timers.object("pit", |t| t.pit.as_ref());
    let tsc = timers.object("tsc", |t| t.tsc.as_ref());
    let preset = arch == Arch::X86_64 && os != Os::None;
    Clock {
        offset: offset.unwrap_or(if os.is_windows() { Offset::Localtime } else { Offset::Utc }),
        rtc: Rtc {
            present: rtc.value("present", |t| t.present.as_ref()),
            tick_policy: rtc
                .value("tickPolicy", |t| t.tick_policy.as_ref())
                .or(preset.then_some(RtcTickPolicy::Catchup)),
            track: rtc.value("track", |t| t.track.as_ref()),
        },
        pit: Pit {
            present: pit.value("present", |t| t.present.as_ref()),
            tick_policy: pit.value("tickPolicy", |t| t.tick_policy.as_ref()).or(preset.then_some(PitTickPolicy::Delay)),
        },
        hpet: present(&timers, "hpet", |t| t.hpet.as_ref()).or(preset.then_some(false)),
        tsc: Tsc {
            present: tsc.value("present", |t| t.present.as_ref()),
            mode: tsc.value("mode", |t| t.mode.as_ref()),
        },
        kvmclock: present(&timers, "kvmclock", |t| t.kvmclock.as_ref()),
        hypervclock: present(&timers, "hypervclock", |t| t.hypervclock.as_ref()).or((preset && hyperv).then_some(true)),
    }
}

/// Whether a timer is there.
fn present<'a>(
    timers: &Layers<'a, Timers>,
    key: &'static str,
    timer: impl Fn(&'a Timers) -> Option<&'a Timer>,
) -> Option<bool> {
    timers.object(key, timer).value("present", |timer| timer.present.as_ref())
}

/// A time zone, in the characters that libvirt takes.
fn timezone(word: Word<'_>, problems: &mut Problems) -> Option<Offset> {
    let name = word.value;
    let fine = (1..=255).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-' | '/'));
    if !fine {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be the name of a time zone", shortened(name)))
                .label("not a time zone")
                .help("use a name of the tz database, such as `\"Europe/Berlin\"`"),
        );
    }
    fine.then(|| Offset::Timezone(name.clone()))
}
