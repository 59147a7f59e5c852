//! What the README shows is what happens.

use std::fs;
use std::path::Path;

use crate::support::document::Document;
use crate::world::World;

/// A domain that somebody has made by hand.
const OLD: &str = "<domain type='qemu'><name>old-router</name><memory unit='MiB'>64</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>";

#[test]
fn the_readme_shows_what_plan_says() {
    let world = World::start("readme");
    world.install_lab2nix("/usr/local/bin");
    let lab = fs::read_to_string("examples/hello/lab.json").expect("it is an example");
    // Without KVM; in the first line, so that the places are the same.
    let emulated = lab.replacen('{', "{ \"defaults\": { \"virtualization\": \"emulated\" },", 1);
    world.write("/lab/lab.json", &emulated);
    world.write("/lab/old-router.xml", OLD);
    world.virsh(&["define", "/lab/old-router.xml"]);
    world.virsh(&["start", "old-router"]);
    let said = world.run(&["env", "--chdir=/lab", "lab2nix", "plan", "--activation", "gentle"]);
    let readme = Document::read(Path::new("README.md"));
    let shown = readme.blocks("text").find_map(|block| block.said_by("lab2nix plan --activation gentle"));
    pretty_assertions::assert_eq!(said, shown.expect("it shows a plan"));
}
