//! The initramfs of a guest: `guest.sh` as its first process, busybox for all else.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::world::World;

/// Where it is in the world, beside the kernel.
const INITRAMFS: &str = "/boot/initramfs";

/// Puts it into the world.
pub fn make_initramfs(world: &World) {
    for directory in ["proc", "dev", "mnt", "etc", "www"] {
        fs::create_dir_all(world.path("/initramfs").join(directory)).expect("the world is ours");
    }
    for (name, script) in [("init", include_str!("guest.sh")), ("lease", include_str!("lease.sh"))] {
        let path = format!("/initramfs/{name}");
        world.write(&path, script);
        fs::set_permissions(world.path(&path), fs::Permissions::from_mode(0o755)).expect("the world is ours");
    }
    world.run(&["cp", "-r", "/boot/modules", "/initramfs/modules"]);
    world.run(&["install", "-D", "/usr/bin/busybox", "/initramfs/bin/busybox"]);
    symlink("busybox", world.path("/initramfs/bin/sh")).expect("the world is ours");
    let archive = format!("cd /initramfs && busybox find . | busybox cpio -o -H newc >{INITRAMFS}");
    world.run(&["bash", "-c", &archive]);
}
