//! What is left when writing fails halfway: full disks, directories that cannot be written, a kill.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use pretty_assertions::assert_eq;

use super::place::{CHANGED, FileState, GOOD, LAB2NIX, Place, TEMPORARY};
use crate::support::leave_out;

#[test]
#[cfg(target_os = "linux")]
fn results_that_get_lost_are_a_failure() {
    let place = Place::generated(GOOD);
    place.write("lab.json", CHANGED);
    let before = place.files();
    for arguments in [&["schema"][..], &["explain"], &["man"], &["gen", "--check"], &["gen", "--diff"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = place.command(LAB2NIX, arguments).stdout(full).output().unwrap();
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        let talk = String::from_utf8_lossy(&ran.stderr);
        assert!(talk.starts_with("error: cannot write to standard output\n"), "{talk}");
    }
    assert_eq!(place.files(), before);
}

#[test]
fn a_directory_that_cannot_be_written() {
    let place = Place::with(GOOD);
    place.write("generated", "a file");
    place.run(&["gen"]).exits(2).says("`generated`").says("caused by: ");
    place.run(&["gen", "--out", "generated/below"]).exits(2).says("generated/below");
    assert_eq!(fs::read_to_string(place.path("generated")).unwrap(), "a file");

    // Not even root makes a directory there.
    place.run(&["gen", "--out", "/proc/lab2nix/x"]).exits(2).says("/proc/lab2nix");

    let place = Place::generated(GOOD);
    place.write("lab.json", CHANGED);
    let before = place.files();
    let generated = place.path("generated");
    fs::set_permissions(&generated, PermissionsExt::from_mode(0o555)).unwrap();
    if File::create(generated.join("root")).is_ok() {
        fs::remove_file(generated.join("root")).unwrap();
    } else {
        place.run(&["gen"]).exits(2).says("no file was changed");
        assert_eq!(place.files(), before);
    }
    fs::set_permissions(&generated, PermissionsExt::from_mode(0o755)).unwrap();
}

/// The first files fit, `domains.nix` does not.
#[test]
fn a_file_that_grows_too_large() {
    let place = Place::generated(GOOD);
    place.write("lab.json", CHANGED);
    let before = place.files();
    let limits = "ulimit -f 2; exec \"$LAB2NIX\" gen";
    let ran = place.shell(&format!("trap '' XFSZ; {limits}"));
    // Linking a file to a second name, and removing that, is a change to its inode.
    let texts = |files: &BTreeMap<String, FileState>| {
        files.iter().map(|(name, (text, _, inode))| (name.clone(), text.clone(), *inode)).collect::<Vec<_>>()
    };
    ran.exits(2).says("cannot write `generated/domains.nix`; no file was changed");
    assert_eq!(texts(&place.files()), texts(&before));

    // Without the `trap`, the signal kills it on the spot.
    let ran = place.shell(limits);
    assert_eq!(ran.code, None, "{ran:?}");
    let whole = |files: BTreeMap<String, String>| -> Vec<_> {
        files.into_iter().filter(|(name, _)| !name.starts_with(TEMPORARY)).collect()
    };
    assert!(place.leftovers() > 0);
    assert_eq!(whole(place.texts()), before.into_iter().map(|(name, (text, ..))| (name, text)).collect::<Vec<_>>());

    place.run(&["gen"]).exits(0);
    assert_eq!(place.leftovers(), 0);
    place.run(&["gen", "--check"]).exits(0);
}

/// Where this user may make a file system of his own, which is then made as small as its files, and a little more: the
/// first new files fit, `domains.nix` does not.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk() {
    let place = Place::with(GOOD);
    let script = r#"
        mkdir generated && mount -t tmpfs -o size=16m none generated || exit 77
        "$LAB2NIX" gen || exit 78
        used=$(df -k -P generated | awk 'NR == 2 { print $3 }')
        mount -o "remount,size=$((used + 16))k" generated || exit 78
        cp -r generated before
        cp changed.json lab.json
        "$LAB2NIX" gen
        echo "exit $?"
        diff -r before generated && echo "nothing changed"
        df generated >&2
    "#;
    place.write("changed.json", &CHANGED.replace("\"memory\": \"2GiB\"", "\"memory\": \"2GiB\", \"replicas\": 20"));
    let mut command = place.command("unshare", &["--map-root-user", "--mount", "sh", "-c", script]);
    match command.env("LAB2NIX", LAB2NIX).output() {
        Ok(ran) if ran.status.code() == Some(0) => {
            let talk = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(String::from_utf8_lossy(&ran.stdout), "exit 2\nnothing changed\n", "{talk}");
            assert!(
                talk.contains("`generated/domains.nix`; no file was changed\n  caused by: No space left on device"),
                "{talk}"
            );
        }
        Ok(ran) if ran.status.code() == Some(78) => panic!("{ran:?}"),
        ran => leave_out(&format!("a file system cannot be mounted here: {ran:?}")),
    }
}

#[test]
fn a_kill_leaves_whole_files() {
    let large = |spec: &str| spec.replace("\"memory\"", "\"replicas\": 12, \"memory\"");
    let specs = [large(GOOD), large(CHANGED)];
    let texts = specs.each_ref().map(|spec| Place::generated(spec).texts());
    for name in texts[0].keys() {
        assert_ne!(texts[0][name], texts[1][name]);
    }

    let place = Place::generated(&specs[0]);
    let (mut killed, mut with_leftovers) = (0, 0);
    let mut round = 0_u32;
    // On a quick file system, it takes more rounds until a kill comes in between.
    while round < 25 || (round < 1000 && (killed == 0 || with_leftovers == 0)) {
        place.write("lab.json", &specs[(round as usize + 1) % 2]);
        let mut child = place.command(LAB2NIX, &["gen"]).stderr(Stdio::null()).spawn().unwrap();
        // The first temporary file is when it begins to write.
        let left = place.leftovers();
        while child.try_wait().unwrap().is_none() && place.leftovers() == left {}
        sleep(Duration::from_micros(u64::from(round % 25) * 80));
        let _ = child.kill();
        killed += u32::from(child.wait().unwrap().signal().is_some());
        let files = place.texts();
        for name in texts[0].keys() {
            assert!(texts.iter().any(|texts| texts[name] == files[name]), "{name} is broken after round {round}");
        }
        with_leftovers += u32::from(place.leftovers() > 0);
        if round % 5 == 4 {
            place.run(&["gen"]).exits(0);
            assert_eq!(place.texts(), texts[(round as usize + 1) % 2]);
        }
        round += 1;
    }
    assert!(killed > 0 && with_leftovers > 0, "{killed} runs were killed, {with_leftovers} left something");
}
