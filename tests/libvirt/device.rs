//! The storage that pools of a lab are on: what can be made in a world is, and the rest is said.

use lab2nix::lab::Pool;
use lab2nix::spec::pool::PoolType;

use crate::world::World;

/// How large the block devices are.
const SIZE: &str = "64M";

/// Why a pool is only defined, where it is not started too.
pub fn why_not_started(pool: &Pool, world: &World) -> Option<&'static str> {
    match pool.r#type {
        PoolType::Dir => None,
        PoolType::Fs | PoolType::Disk => (!world.has_loop_devices()).then_some("there are no loop devices here"),
        PoolType::Netfs => Some("there is no file server"),
        PoolType::Logical => Some("its volume group would be the host's: LVM knows no namespaces"),
        PoolType::Iscsi => Some("there is no target"),
        PoolType::Rbd => Some("there is no cluster"),
        PoolType::Zfs => Some("Linux has no ZFS"),
    }
}

/// Makes the block device of a pool that is on one, with what its host has put there: an empty file system, or an empty
/// partition table.
pub fn make(pool: &Pool, world: &World) {
    let Some(device) = pool.source.device.as_deref().filter(|_| why_not_started(pool, world).is_none()) else { return };
    let format = pool.source.format.as_deref().unwrap_or("auto");
    let content = match pool.r#type {
        // Linux' driver of the newer ones mounts it too.
        PoolType::Fs if matches!(format, "auto" | "ext2" | "ext3" | "ext4") => "busybox mke2fs \"$device\" >/dev/null",
        PoolType::Fs => panic!("{}: nothing here makes {format}", pool.name),
        PoolType::Disk => "parted --script \"$device\" mklabel \"${format/#dos/msdos}\"",
        PoolType::Dir | PoolType::Netfs | PoolType::Logical | PoolType::Iscsi | PoolType::Rbd | PoolType::Zfs => return,
    };
    // Linux detaches the loop device when nobody has it open any more, which is when the world ends.
    let script = format!(
        r#"
        set -euo pipefail
        image=$1 device=$2 format=$3
        mkdir -p "${{image%/*}}" "${{device%/*}}"
        truncate --size {SIZE} "$image"
        loop=$(losetup --find --partscan --show "$image")
        exec 3<"$loop"
        sleep infinity >/dev/null 2>&1 &
        losetup --detach "$loop"
        rm -f "$device"
        mknod "$device" b 7 "${{loop#/dev/loop}}"
        echo "${{loop#/dev/}} $device" >>/run/devices
        {content}
        "#
    );
    let image = format!("/run/images/{}", pool.name);
    world.run(&["bash", "-c", &script, "bash", &image, device, format]);
}
