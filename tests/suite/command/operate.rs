//! The commands that run a lab, on a libvirt of ours that is a directory.

use std::fs;
use std::net::TcpListener;

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::fake::Fake;
use super::place::{GOOD, LAB2NIX, Place, Ran};

/// A lab in the shape of a domain controller, a server and two clients; what it says of each, beside.
fn lab(of_first: &str, of_second: &str) -> Fake {
    let domain = |rest: &str| format!(r#"{{ "memory": "1GiB", "active": null{rest} }}"#);
    let ready = r#", "ready": { "running": true }"#;
    let spec = format!(
        r#"{{ "lab": "t", "pools": {{ "vms": {{ "path": "/srv/vms" }} }}, "domains": {{
        "dc": {}, "sccm": {}, "client-1": {}, "client-2": {} }} }}"#,
        domain(&format!("{ready}{of_first}")),
        domain(&format!(r#", "after": ["dc"]{of_second}"#)),
        domain(&format!(r#", "after": ["sccm"]{ready}"#)),
        domain(&format!(r#", "after": ["sccm"]{ready}"#)),
    );
    let names = ["dc", "sccm", "client-1", "client-2"];
    let fake = Fake::of(&spec, &names);
    for name in names {
        fake.put(name, "state", "shut off\n");
    }
    fake
}

const READY: &str = r#", "ready": { "running": true }"#;
const NAMES: [&str; 4] = ["dc", "sccm", "client-1", "client-2"];

/// What libvirt was told to do, in order, by the names of the domains.
fn told(fake: &Fake, verb: &str) -> Vec<String> {
    let log = fs::read_to_string(fake.place.path("libvirt/log")).unwrap_or_default();
    let name = |uuid: &str| {
        let is_it = |name: &&&str| fake.directory(name).ends_with(uuid);
        NAMES.iter().find(is_it).map_or_else(|| uuid.to_owned(), |name| (*name).to_owned())
    };
    let lines = log.lines().filter_map(|line| line.strip_prefix(&format!("{verb} ")));
    lines.map(name).collect()
}

#[test]
fn a_lab_starts_in_its_order_and_shuts_down_the_other_way_round() {
    let fake = lab("", READY);
    let ran = fake.run(&["up"]).exits(0).without_result().without_times();
    let (first, rest) = ran.err.split_at(ran.err.find("client").expect("clients are told"));
    assert_eq!(first, "dc: started\ndc: ready\nsccm: started\nsccm: ready\n");
    assert!(rest.contains("client-1: started\n") && rest.ends_with("4 domains are ready\n"), "{ran:?}");
    let started = told(&fake, "start");
    assert_eq!(started[..2], ["dc", "sccm"]);
    assert_eq!(started.len(), 4);
    // What runs is left as it is.
    fake.run(&["up"]).exits(0);
    assert_eq!(told(&fake, "start").len(), 4);
    let ran = fake.run(&["down"]).exits(0).without_result().without_times();
    assert!(
        ran.err.ends_with("sccm: asked to shut down\nsccm: off\ndc: asked to shut down\ndc: off\n4 domains are off\n"),
        "{ran:?}"
    );
    assert_eq!(told(&fake, "shutdown")[2..], ["sccm", "dc"]);
    assert_eq!(fake.count("destroy"), 0);
    // One alone comes with those before it, and goes alone.
    let ran = fake.run(&["up", "client-2"]).exits(0).without_times();
    assert!(ran.err.ends_with("client-2: started\nclient-2: ready\n3 domains are ready\n"), "{ran:?}");
    assert_eq!(fake.states(&NAMES), "dc running []; sccm running []; client-1 shut off []; client-2 running []");
    fake.run(&["down", "client-*"]).exits(0);
    assert_eq!(fake.states(&NAMES[..2]), "dc running []; sccm running []");
    fake.run(&["restart", "dc"])
        .exits(0)
        .without_times()
        .says("dc: asked to shut down\ndc: off\ndc: started\ndc: ready\n1 domain is ready\n");
}

#[test]
fn a_windows_that_installs_itself_has_its_key_pressed_once_and_is_left_alone_then() {
    let windows = |rest: &str| {
        format!(
            r#"{{ "os": "windows-server-2022", "memory": "4GiB", "active": null, "disks": [{{ "pool": "vms", "size": "60GiB" }}],
                 "cdroms": [{{ "file": "/srv/windows.iso" }}], "unattended": {{ "passwordFile": "/run/secrets/lab" }}{rest} }}"#
        )
    };
    let spec = format!(
        r#"{{ "lab": "t", "pools": {{ "vms": {{ "path": "/srv/vms" }} }}, "domains": {{
             "dc": {}, "pc": {}, "web": {{ "memory": "1GiB", "active": null }} }} }}"#,
        windows(""),
        windows(r#", "after": ["dc"]"#)
    );
    let names = ["dc", "pc", "web"];
    let fake = Fake::of(&spec, &names);
    for name in names {
        fake.put(name, "state", "shut off\n");
    }
    for name in ["dc", "pc"] {
        let channel = "name='org.qemu.guest_agent.0'";
        fake.change(name, &format!("{channel}/>"), &format!("{channel} state='connected'/>"));
    }
    // Its script has said that it is done.
    fake.put("dc", "out", "");
    fake.put("dc", "exit", "0");
    fake.put("pc", "out", "Installs the guest tools\n");
    fake.put("pc", "exit", "1");
    fake.put("pc", "blocks", "block.count=1\nblock.0.name=sda\nblock.0.rd.bytes=512\nblock.0.wr.bytes=0\n");
    let ran = fake.run(&["install", "--timeout", "4s"]).exits(1).without_result();
    let ran =
        ran.says("pc: not ready yet: waits for the ISO to boot\n").says("Installs the guest tools").without_times();
    assert!(ran.err.starts_with("dc: started\ndc: ready\npc: started\n"), "{ran:?}");
    assert!(fake.count("send-key") > 0);
    assert_eq!(fake.states(&names), "dc running []; pc running []; web shut off []");

    let pressed = fake.count("send-key");
    fake.put("pc", "exit", "0");
    let ran = fake.run(&["install"]).exits(0).without_result();
    assert_eq!(ran.err, "dc: ready\npc: ready\n2 domains are ready\n");
    assert_eq!((fake.count("send-key"), fake.count("start")), (pressed, 2));
    fake.run(&["install", "web"])
        .exits(2)
        .says("none of the domains installs itself: give them `unattended` in the spec");
}

#[test]
fn one_that_is_not_ready_stops_those_after_it_and_nothing_else() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let interface = format!(
        r#", "interfaces": [{{ "user": true, "forwards": [{{ "host": {free}, "guest": 3389, "address": "127.0.0.1" }}] }}],
        "ready": {{ "tcp": 3389, "timeout": "10s" }}"#
    );
    let fake = lab("", &interface);
    let ran = fake.run(&["up"]).exits(1).without_result();
    for said in ["sccm: not ready yet: 127.0.0.1:", "sccm: not ready after 10 s: 127.0.0.1:"] {
        assert!(ran.err.contains(said), "{ran:?}");
    }
    let ran = ran.without_times();
    let expected = format!(
        "sccm: started\n\
         sccm: not ready: 127.0.0.1:{free} does not accept connections\n\
         1 domain is ready; not ready: sccm; left as they are: client-1, client-2\n\
         `lab2nix up` tries again, with `--force` also the domains after it; `lab2nix console NAME` and `view NAME` show a guest\n"
    );
    assert!(ran.err.ends_with(&expected), "{ran:?}");
    assert_eq!(fake.states(&NAMES), "dc running []; sccm running []; client-1 shut off []; client-2 shut off []");
    let ran = fake.run(&["wait", "sccm", "--timeout", "1s"]).exits(1);
    assert!(ran.err.contains("sccm: not ready after 1 s: 127.0.0.1"), "{ran:?}");
    fake.run(&["up", "--force", "--timeout", "1s"]).exits(1);
    assert!(fake.states(&NAMES).ends_with("client-1 running []; client-2 running []"));
    let _listener = TcpListener::bind(("127.0.0.1", free)).unwrap();
    fake.run(&["wait"]).exits(0).says("4 domains are ready\n");
}

#[test]
fn one_that_does_not_start_says_what_libvirt_says() {
    let fake = lab("", READY);
    fake.put("dc", "refuses-start", "Cannot access storage file '/srv/x'");
    let ran = fake.run(&["up"]).exits(1);
    assert!(ran.err.starts_with("dc: does not start: Cannot access storage file '/srv/x'\n"), "{ran:?}");
    assert!(ran.err.contains("\nnot ready: dc; left as they are: sccm, client-1, client-2\n"), "{ran:?}");
}

#[test]
fn nobody_is_cut_off_unless_it_is_said() {
    let fake = lab("", READY);
    for name in NAMES {
        fake.put(name, "state", "running\n");
    }
    fake.put("sccm", "deaf", "");
    let ran = fake.run(&["down", "--timeout", "5s"]).exits(1);
    let expected = "sccm: asked to shut down\nsccm: does not shut down within 5 s\n2 domains are off; not off: sccm; left as they are: dc\n\
                    `lab2nix down --force` powers off what does not shut down; `lab2nix view NAME` shows a guest\n";
    assert!(ran.err.ends_with(expected), "{ran:?}");
    assert_eq!((fake.count("destroy"), fake.states(&NAMES[..2])), (0, "dc running []; sccm running []".to_owned()));
    let ran = fake.run(&["down", "--timeout", "5s", "--force"]).exits(0);
    assert!(ran.err.contains("sccm: powered off\ndc: asked to shut down\n"), "{ran:?}");
    assert_eq!(told(&fake, "destroy"), ["sccm"]);
}

#[test]
fn status_is_a_table_and_json_and_changes_nothing() {
    let fake =
        lab(r#", "interfaces": [{ "user": true }], "title": "it's <a> \"title\"""#, r#", "ready": { "run": "true" }"#);
    fake.put("dc", "state", "running\n");
    fake.put("sccm", "state", "running\n");
    fake.change("sccm", "name='org.qemu.guest_agent.0'", "name='org.qemu.guest_agent.0' state='connected'");
    fake.put("client-1", "state", "paused\n");
    let ran = fake.run(&["status"]).exits(0);
    let rows: Vec<Vec<&str>> =
        ran.out.lines().map(|line| line.split("  ").map(str::trim).filter(|c| !c.is_empty()).collect()).collect();
    let expected = [
        ["NAME", "STATE", "READY", "ADDRESS", "SAVES"],
        ["dc", "running", "yes", "-", "-"],
        ["sccm", "running", "?", "-", "-"],
        ["client-1", "paused", "no", "-", "-"],
        ["client-2", "shut off", "no", "-", "-"],
    ];
    assert_eq!(rows.iter().map(|row| &row[..5]).collect::<Vec<_>>(), expected);
    let ran = fake.run(&["status", "--format", "json", "dc", "client-1"]).exits(0);
    let status: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let schema = fake.place.run(&["schema", "--of", "status"]).exits(0).out;
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).expect("it is JSON")).unwrap();
    assert_eq!(validator.iter_errors(&status).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(
        (&status["domains"][1]["name"], &status["domains"][1]["missing"]),
        (&"client-1".into(), &"it is paused".into())
    );
    assert!(!fake.place.has("libvirt/log"), "it has changed something");
}

#[test]
fn a_command_in_a_guest_passes_on_what_it_says_and_how_it_ends() {
    let fake = lab("", READY);
    for name in NAMES {
        fake.put(name, "state", "running\n");
    }
    for (name, out, exit) in [("dc", "one\ntwo", "7"), ("client-1", "a\n", "0"), ("client-2", "", "0")] {
        fake.put(name, "out", out);
        fake.put(name, "exit", exit);
    }
    let ran = fake.run(&["run", "dc", "--", "echo", "it's"]).exits(7);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("one\ntwo", ""));
    let asked = fs::read_to_string(fake.directory("dc").join("asked")).unwrap();
    assert!(asked.contains(r#""arg":["-c","exec \"$@\"","sh","echo","it's"]"#), "{asked}");
    let ran = fake.run(&["run", "client-*", "--", "true"]).exits(0);
    assert_eq!(ran.out, "client-1| a\n");
    let ran = fake.run(&["run", "dc", "client-1", "--", "true"]).exits(1).says("dc: exit status 7\n");
    let mut lines: Vec<&str> = ran.out.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["client-1| a", "dc| one", "dc| two"]);
    let ran = fake.run(&["run", "sccm", "--timeout", "1s", "--", "sleep 100"]).exits(124);
    assert_eq!(ran.err, "sccm: killed after 1 s\n");
    // Somebody interrupts it on a terminal.
    fs::remove_file(fake.directory("sccm").join("exit")).unwrap();
    let script = "set -m; \"$LAB2NIX\" run sccm -- 'sleep 100' & until [[ -e $1/asked ]]; do sleep 0.1; done; kill -INT -- -$!; wait $!";
    let directory = fake.directory("sccm");
    fs::remove_file(directory.join("asked")).unwrap();
    let ran = fake.runs(fake.place.command("bash", &["-c", script, "bash", &directory.to_string_lossy()])).exits(124);
    assert!(ran.err.starts_with("sccm: killed\n") && directory.join("exit").exists(), "{ran:?}");
    fake.put("dc", "state", "shut off\n");
    fake.run(&["run", "dc", "--", "true"]).exits(2).says(
        "dc: cannot run it: Requested operation is not valid: domain is not running; `lab2nix up dc` starts it\n",
    );
    fake.run(&["run", "dc"]).exits(2);
}

#[test]
fn other_programs_are_handed_what_they_need() {
    let interface = r#", "interfaces": [{ "user": true, "forwards": [{ "host": 2222, "guest": 22 }] }]"#;
    let fake = lab(interface, READY);
    let uuid = fake.directory("dc").file_name().unwrap().to_string_lossy().into_owned();
    let print = |arguments: &[&str]| fake.run(arguments).exits(0).out;
    assert_eq!(print(&["console", "dc", "--print"]), format!("virsh --connect qemu:///system console {uuid}\n"));
    assert_eq!(print(&["view", "dc", "--print"]), format!("virt-viewer --connect qemu:///system --wait -- {uuid}\n"));
    assert_eq!(print(&["ssh", "dc", "--print"]), "ssh -p 2222 127.0.0.1\n");
    let shut_in = lab(r#", "graphics": { "type": "spice", "listen": "none" }"#, READY);
    let ran = shut_in.run(&["view", "dc", "--print"]).exits(0);
    assert!(ran.out.contains(" --wait --attach -- "), "{ran:?}");
    let ran = shut_in.run(&["view", "dc", "--print", "--connect", "qemu+ssh://root@far/system"]).exits(2);
    ran.says("only a viewer on its host can open it; `lab2nix view dc` there does");
    let far = ["ssh", "dc", "--print", "--connect", "qemu+ssh://root@far:2200/system", "--", "uname -a"];
    assert_eq!(print(&far), "ssh -J root@far:2200 -p 2222 127.0.0.1 'uname -a'\n");
    fake.run(&["ssh", "sccm"]).exits(2).says("give one of its interfaces an `ip`, or `forwards` of port 22");
    let ran = Ran::of(
        fake.place
            .command(LAB2NIX, &["view", "dc"])
            .env("PATH", fake.place.path("bin"))
            .env("FAKE", fake.place.path("libvirt")),
    );
    // Its shell is not there either.
    ran.exits(2);
}

#[test]
fn what_is_missing_is_a_clear_word() {
    let place = Place::with(GOOD);
    place.with_virsh(None, &["up", "wob"]).exits(2).says("there is no domain `wob`: did you mean `web`?");
    let fake = lab("", READY);
    fs::remove_dir_all(fake.directory("sccm")).unwrap();
    for command in ["up", "wait", "restart"] {
        let ran = fake.run(&[command]).exits(2);
        assert!(ran.err.starts_with("error: libvirt has no domain `sccm`; `lab2nix gen`"), "{ran:?}");
        assert!(!fake.place.has("libvirt/log"), "it has changed something");
    }
    fake.put("dc", "state", "no state\n");
    let ran = fake.run(&["down"]).exits(0).without_times();
    assert!(ran.err.starts_with("note: libvirt has no domain `sccm`\n"), "{ran:?}");
    assert!(ran.err.contains("dc: asked to shut down\ndc: off\n"), "{ran:?}");
    let ran = fake.run(&["up", "--spec", "lab.json", "--spec", "./lab.json", "dc"]).exits(0).without_times();
    assert_eq!(ran.err, "dc: started\ndc: ready\n1 domain is ready\n");
    fake.place.write("other.json", &fs::read_to_string(fake.place.path("lab.json")).unwrap());
    fake.run(&["up", "--spec", "lab.json", "--spec", "other.json"]).exits(1);
    fake.run(&["console", "--print", "s*"]).exits(2).says("there is no domain `s*`");
    let ran = fake.run(&["status", "sccm"]).exits(0);
    assert!(ran.out.contains("undefined"), "{ran:?}");
    let ran = fake.run(&["up", "--timeout", "soon"]).exits(2);
    assert!(ran.err.contains("a time is a whole number and `s`, `m` or `h`, such as `90s`"), "{ran:?}");
}

#[test]
fn commands_are_found_under_two_headings_and_names_of_domains_are_offered() {
    let place = Place::with(GOOD);
    let help = place.run(&["--help"]).exits(0).out;
    let (generate, run) = help.split_once("\nRun:\n").expect("it has the heading");
    let own = |text: &str, name: &str| text.lines().any(|line| line.starts_with(&format!("  {name} ")));
    for name in ["gen", "plan", "import", "inspect", "inventory", "graph"] {
        assert!(own(generate, name) && generate.contains("\nGenerate:\n"), "{name}: {help}");
    }
    for name in [
        "status", "up", "down", "restart", "wait", "save", "restore", "saves", "forget", "run", "console", "ssh",
        "view",
    ] {
        assert!(own(run, name), "{name}: {help}");
    }
    let mut command = place.command(LAB2NIX, &["--", "lab2nix", "up", "w"]);
    command
        .env("COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "2")
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_COMP_TYPE", "9");
    let ran = Ran::of(&mut command).exits(0);
    assert!(ran.out.lines().any(|line| line == "web"), "{ran:?}");
}
