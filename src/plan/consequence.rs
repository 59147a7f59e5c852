//! The table of consequences, the most harmful first. A new one gets its line here: its doc comment is what `lab2nix explain`
//! prints, and `tests/cases/plan/<name>/` its case.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

macro_rules! consequences {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal, $harm:ident; )+) => {
        /// What an activation does to an object, by a stable name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
        pub enum Consequence { $( $(#[doc = $doc])+ #[serde(rename = $name)] $variant, )+ }

        impl Consequence {
            /// All of them, the most harmful first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name that plans carry and `explain` and `--deny` take, such as `power-cycled`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Whom it hurts.
            #[must_use]
            pub fn harm(self) -> Harm {
                match self { $(Self::$variant => Harm::$harm,)+ }
            }

            /// What it means and what to do about it: Markdown, a summary line first.
            #[must_use]
            pub fn explanation(self) -> String {
                let lines: &[&str] = match self { $(Self::$variant => &[$($doc),+],)+ };
                lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
            }

            /// The consequence with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|consequence| consequence.name() == name)
            }
        }
    };
}

/// Whom a consequence hurts, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// What was written is lost.
    DataLost,
    /// The activation does not come to its end.
    HalfWay,
    /// A guest is cut off as by a power failure, or loses its network.
    Interrupted,
    /// Something ends or changes, and no guest is cut off for it.
    Noticed,
    /// Nothing happens now.
    Later,
    /// Something begins.
    New,
}

impl Harm {
    /// The name of all consequences that lose data, for `--deny`.
    pub const DATA_LOST: &'static str = "data-lost";
}

consequences! {
    /// A disk goes back to what it was before an external snapshot.
    ///
    /// The domain's definition names the snapshot's overlay, that of the spec the file below it. When the domain starts again it
    /// is on that file, without all that was written since the snapshot. `virsh blockcommit NAME TARGET --active --pivot`
    /// brings what was written back into the file that the spec names; then nothing changes.
    DiskReverted = "disk-reverted", DataLost;
    /// A disk becomes a new, empty volume.
    ///
    /// The spec names another volume than the domain has now (its pool, its name or its format changed, or the pool's
    /// directory), and no such volume exists. The old volume stays in its pool, unused. To keep the disk, name the old volume in
    /// the spec (`"volume"`), or move its file while the domain is off.
    DiskNew = "disk-new", DataLost;
    /// A volume is deleted, whoever uses it.
    ///
    /// The spec has it with `present: false`. NixVirt deletes it also under a running domain.
    VolumeDeleted = "volume-deleted", DataLost;
    /// The saved memory of a domain is deleted.
    ///
    /// `virsh managedsave` (or the host's shutdown) has saved it; the domain is undefined, and its saved memory goes with it. Start
    /// the domain and shut it down in the guest first.
    SavedMemoryDeleted = "saved-memory-deleted", DataLost;
    /// The firmware's variables start anew.
    ///
    /// The definition names another file for them, which is not there, so it is made from the template: boot entries and enrolled
    /// keys of the old file are not used. Copy the old file to the new path while the domain is off.
    FirmwareReset = "firmware-reset", DataLost;
    /// A TPM starts empty.
    ///
    /// The state of a TPM goes by the domain's UUID, and the domain gets another one. A guest that has sealed its disk's key with
    /// it, as with `BitLocker`, asks for the recovery key. Give the domain its old UUID: `"uuid"` in its entry.
    TpmReset = "tpm-reset", DataLost;
    /// The activation stops before it is done.
    ///
    /// What came before has happened, what comes after has not, and nothing is undone. By NixVirt alone, domains that were stopped stay
    /// off, also in a second attempt, unless the spec says `active: true`. With lab2nix's part of the activation, it stops before
    /// anything is stopped or deleted, and what ran runs again.
    StopsHalfWay = "stops-half-way", HalfWay;
    /// A running domain is cut off, as when the power fails, and stays off.
    CutOff = "cut-off", Interrupted;
    /// A running domain is cut off, as when the power fails, and started again.
    ///
    /// NixVirt destroys a domain whose definition changed, and all domains on a network that changed. Shut the domain down first
    /// (`virsh shutdown NAME`), or say `"onChange": "next-start"` in the spec: the running domain then goes on, and has its new
    /// definition from its next start on. On a host with lab2nix's part of the activation (`services.lab2nix.package`), only a
    /// domain with `"onChange": "power-off"` is cut off, and with `onTimeout = "power-off"` one that does not shut down in time.
    PowerCycled = "power-cycled", Interrupted;
    /// A running domain is shut down by its guest, and stays off or is deleted.
    ///
    /// It is not in the spec any more, or shall not be active, or its network stops for good. The guest is asked by its agent, else
    /// by the power button (`virsh shutdown`), before anything else is done. One that takes longer than
    /// `services.lab2nix.activation.shutdownTimeout` stops the activation there, or is cut off
    /// (`services.lab2nix.activation.onTimeout`).
    ShutDown = "shut-down", Interrupted;
    /// A running domain is shut down by its guest, and started again.
    ///
    /// Its definition changed and it has `"onChange": "shutdown"`, or it has another name, or `"restart": true`. Without these it
    /// goes on, and has its new definition from its next start on.
    Restarted = "restarted", Interrupted;
    /// A domain runs on, without its network.
    ///
    /// Its running interface is on a network that restarts, but its definition is not, so NixVirt does not restart it. It has its
    /// network again when it is shut down and started.
    WithoutNetwork = "without-network", Interrupted;
    /// A network is stopped and started.
    ///
    /// Its definition changed. Leases are kept. By NixVirt alone, all domains on it are cut off; on a host with lab2nix's part of the
    /// activation they go on, and are put on it again: they have no network for some seconds, in which a bridge with STP listens.
    NetworkRestarted = "network-restarted", Interrupted;
    /// A network is stopped, and stays off.
    NetworkStopped = "network-stopped", Interrupted;
    /// An object is deleted, and no guest with it.
    ///
    /// Guests that are cut off for it are told beside it.
    /// It is not in the spec any more, or has another identity there. Files of disks, firmware variables and TPMs stay.
    Deleted = "deleted", Noticed;
    /// A pool is stopped and started, which no domain notices.
    PoolRestarted = "pool-restarted", Noticed;
    /// A pool is stopped. Domains that run keep their disks.
    PoolStopped = "pool-stopped", Noticed;
    /// A disk is taken away from a domain. Its volume or file stays.
    DiskDetached = "disk-detached", Noticed;
    /// A domain gets BIOS instead of UEFI, or the other way round, and what is installed on its disks may not boot.
    FirmwareChanged = "firmware-changed", Noticed;
    /// Something that runs learns at once what changed, and goes on.
    ///
    /// A network's DHCP hosts, names and ranges are told to its running servers (`virsh net-update`); a lease that a guest has stays
    /// until it asks again. A domain gets its title and its description (`virsh desc`).
    Updated = "updated", Noticed;
    /// A changed definition that takes effect when the object starts the next time.
    NextStart = "next-start", Later;
    /// Something of the spec that has no effect on what is there.
    ///
    /// NixVirt creates a volume that is missing and looks at nothing of one that is there. `virsh vol-resize` makes a volume larger
    /// while the domain is off, `virsh blockresize` while it runs; then the partition is grown in the guest. A smaller volume
    /// (`virsh vol-resize --shrink`) loses what is written beyond its new end, so a smaller disk is a new volume.
    NoEffect = "no-effect", Later;
    /// An object is created.
    Created = "created", New;
    /// Something that was off is started.
    Started = "started", New;
}

/// The names of consequences, each once, the most harmful first.
pub fn names(consequences: impl IntoIterator<Item = Consequence>) -> Vec<&'static str> {
    let each: BTreeSet<Consequence> = consequences.into_iter().collect();
    each.into_iter().map(Consequence::name).collect()
}
