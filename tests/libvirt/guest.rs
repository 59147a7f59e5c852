//! Small guests: a kernel, busybox and `guest/init.sh` as the first process.

use crate::world::World;

/// What they are made of, beside what `.ci/guests` has put into the root.
const SCRIPTS: &[(&str, &str)] = &[
    ("init.sh", include_str!("guest/init.sh")),
    ("lease.sh", include_str!("guest/lease.sh")),
    ("run.sh", include_str!("guest/run.sh")),
    ("setup.sh", include_str!("guest/setup.sh")),
    ("shutdown.sh", include_str!("guest/shutdown.sh")),
    ("image.sh", include_str!("guest/image.sh")),
];

/// Makes, for an architecture, `/guests/<arch>/initramfs` beside the kernel, and `/guests/<arch>/image.qcow2`, which UEFI
/// starts both from.
pub fn make(world: &World, arch: &str) {
    for (name, text) in SCRIPTS {
        world.write(&format!("/guests/scripts/{name}"), text);
    }
    world.run(&["bash", "/guests/scripts/image.sh", arch]);
}

/// What a shell command prints in a guest, and its exit status.
pub fn run(world: &World, address: &str, command: &str) -> (String, String) {
    let url = format!("http://{address}/cgi-bin/run");
    let output = world.run(&["busybox", "wget", "-q", "-O", "-", "--post-data", command, &url]);
    let (printed, code) = output.trim_end().rsplit_once("exit ").unwrap_or_else(|| panic!("{address}: {output}"));
    (printed.to_owned(), code.to_owned())
}
