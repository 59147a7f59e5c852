//! The spec of what was found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::keys::read::word;
use crate::keys::{Around, Entry, Refusal, Uses, entry};
use crate::lab::identity::ObjectKind;
use crate::libvirt::tree::Tree;

/// An object that libvirt has.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// Its definition.
    pub definition: Tree,
    /// For a domain, the preset that its entry stands on.
    pub os: &'static str,
    /// The keys of its entry that its definition does not say.
    pub beside: Map<String, Json>,
}

/// An object that the language cannot say, and why.
#[derive(Debug)]
pub struct Refused {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: Refusal,
}

/// The sections of a spec, each with the entries of its objects.
#[derive(Debug, Clone, Default)]
pub struct Sections {
    /// Networks, by name.
    pub networks: Map<String, Json>,
    /// Pools, by name.
    pub pools: Map<String, Json>,
    /// What all domains have in common.
    pub defaults: Map<String, Json>,
    /// Domains, by name.
    pub domains: Map<String, Json>,
    /// What they are on that is none of them.
    pub external: Map<String, Json>,
}

impl Sections {
    /// Reads the entries of what was found.
    #[must_use]
    pub fn of(found: &[Found]) -> (Self, Vec<Refused>) {
        let (mut sections, mut refused) = (Self::default(), Vec::new());
        let mut uses = Uses::default();
        let around = around(found);
        for object in found {
            let Entry { keys, uses: of_object } = match entry(object.kind, &object.definition, object.os, &around) {
                Ok(entry) => entry,
                Err(why) => {
                    if why.is_of_words() {
                        sections.of_kind(object.kind).insert(object.name.clone(), json!({}));
                    }
                    refused.push(Refused { kind: object.kind, name: object.name.clone(), why });
                    continue;
                }
            };
            uses.networks.extend(of_object.networks);
            uses.pools.extend(of_object.pools);
            uses.bridges.extend(of_object.bridges);
            sections.of_kind(object.kind).insert(object.name.clone(), Json::Object(keys));
        }
        for object in found {
            if let Some(entry) = sections.entry(object.kind, &object.name) {
                entry.extend(object.beside.clone());
            }
        }
        sections.give_addresses();
        sections.find_forms();
        let outside = |used: Vec<String>, own: &Map<String, Json>| -> BTreeSet<String> {
            used.into_iter().filter(|name| !own.contains_key(name)).collect()
        };
        let external = [
            ("networks", outside(uses.networks, &sections.networks)),
            ("pools", outside(uses.pools, &sections.pools)),
            ("bridges", outside(uses.bridges, &Map::new())),
        ];
        for (key, names) in external.into_iter().filter(|(_, names)| !names.is_empty()) {
            sections.external.insert(key.to_owned(), json!(names));
        }
        (sections, refused)
    }

    /// Whether there is no entry of any object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.networks, &self.pools, &self.domains].into_iter().all(Map::is_empty)
    }

    /// The entry of an object.
    #[must_use]
    pub fn get(&self, kind: ObjectKind, name: &str) -> Option<&Map<String, Json>> {
        let section = match kind {
            ObjectKind::Network => &self.networks,
            ObjectKind::Pool => &self.pools,
            ObjectKind::Domain => &self.domains,
        };
        section.get(name)?.as_object()
    }

    /// The entry of an object, to be changed.
    pub fn entry(&mut self, kind: ObjectKind, name: &str) -> Option<&mut Map<String, Json>> {
        self.of_kind(kind).get_mut(name)?.as_object_mut()
    }

    /// Reads the entry of an object anew, of a domain standing on a preset.
    ///
    /// # Errors
    ///
    /// When the language has no such objects.
    pub fn read_anew(&mut self, found: &[Found], kind: ObjectKind, name: &str, os: &str) -> Result<(), Refusal> {
        let Some(object) = found.iter().find(|object| object.kind == kind && object.name == name) else {
            return Ok(());
        };
        let mut keys = entry(kind, &object.definition, os, &around(found))?.keys;
        // What was read of others is as it was.
        let former = self.get(kind, name).cloned().unwrap_or_default();
        let interfaces = keys.get_mut("interfaces").and_then(Json::as_array_mut).into_iter().flatten();
        let formers = former.get("interfaces").and_then(Json::as_array).into_iter().flatten();
        for (interface, former) in interfaces.zip(formers) {
            for key in ["ip", "ip6"] {
                if let (Some(address), Some(interface)) = (former.get(key), interface.as_object_mut()) {
                    interface.insert(key.to_owned(), address.clone());
                }
            }
        }
        keys.extend(of_others(&former));
        self.of_kind(kind).insert(name.to_owned(), Json::Object(keys));
        Ok(())
    }

    /// Lets the entry of an object say nothing but the definition that it stands on, and what others say of it.
    pub fn stand_on(&mut self, kind: ObjectKind, name: &str, file: &str) {
        let former = self.get(kind, name).cloned().unwrap_or_default();
        let mut entry = Map::from_iter([("base".to_owned(), file.into())]);
        entry.extend(of_others(&former));
        let interfaces = former.get("interfaces").and_then(Json::as_array).into_iter().flatten();
        let known = ["name", "network", "ip", "ip6"];
        let addresses: Vec<Json> = interfaces
            .filter(|interface| interface.get("ip").or(interface.get("ip6")).is_some())
            .map(|interface| known.iter().filter_map(|key| Some((*key, interface.get(key)?.clone()))).collect())
            .collect();
        if !addresses.is_empty() {
            entry.insert("interfaces".to_owned(), Json::Array(addresses));
        }
        self.of_kind(kind).insert(name.to_owned(), Json::Object(entry));
    }

    /// Takes the entry of an object away. Domains are then on something that the lab does not manage.
    pub fn remove(&mut self, kind: ObjectKind, name: &str) {
        self.of_kind(kind).shift_remove(name);
        if kind == ObjectKind::Domain {
            return;
        }
        let names = self.external.entry(kind.section()).or_insert_with(|| json!([]));
        if let Some(names) = names.as_array_mut() {
            names.push(name.into());
        }
    }

    fn of_kind(&mut self, kind: ObjectKind) -> &mut Map<String, Json> {
        match kind {
            ObjectKind::Network => &mut self.networks,
            ObjectKind::Pool => &mut self.pools,
            ObjectKind::Domain => &mut self.domains,
        }
    }

    /// Gives the addresses that networks keep for domains to these domains' interfaces.
    fn give_addresses(&mut self) {
        let Self { networks, domains, .. } = self;
        for (domain, entry) in domains.iter_mut() {
            let Some(interfaces) = entry.get_mut("interfaces").and_then(Json::as_array_mut) else { continue };
            for interface in interfaces {
                let network = interface.get("network").and_then(Json::as_str).and_then(|name| networks.get_mut(name));
                let (Some(network), Some(interface)) = (network, interface.as_object_mut()) else { continue };
                for (dhcp, key) in [("dhcp", "ip"), ("dhcp6", "ip6")] {
                    let hosts = network.get_mut(dhcp).and_then(|dhcp| dhcp.get_mut("hosts")?.as_object_mut());
                    let Some(hosts) = hosts else { continue };
                    let is_its = |name: &String, host: &Json| {
                        let has_its_mac = host.get("mac").is_none_or(|mac| Some(mac) == interface.get("mac"));
                        name.eq_ignore_ascii_case(domain) && has_its_mac
                    };
                    let name = hosts.iter().find(|(name, host)| is_its(name, host)).map(|(name, _)| name.clone());
                    let Some(address) = name.and_then(|name| hosts.shift_remove(&name)?.get(key).cloned()) else {
                        continue;
                    };
                    interface.insert(key.to_owned(), address);
                }
            }
        }
        for network in networks.values_mut() {
            let of_v6 = network.get_mut("dhcp6").and_then(|dhcp| dhcp.as_object_mut()?.shift_remove("hosts"));
            let Some(dhcp) = network.as_object_mut().filter(|_| of_v6.is_some()) else { continue };
            let hosts = dhcp.entry("dhcp").or_insert_with(|| json!({}));
            let Some(hosts) = hosts.as_object_mut().map(|dhcp| dhcp.entry("hosts").or_insert_with(|| json!({}))) else {
                continue;
            };
            // A machine with addresses of both families is one.
            for (name, host) in of_v6.iter().filter_map(Json::as_object).flatten() {
                let known = hosts.as_object_mut().map(|hosts| hosts.entry(name.clone()).or_insert_with(|| json!({})));
                if let (Some(known), Some(host)) = (known.and_then(Json::as_object_mut), host.as_object()) {
                    known.extend(host.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
            }
        }
        for network in networks.values_mut().filter_map(Json::as_object_mut) {
            if let Some(dhcp) = network.get_mut("dhcp").and_then(Json::as_object_mut)
                && dhcp.get("hosts").and_then(Json::as_object).is_some_and(Map::is_empty)
            {
                dhcp.shift_remove("hosts");
            }
        }
    }

    /// Says of domains that have what only one machine can have that they are forms of it: of the one that its firmware variables
    /// are named after, else of the first.
    fn find_forms(&mut self) {
        let own = |entry: &Json| -> Vec<String> {
            let interfaces = entry.get("interfaces").and_then(Json::as_array).into_iter().flatten();
            let macs = interfaces.filter_map(|interface| interface.get("mac"));
            macs.chain(entry.get("nvram")).filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let is_namesake = |name: &str, entry: &Json| {
            let nvram = entry.get("nvram").and_then(Json::as_str).map(Path::new);
            nvram.and_then(Path::file_stem).is_some_and(|stem| stem == name)
        };
        let (namesakes, others): (Vec<_>, Vec<_>) =
            self.domains.iter().partition(|(name, entry)| is_namesake(name, entry));
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        for (name, entry) in namesakes.into_iter().chain(others) {
            for own in own(entry) {
                owners.entry(own).or_insert_with(|| name.clone());
            }
        }
        for (name, entry) in &mut self.domains {
            let of = own(entry).iter().find_map(|own| owners.get(own).filter(|owner| *owner != name));
            if let (Some(of), Some(entry)) = (of, entry.as_object_mut()) {
                entry.shift_insert(0, "variantOf".to_owned(), of.as_str().into());
            }
        }
    }

    /// The whole spec of a lab.
    #[must_use]
    pub fn spec(&self, lab: &str) -> Map<String, Json> {
        let mut spec = Map::from_iter([("lab".to_owned(), lab.into())]);
        let sections = [
            ("external", &self.external),
            ("networks", &self.networks),
            ("pools", &self.pools),
            ("defaults", &self.defaults),
            ("domains", &self.domains),
        ];
        for (key, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
            spec.insert(key.to_owned(), Json::Object(section.clone()));
        }
        spec
    }
}

/// The keys of an entry that are not read out of its definition.
fn of_others(entry: &Map<String, Json>) -> impl Iterator<Item = (String, Json)> {
    ["variantOf", "active", "restart", "volumes"]
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), entry.get(key)?.clone())))
}

/// What was found beside the domains, as far as it says what they are on.
fn around(found: &[Found]) -> Around {
    let mut around = Around::default();
    for Found { kind, name, definition, .. } in found {
        if *kind == ObjectKind::Pool && word(definition, "type").as_deref() == Some("rbd") {
            around.rbd.extend(word(definition, "source.name").map(|source| (source, name.clone())));
        }
        if *kind == ObjectKind::Network && word(definition, "forward.mode").as_deref() == Some("hostdev") {
            around.functions.insert(name.clone());
        }
    }
    around
}
