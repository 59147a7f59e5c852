//! What `lab2nix plan` says of an activation is what the activation does, of every object: over the edits of `edits.json`, and
//! over random ones. NixVirt's own helper activates where it can be had; else a stand-in that follows its rules.
//!
//! The helper is that of the checkout that `NIXVIRT_SRC` names, and needs python3-libvirt, python3-lxml and xmldiff in the root.
//! A plain run takes a [`sample`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use lab2nix::host::HostNeeds;
use lab2nix::lab::Lab;
use lab2nix::lab::identity::ObjectKind;
use lab2nix::libvirt::{Object, Objects};
use lab2nix::spec::Active;
use serde_json::{Map, Value, json};

use crate::helper::Helper;
use crate::sample::sample;
use crate::support::Read;
use crate::world::World;

/// The labs before and after, by their differences from one lab.
const EDITS: &str = "tests/libvirt/edits.json";
/// Where NixVirt is told what there shall be, in the world.
const SETTINGS: &str = "/settings";

/// A change of a lab on a host.
#[derive(Debug, Clone)]
pub struct Trial {
    pub name: String,
    /// The lab that the host has.
    pub before: Value,
    /// What somebody then does by hand, for bash; `v` is virsh.
    pub by_hand: String,
    /// The domains that run.
    pub running: Vec<String>,
    /// The lab that the host gets.
    pub after: Value,
}

impl Trial {
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[test]
fn a_plan_says_what_an_activation_does() {
    let trials = edits();
    assert!(trials.len() >= 60, "{} edits", trials.len());
    run("edits", &sample(trials, 7, Trial::name));
}

#[test]
fn a_plan_says_what_an_activation_of_random_edits_does() {
    run("random-edits", &sample((0..200).map(random).collect(), 3, Trial::name));
}

fn run(test: &'static str, trials: &[Trial]) {
    let world = World::start(test);
    let host = Host::new(&world);
    let mut wrong = Vec::new();
    for (index, trial) in trials.iter().enumerate() {
        let found = world.step(&format!("{index} {}", trial.name), || host.mismatches(trial));
        for mismatch in found {
            eprintln!("        {mismatch}");
            wrong.push(format!("{}: {mismatch}", trial.name));
        }
    }
    eprintln!("{test}: {} activations by {}, {} mismatches", trials.len(), host.helper.name(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What can be seen of a host from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The UUIDs of objects, by kind and name, and the process of each that runs: QEMU's, or dnsmasq's; of pools their names.
    pub objects: BTreeMap<(String, String), (String, Option<String>)>,
    /// The files in the directories of pools.
    pub files: BTreeSet<String>,
    /// The definitions, by kind and name.
    pub definitions: BTreeMap<(String, String), String>,
}

pub struct Host<'w> {
    pub world: &'w World,
    pub helper: Helper,
}

/// Prints what can be seen: lines of words, and definitions in files.
const LOOK: &str = r#"
shopt -s nullglob
v() { virsh -q -c qemu:///system "$@"; }
rm -rf /seen; mkdir -p /seen/{network,pool,domain}
for uuid in $(v list --all --uuid); do
  name=$(v domname "$uuid"); process=-
  [[ $(v domstate "$uuid") =~ running|paused ]] && process=$(cat "/run/libvirt/qemu/$name.pid")
  echo "domain $name $uuid $process"; v dumpxml --inactive "$uuid" >"/seen/domain/$name"
done
for uuid in $(v net-list --all --uuid); do
  name=$(v net-name "$uuid"); process=-
  if [[ $(v net-info "$uuid") =~ Active:\ *yes ]]; then
    process=on
    # Of one that has become another, libvirt leaves the file.
    pid=$(cat "/run/libvirt/network/$name.pid" 2>/dev/null) && [[ -e /proc/$pid ]] && process=$pid
  fi
  echo "network $name $uuid $process"; v net-dumpxml --inactive "$uuid" >"/seen/network/$name"
done
for uuid in $(v pool-list --all --uuid); do
  name=$(v pool-name "$uuid"); process=-
  [[ $(v pool-info "$uuid") =~ State:\ *running ]] && process=on
  echo "pool $name $uuid $process"; v pool-dumpxml --inactive "$uuid" >"/seen/pool/$name"
done
for file in /var/lib/libvirt/images/*/*; do echo "file $file"; done
"#;

/// Takes everything away.
const CLEAR: &str = r#"
v() { virsh -q -c qemu:///system "$@" >/dev/null 2>&1; }
for uuid in $(virsh -q -c qemu:///system list --all --uuid); do
  v destroy "$uuid"
  v undefine "$uuid" --managed-save --snapshots-metadata --checkpoints-metadata --nvram --tpm
done
for uuid in $(virsh -q -c qemu:///system net-list --all --uuid); do v net-destroy "$uuid"; v net-undefine "$uuid"; done
for uuid in $(virsh -q -c qemu:///system pool-list --all --uuid); do v pool-destroy "$uuid"; v pool-undefine "$uuid"; done
rm -rf /var/lib/libvirt/images/* /var/lib/libvirt/qemu/nvram/* /srv/a.s1
mkdir -p /srv; truncate -s 1M /srv/x.iso; qemu-img create -q -f qcow2 /srv/hand.qcow2 1M
"#;

/// A domain that no lab has.
const HAND: &str = "<domain type='qemu'><name>hand</name><memory>65536</memory>
<os><type arch='x86_64' machine='pc-q35-9.1'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/hand.qcow2'/><target dev='sda' bus='sata'/></disk>
<interface type='network'><source network='lan'/><mac address='52:54:00:99:00:01'/></interface></devices></domain>";

impl<'w> Host<'w> {
    pub fn new(world: &'w World) -> Self {
        world.install_lab2nix("/usr/local/bin");
        world.write("/tmp/hand.xml", HAND);
        Self { world, helper: Helper::new(world) }
    }

    /// Brings the host to where a trial begins: its first lab is on it, some domains run, and somebody has changed something. Returns
    /// what was there before that, and where NixVirt is told of the other lab.
    ///
    /// # Errors
    ///
    /// When what is done by hand fails.
    pub fn begin(&self, trial: &Trial) -> Result<(Seen, String), String> {
        self.world.run(&["bash", "-c", CLEAR]);
        let (path, json) = self.tell("before", &trial.before);
        // What the module of the host keeps of the last switch.
        self.world.write("/etc/lab2nix/settings.json", &json!({ "qemu:///system": json }).to_string());
        let (code, said) = self.helper.activate(self.world, &path);
        assert_eq!(code, 0, "{}: {said}", trial.name);
        let applied = self.look();
        for domain in &trial.running {
            if self.world.virsh(&["domstate", domain]).trim() != "running" {
                self.world.virsh(&["start", domain]);
            }
        }
        let script = format!("set -e; v() {{ virsh -q -c qemu:///system \"$@\"; }}; {}", trial.by_hand);
        let output = self.world.output(&["bash", "-c", &script], "");
        if !output.status.success() {
            return Err(format!("by hand: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        let (path, _) = self.tell("after", &trial.after);
        Ok((applied, path))
    }

    /// What of an activation is not as it was said.
    fn mismatches(&self, trial: &Trial) -> Vec<String> {
        let (applied, path) = match self.begin(trial) {
            Ok(begun) => begun,
            Err(why) => return vec![why],
        };
        let before = self.look();
        let plan = self.plan(trial, &path, "nixvirt");
        let unchanged = self.look();
        let (code, said) = self.helper.activate(self.world, &path);
        let after = self.look();
        let mut found = Vec::new();
        if before != unchanged {
            found.push("`plan` has changed something".to_owned());
        }
        let Ok(plan) = plan else {
            found.push(format!("`plan` failed: {}", plan.unwrap_err()));
            return found;
        };
        let plan = Planned(plan);
        found.extend(plan.mismatches(&before, &after, code));
        found.extend(plan.wrongly_by_hand(&applied, &before));
        let is_undone = before.definitions.iter().any(|((kind, name), text)| {
            kind != "pool" && after.definitions.get(&(kind.clone(), name.clone())) != Some(text)
        });
        if trial.name.starts_with("by hand: ") && is_undone && !plan.tells_by_hand() {
            found.push("nothing is told to be changed by hand".to_owned());
        }
        if !found.is_empty() {
            let effects = plan.effects();
            let short = |effect: &Value| {
                format!(
                    "{} {} {}: {}",
                    effect["consequence"], effect["object"]["kind"], effect["object"]["name"], effect["what"]
                )
            };
            found.push(format!("said: {}; helper: {code} {said}", effects.map(short).collect::<Vec<_>>().join(" | ")));
        }
        found
    }

    /// Writes what NixVirt is told of a lab, and makes the directories that the host makes. Returns where it is, and what.
    pub fn tell(&self, when: &str, spec: &Value) -> (String, Value) {
        let read = Read::value(spec);
        let (lab, objects) = read.checked.lab().unwrap_or_else(|_| panic!("{}", read.report()));
        self.world.make_directories(HostNeeds::of(lab).directories.keys().map(String::as_str));
        let directory = format!("{SETTINGS}/{when}");
        self.world.run(&["rm", "-rf", &directory]);
        let settings = settings(lab, objects, &read, &directory);
        for (path, text) in settings.files {
            self.world.write(&path, &text);
        }
        let path = format!("{directory}/settings.json");
        self.world.write(&path, &settings.json.to_string());
        self.world.write(&activation_file(&path), &activation(lab).to_string());
        (path, settings.json)
    }

    /// What `plan` says of what NixVirt is told, which is what it says of the spec, but for what only a spec tells.
    pub fn plan(&self, trial: &Trial, settings: &str, activation: &str) -> Result<Value, String> {
        let spec = settings.replace("settings.json", "lab.json");
        self.world.write(&spec, &trial.after.to_string());
        // Of a spec whose path is not known, it is the usual one.
        let there = format!("--chdir={}", settings.trim_end_matches("/settings.json"));
        let [of_settings, of_spec] = [&["--settings", settings][..], &["lab.json"]].map(|what| {
            let command = ["lab2nix", "plan", "--activation", activation, "--format", "json"];
            let command = [&["env", &there, "XDG_CACHE_HOME=/var/cache"][..], &command, what].concat();
            let output = self.world.output(&command, "");
            if !output.status.success() {
                return Err(format!("{}: {}", trial.name, String::from_utf8_lossy(&output.stderr)));
            }
            serde_json::from_slice::<Value>(&output.stdout).map_err(|error| error.to_string())
        });
        let (of_settings, of_spec) = (of_settings?, of_spec?);
        let knows_labs = activation != "nixvirt";
        let is_same = without_specs(of_spec.clone(), knows_labs) == without_specs(of_settings.clone(), knows_labs);
        if is_same { Ok(of_settings) } else { Err(format!("of the spec: {of_spec}")) }
    }

    pub fn look(&self) -> Seen {
        let mut seen = Seen::default();
        for line in self.world.run(&["bash", "-c", LOOK]).lines() {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["file", path] => drop(seen.files.insert((*path).to_owned())),
                [kind, name, uuid, process] => {
                    let key = ((*kind).to_owned(), (*name).to_owned());
                    let file = self.world.inside().join("seen").join(kind).join(name);
                    seen.definitions.insert(key.clone(), fs::read_to_string(file).expect("it has been written"));
                    let process = (*process != "-").then(|| (*process).to_owned());
                    seen.objects.insert(key, ((*uuid).to_owned(), process));
                }
                _ => panic!("{line}"),
            }
        }
        seen
    }
}

/// Where lab2nix is told how to activate what NixVirt is told in a file.
pub fn activation_file(settings: &str) -> String {
    settings.replace("settings.json", "activation.json")
}

/// What the module of a host says of its activations. The guests of these trials have nothing to boot, so none of them shuts down by
/// itself.
fn activation(lab: &Lab) -> Value {
    let domains = lab.domains.iter().flatten();
    let on_change = domains.filter_map(|domain| Some((domain.uuid.value.to_string(), domain.on_change?.name())));
    let on_change: BTreeMap<String, &str> = on_change.collect();
    json!({ "shutdownTimeout": 1, "onTimeout": "power-off", "onChange": on_change, "directories": [], "labs": [lab.name] })
}

/// What `plan` has said, as JSON.
pub struct Planned(pub Value);

impl Planned {
    fn effects(&self) -> impl Iterator<Item = &Value> {
        self.0["effects"].as_array().into_iter().flatten()
    }

    /// What is told of an object.
    fn told(&self, kind: &str, name: &str) -> impl Iterator<Item = &Value> {
        self.effects().filter(move |effect| effect["object"]["kind"] == kind && effect["object"]["name"] == name)
    }

    fn of(&self, kind: &str, name: &str) -> Vec<&str> {
        self.told(kind, name).filter_map(|effect| effect["consequence"].as_str()).collect()
    }

    /// Whether a change of its definition is told of an object.
    fn says_changed(&self, kind: &str, name: &str) -> bool {
        let causes = self.told(kind, name).flat_map(|effect| effect["causes"].as_array().into_iter().flatten());
        causes.filter_map(|cause| cause["text"].as_str()).any(|text| {
            ["its definition changes", "it is renamed", "a manual change is undone"]
                .iter()
                .any(|start| text.starts_with(start))
        })
    }

    fn volumes(&self, consequence: &str) -> BTreeSet<String> {
        let volumes = self
            .effects()
            .filter(|effect| effect["object"]["kind"] == "volume" && effect["consequence"] == consequence);
        volumes.filter_map(|effect| Some(effect["object"]["name"].as_str()?.to_owned())).collect()
    }

    /// What has not happened as it is told.
    pub fn mismatches(&self, before: &Seen, after: &Seen, code: i32) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: String, said: &dyn std::fmt::Debug, seen: &dyn std::fmt::Debug| {
            let (said, seen) = (format!("{said:?}"), format!("{seen:?}"));
            if said != seen {
                found.push(format!("{what}: said {said}, seen {seen}"));
            }
        };
        compare("fails".to_owned(), &!self.of("activation", "").is_empty(), &(code != 0));
        for ((kind, name), (uuid, process)) in &before.objects {
            let own = self.of(kind, name);
            let has = |consequence: &str| own.contains(&consequence);
            let now = after.objects.iter().find(|((of, _), (other, _))| of == kind && other == uuid);
            let process_now = now.and_then(|(_, (_, process))| process.clone());
            let is_network = kind == "network";
            let seen = match (process, &process_now) {
                // One on a bridge of the host has no process that could be seen.
                (Some(then), Some(now)) if is_network && then == "on" && now == "on" && has("network-restarted") => {
                    "restarted"
                }
                // For some of what it is told, libvirt starts another dnsmasq on the same bridge.
                (Some(_), Some(_)) if is_network && has("updated") => "goes on",
                (Some(then), Some(now)) if then == now => "goes on",
                (Some(_), Some(_)) => "restarted",
                (Some(_), None) => "stopped",
                (None, Some(_)) => "started",
                (None, None) => "off",
            };
            let said = if ["cut-off", "shut-down", "network-stopped", "pool-stopped"].iter().any(|stop| has(stop)) {
                "stopped"
            } else if has("deleted") {
                if process.is_some() { "stopped" } else { "off" }
            } else if has("power-cycled") || has("restarted") || is_network && has("network-restarted") {
                "restarted"
            } else if has("started") {
                "started"
            } else if process.is_some() {
                "goes on"
            } else {
                "off"
            };
            compare(format!("{kind} {name}"), &said, &seen);
            let is_gone = has("deleted") || (has("cut-off") || has("shut-down")) && self.says_deleted(kind, name);
            compare(format!("{kind} {name} is gone"), &is_gone, &now.is_none());
            if let Some(((_, now_name), _)) = now {
                let changed = before.definitions[&(kind.clone(), name.clone())]
                    != after.definitions[&(kind.clone(), now_name.clone())];
                // What was defined before it failed is not all told.
                if kind != "pool" && code == 0 {
                    let said = self.says_changed(kind, name);
                    compare(format!("definition of {kind} {name}"), &said, &changed);
                }
            }
        }
        let known: BTreeSet<&String> = before.objects.values().map(|(uuid, _)| uuid).collect();
        for ((kind, name), (uuid, process)) in &after.objects {
            if known.contains(uuid) {
                continue;
            }
            let own = self.of(kind, name);
            let is_anew = before.objects.contains_key(&(kind.clone(), name.clone()));
            compare(format!("{kind} {name} is new"), &(own.contains(&"created") || is_anew), &true);
            if !is_anew {
                let starts = self.told(kind, name).any(|effect| effect["what"] == "created, and started");
                compare(format!("{kind} {name} starts"), &starts, &process.is_some());
            }
        }
        let created: BTreeSet<String> = after.files.difference(&before.files).cloned().collect();
        let deleted: BTreeSet<String> = before.files.difference(&after.files).cloned().collect();
        compare("created".to_owned(), &self.volumes("created"), &created);
        compare("deleted".to_owned(), &self.volumes("volume-deleted"), &deleted);
        found
    }

    fn tells_by_hand(&self) -> bool {
        self.0["byHand"].as_array().is_some_and(|all| !all.is_empty())
    }

    /// What is told to be changed by hand, and is as the last activation has made it.
    fn wrongly_by_hand(&self, applied: &Seen, before: &Seen) -> Vec<String> {
        let all = self.0["byHand"].as_array().into_iter().flatten();
        let keys = all
            .map(|by_hand| ["kind", "name"].map(|key| by_hand["object"][key].as_str().unwrap_or_default().to_owned()));
        let keys = keys.map(|[kind, name]| (kind, name));
        let as_it_was = keys.filter(|key| applied.definitions.get(key) == before.definitions.get(key));
        as_it_was.map(|(kind, name)| format!("{kind} {name} is not changed by hand")).collect()
    }

    fn says_deleted(&self, kind: &str, name: &str) -> bool {
        self.told(kind, name).filter_map(|effect| effect["what"].as_str()).any(|what| what.contains("deleted"))
    }
}

/// What NixVirt is told.
struct Settings {
    json: Value,
    /// Files by their paths.
    files: BTreeMap<String, String>,
}

fn settings(lab: &Lab, objects: &Objects, read: &Read, place: &str) -> Settings {
    let documents = read.documents().unwrap_or_else(|| panic!("{}", read.report()));
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for document in documents {
        files.insert(format!("{place}/{}", document.name()), document.text().to_owned());
    }
    let active = |active: Active| match active {
        Active::Running => json!(true),
        Active::Stopped => json!(false),
        Active::AsItIs => Value::Null,
    };
    let item = |object: &Object| {
        let directory = match object.kind {
            ObjectKind::Network => "networks",
            ObjectKind::Pool => "pools",
            ObjectKind::Domain => "domains",
        };
        let volume = |volume: &lab2nix::libvirt::VolumeObject| match &volume.definition {
            Some(_) => {
                json!({ "name": null, "present": true, "definition": format!("{place}/volumes/{}/{}.xml", object.name, volume.name) })
            }
            None => json!({ "name": volume.name, "present": false, "definition": null }),
        };
        json!({
            "definition": format!("{place}/{directory}/{}.xml", object.name),
            "active": active(object.active),
            "restart": object.restart,
            "volumes": object.volumes.iter().map(volume).collect::<Vec<_>>(),
        })
    };
    let list = |objects: &Option<Vec<Object>>| match objects {
        Some(objects) => Value::Array(objects.iter().map(item).collect()),
        None => Value::Null,
    };
    assert!(lab.imported.is_empty(), "no trial has imported domains");
    let json = json!({ "networks": list(&objects.networks), "pools": list(&objects.pools), "domains": list(&objects.domains) });
    Settings { json, files }
}

pub fn edits() -> Vec<Trial> {
    let text = fs::read_to_string(Path::new(EDITS)).expect("it is in the repository");
    let all: Value = serde_json::from_str(&text).expect("it is JSON");
    let edits = all["edits"].as_array().expect("it has edits");
    let trial = |edit: &Value| {
        let mut before = all["base"].clone();
        merge(&mut before, &edit["base"]);
        let mut after = before.clone();
        merge(&mut after, &edit["edit"]);
        let running = edit["running"].as_array().map_or_else(
            || vec!["a".to_owned()],
            |names| names.iter().map(|name| name.as_str().expect("it is a name").to_owned()).collect(),
        );
        Trial {
            name: edit["name"].as_str().expect("it has a name").to_owned(),
            by_hand: edit["byHand"].as_str().unwrap_or_default().to_owned(),
            running,
            before,
            after,
        }
    };
    edits.iter().map(trial).collect()
}

/// Merges a patch into a value (RFC 7396): `null` takes a key away.
pub fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else { return };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let Value::Object(members) = into else { return };
    for (key, value) in patch {
        match value {
            Value::Null => drop(members.shift_remove(key)),
            Value::Object(_) => merge(members.entry(key).or_insert(Value::Null), value),
            other => drop(members.insert(key.clone(), other.clone())),
        }
    }
}

/// A random lab, what runs of it, and up to five changes, by its number.
pub fn random(number: u64) -> Trial {
    let all: Value =
        serde_json::from_str(&fs::read_to_string(EDITS).expect("it is in the repository")).expect("it is JSON");
    let mut dice = Dice(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut before = all["base"].clone();
    before["domains"]["c"] = json!({ "interfaces": [{ "network": "other" }] });
    before["domains"]["d"] = json!({});
    let mut running = Vec::new();
    for name in ["a", "b", "c", "d"] {
        change_domain(&mut before["domains"][name], &mut dice, &["active", "restart", "interfaces"], 2);
        let active = before["domains"][name]["active"].as_bool();
        if active.is_none() && dice.one_in(2) {
            running.push(name.to_owned());
        }
    }
    if dice.one_in(4) {
        before["networks"]["lan"]["restart"] = json!(dice.one_in(2));
    }
    let mut after = before.clone();
    for _ in 0..dice.below(6) {
        match dice.below(10) {
            0..=4 => {
                let name = ["a", "b", "c", "d"][dice.below(4)];
                if after["domains"].get(name).is_some() {
                    let keys = ["title", "memory", "interfaces", "disks", "active", "restart", "tpm", "serial"];
                    change_domain(&mut after["domains"][name], &mut dice, &keys, 1);
                }
            }
            5 => {
                let name = ["a", "b", "c", "d"][dice.below(4)];
                let domains = after["domains"].as_object_mut().expect("it is an object");
                if domains.len() > 1 {
                    domains.shift_remove(name);
                }
            }
            6 => after["domains"][["e", "f"][dice.below(2)]] = json!({ "interfaces": [{ "network": "lan" }] }),
            7 => {
                let domains = after["domains"].as_object_mut().expect("it is an object");
                if let Some(mut domain) = domains.shift_remove("b") {
                    domain["id"] = json!("b");
                    domains.insert("b2".to_owned(), domain);
                }
            }
            8 => {
                let network = ["lan", "other"][dice.below(2)];
                let change = match dice.below(4) {
                    0 => json!({ "mtu": 1400 }),
                    1 => json!({ "dhcp": { "lease": "2h" } }),
                    2 => {
                        json!({ "dns": { "hosts": { "printer": if network == "lan" { "10.20.0.99" } else { "10.21.0.99" } } } })
                    }
                    _ => json!({ "mode": "isolated" }),
                };
                merge(&mut after["networks"][network], &change);
            }
            _ => {
                let change = match dice.below(4) {
                    0 => json!({ "volumes": { "extra.qcow2": { "size": null, "present": false } } }),
                    1 => json!({ "volumes": { "n.qcow2": { "size": "1MiB" } } }),
                    2 => json!({ "volumes": { "extra.qcow2": { "size": "8MiB" } } }),
                    _ => json!({ "restart": true }),
                };
                merge(&mut after["pools"]["p"], &change);
            }
        }
    }
    let runs = |name: &str| running.iter().any(|other| other == name) || before["domains"][name]["active"] == true;
    let by_hand = match dice.below(12) {
        0 if runs("a") => "v desc a --config --title 'by hand'",
        1 => "v setmaxmem c 128MiB --config",
        2 if runs("b") => "v snapshot-create-as b s1",
        3 if runs("a") => "v managedsave a",
        4 if runs("c") => "v suspend c",
        5 => "v define /tmp/hand.xml; v start hand",
        6 => "v create /tmp/hand.xml",
        7 => "v net-destroy other",
        8 => "v pool-destroy p",
        9 if runs("d") => "v destroy d",
        10 => "echo x >/var/lib/libvirt/images/t/n.qcow2",
        _ => "",
    };
    Trial { name: format!("random {number}"), by_hand: by_hand.to_owned(), running, before, after }
}

fn change_domain(domain: &mut Value, dice: &mut Dice, keys: &[&str], most: usize) {
    for _ in 0..=dice.below(most) {
        let key = keys[dice.below(keys.len())];
        let number = dice.below(90) + 12;
        let value = match (key, dice.below(3)) {
            ("title", choice) => json!(["T", "U", "V"][choice]),
            ("memory", choice) => json!(["64MiB", "96MiB", "80MiB"][choice]),
            ("interfaces", 0) => json!([{ "network": "lan", "ip": format!("10.20.0.{number}") }]),
            ("interfaces", 1) => json!([{ "network": "other" }]),
            ("interfaces", _) => {
                json!([{ "network": "lan" }, { "network": "other", "ip": format!("10.21.0.{number}") }])
            }
            ("disks", 0) => json!([{ "name": "data", "pool": "p", "size": "1MiB" }]),
            ("disks", 1) => json!([{ "name": "system", "serial": "S" }]),
            ("disks", _) => json!([{ "name": "system", "size": "4MiB" }]),
            ("active", 0) => json!(true),
            ("active", 1) => json!(false),
            ("restart", choice @ 0..=1) | ("tpm" | "serial", choice) => json!(choice == 0),
            _ => continue,
        };
        domain[key] = value;
    }
}

/// Numbers by chance, the same at each run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.next() >> 33) % end as u64).expect("it is below `end`")
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// A plan without what only a spec tells: where in it causes are, and with NixVirt alone, which is told of no lab, whether one has
/// listed an object before that is not listed now, and so how that stays.
fn without_specs(mut plan: Value, knows_labs: bool) -> Value {
    for effect in plan["effects"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        let mut is_listed = true;
        for cause in effect["causes"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            cause.retain(|key, _| key == "text");
            if !knows_labs && (cause["text"] == "it is no longer listed" || cause["text"] == "it is not listed") {
                cause.insert("text".to_owned(), "it is not listed".into());
                is_listed = false;
            }
        }
        if !is_listed {
            effect.shift_remove("instead");
        }
    }
    plan
}
