//! Waits until domains are ready.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use super::fleet::Member;
use super::progress::{Event, Outcome, Progress};
use super::ready::{Look, PAUSE, Sight};
use crate::virsh::Error;

/// Waits until these are ready, each as long as its spec says, or as long as `timeout` says. What was last seen of those that are
/// not is in the outcome.
///
/// # Errors
///
/// When libvirt does not answer.
pub fn wait(
    members: &[&Member<'_>],
    timeout: Option<Duration>,
    look: Look<'_>,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let began = Instant::now();
    let mut outcome = Outcome::default();
    let mut told: BTreeMap<&str, String> = BTreeMap::new();
    let mut waiting: Vec<&Member<'_>> = members.to_vec();
    while !waiting.is_empty() {
        let sights = look.at(&waiting)?;
        let mut still = Vec::new();
        for (member, sight) in waiting.iter().copied().zip(sights) {
            let Sight { is_ready, missing, .. } = sight;
            let after = began.elapsed();
            let missing = missing.unwrap_or_default();
            let longest = timeout.unwrap_or(member.ready.timeout);
            if is_ready == Some(true) {
                outcome.done += 1;
                progress.tell(member.name, &Event::Ready, after);
            } else if after >= longest {
                let why = format!("not ready after {}: {missing}", in_words(longest));
                progress.tell(member.name, &Event::Failed(why.clone()), after);
                outcome.failed.push((member.name.to_owned(), why));
            } else {
                if told.get(member.name) != Some(&missing) {
                    progress.tell(member.name, &Event::Seen(missing.clone()), after);
                    told.insert(member.name, missing);
                }
                still.push(member);
            }
        }
        waiting = still;
        if !waiting.is_empty() {
            thread::sleep(PAUSE);
        }
    }
    Ok(outcome)
}

/// A time as people say it: `45 s`, `3 min 5 s`.
#[must_use]
pub fn in_words(time: Duration) -> String {
    match (time.as_secs() / 60, time.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}
