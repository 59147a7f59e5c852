//! Reads the clock of a domain, and gives it the timers that suit its operating system.

use crate::lab::domain::clock::{Clock, Offset, Pit, Rtc, Tsc};
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::known;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text::shortened;
use crate::spec::clock::{ClockOffset, PitTickPolicy, RtcTickPolicy, Timer, Timers};
use crate::spec::guest::{Arch, Os};
use crate::spec::key::{Key, key};

/// Resolves the clock of a domain.
///
/// Windows keeps its hardware clock in local time. The timers of a PC are those that `virt-install` gives to Windows and
/// others: lost ticks of the hardware clock are made up for, and the HPET, which costs much, is left out.
pub(crate) fn clock(guest: &Guest<'_>, hyperv: bool, problems: &mut Problems) -> Clock {
    let clock = guest.layers.object(key!(clock));
    let timezone = clock.get(key!(timezone));
    let offset = clock.get(key!(offset));
    match (offset, timezone) {
        (Some(offset), None) if *offset.value == ClockOffset::Timezone => problems.push(
            Problem::needs(
                offset.place(),
                "a clock with offset `timezone` without a time zone",
                "a `timezone` beside it",
            )
            .help("add `\"timezone\": \"Europe/Berlin\"`, or choose `utc` or `localtime`"),
        ),
        (Some(offset), Some(timezone)) if *offset.value != ClockOffset::Timezone => problems.push(
            Problem::only_for(
                timezone.key_place(),
                "a time zone for a clock with another offset",
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
    let timers = clock.object(key!(timers));
    if guest.arch == Arch::Aarch64 && !timers.is_empty() {
        problems.push(
            Problem::only_for(timers.key_place(), "the timers of a PC in an aarch64 domain", "x86_64")
                .help("leave `timers` out"),
        );
    }
    let rtc = timers.object(key!(rtc));
    let pit = timers.object(key!(pit));
    let tsc = timers.object(key!(tsc));
    let preset = guest.arch == Arch::X86_64 && guest.os != Os::None;
    Clock {
        offset: offset.unwrap_or(if guest.os.is_windows() { Offset::Localtime } else { Offset::Utc }),
        rtc: Rtc {
            present: rtc.value(key!(present)),
            tick_policy: rtc.value(key!(tick_policy)).or(preset.then_some(RtcTickPolicy::Catchup)),
            track: rtc.value(key!(track)),
        },
        pit: Pit {
            present: pit.value(key!(present)),
            tick_policy: pit.value(key!(tick_policy)).or(preset.then_some(PitTickPolicy::Delay)),
        },
        hpet: present(&timers, key!(hpet)).or(preset.then_some(false)),
        tsc: Tsc { present: tsc.value(key!(present)), mode: tsc.value(key!(mode)) },
        kvmclock: present(&timers, key!(kvmclock)),
        hypervclock: present(&timers, key!(hypervclock)).or((preset && hyperv).then_some(true)),
    }
}

/// Reads whether a timer is present.
fn present(timers: &Layers<'_, Timers>, timer: Key<Timers, Timer>) -> Option<bool> {
    timers.object(timer).value(key!(present))
}

/// Reads a time zone, in the characters that libvirt takes.
fn timezone(word: Word<'_>, problems: &mut Problems) -> Option<Offset> {
    let name = word.value;
    let is_valid = (1..=255).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-' | '/'));
    if !is_valid {
        problems.push(
            Problem::bad_name(word.place(), format!("`{}` cannot be the name of a time zone", shortened(name)))
                .label("not a time zone")
                .help("use a name of the tz database, such as `\"Europe/Berlin\"`"),
        );
    }
    if is_valid {
        known::time_zone(name, word.place(), problems);
    }
    is_valid.then(|| Offset::Timezone(name.clone()))
}
