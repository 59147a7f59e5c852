//! What makes libvirt's objects as NixVirt is told: its own helper, from the checkout that `NIXVIRT_SRC` names, or where that or
//! what it needs is missing, a stand-in that follows its rules.

use std::env;
use std::fs;
use std::path::PathBuf;

use lab2nix::activation::definition::Definition;
use lab2nix::lab::identity::ObjectKind;
use serde_json::Value;

use crate::world::World;

/// What activates.
pub enum Helper {
    /// NixVirt's own.
    Real,
    /// Its rules, in our words.
    StandIn,
}

/// Where NixVirt's is, in the world.
const TOOL: &str = "/nixvirt";

impl Helper {
    /// The real one, where it can be had.
    pub fn new(world: &World) -> Self {
        let source = env::var_os("NIXVIRT_SRC").filter(|source| !source.is_empty()).map(PathBuf::from);
        let modules = ["python3", "-c", "import libvirt, lxml, xmldiff"];
        let has_modules = world.output(&modules, "").status.success();
        let Some(source) = source.filter(|_| has_modules) else { return Self::StandIn };
        for file in ["nixvirt-module-helper", "nixvirt.py"] {
            let text = fs::read_to_string(source.join("tool").join(file)).expect("NIXVIRT_SRC is a checkout");
            world.write(&format!("{TOOL}/{file}"), &text);
        }
        Self::Real
    }

    /// What it is called in what is printed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Real => "NixVirt's helper",
            Self::StandIn => "a stand-in for NixVirt's helper",
        }
    }

    /// Activates, and returns the exit code and what it says.
    pub fn activate(&self, world: &World, settings: &str) -> (i32, String) {
        match self {
            Self::Real => {
                let helper = format!("{TOOL}/nixvirt-module-helper");
                let output =
                    world.output(&["python3", &helper, "--verbose", "--connect", "qemu:///system", settings], "");
                (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).trim().to_owned())
            }
            Self::StandIn => match StandIn(world).activate(settings) {
                Ok(()) => (0, String::new()),
                Err(why) => (1, why),
            },
        }
    }
}

/// Does step by step what NixVirt's helper does.
struct StandIn<'w>(&'w World);

/// An object that there shall be.
struct Item<'s> {
    kind: ObjectKind,
    path: String,
    definition: Definition,
    /// Decided before anything is done.
    active: bool,
    restart: Option<bool>,
    volumes: &'s [Value],
}

/// What libvirt refuses, in its words.
type Done<T = ()> = Result<T, String>;

impl StandIn<'_> {
    fn activate(&self, settings: &str) -> Done {
        let settings: Value = serde_json::from_str(&self.0.run(&["cat", settings])).expect("it is JSON");
        let sections =
            [(ObjectKind::Network, "networks"), (ObjectKind::Pool, "pools"), (ObjectKind::Domain, "domains")];
        let sections: Vec<(ObjectKind, Vec<Item<'_>>)> = sections
            .into_iter()
            .filter_map(|(kind, key)| Some((kind, self.items(kind, settings[key].as_array()?))))
            .collect();
        for (kind, items) in &sections {
            for uuid in self.virsh(*kind, "list --all --uuid")?.split_whitespace() {
                if !items.iter().any(|item| item.definition.uuid.to_string() == uuid) {
                    self.undefine(*kind, uuid)?;
                }
            }
        }
        for item in sections.iter().flat_map(|(_, items)| items) {
            self.define(item)?;
        }
        for item in sections.iter().flat_map(|(_, items)| items) {
            let uuid = item.definition.uuid.to_string();
            for volume in item.volumes {
                self.start(item.kind, &uuid)?;
                self.volume(&uuid, volume)?;
            }
        }
        for item in sections.iter().flat_map(|(_, items)| items) {
            let uuid = item.definition.uuid.to_string();
            if item.active { self.start(item.kind, &uuid)? } else { self.stop(item.kind, &uuid)? }
        }
        Ok(())
    }

    fn items<'s>(&self, kind: ObjectKind, items: &'s [Value]) -> Vec<Item<'s>> {
        let item = |item: &'s Value| {
            let path = item["definition"].as_str().expect("it is a path").to_owned();
            let definition = Definition::new(self.0.run(&["cat", &path])).expect("it is a definition");
            let is_active = || self.is_active(kind, &definition.uuid.to_string());
            Item {
                active: item["active"].as_bool().unwrap_or_else(is_active),
                restart: item["restart"].as_bool(),
                volumes: item["volumes"].as_array().map(Vec::as_slice).unwrap_or_default(),
                kind,
                path,
                definition,
            }
        };
        items.iter().map(item).collect()
    }

    fn define(&self, item: &Item<'_>) -> Done {
        let uuid = item.definition.uuid.to_string();
        let before = self.dump(item.kind, &uuid);
        if before.as_ref().is_some_and(|before| before.name != item.definition.name) {
            self.undefine(item.kind, &uuid)?;
        }
        self.virsh(item.kind, &format!("define {}", item.path))?;
        let Some((before, after)) = before.zip(self.dump(item.kind, &uuid)) else { return Ok(()) };
        let compared = |definition: &Definition| definition.compared(item.kind, &item.definition);
        let restarts = item.restart.unwrap_or_else(|| compared(&before) != compared(&after));
        if restarts { self.stop(item.kind, &uuid) } else { Ok(()) }
    }

    fn volume(&self, pool: &str, volume: &Value) -> Done {
        let definition = volume["definition"].as_str();
        let name = match definition {
            Some(path) => {
                let text = self.0.run(&["cat", path]);
                lab2nix::activation::definition::Volume::read(&text).expect("it is a definition").name
            }
            None => volume["name"].as_str().expect("it has a name").to_owned(),
        };
        // As it has been since the pool started: also one whose file is gone.
        let listed = self.command(&["vol-list", pool])?;
        let is_there = listed.lines().any(|row| row.split_whitespace().next() == Some(&name));
        match (is_there, volume["present"] == true) {
            (false, true) => self.command(&["vol-create", pool, definition.expect("it has one")]).map(drop),
            (true, false) => self.command(&["vol-delete", &name, "--pool", pool]).map(drop),
            (true, true) | (false, false) => Ok(()),
        }
    }

    fn undefine(&self, kind: ObjectKind, uuid: &str) -> Done {
        let is_persistent = self.virsh(kind, "list --all --persistent --uuid")?.contains(uuid);
        self.stop(kind, uuid)?;
        if !is_persistent {
            return Ok(());
        }
        let flags = if kind == ObjectKind::Domain { " --managed-save --keep-nvram --keep-tpm" } else { "" };
        self.virsh(kind, &format!("undefine {uuid}{flags}")).map(drop)
    }

    fn stop(&self, kind: ObjectKind, uuid: &str) -> Done {
        if !self.is_active(kind, uuid) {
            return Ok(());
        }
        if let (ObjectKind::Network, Some(network)) = (kind, self.dump(kind, uuid)) {
            for domain in self.virsh(ObjectKind::Domain, "list --uuid")?.split_whitespace() {
                let Some(facts) = self.dump(ObjectKind::Domain, domain).map(|domain| domain.facts) else { continue };
                let is_on_bridge = network.facts.bridge.as_ref().is_some_and(|bridge| facts.bridges.contains(bridge));
                if facts.networks.contains(&network.name) || is_on_bridge {
                    self.stop(ObjectKind::Domain, domain)?;
                }
            }
        }
        self.virsh(kind, &format!("destroy {uuid}")).map(drop)
    }

    fn start(&self, kind: ObjectKind, uuid: &str) -> Done {
        if self.is_active(kind, uuid) { Ok(()) } else { self.virsh(kind, &format!("start {uuid}")).map(drop) }
    }

    fn is_active(&self, kind: ObjectKind, uuid: &str) -> bool {
        self.virsh(kind, "list --uuid").is_ok_and(|listed| listed.contains(uuid))
    }

    fn dump(&self, kind: ObjectKind, uuid: &str) -> Option<Definition> {
        Definition::new(self.virsh(kind, &format!("dumpxml --inactive {uuid}")).ok()?).ok()
    }

    /// A command for a kind of object, without its prefix.
    fn virsh(&self, kind: ObjectKind, command: &str) -> Done<String> {
        let prefix = match kind {
            ObjectKind::Network => "net-",
            ObjectKind::Pool => "pool-",
            ObjectKind::Domain => "",
        };
        self.command(&format!("{prefix}{command}").split(' ').collect::<Vec<_>>())
    }

    fn command(&self, command: &[&str]) -> Done<String> {
        let output = self.0.output(&[&["virsh", "-q", "-c", "qemu:///system"], command].concat(), "");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }
}
