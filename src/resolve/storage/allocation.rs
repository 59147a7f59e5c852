//! Decides how much of a volume is allocated when it is created.

use crate::lab::size::Size;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{At, Word};
use crate::resolve::parse;
use crate::spec::pool::{ImageFormat, PoolType, Preallocation};

/// How much a definition says, where it says anything: libvirt sets aside all of a raw volume otherwise, and never anything
/// of a QCOW2 one, as `NixVirt` does not ask for it when it creates the volume.
pub(crate) fn resolve(
    r#type: PoolType,
    format: ImageFormat,
    size: Option<Size>,
    allocation: Option<Word<'_>>,
    preallocation: Option<At<'_, Preallocation>>,
    problems: &mut Problems,
) -> Option<Size> {
    if let (Some(allocation), Some(preallocation)) = (allocation, preallocation) {
        problems.push(
            Problem::both(preallocation.key_place(), "two settings for the allocation", "not with `allocation`")
                .related(allocation.key_place(), "`allocation` is given here"),
        );
    }
    let full = preallocation.filter(|at| *at.value == Preallocation::Full);
    let none = preallocation.filter(|at| *at.value == Preallocation::None);
    let amount = allocation.and_then(|word| amount(word, size, problems));
    let mut refuse = |key: Option<(crate::place::Place, &str)>, why: &str, help: &str| {
        if let Some((place, what)) = key {
            problems.push(Problem::conflict(place, why).label(what.to_owned()).help(help.to_owned()));
        }
    };
    // A refused amount has already been reported.
    let allocated = |label: &'static str| allocation.filter(|_| amount.is_some()).map(|word| (word.key_place(), label));
    match (r#type, format) {
        (PoolType::Dir | PoolType::Fs | PoolType::Netfs, ImageFormat::Qcow2) => {
            let why = "libvirt allocates nothing in advance for a QCOW2 volume that NixVirt creates";
            let help = "leave it out, or choose the format `raw`";
            refuse(allocated("no effect"), why, help);
            refuse(full.map(|at| (at.place(), "no effect")), why, help);
            None
        }
        (PoolType::Dir | PoolType::Fs | PoolType::Netfs, ImageFormat::Raw) | (PoolType::Zfs, _) => {
            amount.or_else(|| full.and(size)).or(Some(Size::NOTHING))
        }
        (PoolType::Logical, _) => {
            let why = "a logical volume without an allocation";
            let help = "leave it out, or set `allocation`: LVM loses the volume when it exceeds its allocation";
            refuse(none.map(|at| (at.place(), "not supported by LVM")), why, help);
            amount
        }
        (PoolType::Disk, _) => {
            let (why, what) = ("a partition is always fully allocated", "no effect");
            refuse(allocated(what), why, "leave it out");
            refuse(none.map(|at| (at.place(), what)), why, "leave it out");
            None
        }
        (PoolType::Rbd, _) => {
            let (why, help) = ("Ceph allocates nothing in advance for an image", "leave it out");
            refuse(allocated("no effect"), why, help);
            refuse(full.map(|at| (at.place(), "no effect")), why, help);
            None
        }
        // Nobody can create volumes on a target, which is reported elsewhere.
        (PoolType::Iscsi, _) => None,
    }
}

/// Reads an amount, and refuses one larger than the volume: libvirt would make a raw file as large as its allocation.
fn amount(word: Word<'_>, size: Option<Size>, problems: &mut Problems) -> Option<Size> {
    let amount = parse::size(word, problems)?;
    if let Some(size) = size.filter(|size| amount > *size) {
        problems.push(
            Problem::new(Id::OutOfRange, word.place(), format!("an allocation of `{amount}` for a volume of `{size}`"))
                .label("more than the volume")
                .help(format!("write at most `{size}`, or `\"preallocation\": \"full\"` for all of it")),
        );
        return None;
    }
    Some(amount)
}
