//! Random labs. Some are made from the schema alone, with words that good specs have at the same place; the others are good
//! specs of which a few members are changed.

use std::collections::BTreeMap;

use fastrand::Rng;
use lab2nix::spec::schema;
use serde_json::{Map, Value};

use super::shrink::remove;
use crate::language::{self, in_domains};
use crate::support::{Read, good_specs};

/// Names that are given and named, so that many of those that are named are there.
const NAMES: &[(&str, &[&str])] = &[
    ("networks", &["lan", "dmz", "wan"]),
    ("pools", &["vms", "iso"]),
    ("pools.*.volumes", &["base.qcow2", "data.raw", "old.qcow2"]),
    ("links", &["slow", "lossy"]),
    ("profiles", &["small", "windows"]),
    ("domains", &["web", "db-1", "DC01"]),
    ("networks.*.portgroups", &["storage", "guests"]),
];

/// What names something else: the path of the key, and where the names are given.
const REFERENCES: &[(&str, &str)] = &[
    ("domains.*.interfaces.*.network", "networks"),
    ("domains.*.interfaces.*.portgroup", "networks.*.portgroups"),
    ("domains.*.interfaces.*.link.profile", "links"),
    ("domains.*.disks.*.pool", "pools"),
    ("domains.*.disks.*.volume", "pools.*.volumes"),
    ("domains.*.disks.*.backing.volume", "pools.*.volumes"),
    ("domains.*.disks.*.cloneOf", "domains"),
    ("domains.*.cdroms.*.pool", "pools"),
    ("domains.*.cdroms.*.volume", "pools.*.volumes"),
    ("domains.*.after.*", "domains"),
    ("domains.*.profiles.*", "profiles"),
    ("profiles.*.extends.*", "profiles"),
    ("pools.*.volumes.*.backing.volume", "pools.*.volumes"),
];

/// What most objects of a kind have, as little is accepted without it.
const USUAL: &[(&str, &str)] = &[
    ("domains.*", "memory"),
    ("networks.*", "subnet"),
    ("pools.*", "path"),
    ("domains.*.disks.*", "size"),
    ("domains.*.disks.*", "pool"),
    ("domains.*.interfaces.*", "network"),
];

/// Texts at the edge of what is sensible, wherever there is a text.
const EDGES: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "a",
    "é",
    "a b",
    "a,b",
    "a&b<c>",
    "default",
    "none",
    "0B",
    "1B",
    "1KiB",
    "1023GiB",
    "8191PiB",
    "16383PiB",
    "9223372036854775807B",
    "0-0",
    "0-4095",
    "^1",
    "0.0.0.0",
    "255.255.255.255",
    "127.0.0.1",
    "::",
    "fe80::1",
    "ff02::1",
    "10.0.0.0/8",
    "10.0.0.0/30",
    "fd00::/64",
    "fd00::/127",
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "0777",
    "1777",
    "0000",
    "/",
    "/dev/null",
    "/srv/a b",
    "0000:00:00.0",
    "0000:ff:1f.7",
    "0000:0000",
    "ffff:ffff",
    "001:001",
    "1ms",
    "100%",
    "1bit",
    "ffffffffffffffff",
    "00000000-0000-0000-0000-000000000000",
    "64-characters-64-characters-64-characters-64-characters-64-charac",
];

/// What labs are made from.
pub struct Labs {
    schema: Value,
    /// Good specs.
    specs: Vec<Value>,
    /// What good specs have, by its path in the language.
    known: BTreeMap<String, Vec<Value>>,
}

impl Labs {
    pub fn new() -> Self {
        let schema = schema::schema();
        let specs: Vec<Value> = good_specs().iter().filter_map(|spec| Read::file(spec).to_value()).collect();
        let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for spec in &specs {
            language::members(&schema, spec, &mut |member| {
                let values = known.entry(in_domains(member.path)).or_default();
                if !values.contains(member.value) {
                    values.push(member.value.clone());
                }
            });
        }
        Self { schema, specs, known }
    }

    /// A lab that follows from the state of `random`.
    pub fn lab(&self, random: &mut Rng) -> Value {
        let mut maker = Maker { labs: self, random };
        if maker.random.u8(..) < 96 { maker.invented() } else { maker.changed() }
    }
}

struct Maker<'a> {
    labs: &'a Labs,
    random: &'a mut Rng,
}

impl Maker<'_> {
    fn invented(&mut self) -> Value {
        let mut lab = Map::new();
        lab.insert("lab".to_owned(), "fuzz".into());
        for section in ["target", "networks", "pools", "links", "defaults", "profiles", "domains"] {
            let share = match section {
                "networks" | "pools" | "domains" => 90,
                _ => 25,
            };
            if self.is_by_chance(share) {
                let schema = &self.labs.schema["properties"][section];
                let value = self.value(section, schema);
                lab.insert(section.to_owned(), value);
            }
        }
        lab.into()
    }

    /// A good spec, with a few changes.
    fn changed(&mut self) -> Value {
        let index = self.random.usize(..self.labs.specs.len());
        let mut spec = self.labs.specs[index].clone();
        for _ in 0..=self.random.usize(..6) {
            self.change(&mut spec);
        }
        spec
    }

    /// Takes something out of a spec, adds a key, or puts another value in.
    fn change(&mut self, spec: &mut Value) {
        let mut members = Vec::new();
        language::members(&self.labs.schema, spec, &mut |member| {
            members.push((member.pointer.to_owned(), member.path.to_owned(), member.schema.clone()));
        });
        if members.is_empty() {
            return;
        }
        let (pointer, path, schema) = members.swap_remove(self.random.usize(..members.len()));
        match self.random.u8(..8) {
            0 => drop(remove(spec, &pointer)),
            1 | 2 => {
                let value = self.value(&path, &schema);
                put(spec, &pointer, value);
            }
            3 => self.repeat(spec, &pointer),
            _ => self.add_key(spec, &pointer, &path, &schema),
        }
    }

    /// Puts an item of a list into it once more, or often.
    fn repeat(&mut self, spec: &mut Value, pointer: &str) {
        let Some((parent, _)) = pointer.rsplit_once('/') else { return };
        let (Some(item), Some(Value::Array(items))) = (spec.pointer(pointer).cloned(), spec.pointer_mut(parent)) else {
            return;
        };
        let often = if self.is_by_chance(4) { 300 } else { 1 + self.random.usize(..4) };
        items.extend(std::iter::repeat_n(item, often));
    }

    /// Adds a key to the object at a place, or to the one around it.
    fn add_key(&mut self, spec: &mut Value, pointer: &str, path: &str, schema: &Value) {
        let Some(properties) = schema["properties"].as_object() else {
            if let Some(value) = Some(self.value(path, schema)).filter(|_| self.random.bool()) {
                put(spec, pointer, value);
            }
            return;
        };
        let keys: Vec<&String> = properties.keys().collect();
        let key = keys[self.random.usize(..keys.len())];
        let value = self.value(&format!("{path}.{key}"), &properties[key]);
        if let Some(object) = spec.pointer_mut(pointer).and_then(Value::as_object_mut) {
            object.insert(key.clone(), value);
        }
    }

    /// A value for a place in the language.
    fn value(&mut self, path: &str, schema: &Value) -> Value {
        let path = in_domains(path);
        let schema = language::target(&self.labs.schema, schema);
        if path.contains(".*")
            && self.is_by_chance(12)
            && let Some(known) = self.known(&path)
        {
            return known;
        }
        let choices = schema["oneOf"].as_array().or(schema["enum"].as_array());
        if let Some(choices) = choices {
            let choice = &choices[self.random.usize(..choices.len())];
            return choice.get("const").unwrap_or(choice).clone();
        }
        match schema["type"].as_str() {
            Some("boolean") => self.random.bool().into(),
            Some("integer") => self.integer(&path, schema),
            Some("array") => self.list(&path, schema),
            Some("object") => self.object(&path, schema),
            _ => self.text(&path, schema),
        }
    }

    /// What a good spec has at a place.
    fn known(&mut self, path: &str) -> Option<Value> {
        let known = self.labs.known.get(path)?;
        Some(known[self.random.usize(..known.len())].clone())
    }

    fn integer(&mut self, path: &str, schema: &Value) -> Value {
        let least = schema["minimum"].as_i64().unwrap_or(0);
        let most = match path {
            // As many domains take long, and are all alike.
            "domains.*.replicas" => 4,
            _ => schema["maximum"].as_i64().unwrap_or(i64::from(u32::MAX)),
        };
        match self.random.u8(..10) {
            0 => least.into(),
            1 => most.into(),
            2 => [0, 1, 2, 255, 256, 4095, 4096, 65535, i64::from(i32::MAX)][self.random.usize(..9)]
                .clamp(least, most)
                .into(),
            3..=6 => self.known(path).unwrap_or_else(|| least.into()),
            _ => self.random.i64(least..=most.min(least.saturating_add(16))).into(),
        }
    }

    fn text(&mut self, path: &str, schema: &Value) -> Value {
        let reference = REFERENCES.iter().find(|(of, _)| *of == path);
        if let Some((_, names)) = reference.filter(|_| !self.is_by_chance(10)) {
            return self.name(names).into();
        }
        if self.is_by_chance(15) {
            return EDGES[self.random.usize(..EDGES.len())].into();
        }
        match path {
            "networks.*.subnet" => format!("10.{}.0.0/24", self.random.u8(..4)).into(),
            "domains.*.interfaces.*.ip" => format!("10.{}.0.{}", self.random.u8(..4), self.random.u8(2..)).into(),
            _ => {
                let example = &schema["examples"][0];
                let known = self.known(path).filter(|_| example.is_null() || self.random.bool());
                known.unwrap_or_else(|| if example.is_null() { "a".into() } else { example.clone() })
            }
        }
    }

    /// One of the names that are given to what is at a place.
    fn name(&mut self, path: &str) -> String {
        let names = NAMES.iter().find(|(of, _)| *of == path).map_or(&["one", "two"][..], |(_, names)| names);
        names[self.random.usize(..names.len())].to_owned()
    }

    fn list(&mut self, path: &str, schema: &Value) -> Value {
        let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap_or(0);
        if least > 1 {
            // A range, whose ends belong together.
            return self.known(path).unwrap_or_else(|| schema["examples"][0].clone());
        }
        let length = [0, 1, 1, 1, 2, 2, 3][self.random.usize(..7)].max(least);
        (0..length).map(|_| self.value(&format!("{path}.*"), &schema["items"])).collect()
    }

    fn object(&mut self, path: &str, schema: &Value) -> Value {
        let of_user = &schema["additionalProperties"];
        let mut object = Map::new();
        if of_user.is_object() {
            for _ in 0..=self.random.usize(..2) {
                let name = match self.known(path).filter(|_| !NAMES.iter().any(|(of, _)| *of == path)) {
                    Some(Value::Object(known)) => known.keys().next().cloned(),
                    _ => None,
                };
                let name = name.unwrap_or_else(|| self.name(path));
                object.insert(name, self.value(&format!("{path}.*"), of_user));
            }
            return object.into();
        }
        let Some(properties) = schema["properties"].as_object() else {
            return self.known(path).unwrap_or_else(|| object.into());
        };
        let needed = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
        // About as many keys, however many there are.
        let share = (500 / properties.len()).clamp(6, 50);
        for (key, property) in properties {
            let is_usual = USUAL.contains(&(path, key));
            let share = if is_usual { 85 } else { share };
            if needed.contains(&key.as_str()) || self.is_by_chance(share) {
                object.insert(key.clone(), self.value(&format!("{path}.{key}"), property));
            }
        }
        object.into()
    }

    fn is_by_chance(&mut self, percent: usize) -> bool {
        self.random.usize(..100) < percent
    }
}

fn put(spec: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = spec.pointer_mut(pointer) {
        *place = value;
    }
}
