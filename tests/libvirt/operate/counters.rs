//! How long guests say that they have been up, ten times a second, and when the host has heard it.

use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::world::World;

/// How long may pass until a guest has counted on, in seconds: far from what a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(300);

/// Who listens to some domains.
pub struct Counters<'w> {
    world: &'w World,
    domains: Vec<String>,
}

/// A word of a guest, in seconds.
#[derive(Debug, Clone, Copy)]
struct Count {
    /// When the host has heard it, since 1970.
    heard: f64,
    /// How long the guest has been up.
    counter: f64,
}

/// Where a guest writes its counter.
pub fn file(domain: &str) -> String {
    format!("/var/log/libvirt/qemu/counter-{domain}.log")
}

impl<'w> Counters<'w> {
    /// Listens from now on.
    pub fn watch(world: &'w World, domains: &[&str]) -> Self {
        // libvirt makes another file when a domain goes back to a snapshot.
        let script = r#"mkdir -p /run/heard
            listen() { tail -s 0.1 -n 0 -F "$1" 2>/dev/null | while read -r count; do echo "$EPOCHREALTIME $count"; done; }
            export -f listen
            setsid bash -c 'listen "$1" >"/run/heard/$2"' bash "$1" "$2" </dev/null >/dev/null 2>&1 &"#;
        for domain in domains {
            world.run(&["bash", "-ec", script, "bash", &file(domain), domain]);
        }
        Self { world, domains: domains.iter().map(|domain| (*domain).to_owned()).collect() }
    }

    /// The host's time, in seconds since 1970.
    pub fn now(&self) -> f64 {
        self.world.run(&["date", "+%s.%N"]).trim().parse().expect("it is a number")
    }

    /// Waits until each guest has counted on by so many seconds, without a break.
    pub fn go_on(&self, seconds: f64) {
        let before: Vec<Option<Count>> = self.domains.iter().map(|domain| self.heard(domain).last().copied()).collect();
        for (domain, before) in self.domains.iter().zip(before) {
            self.heard_until(domain, "does not count on", |heard| {
                let first = before.or(heard.first().copied());
                first.zip(heard.last()).is_some_and(|(first, last)| last.counter >= first.counter + seconds)
            });
        }
    }

    /// To which moment of the host's each guest has gone back: after the one, and before the other. They were stopped then for
    /// longer than they were silent for any other reason. Until `quiet`, nobody had stopped them since they were listened to.
    pub fn moments_gone_back_to(&self, quiet: f64) -> Vec<(f64, f64)> {
        let moments = |domain: &String| {
            let goes_back = |pair: &[Count]| pair[1].counter < pair[0].counter;
            let heard = self.heard_until(domain, "has not gone back", |heard| heard.windows(2).any(goes_back));
            // What the host hears late makes it more.
            let calm = heard.iter().take_while(|count| count.heard <= quiet);
            let apart = calm.map(|count| count.heard - count.counter).fold(f64::MAX, f64::min);
            let back = heard.windows(2).rposition(goes_back).expect("it has gone back") + 1;
            let silence = |pair: &&[Count]| pair[1].heard - pair[0].heard;
            let stop = heard[..back].windows(2).max_by(|one, other| silence(one).total_cmp(&silence(other)));
            (stop.expect("it has counted before")[0].counter + apart, heard[back].counter + apart)
        };
        self.domains.iter().map(moments).collect()
    }

    /// What has been heard of a domain, as soon as that is enough.
    fn heard_until(&self, domain: &str, complaint: &str, is_enough: impl Fn(&[Count]) -> bool) -> Vec<Count> {
        let began = Instant::now();
        loop {
            let heard = self.heard(domain);
            if is_enough(&heard) {
                return heard;
            }
            assert!(began.elapsed() < PATIENCE, "{domain} {complaint}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn heard(&self, domain: &str) -> Vec<Count> {
        let text = fs::read_to_string(self.world.inside().join("run/heard").join(domain)).unwrap_or_default();
        // The last line may not be complete.
        let (text, _) = text.rsplit_once('\n').unwrap_or_default();
        let count = |line: &str| {
            let (heard, counter) = line.trim_end().split_once(' ')?;
            Some(Count { heard: heard.parse().ok()?, counter: counter.parse().ok()? })
        };
        text.lines().filter_map(count).collect()
    }
}
