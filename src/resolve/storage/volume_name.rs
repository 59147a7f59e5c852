//! Checks the names of volumes, which LVM, Ceph, iSCSI and partitions restrict each in its own way.

use crate::lab::storage::Pool;
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Word;
use crate::resolve::{parse, text};
use crate::spec::pool::PoolType;

/// Names that LVM reserves ([lvm(8)](https://man7.org/linux/man-pages/man8/lvm.8.html), "Valid names").
const OF_LVM: [&str; 2] = ["snapshot", "pvmove"];

const WITHIN_LVM: [&str; 14] = [
    "_cdata", "_cmeta", "_corig", "_cpool", "_cvol", "_mlog", "_mimage", "_pmspare", "_rimage", "_rmeta", "_tdata",
    "_tmeta", "_vorigin", "_wcorig",
];

/// Checks the name of a volume that is made of those of its domain and its disk.
pub(crate) fn check_derived(name: &str, pool: &Pool, place: Place, problems: &mut Problems) {
    let mut found = Problems::default();
    check(name, pool, place, &mut found);
    problems.extend(found.into_iter().map(Problem::of_several));
}

/// Checks the name of a volume that the pool is thought to have already. Where names are not given by rule, somebody else chose
/// it, so it has only to be one.
pub(crate) fn check_existing(word: Word<'_>, pool: &Pool, problems: &mut Problems) -> bool {
    match pool.r#type {
        PoolType::Disk | PoolType::Iscsi => check(word.value, pool, word.place(), problems),
        PoolType::Dir | PoolType::Fs | PoolType::Netfs | PoolType::Logical | PoolType::Rbd | PoolType::Zfs => {
            existing(word, problems).is_some()
        }
    }
}

/// Reads the name of a volume that exists in a pool of which nothing is known.
pub(crate) fn existing(word: Word<'_>, problems: &mut Problems) -> Option<String> {
    let name = word.value.as_str();
    let is_name = !name.is_empty() && !name.contains('/');
    if !is_name {
        problems.push(
            not_the_name_of(name, "a volume", word.place())
                .help("write it as `virsh vol-list` shows it, without the pool's directory"),
        );
    }
    (is_name && text::check_line(name, word.place(), problems)).then(|| name.to_owned())
}

/// Checks the name of a volume that the pool gets.
pub(crate) fn check(name: &str, pool: &Pool, place: Place, problems: &mut Problems) -> bool {
    let (is_valid, what, help) = match pool.r#type {
        PoolType::Dir | PoolType::Fs | PoolType::Netfs | PoolType::Rbd | PoolType::Zfs => {
            return parse::name(name, place, problems);
        }
        PoolType::Iscsi => (
            is_unit(name),
            "a LUN of an iSCSI target",
            "write it as libvirt does: `\"unit:0:0:1\"`; `virsh vol-list` shows the LUNs when the pool is active"
                .to_owned(),
        ),
        PoolType::Logical => {
            if !parse::name(name, place.clone(), problems) {
                return false;
            }
            let taken =
                OF_LVM.iter().any(|start| name.starts_with(start)) || WITHIN_LVM.iter().any(|part| name.contains(part));
            (!taken, "a logical volume", "LVM reserves this name: choose another one".to_owned())
        }
        PoolType::Disk => {
            let device = pool.source.device.as_deref();
            let (is_valid, help) = partition(name, device);
            (is_valid, "a partition of the disk", help)
        }
    };
    if !is_valid {
        problems.push(not_the_name_of(name, what, place).help(help));
    }
    is_valid
}

/// Makes the problem of a name that no volume of a pool can have.
fn not_the_name_of(name: &str, what: &str, place: Place) -> Problem {
    Problem::new(Id::BadName, place, format!("`{}` cannot be {what}", text::shortened(name))).label("not a valid name")
}

/// `unit:<host>:<bus>:<unit>`, as libvirt calls the units of a target.
fn is_unit(name: &str) -> bool {
    let numbers = name.strip_prefix("unit:").map(|numbers| numbers.split(':').collect::<Vec<_>>());
    numbers.is_some_and(|numbers| {
        numbers.len() == 3
            && numbers.iter().all(|n| (1..=9).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Whether a partition of a device can have the name, and an example of one. libvirt refuses any but the next free one.
fn partition(name: &str, device: Option<&str>) -> (bool, String) {
    let is_number = |text: &str| !text.starts_with('0') && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A link, such as those in `/dev/disk/by-id`, hides the device's name.
    let device = device.and_then(|device| device.strip_prefix("/dev/")).filter(|device| !device.contains('/'));
    let Some(device) = device else {
        let (stem, number) = name.split_at(name.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        let is_valid = is_number(number) && parse::name(stem, Place::value(Pointer::root()), &mut Problems::default());
        return (is_valid, "libvirt uses the kernel's numbered names of partitions: `sdb1`, `nvme0n1p1`".to_owned());
    };
    let separator = if device.ends_with(|c: char| c.is_ascii_digit()) { "p" } else { "" };
    let stem = format!("{device}{separator}");
    let help = format!("libvirt numbers partitions in the order of their creation: `{stem}1`, `{stem}2`, …");
    (name.strip_prefix(&stem).is_some_and(is_number), help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn partitions_are_called_as_their_disk() {
        let check = |name: &str, device: &str, expected: bool| {
            assert_eq!(partition(name, Some(device)).0, expected, "{name} on {device}");
        };
        check("sdb1", "/dev/sdb", true);
        check("sdb12", "/dev/sdb", true);
        check("sdb0", "/dev/sdb", false);
        check("sdb", "/dev/sdb", false);
        check("sdc1", "/dev/sdb", false);
        check("nvme0n1p1", "/dev/nvme0n1", true);
        check("nvme0n11", "/dev/nvme0n1", false);
        check("nvme0n1p1", "/dev/disk/by-id/nvme-disk", true);
        check("root", "/dev/disk/by-id/nvme-disk", false);
    }

    #[test]
    fn units_have_three_numbers() {
        let check = |name: &str, expected: bool| assert_eq!(is_unit(name), expected, "{name}");
        check("unit:0:0:1", true);
        check("unit:0:0", false);
        check("unit:0:0:", false);
        check("unit:0:0:+1", false);
        check("0:0:1", false);
    }
}
