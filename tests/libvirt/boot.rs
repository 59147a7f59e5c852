//! The service that activates a lab on a host with systemd: in what order it starts at boot, what follows when it fails,
//! and what it does before `NixVirt` changes anything.
//!
//! libvirt's units are Debian's with what `NixOS` changes of them. `NixVirt`'s own helper is used where `NIXVIRT_SRC` names a
//! checkout and the root has `xmldiff`; otherwise one that looks and acts in the same two steps.

use std::env;
use std::fs;
use std::path::Path;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::Read;
use crate::support::evaluation::World as Evaluation;
use crate::support::labs::variant;
use crate::unit;
use crate::world::World;

/// What `NixOS` 25.11 changes of libvirt's units. Later releases have no `Requires` in libvirt-guests.service. Before libvirtd
/// starts, libvirtd-config.service makes the links to QEMU.
const OVERRIDES: [(&str, &str); 2] = [
    (
        "libvirtd",
        "[Unit]\nWants=\nWants=libvirtd.socket libvirtd-ro.socket\n[Service]\nType=notify\nRestart=no\nKillMode=process\n\
         ExecStartPre=mkdir -p /var/log/libvirt/qemu\nExecStartPre=/usr/local/bin/link-emulators\n\
         Environment=LIBVIRTD_ARGS=\"--timeout 120\"\n",
    ),
    (
        "libvirt-guests",
        "[Unit]\nRequires=libvirtd.service\nAfter=libvirtd.service\n[Service]\nStandardOutput=journal\n",
    ),
];

/// What is started at boot, and what a switch starts that is not running.
const TARGET: &str = "[Unit]\nWants=libvirtd.service nixvirt.service libvirt-guests.service\n\
                      After=libvirtd.service nixvirt.service libvirt-guests.service\n";

/// A host that starts libvirt's units and the service as systemd has them; nothing where Nix is missing.
pub struct Host {
    pub world: World,
    /// What the module evaluates to.
    pub values: Value,
    /// The service in it.
    pub service: Value,
    /// The package of QEMU that the host is to have.
    qemu: String,
}

/// A guest that takes little, and goes on without a disk.
pub const GUEST: &str = "<domain type='qemu'><name>guest</name><uuid>6b2b4e5c-4d0e-4a38-9d3a-6e7b8f9a0b1c</uuid>\
    <memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc-q35-9.2'>hvm</type></os>\
    <devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>";

impl Host {
    fn start(test: &'static str, spec: &str) -> Option<Self> {
        Self::under(test, spec, &Evaluation::default())
    }

    /// The same, where the host is evaluated under a world of its own.
    pub fn under(test: &'static str, spec: &str, evaluation: &Evaluation) -> Option<Self> {
        let values = evaluation.modules(&[&[&variant(spec)]])?.remove(0);
        let service = patient(&values);
        let qemu = values["libvirtd"]["qemu"]["package"].as_str().expect("a package").to_owned();
        let world = World::with_systemd(test);
        for (unit, overrides) in OVERRIDES {
            world.write(&format!("/etc/systemd/system/{unit}.service.d/overrides.conf"), overrides);
        }
        world.write("/etc/systemd/system/boot.target", TARGET);
        // NixOS sets these in the unit, which Debian's script does not look at.
        world.write("/etc/default/libvirt-guests", "ON_BOOT=start\nON_SHUTDOWN=suspend\n");
        let host = Self { world, values, service, qemu };
        host.helper("true");
        host.world.run(&["bash", "-ec", &format!("mkdir -p {0}/bin; ln -s /usr/bin/qemu-system-* {0}/bin", host.qemu)]);
        host.program(
            "link-emulators",
            &format!("#!/bin/bash\nln -sf {}/bin/* /run/libvirt/nix-emulators\n", host.qemu),
        );
        host.install(&host.service);
        host.world.run(&["systemctl", "start", "libvirtd.service"]);
        Some(host)
    }

    /// Puts the service into the world, as it is or changed.
    pub fn install(&self, service: &Value) {
        unit::install(&self.world, "nixvirt", service);
        self.world.run(&["systemctl", "daemon-reload"]);
    }

    pub fn program(&self, name: &str, script: &str) {
        let path = format!("/usr/local/bin/{name}");
        self.world.write(&path, script);
        self.world.run(&["chmod", "+x", &path]);
    }

    /// Puts a script in the place of `NixVirt`'s helper.
    fn helper(&self, script: &str) {
        self.program("nixvirt-module-helper", &format!("#!/bin/bash\nset -e\n{script}\n"));
    }

    /// The same, with `NixVirt`'s own where it is at hand. Between its look and its deed it waits until the guest runs, or for
    /// this long; the start of guests waits for the look.
    fn helper_that_looks_then_acts(&self, seconds: u32) {
        let pause = format!(
            "#!/bin/bash\ntouch /run/looked\nfor ((at = 0; at < {seconds} * 5; at++)); do\n  \
             if [[ $(virsh domstate guest) == running ]]; then touch /run/guest-ran; exit; fi\n  sleep 0.2\ndone\n"
        );
        let wait = "#!/bin/bash\nuntil [[ -e /run/looked ]]; do sleep 0.2; done\n";
        self.program("pause", &pause);
        self.program("wait-for-look", wait);
        let waits = "[Service]\nExecStartPre=/usr/local/bin/wait-for-look\n";
        self.world.write("/etc/systemd/system/libvirt-guests.service.d/waits.conf", waits);
        self.world.run(&["rm", "-f", "/run/looked"]);
        if !self.has_own_helper() {
            self.helper("state=$(virsh domstate guest)\npause\nif [[ $state == 'shut off' ]]; then virsh destroy guest || true; fi");
        }
    }

    fn has_own_helper(&self) -> bool {
        let Some(source) = env::var_os("NIXVIRT_SRC").filter(|path| !path.is_empty()) else { return false };
        let has_modules = ["python3", "-c", "import libvirt, lxml, xmldiff"];
        if !self.world.output(&has_modules, "").status.success() {
            eprintln!("boot: the root has no xmldiff, so a stand-in is used for NixVirt's helper");
            return false;
        }
        let read =
            |name: &str| fs::read_to_string(Path::new(&source).join("tool").join(name)).expect("a checkout of NixVirt");
        let helper = read("nixvirt-module-helper");
        let after_the_look = "    # delete old stuff\n";
        assert!(helper.contains(after_the_look), "the helper has changed");
        let helper = helper.replacen(after_the_look, "    import os; os.system('pause')\n", 1);
        for (name, text) in [("nixvirt-module-helper", helper), ("nixvirt.py", read("nixvirt.py"))] {
            self.world.write(&format!("/usr/local/bin/{name}"), &text);
        }
        self.world.run(&["chmod", "+x", "/usr/local/bin/nixvirt-module-helper"]);
        self.world.write("/etc/guest.xml", GUEST);
        let list = json!({ "domains": [{ "definition": "/etc/guest.xml", "active": null, "restart": null }] });
        self.world.write("/etc/nixvirt.json", &list.to_string());
        eprintln!("boot: with NixVirt's own helper");
        true
    }

    pub fn property(&self, unit: &str, property: &str) -> String {
        let shown = self.world.run(&["systemctl", "show", "--value", "--property", property, unit]);
        shown.trim().to_owned()
    }

    /// What a switch does at its end: it starts what shall run and waits for it, then looks for units that have failed or
    /// wait for another start, as `switch-to-configuration` does. Those it names, each with its state.
    fn switch(&self) -> Vec<String> {
        self.world.run(&["systemctl", "reset-failed"]);
        let _ = self.world.output(&["systemctl", "start", "boot.target"], "");
        ["libvirtd", "nixvirt", "libvirt-guests"]
            .into_iter()
            .filter_map(|unit| {
                let [active, sub, status] =
                    ["ActiveState", "SubState", "ExecMainStatus"].map(|property| self.property(unit, property));
                let has_failed = active == "failed" || sub == "auto-restart" && status != "0";
                has_failed.then(|| format!("{unit}: {active}"))
            })
            .collect()
    }

    /// What systemd does at the moment, and what runs; for messages.
    fn state(&self) -> String {
        let ask = "systemctl list-jobs; systemctl status --no-pager --lines=30 nixvirt.service; ps -ef --forest";
        String::from_utf8_lossy(&self.world.output(&["bash", "-c", ask], "").stdout).into_owned()
    }

    /// What the service has said since the world began.
    pub fn log(&self) -> String {
        // What it has written last may be on its way.
        self.world.run(&["journalctl", "--sync"]);
        self.world.run(&["journalctl", "--no-pager", "--output=cat", "--unit=nixvirt.service"])
    }

    /// The guest's process.
    pub fn process(&self) -> String {
        self.world.run(&["bash", "-c", "cat /run/libvirt/qemu/guest.pid"])
    }
}

/// The service of a host, with the patience of these tests in place of its own.
fn patient(host: &Value) -> Value {
    changed(host["services"]["nixvirt"].clone(), r#""patience":60,"#, r#""patience":180,"#)
}

/// The service, with something else in its script.
pub fn changed(mut service: Value, from: &str, to: &str) -> Value {
    let script = service["script"].as_str().expect("it has a script");
    assert!(script.contains(from), "no `{from}`: {script}");
    service["script"] = script.replacen(from, to, 1).into();
    service
}

pub const SMALL: &str = r#"{ "lab": "small", "networks": { "lan": { "subnet": "10.0.0.0/24" } } }"#;

#[test]
fn guests_that_resume_at_boot_are_not_cut_off() {
    let Some(host) = Host::start("boot", SMALL) else { return };
    let world = &host.world;
    world.write("/tmp/guest.xml", GUEST);
    world.virsh(&["define", "/tmp/guest.xml"]);

    // The host goes down and comes up again. Without an order, the two start at once.
    let boots = |service: &Value, seconds: u32| {
        world.run(&["systemctl", "stop", "boot.target", "nixvirt.service", "libvirt-guests.service"]);
        world.virsh(&["start", "guest"]);
        world.run(&["touch", "/run/looked"]);
        world.run(&["systemctl", "start", "libvirt-guests.service"]);
        world.run(&["systemctl", "stop", "libvirt-guests.service"]);
        assert!(world.virsh(&["list", "--all", "--name", "--with-managed-save"]).contains("guest"));
        world.run(&["systemctl", "stop", "libvirtd.service", "libvirtd.socket", "libvirtd-ro.socket"]);
        host.helper_that_looks_then_acts(seconds);
        host.install(service);
        assert_eq!(host.switch(), [""; 0]);
        world.virsh(&["domstate", "guest"]).trim().to_owned()
    };
    let mut unordered = host.service.clone();
    unordered["before"] = json!([]);
    let cut_off = world.step("it boots in no order", || boots(&unordered, 60));
    if world.has("/run/guest-ran") {
        assert_eq!(cut_off, "shut off", "the race is not there");
    } else {
        eprintln!("boot: COULD NOT MEASURE what happens in no order, because the machine has too much to do");
    }
    assert_eq!(world.step("it boots in order", || boots(&host.service, 3)), "running");
    let times = ["nixvirt", "libvirt-guests"].map(|unit| {
        let property =
            if unit == "nixvirt" { "ExecMainExitTimestampMonotonic" } else { "ExecMainStartTimestampMonotonic" };
        host.property(unit, property).parse::<u64>().expect("a time")
    });
    assert!(times[0] <= times[1], "{times:?}");
}

/// Without the retry of the service, of which the next test is.
fn once(mut service: Value) -> Value {
    service["serviceConfig"].as_object_mut().expect("it has settings").retain(|key, _| key == "Type");
    changed(service, "LAB2NIX_ATTEMPTS=6", "LAB2NIX_ATTEMPTS=1")
}

#[test]
fn a_failure_is_a_failed_unit_and_says_what_to_do() {
    let spec = r#"{ "lab": "keeps", "domains": { "guest": { "imported": true } } }"#;
    let Some(host) = Host::start("failure", spec) else { return };
    let world = &host.world;
    host.helper("touch /run/helper-ran");

    // As it was: what stands before the main process fails unseen.
    let mut before = host.service.clone();
    let checks = before["script"].as_str().expect("it has a script").to_owned();
    let (checks, call) = checks.split_at(checks.find("LAB2NIX_STEP=nixvirt").expect("it says where"));
    before["preStart"] = checks.into();
    before["script"] = call.into();
    before["serviceConfig"].as_object_mut().expect("it has settings").remove("RestartMode");
    before["serviceConfig"]["RestartSec"] = 60.into();
    host.install(&before);
    assert_eq!(host.switch(), [""; 0], "it is unseen");
    assert_eq!(host.property("nixvirt", "SubState"), "auto-restart");
    world.run(&["systemctl", "stop", "nixvirt.service"]);

    host.install(&once(host.service.clone()));
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    let log = host.log();
    for said in ["lab2nix: Lab `keeps` leaves the domain `guest` as it is, but libvirt has no such domain", "Define it"]
    {
        assert!(log.contains(said), "{log}");
    }
    assert!(!world.has("/run/helper-ran"), "NixVirt came all the same");

    // What NixVirt itself says is followed by what that means.
    world.write("/tmp/guest.xml", GUEST);
    world.virsh(&["define", "/tmp/guest.xml"]);
    host.helper("echo 'cannot open directory' >&2; exit 1");
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    let log = host.log();
    assert!(log.contains("cannot open directory\nlab2nix: NixVirt stopped half-way"), "{log}");
    // What it says to do works.
    assert!(log.contains("or run: systemctl start nixvirt.service\n"), "{log}");
    host.helper("touch /run/helper-ran");
    world.run(&["systemctl", "start", "nixvirt.service"]);
    assert!(world.has("/run/helper-ran"));
    assert_eq!(host.switch(), [""; 0]);
}

#[test]
fn what_comes_after_waits_for_the_last_attempt() {
    let Some(host) = Host::start("retry", SMALL) else { return };
    let world = &host.world;
    let mut service = host.service.clone();
    service["serviceConfig"]["RestartSec"] = 1.into();
    host.install(&service);
    let attempts = |needed: u32| format!("echo >>/run/attempts; (($(wc --lines </run/attempts) >= {needed}))");
    let guests = |host: &Host| host.property("libvirt-guests", "ActiveEnterTimestampMonotonic").parse::<u64>().unwrap();

    host.helper(&attempts(3));
    assert_eq!(host.switch(), [""; 0], "the third attempt does it");
    let ended: u64 = host.property("nixvirt", "ExecMainExitTimestampMonotonic").parse().expect("a time");
    assert!(ended <= guests(&host), "libvirt-guests.service has not waited");
    assert_eq!(world.run(&["wc", "--lines", "/run/attempts"]).trim(), "3 /run/attempts");

    // However long an attempt takes, and however often.
    for slow in ["", "sleep 2; "] {
        world.run(&["systemctl", "stop", "boot.target", "libvirt-guests.service"]);
        world.run(&["rm", "/run/attempts"]);
        host.helper(&format!("{slow}{}", attempts(99)));
        let failed = host.switch();
        assert_eq!(failed, ["nixvirt: failed"], "{}", host.state());
        assert_eq!(world.run(&["wc", "--lines", "/run/attempts"]).trim(), "6 /run/attempts", "{}", host.log());
        let ended: u64 = host.property("nixvirt", "ExecMainExitTimestampMonotonic").parse().expect("a time");
        assert!(ended <= guests(&host), "libvirt-guests.service has not waited");
    }
    assert!(host.log().contains("lab2nix: attempt 5 of 6 failed; the next one follows.\n"), "{}", host.log());
    // As the log says, and without waiting for anything.
    world.run(&["rm", "/run/attempts"]);
    host.helper(&attempts(2));
    world.run(&["systemctl", "start", "nixvirt.service"]);
    assert_eq!(world.run(&["wc", "--lines", "/run/attempts"]).trim(), "2 /run/attempts");
}

/// A pool whose mount is not there would be made anew on what is below.
#[test]
fn a_mount_that_is_missing_is_tried_again_and_reported() {
    let spec = r#"{ "lab": "far", "pools": { "nas": { "path": "/mnt/nas/vms" } } }"#;
    let Some(host) = Host::start("mount", spec) else { return };
    let world = &host.world;
    let mut service = host.service.clone();
    service["serviceConfig"]["RestartSec"] = 1.into();
    host.install(&service);
    host.helper("touch /run/helper-ran");
    let fstab = |line: &str| {
        world.write("/etc/fstab", line);
        world.run(&["systemctl", "daemon-reload"]);
    };
    fstab("/dev/none /mnt/nas ext4 nofail,x-systemd.device-timeout=100ms 0 0\n");
    world.run(&["mkdir", "-p", "/mnt/nas/vms"]);
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    let said = "lab2nix: /mnt/nas, which a directory of the labs is on, is not mounted. Look at `systemctl status mnt-nas.mount`";
    assert_eq!(host.log().matches(said).count(), 6, "{}", host.log());
    assert!(!world.has("/run/helper-ran"), "NixVirt came all the same");
    // It is mounted by what the unit wants, though nothing else asks for it.
    fstab("tmpfs /mnt/nas tmpfs noauto 0 0\n");
    assert_eq!(host.switch(), [""; 0], "{}", host.log());
    assert!(world.has("/run/helper-ran"));
}

/// A libvirtd that does not start is no reason for the unit to be as if nothing were wrong.
#[test]
fn without_libvirtd_it_fails() {
    let Some(host) = Host::start("no libvirtd", SMALL) else { return };
    let world = &host.world;
    host.install(&changed(once(host.service.clone()), r#""patience":180,"#, r#""patience":1,"#));
    world.run(&["systemctl", "stop", "libvirtd.service", "libvirtd.socket", "libvirtd-ro.socket"]);
    world.run(&["systemctl", "mask", "--runtime", "libvirtd.service", "libvirtd.socket", "libvirtd-ro.socket"]);
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    assert!(host.log().contains("lab2nix: libvirtd does not answer: "), "{}", host.log());

    // Nor is one that hangs: it is asked for a while only.
    world.run(&["systemctl", "unmask", "--runtime", "libvirtd.service", "libvirtd.socket", "libvirtd-ro.socket"]);
    world.run(&["systemctl", "start", "libvirtd.service"]);
    let daemon = host.property("libvirtd", "MainPID");
    world.run(&["kill", "-STOP", &daemon]);
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    assert!(host.log().contains("lab2nix: libvirtd does not answer: nothing came within 1 seconds"), "{}", host.log());
    world.run(&["kill", "-CONT", &daemon]);
}

#[test]
fn libvirtd_gets_what_a_lab_needs_and_guests_run_on() {
    let spec = r#"{ "lab": "first-tpm", "domains": { "a": { "memory": "1GiB", "tpm": true } } }"#;
    let Some(host) = Host::start("first TPM", spec) else { return };
    let world = &host.world;
    // A libvirtd that was started before the host had swtpm: all programs but that.
    world.run(&[
        "bash",
        "-ec",
        "mkdir /opt/without; for directory in /usr/bin /usr/sbin; do ln -sf $directory/* /opt/without; done; rm /opt/without/swtpm*",
    ]);
    let path = "/etc/systemd/system/libvirtd.service.d/path.conf";
    world.write(path, "[Service]\nEnvironment=PATH=/opt/without\n");
    world.run(&["systemctl", "daemon-reload"]);
    world.run(&["systemctl", "restart", "libvirtd.service"]);
    world.run(&["systemctl", "start", "libvirt-guests.service"]);
    world.write("/tmp/guest.xml", GUEST);
    world.virsh(&["define", "/tmp/guest.xml"]);
    world.virsh(&["start", "guest"]);
    let knows_tpm = || world.virsh(&["domcapabilities"]).contains("<value>emulator</value>");
    assert!(!knows_tpm(), "the world is not as it should be");

    // The switch that brings it restarts no libvirtd.
    world.write(path, "[Service]\nEnvironment=PATH=/usr/sbin:/usr/bin\n");
    host.install(&once(host.service.clone()));
    let (process, guests) = (host.process(), host.property("libvirt-guests", "ActiveEnterTimestampMonotonic"));
    let daemon = host.property("libvirtd", "MainPID");
    assert_eq!(world.step("the first switch", || host.switch()), [""; 0], "{}", host.log());
    assert!(knows_tpm());
    assert_ne!(host.property("libvirtd", "MainPID"), daemon);
    assert_eq!(host.process(), process);
    assert_eq!(world.virsh(&["domstate", "guest"]).trim(), "running");
    assert_eq!(host.property("libvirt-guests", "ActiveEnterTimestampMonotonic"), guests);
    assert!(host.log().contains("libvirtd was started without the program swtpm, for the TPMs of lab `first-tpm`"));

    // It is not done twice, and not where it cannot help.
    let daemon = host.property("libvirtd", "MainPID");
    assert_eq!(host.switch(), [""; 0]);
    assert_eq!(host.property("libvirtd", "MainPID"), daemon);

    // The links to QEMU are as old as libvirtd.
    world.run(&[
        "bash",
        "-ec",
        "ln -sf /usr/bin/false /run/libvirt/nix-emulators/qemu-system-x86_64; rm /run/lab2nix/started",
    ]);
    assert_eq!(world.step("the switch that brings another QEMU", || host.switch()), [""; 0], "{}", host.log());
    assert_ne!(host.property("libvirtd", "MainPID"), daemon);
    assert!(
        host.log().contains("started without a QEMU with machines of type pc-q35-9.1, for domain a"),
        "{}",
        host.log()
    );
    assert_eq!(
        [host.process(), world.virsh(&["domstate", "guest"]).trim().to_owned()],
        [process.clone(), "running".to_owned()]
    );

    // A question that gets no answer is no reason.
    let daemon = host.property("libvirtd", "MainPID");
    host.program(
        "virsh",
        "#!/bin/bash\nif [[ \" $* \" == *capabilities* ]]; then exit 1; fi\nexec /usr/bin/virsh \"$@\"\n",
    );
    host.install(&changed(once(host.service.clone()), r#""patience":180,"#, r#""patience":10,"#));
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    assert!(host.log().contains("lab2nix: libvirtd does not report its capabilities"), "{}", host.log());
    assert_eq!(host.property("libvirtd", "MainPID"), daemon);
    world.run(&["rm", "/usr/local/bin/virsh"]);

    // What was told before, on NixOS 25.11: the guest is suspended, and is another process afterwards.
    world.run(&["systemctl", "restart", "libvirtd.service"]);
    world.wait_for("ActiveState=active", &["systemctl", "show", "--property=ActiveState", "libvirt-guests.service"]);
    assert_ne!(world.output(&["cat", "/run/libvirt/qemu/guest.pid"], "").stdout, process.as_bytes());
}

#[test]
fn what_nixvirt_would_stop_half_way_at_stops_it_before() {
    let spec = |machine: &str, emulated: &str| {
        format!(
            r#"{{ "lab": "odd", "domains": {{ "a": {{ "memory": "1GiB", "machine": "{machine}", {emulated} }} }} }}"#
        )
    };
    let Some(host) = Host::start("half-way", &spec("pc-q35-99.9", r#""active": null"#)) else { return };
    let world = &host.world;
    host.helper("touch /run/helper-ran");
    host.install(&once(host.service.clone()));
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    let said =
        "lab2nix: domain a of lab `odd` is a machine of type pc-q35-99.9, which QEMU does not have. Set its `machine`";
    assert!(host.log().contains(said), "{}", host.log());

    let other = |spec: &str| {
        let values = Evaluation::default().modules(&[&[&variant(spec)]]).expect("Nix is there");
        once(patient(&values[0]))
    };
    world.run(&["rm", &format!("{}/bin/qemu-system-aarch64", host.qemu)]);
    host.install(&other(&spec("virt-9.2", r#""arch": "aarch64""#)));
    assert_eq!(host.switch(), ["nixvirt: failed"]);
    assert!(
        host.log()
            .contains("bin/qemu-system-aarch64, which does not exist. Set `virtualisation.libvirtd.qemu.package`")
    );
    assert!(!world.has("/run/helper-ran"), "NixVirt came all the same");

    host.install(&other(&spec("pc-q35-9.2", r#""active": null"#)));
    assert_eq!(host.switch(), [""; 0], "{}", host.log());
    assert!(world.has("/run/helper-ran"));
}

/// The network of the lab that follows, as libvirt has it.
const LAN: &str = "<network><name>lan</name><uuid>UUID</uuid><bridge name='virbr-lan'/>\
    <ip address='10.0.0.1' prefix='24'/></network>";

#[test]
fn ports_of_the_host_lead_to_domains_on_networks() {
    let spec = r#"{
        "lab": "forwards",
        "networks": { "lan": { "subnet": "10.5.0.0/24", "subnet6": "fd05::/64" } },
        "domains": {
            "four": { "memory": "64MiB", "interfaces": [{ "network": "lan", "ip": "10.5.0.9",
                "forwards": [{ "host": 2222, "guest": 22, "address": "127.0.0.1" }, { "host": 8080, "guest": 22 }] }] },
            "six": { "memory": "64MiB", "interfaces": [{ "network": "lan", "ip6": "fd05::9",
                "forwards": [{ "host": 2223, "guest": 22, "address": "::1" }] }] }
        }
    }"#;
    let Some(host) = Host::start("forwards", spec) else { return };
    let world = &host.world;
    // Who answers in the place of the domains.
    world.run(&["bash", "-ec", "ip addr add 10.5.0.9/32 dev lo; ip addr add fd05::9/128 dev lo"]);
    world.write(
        "/etc/systemd/system/guest.socket",
        "[Socket]\nListenStream=10.5.0.9:22\nListenStream=[fd05::9]:22\nAccept=yes\n",
    );
    world.write(
        "/etc/systemd/system/guest@.service",
        "[Service]\nExecStart=/usr/bin/echo in the guest\nStandardOutput=socket\n",
    );
    let sockets = host.values["sockets"].as_object().expect("there are some");
    for (name, socket) in sockets {
        let service = &host.values["services"][name];
        let mut service = service.clone();
        let run = service["serviceConfig"]["ExecStart"].as_str().expect("it runs something");
        let (_, run) = run.split_once("/lib/systemd/").expect("it is a program of systemd");
        service["serviceConfig"]["ExecStart"] = format!("/usr/lib/systemd/{run}").into();
        unit::install(world, name, &service);
        unit::install_socket(world, name, socket);
    }
    world.run(&["systemctl", "daemon-reload"]);
    world.run(&["systemctl", "start", "guest.socket"]);
    let ask = |address: &str| world.run(&["bash", "-c", &format!("cat </dev/tcp/{address}")]);
    for (name, address) in [
        ("2222-127.0.0.1", "127.0.0.1/2222"),
        ("8080", "127.0.0.1/8080"),
        ("8080", "::1/8080"),
        ("2223-::1", "::1/2223"),
    ] {
        world.run(&["systemctl", "start", &format!("lab2nix-forward-{name}.socket")]);
        assert_eq!(ask(address), "in the guest\n", "{address}");
    }
}

#[test]
fn what_is_external_is_looked_for_and_stays() {
    let spec = r#"{
        "lab": "uses",
        "external": { "networks": ["lan"], "pools": ["vms"], "bridges": ["br7"] },
        "networks": { "own": { "subnet": "10.5.0.0/24" } },
        "domains": { "guest": { "imported": true } }
    }"#;
    let Some(host) = Host::start("external", spec) else { return };
    let world = &host.world;
    host.helper("cp -r /run/lab2nix/external /run/kept");
    host.install(&once(host.service.clone()));
    let misses = |what: &str| {
        assert_eq!(host.switch(), ["nixvirt: failed"]);
        let says = format!("lab2nix: Lab `uses` says that the host has the {what}, but");
        assert!(host.log().contains(&says), "{says}: {}", host.log());
        assert!(!world.has("/run/kept"), "NixVirt came all the same");
    };
    misses("network `lan`");
    world.write("/tmp/lan.xml", &LAN.replace("UUID", "5c9f1a6e-3a43-4d55-8d63-2b0b6b9b7d11"));
    world.virsh(&["net-define", "/tmp/lan.xml"]);
    misses("pool `vms`");
    world.write("/tmp/vms.xml", "<pool type='dir'><name>vms</name><target><path>/srv</path></target></pool>");
    world.virsh(&["pool-define", "/tmp/vms.xml"]);
    misses("bridge `br7`");
    world.run(&["ip", "link", "add", "br7", "type", "bridge"]);
    world.write("/tmp/guest.xml", GUEST);
    // On a network that no lab has, and that stays.
    let on_lan = "<interface type='network'><source network='lan'/></interface></devices>";
    world.write("/tmp/guest.xml", &GUEST.replace("</devices>", on_lan));
    world.virsh(&["define", "/tmp/guest.xml"]);
    assert_eq!(host.switch(), [""; 0], "{}", host.log());
    let kept = |path: &str| world.run(&["cat", &format!("/run/kept/{path}.xml")]);
    assert_eq!(kept("network/lan"), world.virsh(&["net-dumpxml", "--inactive", "lan"]));
    assert_eq!(kept("pool/vms"), world.virsh(&["pool-dumpxml", "--inactive", "vms"]));
}

/// Names that only somebody else can have given.
const AWKWARD: [&str; 3] = ["two words", "7", "$(touch pwned);`id`'\\\""];

#[test]
fn imported_domains_are_kept_whatever_the_host_calls_its_own() {
    let spec = r#"{
        "lab": "keeps",
        "networks": { "lan": { "subnet": "10.0.0.0/24" } },
        "domains": { "guest": { "imported": true }, "7": { "imported": true } }
    }"#;
    let Some(host) = Host::start("imported", spec) else { return };
    let world = &host.world;
    host.helper("cp -r /run/lab2nix/imported /run/kept");
    host.install(&once(host.service.clone()));
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;");
    for (at, name) in AWKWARD.iter().enumerate() {
        let network = format!(
            "<network><name>{}</name><bridge name='awk{at}'/><ip address='10.1.{at}.1' prefix='24'/></network>",
            escaped(name)
        );
        world.write("/tmp/network.xml", &network);
        world.virsh(&["net-define", "/tmp/network.xml"]);
        let uuid = GUEST.find("<uuid>").and_then(|start| GUEST.find("</uuid>").map(|end| &GUEST[start..end + 7]));
        let domain = GUEST.replace("<name>guest", &format!("<name>{}", escaped(name))).replace(uuid.unwrap(), "");
        world.write("/tmp/domain.xml", &domain);
        world.virsh(&["define", "/tmp/domain.xml"]);
    }
    let guest_on = |interface: &str| {
        world.write("/tmp/guest.xml", &GUEST.replace("</devices>", &format!("{interface}</devices>")));
        world.virsh(&["define", "/tmp/guest.xml"]);
        world.run(&["rm", "-rf", "/run/kept"]);
        let failed = host.switch();
        (failed, world.has("/run/kept"))
    };

    let (failed, kept) = guest_on("");
    assert_eq!((failed, kept), (vec![], true), "{}", host.log());
    let text = |name: &str| world.run(&["cat", &format!("/run/kept/keeps/{name}.xml")]);
    assert!(text("guest").contains("<name>guest</name>") && text("7").contains("<name>7</name>"));
    assert_eq!(world.run(&["stat", "--format", "%a", "/run/lab2nix/imported/keeps"]).trim(), "700");

    // On a network that goes, by whatever name or bridge.
    for (at, name) in AWKWARD.iter().enumerate() {
        for interface in [
            format!("<interface type='network'><source network='{}'/></interface>", escaped(name)),
            format!("<interface type='bridge'><source bridge='awk{at}'/></interface>"),
        ] {
            assert_eq!(
                guest_on(&interface),
                (vec!["nixvirt: failed".to_owned()], false),
                "{interface}: {}",
                host.log()
            );
            assert!(host.log().contains(&format!("it is on the network `{name}`, which no lab")), "{}", host.log());
        }
    }
    // On one that stays, or that libvirt does not have; and on one that may start again, while the guest runs.
    let lan = Read::bytes("lab.json", spec.as_bytes().to_vec());
    let (lan, _) = lan.checked.lab().expect("it is sound");
    let uuid = lan.networks.iter().flatten().next().expect("it has a network").uuid.value.to_string();
    world.write("/tmp/lan.xml", &LAN.replace("UUID", &uuid));
    world.virsh(&["net-define", "/tmp/lan.xml"]);
    world.virsh(&["net-start", "lan"]);
    let on_lan = "<interface type='network'><source network='lan'/></interface>";
    assert_eq!(guest_on(on_lan), (vec![], true), "{}", host.log());
    world.virsh(&["start", "guest"]);
    assert_eq!(guest_on(on_lan), (vec!["nixvirt: failed".to_owned()], false), "{}", host.log());
    assert!(host.log().contains("it runs on the network `lan`, which NixVirt restarts when it has changed"));
    // What it runs on counts, not only what it will have.
    assert_eq!(guest_on(""), (vec!["nixvirt: failed".to_owned()], false), "{}", host.log());
    let steady = spec.replace(r#""subnet": "10.0.0.0/24""#, r#""subnet": "10.0.0.0/24", "restart": false"#);
    let values = Evaluation::default().modules(&[&[&variant(&steady)]]).expect("Nix is there");
    host.install(&once(patient(&values[0])));
    assert_eq!(guest_on(on_lan), (vec![], true), "{}", host.log());
    host.install(&once(host.service.clone()));
    world.virsh(&["destroy", "guest"]);
    for bridge in ["virbr-lan", "br0"] {
        let interface = format!("<interface type='bridge'><source bridge='{bridge}'/></interface>");
        assert_eq!(guest_on(&interface), (vec![], true), "{interface}: {}", host.log());
    }
    assert!(!world.has("/pwned"));

    // A question that gets no answer is no answer.
    for question in ["net-list", "net-dumpxml", "dumpxml", "list"] {
        host.program(
            "virsh",
            &format!(
                "#!/bin/bash\nif [[ \" $* \" == *\" {question} \"* ]]; then exit 1; fi\nexec /usr/bin/virsh \"$@\"\n"
            ),
        );
        world.run(&["rm", "-rf", "/run/kept"]);
        assert_eq!((host.switch(), world.has("/run/kept")), (vec!["nixvirt: failed".to_owned()], false), "{question}");
    }
}

/// The links' services and the activation, as systemd reads them.
#[test]
fn systemd_takes_the_units() {
    let spec = r#"{
        "lab": "units",
        "networks": { "lan": { "subnet": "10.0.0.0/24" } },
        "pools": { "odd": { "path": "/srv/a b/ü;$x" } },
        "links": { "far": { "delay": "1s" } },
        "domains": { "a": {
            "memory": "1GiB",
            "disks": [{ "pool": "odd", "size": "1GiB" }],
            "interfaces": [{ "network": "lan", "target": "tap-far.0_1", "link": { "profile": "far" } }]
        } }
    }"#;
    let Some(host) = Host::start("units", spec) else { return };
    let values = Evaluation::default().modules(&[&[&variant(spec)]]).expect("Nix is there");
    let services = values[0]["services"].as_object().expect("a host has services");
    let mut files = Vec::new();
    for (name, service) in services.iter().filter(|(name, _)| name.starts_with("lab2nix-") || *name == "nixvirt") {
        unit::install(&host.world, name, service);
        files.push(format!("/etc/systemd/system/{name}.service"));
    }
    assert_eq!(files.len(), 3, "{files:?}");
    let verify: Vec<&str> =
        ["systemd-analyze", "verify", "--man=no"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let output = host.world.output(&verify, "");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("lab2nix") || line.contains("nixvirt")).collect();
    assert_eq!((ours, output.status.success()), (vec![], true), "{said}");
    // It waits for what is mounted there.
    host.world.run(&["systemctl", "daemon-reload"]);
    let mounts = host.property("nixvirt", "WantsMountsFor");
    assert!(mounts.contains("/srv/a b/ü;"), "{mounts}");
}
