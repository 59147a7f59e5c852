//! Tells how work on domains goes: on a terminal a line for each that is worked on, with the time; else a line for each thing that happens.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::talk;
use crate::cli::Cli;
use crate::operate::progress::{Event, Progress};
use crate::operate::wait::in_words;
use crate::report::Format;
use crate::visible;

/// Who tells it.
pub(super) struct Lines<'c> {
    cli: &'c Cli,
    /// The lines of a terminal, by the names of domains.
    live: Option<(MultiProgress, Mutex<BTreeMap<String, ProgressBar>>)>,
}

impl<'c> Lines<'c> {
    pub(super) fn new(cli: &'c Cli) -> Self {
        let is_live = io::stderr().is_terminal() && cli.message_format == Format::Human;
        Self { cli, live: is_live.then(|| (MultiProgress::new(), Mutex::default())) }
    }

    /// Takes away the lines of those that nothing more happens to.
    pub(super) fn end(&self) {
        let Some((_, bars)) = &self.live else { return };
        let mut bars = bars.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in std::mem::take(&mut *bars).into_values() {
            bar.finish_and_clear();
        }
    }

    /// Does something else with the terminal meanwhile.
    pub(super) fn pause<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.live {
            Some((all, _)) => all.suspend(work),
            None => work(),
        }
    }
}

impl Progress for Lines<'_> {
    fn tell(&self, name: &str, event: &Event, after: Duration) {
        let text = words(name, event, after);
        let Some((all, bars)) = &self.live else {
            talk(self.cli, &format!("{text}\n"));
            return;
        };
        let mut bars = bars.lock().unwrap_or_else(PoisonError::into_inner);
        let text = visible::line(&text).into_owned();
        match event {
            Event::Started | Event::Resumed | Event::Asked | Event::Seen(_) => {
                let bar = bars.entry(name.to_owned()).or_insert_with(|| {
                    let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed}");
                    let bar = all.add(
                        ProgressBar::new_spinner()
                            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())),
                    );
                    bar.enable_steady_tick(Duration::from_millis(200));
                    bar
                });
                bar.set_message(text);
            }
            Event::Brought(_) | Event::Ready | Event::Off | Event::CutOff | Event::Failed(_) => {
                if let Some(bar) = bars.remove(name) {
                    bar.finish_and_clear();
                }
                // If the terminal is gone, nothing is reported.
                let _ = all.println(text);
            }
        }
    }
}

fn words(name: &str, event: &Event, after: Duration) -> String {
    match event {
        Event::Brought(kind) => format!("{kind} {name}: started"),
        Event::Started => format!("{name}: started"),
        Event::Resumed => format!("{name}: resumed"),
        Event::Asked => format!("{name}: asked to shut down"),
        Event::Seen(missing) => format!("{name}: not ready yet: {missing}"),
        Event::Ready if after.as_secs() == 0 => format!("{name}: ready"),
        Event::Ready => format!("{name}: ready after {}", in_words(after)),
        Event::Off if after.as_secs() == 0 => format!("{name}: off"),
        Event::Off => format!("{name}: off after {}", in_words(after)),
        Event::CutOff => format!("{name}: powered off"),
        Event::Failed(why) => format!("{name}: {why}"),
    }
}
