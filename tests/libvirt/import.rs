//! What a host has comes along unchanged: a lab that was made by hand is imported, and nothing of it changes until its owner edits it.

use std::fs;
use std::path::Path;

use lab2nix::base::identity::without_state;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::helper::Helper;
use crate::plan::{Host, Seen, Trial};
use crate::support::Read;
use crate::world::World;

/// What somebody has made with virsh: libvirt's own network, pools, one of which is off as a network is, a Windows that is off and has a snapshot, a Linux that runs,
/// one with a shared directory, and one with more than keys can say.
const BY_HAND: &str = r#"
set -e
v() { virsh -q -c qemu:///system "$@"; }
mkdir -p /hand /var/lib/libvirt/images/vms /var/lib/libvirt/images/isos /srv/share
cat >/hand/default.xml <<'END'
<network><name>default</name><forward mode='nat'/><bridge name='virbr0' stp='on' delay='0'/>
<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.100' end='192.168.122.254'/>
<host mac='52:54:00:71:0c:5e' name='linux' ip='192.168.122.40'/><host mac='52:54:00:9a:44:01' name='printer' ip='192.168.122.41'/>
</dhcp></ip></network>
END
for pool in vms isos; do
  echo "<pool type='dir'><name>$pool</name><target><path>/var/lib/libvirt/images/$pool</path></target></pool>" >/hand/$pool.xml
done
for disk in win linux files odd; do qemu-img create -q -f qcow2 /var/lib/libvirt/images/vms/$disk.qcow2 16M; done
head="<memory unit='MiB'>64</memory><vcpu>1</vcpu>"
os="<os><type arch='x86_64' machine='pc-q35-9.1'>hvm</type>"
emulator="<emulator>/run/libvirt/nix-emulators/qemu-system-x86_64</emulator>"
disk() {
  echo "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/var/lib/libvirt/images/vms/$1.qcow2'/>
    <target dev='$2a' bus='$3'/></disk>"
}
nic() { echo "<interface type='network'><mac address='$1'/><source network='default'/><model type='$2'/></interface>"; }
cat >/hand/win.xml <<END
<domain type='qemu'><name>win</name><metadata><a:b xmlns:a='http://example.com/a'>kept</a:b></metadata>$head$os
<loader readonly='yes' secure='yes' type='pflash'>/etc/lab2nix/x86_64-secure/code.fd</loader>
<nvram template='/etc/lab2nix/x86_64-secure/vars.qcow2' templateFormat='qcow2' format='qcow2'>/var/lib/libvirt/qemu/nvram/win_VARS.qcow2</nvram>
<boot dev='hd'/></os>
<features><acpi/><apic/><hyperv mode='custom'><relaxed state='on'/><vapic state='on'/><spinlocks state='on' retries='8191'/></hyperv>
<smm state='on'/></features><cpu mode='maximum'/><clock offset='localtime'/><pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
<devices>$emulator$(disk win sd sata)<disk type='file' device='cdrom'><target dev='sdb' bus='sata'/><readonly/></disk>
$(nic 52:54:00:00:00:01 e1000e)<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm><input type='tablet' bus='usb'/>
<graphics type='vnc' autoport='yes'/><video><model type='vga'/></video></devices></domain>
END
cat >/hand/linux.xml <<END
<domain type='qemu'><name>linux</name>$head$os<boot dev='hd'/></os><features><acpi/><apic/></features>
<devices>$emulator$(disk linux vd virtio)$(nic 52:54:00:71:0c:5e virtio)<serial type='pty'/><console type='pty'/></devices></domain>
END
cat >/hand/files.xml <<END
<domain type='qemu'><name>files</name>$head$os</os><memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
<devices>$emulator$(disk files vd virtio)<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv/share'/><target dir='share'/></filesystem>
$(nic 52:54:00:00:00:03 virtio)</devices></domain>
END
weights=; for number in 1 2 3 4 5 6; do
  weights+="<device><path>/dev/sd$number</path><weight>${number}00</weight><read_bytes_sec>${number}000000</read_bytes_sec></device>"
done
cat >/hand/odd.xml <<END
<domain type='qemu'><name>odd</name>$head<blkiotune>$weights</blkiotune>$os</os><devices>$emulator$(disk odd vd virtio)
$(nic 52:54:00:00:00:04 virtio)</devices></domain>
END
v net-define /hand/default.xml; v net-start default
echo "<network><name>idle</name><bridge name='virbr1'/><ip address='10.99.0.1' prefix='24'/></network>" >/hand/idle.xml
v net-define /hand/idle.xml
for pool in vms isos; do v pool-define /hand/$pool.xml; v pool-start $pool; done
echo "<pool type='dir'><name>idle</name><target><path>/srv/share</path></target></pool>" >/hand/idle.xml
v pool-define /hand/idle.xml
for domain in win linux files odd; do v define /hand/$domain.xml; done
v start win; v destroy win
v snapshot-create-as win before
v start linux
"#;

/// The lab that is in the world, with the definitions that its entries name.
fn lab(world: &World) -> Value {
    let place = tempfile::tempdir().expect("there is room");
    for file in world.run(&["find", "/lab", "-type", "f", "-not", "-name", ".*"]).lines() {
        let path = place.path().join(file.trim_start_matches("/lab/"));
        fs::create_dir_all(path.parent().expect("it is in a directory")).expect("there is room");
        fs::write(path, world.run(&["cat", file])).expect("there is room");
    }
    // The paths of definitions are those here: the world is asked with others.
    let value = Read::file(&place.path().join("lab.json")).to_value().expect("it is JSON");
    let _ = place.keep();
    value
}

/// What can be seen of a host, but for how full its pools are.
fn look(host: &Host<'_>) -> Seen {
    let mut seen = host.look();
    let pools = seen.definitions.iter_mut().filter(|((kind, _), _)| kind == "pool");
    pools.for_each(|(_, text)| *text = without_state(text));
    seen
}

/// The consequences that a plan of a spec has, each with the object's name.
fn plan(world: &World, spec: &str) -> Vec<[String; 2]> {
    let command =
        ["env", "XDG_CACHE_HOME=/var/cache", "lab2nix", "plan", "--activation", "nixvirt", "--format", "json", spec];
    let plan: Value = serde_json::from_str(&world.run(&command)).expect("it is JSON");
    let effects = plan["effects"].as_array().expect("it has effects").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    effects.map(|effect| [text(&effect["object"]["name"]), text(&effect["consequence"])]).collect()
}

#[test]
fn a_lab_that_was_made_by_hand_comes_along_unchanged() {
    let world = World::start("import");
    let host = Host::new(&world);
    world.step("is made by hand", || world.run(&["bash", "-c", BY_HAND]));
    let before = look(&host);

    let command = ["env", "XDG_CACHE_HOME=/var/cache", "lab2nix", "import", "--lab", "hand", "--into", "/lab/lab.json"];
    let output = world.step("is imported", || world.output(&command, ""));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    eprintln!("{said}");
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("not imported"), "{said}");
    assert_eq!(look(&host), before, "import only looks");
    assert_eq!(plan(&world, "/lab/lab.json"), [[""; 2]; 0]);

    let spec = lab(&world);
    assert!(spec["domains"]["odd"]["base"].is_string(), "{spec:#}");
    let (settings, _) = host.tell("imported", &spec);
    let (code, said) = world.step("is activated", || host.helper.activate(&world, &settings));
    assert_eq!((code, look(&host)), (0, before.clone()), "{said}");
    eprintln!("import: activated by {}", host.helper.name());
    if matches!(host.helper, Helper::Real) {
        let unchanged = said.lines().filter(|line| line.ends_with(": unchanged")).count();
        assert_eq!(unchanged, before.objects.len(), "{said}");
    }

    // What is transient is told, and nothing else of its kind is in its way.
    let network =
        "echo '<network><name>passing</name></network>' >/hand/passing.xml; virsh --quiet net-create /hand/passing.xml";
    world.run(&["bash", "-ec", network]);
    let command = "XDG_CACHE_HOME=/var/cache lab2nix import --format json --kind network passing idle; test $? = 1";
    let found: Value = serde_json::from_str(&world.run(&["bash", "-c", command])).expect("it is JSON");
    let names: Vec<&Value> =
        found["objects"].as_array().expect("it has objects").iter().map(|of| &of["name"]).collect();
    assert_eq!(
        (names.as_slice(), &found["passedOver"][0]["what"]),
        ([&json!("idle")].as_slice(), &json!("network passing"))
    );
    world.virsh(&["net-destroy", "passing"]);

    // One key, and exactly that changes.
    let mut edited = spec.clone();
    edited["domains"]["odd"]["memory"] = json!("96MiB");
    let trial = Trial {
        name: "edited".to_owned(),
        before: spec.clone(),
        by_hand: String::new(),
        running: Vec::new(),
        after: edited.clone(),
    };
    let (settings, _) = host.tell("edited", &edited);
    let plan_of = |trial: &Trial, settings: &str| {
        let mut trial = trial.clone();
        in_world(&mut trial.after);
        host.plan(&trial, settings, "nixvirt").expect("it plans")
    };
    let planned = plan_of(&trial, &settings);
    let names: Vec<&Value> =
        planned["effects"].as_array().expect("it has effects").iter().map(|of| &of["object"]["name"]).collect();
    assert_eq!(names, ["odd"], "{planned:#}");
    let (code, said) = host.helper.activate(&world, &settings);
    let mut after = look(&host);
    let odd = ("domain".to_owned(), "odd".to_owned());
    let (then, now) = (&before.definitions[&odd], &after.definitions[&odd]);
    let differ: Vec<(&str, &str)> = then.lines().zip(now.lines()).filter(|(then, now)| then != now).collect();
    let memory = |unit: &str| format!("  <{unit} unit='KiB'>");
    assert_eq!(then.lines().count(), now.lines().count());
    assert!(
        differ.iter().all(|(_, now)| ["memory", "currentMemory"].iter().any(|unit| now.starts_with(&memory(unit))))
    );
    assert_eq!((code, differ.len()), (0, 2), "{said}");
    after.definitions.insert(odd.clone(), then.clone());
    assert_eq!(after, before, "nothing else");

    // Without its definition, a domain is what its keys say.
    let mut freed = edited;
    freed["domains"]["odd"] = json!({
        "uuid": before.objects[&odd].0, "memory": "96MiB", "virtualization": "emulated",
        "disks": [{ "file": "/var/lib/libvirt/images/vms/odd.qcow2" }],
        "interfaces": [{ "network": "default", "mac": "52:54:00:00:00:04" }],
    });
    let (settings, _) = host.tell("freed", &freed);
    let planned = plan_of(&Trial { after: freed, ..trial }, &settings);
    let effects = planned["effects"].as_array().expect("it has effects");
    assert!(!effects.is_empty() && effects.iter().all(|effect| effect["object"]["name"] == "odd"), "{planned:#}");
}

/// Lets a spec name its definitions where they are in the world.
fn in_world(spec: &mut Value) {
    let sections = ["networks", "pools", "domains"];
    for section in sections {
        for entry in spec[section].as_object_mut().into_iter().flat_map(|section| section.values_mut()) {
            for key in ["base", "plugged"] {
                if let Some(path) =
                    entry.get(key).and_then(Value::as_str).and_then(|path| path.split_once("/imported/"))
                {
                    entry[key] = json!(Path::new("/lab/imported").join(path.1));
                }
            }
        }
    }
}
