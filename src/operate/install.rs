//! Attends to domains while Windows installs itself: presses the key that its ISO waits for, and says how far each is.
//!
//! What can be seen of a guest without its help is what it reads and writes. The firmware reads the loader off the ISO, which waits for
//! a key; Setup, which comes after it, is hundreds of megabytes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use roxmltree::Document;
use uuid::Uuid;

use super::fleet::Member;
use super::progress::{Event, Progress};
use super::ready::Look;
use super::run;
use crate::virsh::agent::Agent;
use crate::virsh::hand::Hand;
use crate::virsh::{Error, Query, Virsh};

/// How long an installation may take, unless somebody says otherwise: on a slow disk, with the guests that it waits for.
pub const USUAL: Duration = Duration::from_secs(3 * 3600);

/// More than the loader of an ISO is, in bytes, and less than what comes after it.
const LOADED: u64 = 32 << 20;
/// How long the key is pressed where nothing comes of it, and when the machine is reset before that.
const PRESSED: Duration = Duration::from_secs(300);
const RESET: Duration = Duration::from_secs(120);
/// What is told after that.
const NOT_BOOTED: &str = "the ISO has not booted; `lab2nix view` shows the display";
/// How often it is pressed, and how often is looked after that.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// What an installed Windows has written at least, in bytes.
const COPIED: u64 = 4 << 30;

/// What tells whether the script that sets Windows up (`setup.ps1`) is done: its last word, if it is not. A Windows without its directory
/// has installed itself in no such way.
const DONE: &str = r#"$base = "$env:ProgramData\lab2nix"
if (-not (Test-Path $base) -or (Test-Path "$base\done")) { exit 0 }
foreach ($name in 'failed', 'log') { if (Test-Path "$base\$name") { Get-Content "$base\$name" -Tail 1; exit 1 } }
exit 1"#;

/// What a Windows whose agent answers has not done yet.
pub(super) fn is_missing(agent: &Agent, domain: Uuid, patience: Duration) -> Result<Option<String>, Error> {
    Ok(match run::line(agent, domain, true, DONE, patience)? {
        Ok(ended) if ended.status == 0 => None,
        Ok(ended) => {
            let said = String::from_utf8_lossy(&ended.out).trim().to_owned();
            Some(if said.is_empty() { "Windows sets itself up".to_owned() } else { said })
        }
        Err(why) => Some(format!("its PowerShell {why}")),
    })
}

/// How far a domain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing has been loaded yet: the firmware looks for what to start, or the ISO waits for the key.
    Boots,
    /// Setup runs, or copies Windows to the disk.
    Installs,
    /// Windows starts from the disk, and sets itself up.
    SetsUp,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Boots => "waits for the ISO to boot",
            Self::Installs => "Windows Setup runs",
            Self::SetsUp => "Windows is on the disk, and sets itself up",
        }
    }

    /// By what a domain has read of its ISOs and its disks, and written to these. A Windows that was resumed may have read little.
    fn of(seen: Seen) -> Self {
        if seen.of_discs < LOADED && seen.of_disks < LOADED && seen.written == 0 {
            Self::Boots
        } else if seen.of_discs < LOADED {
            Self::SetsUp
        } else if seen.written < COPIED {
            Self::Installs
        } else {
            Self::SetsUp
        }
    }
}

/// What a domain has read and written since its start, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    /// Read of optical drives.
    of_discs: u64,
    /// Read of disks.
    of_disks: u64,
    /// Written.
    written: u64,
}

impl Seen {
    /// Reads what libvirt tells of the drives of a domain that runs with this definition.
    fn of(told: &str, discs: &[String]) -> Self {
        let told: Vec<(&str, &str)> = told.lines().filter_map(|line| line.trim().split_once('=')).collect();
        let value = |key: &str| told.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        let mut seen = Self::default();
        let names = (0..).map_while(|index: usize| Some((index, value(&format!("block.{index}.name"))?)));
        for (index, name) in names {
            let bytes = |what: &str| value(&format!("block.{index}.{what}")).and_then(|bytes| bytes.parse().ok());
            let (read, written) = (bytes("rd.bytes").unwrap_or(0), bytes("wr.bytes").unwrap_or(0));
            if discs.iter().any(|disc| disc == name) {
                seen.of_discs += read;
            } else {
                seen.of_disks += read;
                seen.written += written;
            }
        }
        seen
    }
}

/// The optical drives of a definition, by their targets.
fn discs(definition: &str) -> Vec<String> {
    let Ok(document) = Document::parse(definition) else { return Vec::new() };
    let drives = document.descendants().filter(|node| node.has_tag_name("disk"));
    let discs = drives.filter(|node| node.attribute("device") == Some("cdrom"));
    let target = |node: roxmltree::Node<'_, '_>| {
        node.children().find(|child| child.has_tag_name("target"))?.attribute("dev").map(str::to_owned)
    };
    discs.filter_map(target).collect()
}

/// Attends to those of the domains that install themselves, for as long as `work` takes.
pub(super) fn attended<T>(
    members: &[&Member<'_>],
    look: Look<'_>,
    hand: &Hand,
    progress: &dyn Progress,
    work: impl FnOnce() -> T,
) -> T {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for member in members.iter().filter(|member| member.installation.is_some()) {
            let is_over = &is_over;
            if let Some(uuid) = member.uuid {
                scope.spawn(move || {
                    // One that is installed is left alone.
                    let is_ready =
                        look.at(&[member]).is_ok_and(|seen| seen.iter().any(|one| one.is_ready == Some(true)));
                    if !is_ready {
                        attend(member.name, uuid, look.virsh, hand, progress, is_over);
                    }
                });
            }
        }
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        done
    })
}

/// A domain that is attended to.
struct Patient<'a> {
    name: &'a str,
    uuid: Uuid,
    began: Instant,
    /// What was told of it.
    told: Option<&'static str>,
    is_reset: bool,
}

fn attend(name: &str, uuid: Uuid, virsh: &Virsh, hand: &Hand, progress: &dyn Progress, is_over: &AtomicBool) {
    let mut patient = Patient { name, uuid, began: Instant::now(), told: None, is_reset: false };
    while !is_over.load(Ordering::Relaxed) {
        // What libvirt does not do now, it may do the next time. Who waits for the domain hears why it does not.
        let is_asked = patient.attend(virsh, hand, progress).unwrap_or(true);
        let until = Instant::now() + if is_asked { PAUSES.0 } else { PAUSES.1 };
        while !is_over.load(Ordering::Relaxed) && Instant::now() < until {
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Patient<'_> {
    /// Looks at it once, and presses the key where it may be asked for; returns whether it may.
    fn attend(&mut self, virsh: &Virsh, hand: &Hand, progress: &dyn Progress) -> Result<bool, Error> {
        let mut answers = virsh.ask(&[Query::Running(self.uuid), Query::Blocks(self.uuid)])?.into_iter();
        let (Some(Ok(definition)), Some(Ok(blocks))) = (answers.next(), answers.next()) else { return Ok(false) };
        let stage = Stage::of(Seen::of(&blocks, &discs(&definition)));
        let is_asked = stage == Stage::Boots && self.began.elapsed() < PRESSED;
        let words = if stage == Stage::Boots && !is_asked { NOT_BOOTED } else { stage.name() };
        if self.told != Some(words) {
            progress.tell(self.name, &Event::Seen(words.to_owned()), self.began.elapsed());
            self.told = Some(words);
        }
        // The firmware of one that has started before anybody pressed the key is somewhere else by now.
        if is_asked && !self.is_reset && self.began.elapsed() > RESET {
            hand.reset(self.uuid)?;
            self.is_reset = true;
        }
        if is_asked {
            hand.press_enter(self.uuid)?;
        }
        Ok(is_asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const DEFINITION: &str = "<domain><devices><disk type='file' device='disk'><target dev='sda' bus='sata'/></disk>\
        <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk></devices></domain>";

    #[test]
    fn how_far_a_domain_is_shows_in_what_it_reads_and_writes() {
        let discs = discs(DEFINITION);
        assert_eq!(discs, ["sdb"]);
        let stage = |disc: u64, disk: u64, written: u64| {
            let told = format!(
                "Domain: 'pc'\n  block.count=2\n  block.0.name=sda\n  block.0.rd.bytes={disk}\n  block.0.wr.bytes={written}\n  \
                 block.1.name=sdb\n  block.1.rd.bytes={disc}\n"
            );
            Stage::of(Seen::of(&told, &discs))
        };
        assert_eq!(stage(0, 0, 0), Stage::Boots);
        assert_eq!(stage(3 << 20, 512, 0), Stage::Boots);
        assert_eq!(stage(400 << 20, 512, 1 << 20), Stage::Installs);
        assert_eq!(stage(5 << 30, 1 << 20, 9 << 30), Stage::SetsUp);
        // One that is installed starts from its disk.
        assert_eq!(stage(0, 200 << 20, 10 << 20), Stage::SetsUp);
        assert_eq!(Seen::of("", &discs), Seen::default());
    }
}
