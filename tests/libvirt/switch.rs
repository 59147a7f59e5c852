//! A switch on a host where lab2nix has its part: what is told before it, and what nixvirt.service then does before and after
//! NixVirt. NixVirt's own helper activates where it can be had; else a stand-in.

use std::path::Path;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::boot::{GUEST, Host, SMALL, changed};
use crate::helper::Helper;
use crate::support::evaluation::World as Evaluation;
use crate::support::script::PRE_SWITCH;

/// The guest of these tests; it has nothing to boot, so it does not shut down by itself.
const UUID: &str = "6b2b4e5c-4d0e-4a38-9d3a-6e7b8f9a0b1c";

/// Where the owner says yes.
const ACCEPT: &str = "/run/lab2nix/accept";

/// As NixVirt's helper does it, as far as these tests go: domains that changed are cut off and started again, volumes go.
const STAND_IN: &str = r#"
v() { virsh --quiet --connect qemu:///system "$@"; }
settings=$3
while read -r definition; do
  uuid=$(xmllint --xpath 'string(/domain/uuid)' "$definition")
  state=$(v domstate "$uuid"); before=$(v dumpxml --inactive "$uuid")
  v define "$definition" >/dev/null
  if [[ $state == running && $(v dumpxml --inactive "$uuid") != "$before" ]]; then v destroy "$uuid"; v start "$uuid"; fi
done < <(jq --raw-output '.domains[]?.definition' "$settings")
while read -r definition name; do
  pool=$(xmllint --xpath 'string(/pool/uuid)' "$definition")
  if [[ $(v vol-list "$pool") == *"$name"* ]]; then v vol-delete "$name" --pool "$pool"; fi
done < <(jq --raw-output '.pools[]? | .definition as $pool | .volumes[]? | select(.present == false) | "\($pool) \(.name)"' "$settings")
"#;

/// What is done in its place, or before it, as long as there is a file that says so.
const WRAPPER: &str = r#"#!/bin/bash
set -e
virsh --quiet --connect qemu:///system domstate guest >>/run/states
if [[ -s /run/fails ]]; then
  sed --in-place 1d /run/fails
  echo "cannot open directory" >&2
  exit 1
fi
while [[ -e /run/waits ]]; do touch /run/waiting; sleep 0.2; done
"#;

/// A host whose switches are made here.
struct Switching(Host);

impl Switching {
    fn start(test: &'static str) -> Option<Self> {
        let evaluation = Evaluation::default().with("services.lab2nix.package", "/opt/lab2nix");
        let mut host = Host::under(test, SMALL, &evaluation)?;
        let world = &host.world;
        world.install_lab2nix("/opt/lab2nix/bin");
        let helper = Helper::new(world);
        eprintln!("{test}: with {}", helper.name());
        let rest = match helper {
            Helper::Real => "exec /usr/bin/python3 /nixvirt/nixvirt-module-helper \"$@\"\n",
            Helper::StandIn => STAND_IN,
        };
        host.program("nixvirt-module-helper", &format!("{WRAPPER}{rest}"));
        let mut service = changed(host.service.clone(), "LAB2NIX_ATTEMPTS=6", "LAB2NIX_ATTEMPTS=2");
        service["serviceConfig"]["RestartSec"] = 1.into();
        host.install(&service);
        // What the check before a switch finds.
        let check = host.values["preSwitchChecks"]["lab2nix"].as_str().expect("it is there");
        for directory in variable(check, "LAB2NIX_PATH").split(':') {
            let package = Path::new(directory).parent().expect("it is in a package").display().to_string();
            world.run(&["mkdir", "-p", &package]);
            world.run(&["ln", "-sfn", "/usr/bin", directory]);
        }
        for (release, start, before, after) in PRE_SWITCH {
            world.write(&format!("/check-{release}"), &format!("{start}{before}{check}{after}"));
        }
        host.service = service;
        Some(Self(host))
    }

    /// Tells what there shall be, as the next switch does: NixVirt's helper, and lab2nix.
    fn tell(&self, settings: &Value, activation: &Value) {
        let script = self.0.service["script"].as_str().expect("it has a script");
        let connection = "qemu:///system";
        self.0.world.write("/etc/nixvirt.json", &settings.to_string());
        for (name, told) in [("LAB2NIX_SETTINGS", settings), ("LAB2NIX_ACTIVATION", activation)] {
            self.0.world.write(&variable(script, name), &json!({ connection: told }).to_string());
        }
    }

    /// Tells of the guest with this much memory. `on_change` is what it then does.
    fn tell_of_guest(&self, mebibytes: u32, on_change: &str) {
        self.tell_of_guest_in(mebibytes, &manner(on_change));
    }

    fn tell_of_guest_in(&self, mebibytes: u32, activation: &Value) {
        self.0.world.write("/etc/guest.xml", &GUEST.replace("'MiB'>64", &format!("'MiB'>{mebibytes}")));
        let settings = json!({ "domains": [{ "definition": "/etc/guest.xml", "active": null, "restart": null }] });
        self.tell(&settings, activation);
    }

    /// Restarts the service, and says whether it came to its end.
    fn activate(&self) -> bool {
        self.0.world.run(&["systemctl", "reset-failed"]);
        self.0.world.run(&["rm", "-f", "/run/states"]);
        self.0.world.output(&["systemctl", "restart", "nixvirt.service"], "").status.success()
    }

    /// Waits until a property of the service is this.
    fn wait_for(&self, property: &str, value: &str) {
        self.wait(&format!(r#"[[ $(systemctl show --value --property={property} nixvirt) == "{value}" ]]"#));
    }

    /// Waits until this is true.
    fn wait(&self, condition: &str) {
        let wait = format!("for ((at = 0; at < 600; at++)); do if {condition}; then exit; fi; sleep 0.2; done; exit 1");
        self.0.world.run(&["bash", "-c", &wait]);
    }

    /// What the service says when it is restarted, and whether it came to its end.
    fn says(&self) -> (bool, String) {
        let before = self.0.log().len();
        let is_done = self.activate();
        (is_done, self.0.log().split_off(before))
    }

    fn state(&self) -> String {
        self.0.world.virsh(&["domstate", "guest"]).trim().to_owned()
    }

    /// The memory of the guest's definition, in KiB.
    fn memory(&self) -> String {
        let definition = self.0.world.virsh(&["dumpxml", "--inactive", "guest"]);
        definition
            .split_once("<memory unit='KiB'>")
            .and_then(|(_, rest)| rest.split_once('<'))
            .expect("it has")
            .0
            .to_owned()
    }

    /// The guest's states whenever NixVirt came.
    fn states(&self) -> Vec<String> {
        self.0.world.run(&["cat", "/run/states"]).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// What the check before a switch says, and its exit code: the same in each release.
    fn check(&self, action: &str) -> (i32, String) {
        let mut said = PRE_SWITCH.iter().map(|(release, ..)| {
            let script = format!("/check-{release}");
            let command = ["env", "-i", "bash", "-c", "exec bash \"$0\" \"$@\" 2>&1", &script, "/toplevel", action];
            let output = self.0.world.output(&command, "");
            (output.status.code().expect("it has ended"), String::from_utf8(output.stdout).expect("it is text"))
        });
        let first = said.next().expect("there are some");
        assert!(said.all(|other| other == first), "{first:?}");
        first
    }
}

/// How the host activates.
fn manner(on_change: &str) -> Value {
    json!({ "shutdownTimeout": 1, "onTimeout": "power-off", "onChange": { UUID: on_change }, "directories": [] })
}

/// The value of a variable in a script.
fn variable(script: &str, name: &str) -> String {
    let value = script.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("no {name}: {script}")).trim_matches('\'').to_owned()
}

#[test]
fn a_guest_that_changes_goes_on_or_is_shut_down_and_runs_again() {
    let Some(host) = Switching::start("switch") else { return };
    let world = &host.0.world;
    world.write("/tmp/guest.xml", GUEST);
    world.virsh(&["define", "/tmp/guest.xml"]);
    world.virsh(&["start", "guest"]);
    let process = host.0.process();

    host.tell_of_guest(80, "next-start");
    let (is_done, said) = world.step("memory changes", || host.says());
    assert!(is_done, "{said}");
    assert!(
        said.contains("lab2nix: domain `guest` keeps running, and gets its new definition at its next start"),
        "{said}"
    );
    assert_eq!(
        [host.state(), host.0.process(), host.memory()],
        ["running".to_owned(), process.clone(), "81920".to_owned()]
    );

    // NixVirt fails once. The guest stays off until the next attempt has done it.
    host.tell_of_guest(96, "shutdown");
    world.write("/run/fails", "once\n");
    let (is_done, said) = world.step("NixVirt fails once", || host.says());
    assert!(is_done, "{said}");
    assert_eq!(host.states(), ["shut off", "shut off"], "{said}");
    assert_eq!([host.state(), host.memory()], ["running", "98304"], "{said}");
    assert_eq!(said.matches("domain `guest` was started again").count(), 1, "{said}");
    assert_ne!(host.0.process(), process);
    let remembered = "/run/lab2nix/activation/qemu:___system/ran.json";
    assert!(!world.has(remembered));

    // NixVirt fails at each attempt. Then the guest runs as it was.
    let process = host.0.process();
    host.tell_of_guest(112, "shutdown");
    world.write("/run/fails", "once\ntwice\n");
    let (is_done, said) = world.step("NixVirt fails twice", || host.says());
    assert!(!is_done, "{said}");
    assert_eq!(host.0.property("nixvirt", "Result"), "exit-code");
    assert_eq!(host.states(), ["shut off", "shut off"], "{said}");
    assert_eq!([host.state(), host.memory()], ["running", "98304"], "{said}");
    let order = [
        "lab2nix: NixVirt stopped half-way",
        "lab2nix: domain `guest` was started again",
        "lab2nix: no further attempt follows",
    ];
    let places = order.map(|line| said.rfind(line).unwrap_or_else(|| panic!("no `{line}`: {said}")));
    assert!(places.is_sorted(), "{said}");
    assert_ne!(host.0.process(), process);
    assert!(!world.has(remembered));
    // As the log says.
    world.run(&["systemctl", "start", "nixvirt.service"]);
    assert_eq!([host.state(), host.memory()], ["running", "114688"]);

    // The last attempt does not even come to NixVirt.
    let step = "LAB2NIX_STEP=before\n";
    let breaks = format!("if [[ -e /run/states ]]; then echo 'it breaks' >&2; exit 1; fi\n{step}");
    host.0.install(&changed(host.0.service.clone(), step, &breaks));
    host.tell_of_guest(128, "shutdown");
    world.write("/run/fails", "once\n");
    let (is_done, said) = world.step("what is before NixVirt fails", || host.says());
    assert!(!is_done && said.contains("it breaks"), "{said}");
    assert_eq!(host.states(), ["shut off"], "{said}");
    assert_eq!([host.state(), host.memory()], ["running", "114688"], "{said}");
    host.0.install(&host.0.service);

    // A guest that does not shut down is asked once, where it is not to be cut off.
    let process = host.0.process();
    host.tell_of_guest_in(128, &json!({ "shutdownTimeout": 1, "onTimeout": "fail", "onChange": { UUID: "shutdown" } }));
    let (is_done, said) = world.step("the guest goes on", || host.says());
    assert!(!is_done && said.contains("domain `guest` did not shut down within 1 seconds"), "{said}");
    assert!(said.contains("no further attempt") && !said.contains("the next one follows"), "{said}");
    assert_eq!([host.state(), host.0.process(), host.memory()], ["running".to_owned(), process, "114688".to_owned()]);
    assert!(!world.has("/run/states"), "NixVirt came all the same: {said}");

    // It is stopped in the middle: NixVirt comes to its end, and who was shut down runs again.
    host.tell_of_guest(128, "shutdown");
    world.write("/run/waits", "");
    world.run(&["systemctl", "reset-failed"]);
    let before = host.0.log().len();
    let (state, said) = world.step("it is stopped while NixVirt runs", || {
        world.run(&["systemctl", "start", "--no-block", "nixvirt.service"]);
        host.wait("[[ -e /run/waiting ]]");
        assert_eq!(host.state(), "shut off");
        world.run(&["systemctl", "stop", "--no-block", "nixvirt.service"]);
        host.wait_for("SubState", "stop-sigterm");
        world.run(&["rm", "/run/waits"]);
        host.wait_for("ActiveState", "failed");
        (host.state(), host.0.log().split_off(before))
    });
    assert_eq!([state, host.memory()], ["running", "131072"], "{said}");
    let order =
        ["this attempt was interrupted from outside", "domain `guest` was started again", "no further attempt follows"];
    let places = order.map(|line| said.rfind(line).unwrap_or_else(|| panic!("no `{line}`: {said}")));
    assert!(places.is_sorted(), "{said}");
    assert_eq!(host.0.property("nixvirt", "ExecMainStatus"), "100");

    // Who does not start again is not shut down once more for it, nor is anybody else.
    let device =
        "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0x5678'/></source></hostdev>";
    world.write("/etc/guest.xml", &GUEST.replace("</devices>", &format!("{device}</devices>")));
    world.write(ACCEPT, "cut-off\n");
    let (is_done, said) = world.step("the guest does not start again", || host.says());
    assert!(!is_done && said.contains("domain `guest` was running before, and does not start"), "{said}");
    assert!(said.contains("no further attempt") && !said.contains("the next one follows"), "{said}");
    assert_eq!([host.state(), host.states().join(",")], ["shut off", "shut off"], "{said}");
    // What was said yes to has been done.
    assert!(!world.has(ACCEPT));
}

/// The owner's yes counts once.
#[test]
fn what_loses_data_waits_for_a_yes() {
    let Some(host) = Switching::start("yes") else { return };
    let world = &host.0.world;
    world.write("/tmp/guest.xml", GUEST);
    world.virsh(&["define", "/tmp/guest.xml"]);
    world.virsh(&["start", "guest"]);
    let process = host.0.process();
    let pool = "<pool type='dir'><name>vms</name><uuid>0b1c6b2b-4d0e-4a38-9d3a-6e7b8f9a4e5c</uuid>\
        <target><path>/srv/vms</path></target></pool>";
    world.write("/etc/pool.xml", pool);
    world.make_directories(["/srv/vms"]);
    world.run(&["qemu-img", "create", "-q", "-f", "qcow2", "/srv/vms/old.qcow2", "1M"]);
    world.virsh(&["pool-define", "/etc/pool.xml"]);
    world.virsh(&["pool-start", "vms"]);
    let network = "<network><name>lan</name><uuid>1c6b2b0b-4d0e-4a38-9d3a-6e7b8f9a4e5c</uuid><bridge name='virbr-lan'/>\
        <mac address='52:54:00:10:00:01'/></network>";
    world.write("/etc/network.xml", network);
    world.virsh(&["net-define", "/etc/network.xml"]);
    let networks = || world.virsh(&["net-list", "--name"]).trim().to_owned();
    let settings = |present: bool| {
        json!({
            "networks": [{ "definition": "/etc/network.xml", "active": true, "restart": null }],
            "pools": [{
                "definition": "/etc/pool.xml", "active": true, "restart": null,
                "volumes": [{ "name": "old.qcow2", "definition": null, "present": present }],
            }],
            "domains": [{ "definition": "/etc/guest.xml", "active": null, "restart": null }],
        })
    };
    world.write("/etc/guest.xml", GUEST);
    host.tell(&settings(false), &manner("next-start"));

    // Before the switch.
    let (code, said) = host.check("switch");
    let advice = "lab2nix: this host refuses volume-deleted. To accept this once, run before the same switch:\n  \
                  echo volume-deleted | sudo tee /run/lab2nix/accept\nlab2nix: Nothing was changed.\n\
                  Pre-switch check 'lab2nix' failed\n";
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("old.qcow2") && said.ends_with(advice), "{said}");
    eprintln!("{said}");
    for (action, expected) in [("test", 1), ("check", 1), ("", 1), ("dry-activate", 0), ("boot", 0)] {
        let (code, said) = host.check(action);
        assert!(code == expected && said.contains("echo volume-deleted |"), "{action}: {code}: {said}");
        assert!(said.contains("old.qcow2"), "{action}: {said}");
        let is_for_later =
            ["what a switch to it would do", "once, run after the boot, before: systemctl start nixvirt.service"]
                .map(|line| said.contains(line));
        assert_eq!(is_for_later, [action == "boot"; 2], "{action}: {said}");
    }

    // In the service: it is refused at once, and nothing is changed. What shall be active is, as after a boot.
    assert_eq!(networks(), "");
    let (is_done, said) = host.says();
    assert!(!is_done, "{said}");
    eprintln!("{said}");
    assert_eq!(networks(), "lan");
    for line in [
        "lab2nix: network `lan` was off, and was started again unchanged",
        "lab2nix: volume-deleted: volume /srv/vms/old.qcow2: deleted",
        "Nothing in the labs was changed. To accept this once, run: echo volume-deleted | sudo tee /run/lab2nix/accept",
        "lab2nix: no further attempt follows.",
    ] {
        assert!(said.contains(line), "no `{line}`: {said}");
    }
    assert!(!said.contains("the next one follows") && !world.has("/run/states"), "{said}");
    assert!(world.has("/srv/vms/old.qcow2"));
    assert_eq!(host.0.process(), process);

    // A name that nobody knows says yes to nothing.
    world.write(ACCEPT, "volume-delted, cut-off\n");
    let unknown = "lab2nix: `volume-delted` in /run/lab2nix/accept is not a consequence: `lab2nix explain` lists them.";
    let (code, said) = host.check("switch");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(unknown) && said.contains("echo cut-off,volume-deleted |"), "{said}");
    let (is_done, said) = host.says();
    assert!(!is_done && said.contains(unknown), "{said}");
    assert!(world.has("/srv/vms/old.qcow2") && world.has(ACCEPT));

    // With a yes, the check lets it pass, and the file stays until an activation has come to its end.
    world.write(ACCEPT, "cut-off\nvolume-deleted\n");
    let (code, said) = host.check("switch");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("old.qcow2") && !said.contains("refuses"), "{said}");
    world.write("/run/fails", "once\ntwice\n");
    assert!(!host.activate());
    assert!(world.has("/srv/vms/old.qcow2") && world.has(ACCEPT));
    let (is_done, said) = host.says();
    assert!(is_done, "{said}");
    assert!(!world.has("/srv/vms/old.qcow2") && !world.has(ACCEPT), "{said}");
    assert_eq!(host.0.process(), process);

    // It was for this one.
    world.run(&["qemu-img", "create", "-q", "-f", "qcow2", "/srv/vms/old.qcow2", "1M"]);
    world.virsh(&["pool-refresh", "vms"]);
    assert!(!host.activate());
    assert!(world.has("/srv/vms/old.qcow2"));
    assert_eq!(host.check("switch").0, 1);
    host.tell(&settings(true), &manner("next-start"));
    let (code, said) = host.check("switch");
    assert_eq!(code, 0, "{said}");

    // What does nothing to libvirt.
    assert_eq!(host.check("build"), (0, String::new()));

    // A libvirtd that does not answer is no reason against a switch: it may be the one that brings it.
    let units = ["libvirtd.service", "libvirtd.socket", "libvirtd-ro.socket"];
    world.run(&[&["systemctl", "stop"], &units[..]].concat());
    world.run(&[&["systemctl", "mask", "--runtime"], &units[..]].concat());
    let (code, said) = host.check("switch");
    eprintln!("{said}");
    assert_eq!((code, said.lines().count()), (0, 1), "{said}");
    let told = "lab2nix: cannot show what this switch does on qemu:///system, before nixvirt.service checks it: cannot connect";
    assert!(said.starts_with(told), "{said}");
}

/// A connection on which it cannot be done leaves nobody off on another.
#[test]
fn a_refusal_on_a_later_connection_leaves_nobody_off() {
    let Some(mut host) = Switching::start("connections") else { return };
    let tool = "#!/bin/bash\nif [[ \" $* \" == *' other:/// '* ]]; then\n  if [[ $2 == before ]]; then echo before >>/run/other; \
                exit \"$(cat /run/other-code)\"; fi\n  exit 0\nfi\nexec /opt/lab2nix/bin/lab2nix \"$@\"\n";
    host.0.program("two-connections", tool);
    let service = changed(
        host.0.service.clone(),
        "LAB2NIX_CONNECTIONS=(qemu:///system)",
        "LAB2NIX_CONNECTIONS=(qemu:///system other:///)",
    );
    host.0.service =
        changed(service, "LAB2NIX_TOOL=/opt/lab2nix/bin/lab2nix", "LAB2NIX_TOOL=/usr/local/bin/two-connections");
    host.0.install(&host.0.service);
    let world = &host.0.world;
    world.write("/tmp/guest.xml", GUEST);
    world.virsh(&["define", "/tmp/guest.xml"]);
    world.virsh(&["start", "guest"]);
    // One that its owner has to do something about is not tried again, another is.
    for (code, memory, attempts) in [("1", 80, 1), ("2", 96, 2)] {
        host.tell_of_guest(memory, "shutdown");
        world.write("/run/other-code", code);
        world.run(&["rm", "-f", "/run/other"]);
        let process = host.0.process();
        let (is_done, said) = host.says();
        assert!(!is_done, "{said}");
        assert_eq!([host.state(), host.memory()], ["running", "65536"], "{said}");
        assert_ne!(host.0.process(), process, "it has been shut down: {said}");
        assert_eq!(world.run(&["cat", "/run/other"]).lines().count(), attempts, "{said}");
        assert!(!world.has("/run/states"), "NixVirt came all the same: {said}");
    }
    world.write("/run/other-code", "0");
    let (is_done, said) = host.says();
    assert!(is_done, "{said}");
    assert_eq!([host.state(), host.memory()], ["running", "98304"], "{said}");
}
