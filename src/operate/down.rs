//! Shuts domains down, level by level, the last that start first.

use std::thread;
use std::time::{Duration, Instant};

use super::fleet::{Fleet, Member};
use super::progress::{Event, Outcome, Progress};
use super::ready::{AT_ONCE, Look, PAUSE};
use super::wait::in_words;
use crate::parallel;
use crate::virsh::Error;
use crate::virsh::hand::Hand;

/// How long a guest may take to shut down: a Windows guest that installs updates takes long.
pub const USUAL: Duration = Duration::from_secs(300);
/// How often a guest is asked: one that was starting, or whose screen was locked, has not heard the first time.
const AGAIN: Duration = Duration::from_secs(30);

/// How long it takes at least until a guest has been asked.
const AT_LEAST: Duration = Duration::from_secs(2);

/// What is done with guests that do not shut down, by their names: whether they are cut off.
pub type MayCutOff<'f> = &'f dyn Fn(&[&str]) -> bool;

/// Shuts down the domains of a fleet, those of a level at once, and waits until all of it are off before the next. Where one is still not off,
/// `may_cut_off` is asked; what starts before one that stays on is left as it is.
///
/// # Errors
///
/// When libvirt does not answer.
pub fn down(
    fleet: &Fleet<'_>,
    timeout: Duration,
    look: Look<'_>,
    hand: &Hand,
    may_cut_off: MayCutOff<'_>,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    for level in fleet.levels.iter().rev() {
        let members: Vec<&Member<'_>> = level.iter().map(|index| &fleet.members[*index]).collect();
        if outcome.failed.is_empty() {
            one_level(&members, timeout, look, hand, may_cut_off, progress, &mut outcome)?;
        } else {
            outcome.left.extend(members.iter().map(|member| member.name.to_owned()));
        }
    }
    Ok(outcome)
}

fn one_level(
    members: &[&Member<'_>],
    timeout: Duration,
    look: Look<'_>,
    hand: &Hand,
    may_cut_off: MayCutOff<'_>,
    progress: &dyn Progress,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let began = Instant::now();
    let states = look.states(members)?;
    let (running, off): (Vec<_>, Vec<_>) = members.iter().copied().zip(states).partition(|(_, state)| is_on(state));
    for (member, _) in off {
        outcome.done += 1;
        progress.tell(member.name, &Event::Off, began.elapsed());
    }
    // What has crashed hears nothing.
    let (deaf, asked): (Vec<_>, Vec<_>) = running.into_iter().partition(|(_, state)| state == "crashed");
    let mut left = ask_until_off(asked, timeout, look, hand, progress, outcome)?;
    left.extend(deaf.into_iter().map(|(member, _)| member));
    let mut left = still_on(left, look, began, progress, outcome)?;
    let names: Vec<&str> = left.iter().map(|member| member.name).collect();
    if left.is_empty() || !may_cut_off(&names) {
        for member in left {
            let why = format!("does not shut down within {}", in_words(timeout));
            progress.tell(member.name, &Event::Failed(why.clone()), began.elapsed());
            outcome.failed.push((member.name.to_owned(), why));
        }
        return Ok(());
    }
    // Whoever was asked may have taken their time.
    left = still_on(left, look, began, progress, outcome)?;
    let cut = parallel::each(AT_ONCE, &left, |member| member.uuid.map_or(Ok(()), |uuid| hand.power_off(uuid)));
    for (member, cut) in left.iter().zip(cut) {
        match cut {
            Ok(()) => {
                outcome.done += 1;
                progress.tell(member.name, &Event::CutOff, began.elapsed());
            }
            Err(why) => {
                let why = format!("cannot be powered off: {why}");
                progress.tell(member.name, &Event::Failed(why.clone()), began.elapsed());
                outcome.failed.push((member.name.to_owned(), why));
            }
        }
    }
    Ok(())
}

/// Those that are still on; reports the others.
fn still_on<'m, 'l>(
    members: Vec<&'m Member<'l>>,
    look: Look<'_>,
    began: Instant,
    progress: &dyn Progress,
    outcome: &mut Outcome,
) -> Result<Vec<&'m Member<'l>>, Error> {
    let states = look.states(&members)?;
    let (on, off): (Vec<_>, Vec<_>) = members.into_iter().zip(states).partition(|(_, state)| is_on(state));
    for (member, _) in off {
        outcome.done += 1;
        progress.tell(member.name, &Event::Off, began.elapsed());
    }
    Ok(on.into_iter().map(|(member, _)| member).collect())
}

/// Asks guests to shut down, again from time to time. Returns those that still run when the time is over.
fn ask_until_off<'m, 'l>(
    mut running: Vec<(&'m Member<'l>, String)>,
    timeout: Duration,
    look: Look<'_>,
    hand: &Hand,
    progress: &dyn Progress,
    outcome: &mut Outcome,
) -> Result<Vec<&'m Member<'l>>, Error> {
    let began = Instant::now();
    // An agent answers when its guest is off, or never: nobody waits for it longer than for the guest.
    thread::scope(|scope| {
        let mut asked: Option<Instant> = None;
        while !running.is_empty() {
            if asked.is_none_or(|last| last.elapsed() >= AGAIN) {
                for (member, state) in &running {
                    let (name, Some(uuid), state) = (member.name, member.uuid, state.clone()) else { continue };
                    let patience = timeout.saturating_sub(began.elapsed()).max(AT_LEAST);
                    if asked.is_none() {
                        progress.tell(name, &Event::Asked, began.elapsed());
                    }
                    scope.spawn(move || {
                        // Who is paused, or asleep, hears nothing.
                        let _ = match state.as_str() {
                            "paused" => hand.go_on(uuid),
                            "pmsuspended" => hand.wake(uuid),
                            _ => Ok(()),
                        };
                        hand.ask_to_shut_down(uuid, patience);
                    });
                }
                asked = Some(Instant::now());
            }
            let members: Vec<&Member<'_>> = running.iter().map(|(member, _)| *member).collect();
            let states = look.states(&members)?;
            let (on, off): (Vec<_>, Vec<_>) = members.into_iter().zip(states).partition(|(_, state)| is_on(state));
            for (member, _) in off {
                outcome.done += 1;
                progress.tell(member.name, &Event::Off, began.elapsed());
            }
            running = on;
            if running.is_empty() || began.elapsed() >= timeout {
                break;
            }
            thread::sleep(PAUSE);
        }
        Ok(running.into_iter().map(|(member, _)| member).collect())
    })
}

/// Whether a domain of this state may have a QEMU that runs.
fn is_on(state: &str) -> bool {
    !matches!(state, "shut off" | "undefined")
}
