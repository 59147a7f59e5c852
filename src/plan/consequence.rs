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
    /// The domain's current definition uses the snapshot's overlay, the spec uses its backing file. From its next start
    /// on, the domain would use the backing file, without anything that was written since the snapshot.
    /// While the domain runs, `virsh blockcommit NAME TARGET --base FILE --active --pivot` merges it into FILE, the disk
    /// of the spec; then nothing is lost. Without `--base`, it would be merged into whatever FILE is an overlay of: an
    /// image that other domains use, too. libvirt then still lists the snapshot, and `lab2nix save` refuses the domain for
    /// it: `virsh snapshot-delete NAME SNAPSHOT --metadata` removes what is left of it.
    DiskReverted = "disk-reverted", DataLost;
    /// A disk becomes a new, empty volume.
    ///
    /// The spec uses another volume than the domain has now (its pool, name or format changed, or the pool's
    /// directory), and that volume does not exist. The old volume stays in its pool, unused. To keep the disk, give the
    /// old volume's name in the spec (`"volume"`), or move its file while the domain is off.
    DiskNew = "disk-new", DataLost;
    /// A volume is deleted, even if a domain uses it.
    ///
    /// It has `present: false` in the spec. NixVirt deletes it even while a domain that uses it is running.
    VolumeDeleted = "volume-deleted", DataLost;
    /// The saved memory of a domain is deleted.
    ///
    /// `virsh managedsave` (or the host's shutdown) saved it. The domain is undefined, which deletes its saved memory.
    /// To keep unsaved work, start the domain and shut it down in the guest first.
    SavedMemoryDeleted = "saved-memory-deleted", DataLost;
    /// The firmware variables are reset.
    ///
    /// The new definition has another file for them, which does not exist, so libvirt creates it from the template:
    /// boot entries and enrolled keys in the old file are not used. To keep them, copy the old file to the new path
    /// while the domain is off.
    FirmwareReset = "firmware-reset", DataLost;
    /// A TPM is reset.
    ///
    /// The state of an emulated TPM belongs to the domain's UUID, and the domain gets another UUID. A guest that sealed
    /// its disk key in the TPM, as with `BitLocker`, asks for the recovery key. To keep the TPM, give the domain its
    /// old UUID: `"uuid"` in its entry.
    TpmReset = "tpm-reset", DataLost;
    /// The activation stops half-way.
    ///
    /// Earlier steps have been done, later ones have not, and nothing is undone. With NixVirt alone, domains that were
    /// stopped stay off, also after a second attempt, unless they have `active: true`. With lab2nix's part of the
    /// activation, a failure that the plan foresees stops it before anything is stopped or deleted, and domains that
    /// ran are started again.
    StopsHalfWay = "stops-half-way", HalfWay;
    /// A running domain is forced off, as in a power failure, and stays off.
    CutOff = "cut-off", Interrupted;
    /// A running domain is forced off, as in a power failure, and started again.
    ///
    /// NixVirt destroys (`virsh destroy`) a domain whose definition changed, and all domains on a network that changed.
    /// To avoid that, shut the domain down first (`virsh shutdown NAME`), or set `"onChange": "next-start"` in the
    /// spec: the domain then keeps running, and gets its new definition at its next start. On a host with lab2nix's
    /// part of the activation (`services.lab2nix.package`), only a domain with `"onChange": "power-off"` is
    /// power-cycled, and with `onTimeout = "power-off"` also one that does not shut down in time.
    PowerCycled = "power-cycled", Interrupted;
    /// A running domain is shut down cleanly, and stays off or is deleted.
    ///
    /// It is no longer in the spec, or has `active: false`, or its network is removed. Before anything else is done,
    /// the guest is asked to shut down, by its agent or else by ACPI (`virsh shutdown`). If it takes longer than
    /// `services.lab2nix.activation.shutdownTimeout`, the activation fails, or the domain is forced off
    /// (`services.lab2nix.activation.onTimeout`).
    ShutDown = "shut-down", Interrupted;
    /// A running domain is shut down cleanly, and started again.
    ///
    /// Its definition changed and it has `"onChange": "shutdown"`, or it was renamed, or it has `"restart": true`.
    /// Otherwise it would keep running, and get its new definition at its next start.
    Restarted = "restarted", Interrupted;
    /// A domain keeps running, but loses its network.
    ///
    /// Its running interface is on a network that restarts, but the interface in its definition is not, so NixVirt does
    /// not restart the domain. It is connected again after it has been shut down and started.
    WithoutNetwork = "without-network", Interrupted;
    /// A network is stopped and started.
    ///
    /// Its definition changed. DHCP leases are kept. With NixVirt alone, all running domains on it are power-cycled. On
    /// a host with lab2nix's part of the activation they keep running and are reconnected to it: they have no network
    /// for some seconds, while a bridge with STP is in its listening state.
    NetworkRestarted = "network-restarted", Interrupted;
    /// A network is stopped, and stays off.
    NetworkStopped = "network-stopped", Interrupted;
    /// An object is deleted; no running guest is affected.
    ///
    /// It is no longer in the spec, or has another UUID there. Disk images and the files of firmware variables and TPMs
    /// are kept. Guests that stop because of it are listed separately.
    Deleted = "deleted", Noticed;
    /// A pool is stopped and started. Running domains are not affected.
    PoolRestarted = "pool-restarted", Noticed;
    /// A pool is stopped. Running domains keep their disks.
    PoolStopped = "pool-stopped", Noticed;
    /// A disk is removed from a domain. Its volume or file is kept.
    DiskDetached = "disk-detached", Noticed;
    /// A domain switches between BIOS and UEFI, and the system on its disks may not boot.
    FirmwareChanged = "firmware-changed", Noticed;
    /// A running object is updated without a restart.
    ///
    /// A network's DHCP reservations, DNS names and ranges are changed in its running servers (`virsh net-update`); a
    /// guest keeps its current lease until it renews it. A domain gets its new title and description (`virsh desc`).
    Updated = "updated", Noticed;
    /// A changed definition takes effect at the object's next start.
    NextStart = "next-start", Later;
    /// A setting in the spec has no effect on an existing object.
    ///
    /// NixVirt creates missing volumes, but never changes existing ones. `virsh vol-resize` enlarges a volume while the
    /// domain is off, `virsh blockresize` while it runs; then extend the partition in the guest. Shrinking
    /// (`virsh vol-resize --shrink`) loses the data beyond the new end, so use a new volume for a smaller disk.
    NoEffect = "no-effect", Later;
    /// An object is created.
    Created = "created", New;
    /// An object that was off is started.
    Started = "started", New;
}

/// The names of consequences, each once, the most harmful first.
pub fn names(consequences: impl IntoIterator<Item = Consequence>) -> Vec<&'static str> {
    let each: BTreeSet<Consequence> = consequences.into_iter().collect();
    each.into_iter().map(Consequence::name).collect()
}
