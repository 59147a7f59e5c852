//! Snapshots of domains as libvirt tells them, and the mark that lab2nix leaves in those that are a part of a save.
//!
//! The mark is the last line of the snapshot's description: [`MARK`], and JSON. Whatever else has a description, also one that
//! quotes such a line before its last, is somebody else's.

use roxmltree::{Document, Node};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::xml::node::{child, elements};

/// What the line with the mark begins with.
const MARK: &str = "lab2nix-save ";

/// A snapshot of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Its name, by which libvirt knows it among those of its domain.
    pub name: String,
    /// What it is described as, without the mark.
    pub description: String,
    /// Whether it is in files of its own, with the domain's disks going on in overlays.
    pub is_external: bool,
    /// The disks that it holds, as the domain had them then: what the guest calls them, and what they were.
    pub disks: Vec<SnapshotDisk>,
    /// Which save it is a part of, if of any.
    pub mark: Option<Mark>,
}

/// A disk in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotDisk {
    /// What the guest sees: `vda`.
    pub target: String,
    /// What it is on the host, in libvirt's words: the attributes of its source.
    pub source: String,
}

/// What lab2nix remembers in a snapshot of the save that it is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The lab whose domain it is.
    pub lab: String,
    /// The save, which another of the same name does not share.
    pub id: Uuid,
    /// When it was taken, in seconds since 1970.
    pub taken: u64,
    /// How many domains it has.
    pub domains: usize,
    /// What the domain did when it was taken.
    pub state: Was,
}

/// What a domain did when a save was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Was {
    /// It ran, and runs again after a restore.
    Running,
    /// Somebody had paused it, and it comes back paused.
    Paused,
    /// It was off, and comes back off.
    Off,
}

impl Was {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Off => "off",
        }
    }
}

impl Mark {
    /// The description of a snapshot that has it.
    ///
    /// # Panics
    ///
    /// Never: a mark is JSON in any case.
    #[must_use]
    pub fn description(&self, of_person: &str) -> String {
        let json = serde_json::to_string(self).expect("a mark has no key that is no text");
        format!("{of_person}{}{MARK}{json}", if of_person.is_empty() { "" } else { "\n" })
    }

    /// What somebody described, and the mark behind it.
    fn split(description: &str) -> (&str, Option<Self>) {
        let (before, last) = description.rsplit_once('\n').unwrap_or(("", description));
        match last.strip_prefix(MARK).and_then(|json| serde_json::from_str(json).ok()) {
            Some(mark) => (before, Some(mark)),
            None => (description, None),
        }
    }
}

impl Snapshot {
    /// One of which only the name is known.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Reads what `virsh snapshot-dumpxml` prints.
    ///
    /// # Errors
    ///
    /// When it is no XML.
    pub fn read(text: &str) -> Result<Self, roxmltree::Error> {
        let document = Document::parse(text)?;
        let root = document.root_element();
        let text_of = |name: &str| child(root, name).and_then(|found| found.text()).unwrap_or_default();
        let (description, mark) = Mark::split(text_of("description"));
        let held: Vec<Node<'_, '_>> =
            child(root, "disks").map(|disks| elements(disks, "disk").collect()).unwrap_or_default();
        let is_external = |part: &Node<'_, '_>| part.attribute("snapshot") == Some("external");
        let is_held = |target: &str| {
            let found = held.iter().find(|disk| disk.attribute("name") == Some(target));
            found.is_some_and(|disk| disk.attribute("snapshot") == Some("internal"))
        };
        let disks = child(root, "domain").map(|domain| disks(domain).filter(|disk| is_held(&disk.target)).collect());
        Ok(Self {
            name: text_of("name").to_owned(),
            description: description.to_owned(),
            is_external: held.iter().any(is_external)
                || child(root, "memory").is_some_and(|memory| is_external(&memory)),
            disks: disks.unwrap_or_default(),
            mark,
        })
    }
}

/// The disks of a domain's definition, and what they are on the host; those without a medium are none.
pub fn disks<'a>(domain: Node<'a, '_>) -> impl Iterator<Item = SnapshotDisk> + use<'a> {
    let devices = child(domain, "devices").into_iter();
    devices.flat_map(|devices| elements(devices, "disk").collect::<Vec<_>>()).filter_map(|disk| {
        let target = child(disk, "target")?.attribute("dev")?.to_owned();
        Some(SnapshotDisk { target, source: source(child(disk, "source")?) })
    })
}

/// What names a disk on the host. What a running domain adds, such as an index, is left out.
fn source(source: Node<'_, '_>) -> String {
    const NAMES: [&str; 8] = ["file", "dev", "dir", "pool", "volume", "protocol", "name", "path"];
    let named = NAMES.iter().filter_map(|name| source.attribute(*name));
    named.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn mark() -> Mark {
        Mark { lab: "a \"b\" <c>".to_owned(), id: Uuid::from_u128(7), taken: 5, domains: 3, state: Was::Paused }
    }

    #[test]
    fn a_mark_is_the_last_line() {
        for person in ["", "before", "two\nlines", "lab2nix-save {}"] {
            let text = mark().description(person);
            assert_eq!(Mark::split(&text), (person, Some(mark())));
            let later = format!("{text}\nmore");
            assert_eq!(Mark::split(&later), (later.as_str(), None), "somebody has written below it");
        }
        assert_eq!(Mark::split("lab2nix-save {}"), ("lab2nix-save {}", None));
    }

    #[test]
    fn a_snapshot_is_read() {
        let text = "<domainsnapshot><name>x y</name><description>d</description><state>paused</state>
            <memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/><disk name='sda' snapshot='no'/></disks>
            <domain><devices><disk type='file' device='disk'><source file='/a' index='1'/><target dev='vda'/></disk>
            <disk type='file' device='cdrom'><source file='/b'/><target dev='sda'/></disk></devices></domain>
            <inactiveDomain/></domainsnapshot>";
        let read = Snapshot::read(text).unwrap();
        let disks = vec![SnapshotDisk { target: "vda".to_owned(), source: "/a".to_owned() }];
        let expected = Snapshot { description: "d".to_owned(), disks, ..Snapshot::named("x y") };
        assert_eq!(read, expected);
        assert!(Snapshot::read(&text.replace("='internal'", "='external'")).unwrap().is_external);
        assert!(Snapshot::read("no").is_err());
    }
}
