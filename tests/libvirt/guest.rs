//! The initramfs of a guest: `guest.sh` as its first process, busybox for all else.

use crate::world::World;

/// Puts it into the world, as `/boot/initramfs` beside the kernel that `.ci/kernel` put there.
pub fn make_initramfs(world: &World) {
    world.run(&["bash", "-c", "mkdir -p /initramfs/{bin,dev,etc,mnt,proc,www}"]);
    world.write("/initramfs/init", include_str!("guest.sh"));
    world.write("/initramfs/lease", include_str!("lease.sh"));
    world.run(&["cp", "/usr/bin/busybox", "/initramfs/bin/busybox"]);
    world.run(&["ln", "-s", "busybox", "/initramfs/bin/sh"]);
    world.run(&["cp", "-r", "/boot/modules", "/initramfs/modules"]);
    world.run(&["bash", "-c", "cd /initramfs && busybox find . | busybox cpio -o -H newc >/boot/initramfs"]);
}
