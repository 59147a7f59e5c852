//! What is in the way of a save: all that libvirt would refuse, and what would not be whole.
//!
//! The rules are those of libvirt's and QEMU's snapshots inside of disks, read in libvirt's code and measured on 11.3: every disk that
//! is written is QCOW2, firmware variables too, and what runs could also be migrated.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::Save;
use super::look::{Pool, Sight, Standing, State};
use crate::activation::definition::Definition;
use crate::activation::snapshot;
use crate::activation::snapshot::Was;
use crate::lab::size::{Size, bytes_of_amount};
use crate::problem::quoted_list;
use crate::visible::shell;
use crate::xml::node::{child, elements};

/// Something that is in the way of a save or a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The domain, or none when it is all of them.
    pub of: Option<String>,
    /// What is in the way.
    pub what: String,
    /// What to do.
    pub next: String,
}

impl Obstacle {
    pub(super) fn of(domain: &str, what: String, next: String) -> Self {
        Self { of: Some(domain.to_owned()), what, next }
    }

    pub(super) fn undefined(domain: &str) -> Self {
        let next = "run `nixos-rebuild switch` to define the lab's domains, or select others with `--only`";
        Self::of(domain, "libvirt does not have it".to_owned(), next.to_owned())
    }

    pub(super) fn busy(domain: &str, word: &str) -> Self {
        let next = format!("wait until it is done; `virsh domjobinfo {}` shows its progress", shell(domain));
        Self::of(domain, format!("libvirt is busy with another job of it ({word})"), next)
    }
}

/// What is in the way of a save of this name.
#[must_use]
pub fn obstacles(name: &str, sight: &Sight<'_>, saves: &[Save], pools: &[Pool]) -> Vec<Obstacle> {
    let mut found: Vec<Obstacle> = sight.missing.iter().map(|missing| Obstacle::undefined(missing)).collect();
    let of_name: Vec<&Save> = saves.iter().filter(|save| save.name == name).collect();
    if !of_name.is_empty() {
        found.push(Obstacle {
            of: None,
            what: format!("there is already a save `{name}`"),
            next: format!("choose another name, or run `lab2nix forget {name}` first"),
        });
    }
    for standing in &sight.domains {
        let mut look = Look { standing, domain: standing.object.name(), found: &mut found };
        look.at_state();
        look.at_snapshots(name, &of_name);
        look.at_disks();
        look.at_firmware();
        if standing.object.is_active {
            look.at_what_cannot_be_saved();
        }
    }
    found.extend(shared(&sight.domains));
    found.extend(space(&sight.domains, pools));
    found
}

/// A disk of a domain, as far as it matters to a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// What the guest sees: `vda`.
    pub target: String,
    /// What it is on the host.
    pub source: String,
    /// Whether the guest can write to it.
    pub is_written: bool,
}

/// The disks of a domain that have a medium.
#[must_use]
pub fn disks(definition: &Definition) -> Vec<Disk> {
    let document = definition.document();
    let root = document.root_element();
    let written: Vec<String> = written(root).filter_map(target).map(str::to_owned).collect();
    snapshot::disks(root)
        .map(|disk| Disk { is_written: written.contains(&disk.target), target: disk.target, source: disk.source })
        .collect()
}

/// The disks of a domain that its guest can write to.
fn written<'a, 'i>(root: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    devices(root, "disk").filter(|disk| {
        disk.attribute("device") != Some("cdrom")
            && child(*disk, "readonly").is_none()
            && child(*disk, "source").is_some()
    })
}

fn target<'a>(disk: Node<'a, '_>) -> Option<&'a str> {
    child(disk, "target")?.attribute("dev")
}

struct Look<'l, 'o> {
    standing: &'l Standing<'o>,
    domain: &'l str,
    found: &'l mut Vec<Obstacle>,
}

impl Look<'_, '_> {
    fn add(&mut self, what: impl Into<String>, next: impl Into<String>) {
        self.found.push(Obstacle::of(self.domain, what.into(), next.into()));
    }

    fn at_state(&mut self) {
        if let State::Other(word) = &self.standing.state {
            self.add(format!("it is `{word}`"), "wait until it runs or is off, or leave it out with `--only`");
        }
        if let Some(word) = &self.standing.busy {
            self.found.push(Obstacle::busy(self.domain, word));
        }
        if self.standing.object.is_saved {
            let name = shell(self.domain);
            self.add(
                "its memory is saved by `virsh managedsave`, which no snapshot includes",
                format!("run `virsh start {name}`, or to discard that memory, `virsh managedsave-remove {name}`"),
            );
        }
    }

    fn at_snapshots(&mut self, name: &str, saves: &[&Save]) {
        for snapshot in &self.standing.object.snapshots {
            let is_told = snapshot.mark.as_ref().is_some_and(|mark| saves.iter().any(|save| save.id == mark.id));
            if snapshot.name == name && !is_told {
                match &snapshot.mark {
                    Some(mark) => {
                        self.add(format!("it is part of a save `{name}` of lab `{}`", mark.lab), "choose another name");
                    }
                    None => self.add(
                        format!("it already has a snapshot `{name}` that lab2nix did not create"),
                        "choose another name",
                    ),
                }
            }
            if snapshot.is_external {
                self.add(
                    format!(
                        "its snapshot `{}` is external: its disks are overlays that depend on that snapshot",
                        snapshot.name
                    ),
                    format!(
                        "run `virsh snapshot-delete {} {}`; where libvirt refuses that, `lab2nix explain disk-reverted` has another way",
                        shell(self.domain),
                        shell(&snapshot.name)
                    ),
                );
            }
        }
    }

    fn at_disks(&mut self) {
        let standing = self.standing;
        let document = standing.definition().document();
        let root = document.root_element();
        let mut count = 0;
        for disk in written(root) {
            count += 1;
            let name = target(disk).unwrap_or("without a name");
            let driver = child(disk, "driver");
            let format = driver.and_then(|driver| driver.attribute("type")).unwrap_or("raw");
            let device = disk.attribute("device").unwrap_or("disk");
            let kind = disk.attribute("type").unwrap_or("file");
            if format != "qcow2" || device == "lun" || !["file", "block", "volume"].contains(&kind) {
                let what = if format == "qcow2" { kind } else { format };
                self.add(
                    format!("disk {name} is `{what}`: only QCOW2 supports snapshots"),
                    "convert it with `qemu-img convert -O qcow2` while the domain is off, and use the new volume in the spec; or leave the domain out with `--only`",
                );
            }
            if disk.attribute("snapshot") == Some("no") {
                self.add(
                    format!("disk {name} is excluded from snapshots, but libvirt needs all disks"),
                    "remove `\"snapshot\": false` from the spec, or make the disk read-only; or leave the domain out with `--only`",
                );
            }
            if child(disk, "mirror").is_some() {
                self.add(
                    format!("disk {name} is being copied"),
                    format!("run `virsh blockjob {} {name} --abort`, or wait until it is done", shell(self.domain)),
                );
            }
            if standing.object.is_active && child(disk, "transient").is_some() {
                self.off(&format!("disk {name} is transient"));
            }
        }
        if count == 0 {
            self.add("it has no disk that can hold a snapshot", "leave it out with `--only`");
        }
    }

    fn at_firmware(&mut self) {
        let document = self.standing.definition().document();
        let Some(os) = child(document.root_element(), "os") else { return };
        let Some(nvram) = child(os, "nvram") else { return };
        if nvram.attribute("format") != Some("qcow2") {
            self.add(
                "its firmware variables are `raw`: only QCOW2 supports snapshots",
                "set `\"snapshots\": true` in the spec, and convert the file with `qemu-img convert -O qcow2` while the domain is off",
            );
        }
    }

    /// What keeps the memory of a domain that runs from being saved.
    fn at_what_cannot_be_saved(&mut self) {
        let document = self.standing.definition().document();
        let root = document.root_element();
        let is_spared = |device: &Node<'_, '_>| {
            let teaming = child(*device, "teaming");
            teaming.is_some_and(|teaming| teaming.attribute("type") == Some("transient"))
        };
        for share in devices(root, "filesystem") {
            if child(share, "driver").and_then(|driver| driver.attribute("type")) == Some("virtiofs") {
                let name = target_dir(share);
                self.off(&format!("it shares `{name}` by virtiofs"));
            }
        }
        for device in devices(root, "hostdev").filter(|device| !is_spared(device)) {
            let kind = device.attribute("type").unwrap_or("device");
            if kind != "usb" {
                self.off(&format!("it has a device of the host ({kind})"));
            }
        }
        for interface in devices(root, "interface").filter(|interface| !is_spared(interface)) {
            if let Some(kind @ ("hostdev" | "vdpa")) = interface.attribute("type") {
                self.off(&format!("one of its interfaces is a device of the host ({kind})"));
            }
        }
        for memory in devices(root, "shmem").filter(|memory| memory.attribute("role") != Some("master")) {
            let name = memory.attribute("name").unwrap_or_default();
            self.off(&format!("it has the shared memory `{name}`"));
        }
        if devices(root, "sound").any(|sound| sound.attribute("model") == Some("virtio")) {
            self.off("its sound device is `virtio`");
        }
        let is_accelerated = |video: Node<'_, '_>| {
            let of_model = child(video, "model").and_then(|model| child(model, "acceleration"));
            of_model.is_some_and(|acceleration| acceleration.attribute("accel3d") == Some("yes"))
        };
        if devices(root, "video").any(is_accelerated) {
            self.off("the host's GPU renders its display (3D acceleration)");
        }
        let is_passed =
            |tpm: Node<'_, '_>| child(tpm, "backend").is_some_and(|tpm| tpm.attribute("type") == Some("passthrough"));
        if devices(root, "tpm").any(is_passed) {
            self.off("it uses the host's TPM");
        }
        if has_invariant_tsc(root) {
            self.off("its CPU has `invtsc`, but its timer `tsc` has no frequency");
        }
    }

    /// Adds something that a domain that is off may have.
    fn off(&mut self, what: &str) {
        let name = shell(self.domain);
        self.add(
            format!("{what}, so its memory cannot be saved while it runs"),
            format!("run `virsh shutdown {name}` first (a domain that is off is saved without memory), or leave it out with `--only`"),
        );
    }
}

fn has_invariant_tsc(root: Node<'_, '_>) -> bool {
    let features = child(root, "cpu").map(|cpu| elements(cpu, "feature").collect::<Vec<_>>()).unwrap_or_default();
    let timers = child(root, "clock").map(|clock| elements(clock, "timer").collect::<Vec<_>>()).unwrap_or_default();
    let is_on = |feature: &Node<'_, '_>| {
        feature.attribute("name") == Some("invtsc")
            && matches!(feature.attribute("policy"), None | Some("require" | "force"))
    };
    let is_fixed =
        |timer: &Node<'_, '_>| timer.attribute("name") == Some("tsc") && timer.attribute("frequency").is_some();
    features.iter().any(is_on) && !timers.iter().any(is_fixed)
}

fn target_dir<'a>(share: Node<'a, '_>) -> &'a str {
    child(share, "target").and_then(|target| target.attribute("dir")).unwrap_or_default()
}

/// Two domains on one disk, which would have two snapshots of one name, and the one the other's state.
fn shared(domains: &[Standing<'_>]) -> Vec<Obstacle> {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for standing in domains {
        for disk in disks(&standing.object.definition).into_iter().filter(|disk| disk.is_written) {
            users.entry(disk.source).or_default().push(standing.object.name());
        }
    }
    let shared = users.into_iter().filter(|(_, users)| users.len() > 1);
    shared
        .map(|(source, users)| Obstacle {
            of: None,
            what: format!("{} use the same disk, `{source}`", quoted_list(users.iter().copied())),
            next: "select one of them with `--only`".to_owned(),
        })
        .collect()
}

/// Whether the memory of a domain goes into a pool: into its first disk.
#[must_use]
pub fn takes_memory(pool: &Pool, standing: &Standing<'_>) -> bool {
    let is_on = |disk: Node<'_, '_>| {
        let source = child(disk, "source");
        let of = |name: &str| source.and_then(|source| source.attribute(name));
        let is_within = |path: &str| {
            let rest = pool.directory.as_deref().and_then(|directory| path.strip_prefix(directory)?.strip_prefix('/'));
            rest.is_some_and(|rest| !rest.contains('/'))
        };
        of("pool") == Some(&pool.name) || of("file").is_some_and(is_within)
    };
    let document = standing.definition().document();
    let first = written(document.root_element()).next();
    !matches!(standing.state, State::Usual(Was::Off)) && standing.object.is_active && first.is_some_and(is_on)
}

/// Pools that have no room for the memory of the domains that run. It goes into the first disk of each.
fn space(domains: &[Standing<'_>], pools: &[Pool]) -> Vec<Obstacle> {
    let mut found = Vec::new();
    for pool in pools {
        let Some(available) = pool.available else { continue };
        let (mut needed, mut names) = (0_u64, Vec::new());
        for standing in domains.iter().filter(|standing| takes_memory(pool, standing)) {
            needed = needed.saturating_add(memory(standing.definition()));
            names.push(standing.object.name());
        }
        // Tables of the image, and what guests write that go on.
        let needed = needed.saturating_add(needed / 20);
        if !names.is_empty() && needed > available {
            found.push(Obstacle {
                of: None,
                what: format!(
                    "the memory of {} may need {} in pool `{}`, which has {}",
                    quoted_list(names.iter().copied()),
                    about(needed),
                    pool.name,
                    about(available)
                ),
                next: "free space there, or shut some of them down first: a domain that is off is saved without memory"
                    .to_owned(),
            });
        }
    }
    found
}

/// The memory of a domain, in bytes.
fn memory(definition: &Definition) -> u64 {
    let document = definition.document();
    let bytes = child(document.root_element(), "memory").and_then(|memory| {
        let count = memory.text()?.trim().parse().ok()?;
        u64::try_from(bytes_of_amount(count, memory.attribute("unit").unwrap_or("KiB"))?).ok()
    });
    bytes.unwrap_or_default()
}

/// An amount for people, in whole MiB.
fn about(bytes: u64) -> String {
    let mebibytes = bytes.div_ceil(1 << 20);
    let size = Size::parse(&format!("{mebibytes}MiB")).map(Size::in_largest_unit);
    size.map_or_else(|| format!("{bytes} bytes"), |(count, unit)| format!("{count} {unit}"))
}

fn devices<'a, 'i>(root: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    child(root, "devices").into_iter().flat_map(move |devices| elements(devices, name))
}
