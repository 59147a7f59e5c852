//! Words of a spec that other programs read: the firewall's scripts, systemd, systemd-tmpfiles, tc, dnsmasq, `mount` and
//! `iscsiadm`. Each text of the language and each name that it leaves to the user is replaced by hostile ones. Either there is a
//! problem where the word is written, or what leaves for those programs is still what they take as it is.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::thread;

use jsonschema::Validator;
use lab2nix::host::{HostNeeds, Ports};
use lab2nix::lab::Lab;
use lab2nix::lab::network::Network;
use lab2nix::lab::network::dhcp_host::DhcpHost;
use lab2nix::lab::storage::Pool;
use lab2nix::libvirt::Objects;
use lab2nix::libvirt::tree::{Tree, Value as Attribute};
use lab2nix::place::Place;
use lab2nix::proof::Proven;
use lab2nix::spec::schema;
use serde_json::{Value, json};

use super::language;
use crate::support::{Differences, Read, cases};

/// Words that mean something to one program or another, or nothing to any.
const HOSTILE: &[&str] = &[
    "",
    "x;reboot;#",
    "$(touch /tmp/pwned)",
    "`id`",
    "a'b",
    "a\"b",
    "one\ntwo",
    "one\ttwo",
    "rubbed\u{7f}out",
    "a\u{85}b",
    "%u",
    "\\x41",
    "+",
    "-x",
    "default",
    " ",
    "a b",
    "a,b",
    "../..",
    "ignore",
    "7d",
    "10g-lan",
    "log",
];

/// What paths, and other words that have to have a form, are continued by.
const ENDS: &[&str] = &[";reboot;#", "'", "\"", "\n", "\t", "\u{7f}", "%u", "\\x41", "+", " -x", "/../..", ",x", "#"];

/// What programs take as it is, by what it is.
const TAKEN: &[(&str, &str)] = &[
    // The scripts of the firewall, and nftables.
    ("bridge", r"^(?!(all|default|log)$)[A-Za-z][A-Za-z0-9._-]{0,14}$"),
    // The names of systemd's services, and tc.
    ("device", r"^(?!(all|default)$)[A-Za-z][A-Za-z0-9._-]{0,14}$"),
    ("netem", r"^limit [0-9]+( delay [0-9]+[mu]?s( [0-9]+[mu]?s)?)?( loss [0-9.]+%)?$"),
    // libvirt's rules for nftables, ovs-vsctl.
    ("device of the host", r"^(?!(all|default)$)[A-Za-z0-9_][A-Za-z0-9._-]{0,14}$"),
    // systemd-tmpfiles.
    ("directory", r#"^(?!.*/\.\.(/|$))/[^'"%\\\x00-\x1f\x7f-\x9f]*$"#),
    ("mode", r"^[0-7]{4}$"),
    // boot.supportedFilesystems.
    ("file system", r"^[a-z0-9]+$"),
    // Attributes, and links in /etc.
    ("image", r"^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*$"),
    // Files, names of derivations, scripts, and what virsh prints.
    ("object", r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"),
    ("lab", r"^[a-z0-9][a-z0-9-]{0,62}$"),
    // dnsmasq.
    ("host name", r"^[A-Za-z0-9][A-Za-z0-9.-]*$"),
    ("machine", r"^(?!(ignore|infinite|[0-9]+[smhdwSMHDW]?|[0-9]+(\.[0-9]+){3})$)[A-Za-z0-9][A-Za-z0-9.-]*$"),
    ("service", r"^[A-Za-z0-9][A-Za-z0-9_-]*$"),
    ("file to boot", r##"^(?!(tag|net):)[^ ,"#\\\x00-\x1f\x7f-\x9f]+$"##),
    ("option of dnsmasq", r"^[^#\x00-\x1f\x7f-\x9f-][^\x00-\x1f\x7f-\x9f]*$"),
    // mount, iscsiadm, vgcreate, zfs.
    ("server", r"^[A-Za-z0-9:][A-Za-z0-9.:-]*$"),
    ("path", r"^/[^\x00-\x1f\x7f-\x9f]*$"),
    ("target", r"^iqn\.[0-9]{4}-[0-9]{2}\.[A-Za-z0-9.-]+(:[A-Za-z0-9._:-]+)?$"),
    ("storage", r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$"),
    ("version", r"^[0-9.]+$"),
    // Whatever else is in a definition: QEMU's arguments, and files of libvirt's.
    ("line", r"^[^\x00-\x1f\x7f-\x9f]*$"),
];

/// The same, to be asked.
static PATTERNS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| {
    let pattern = |text: &str| jsonschema::validator_for(&json!({ "pattern": text })).expect("a pattern of this test");
    TAKEN.iter().map(|(what, text)| (*what, pattern(text))).collect()
});

#[test]
fn hostile_words_are_refused_or_stay_words() {
    let places = places(&cases());
    assert!(places.len() > 250, "only {} places", places.len());
    let places: Vec<&Site> = places.values().collect();
    let found: Vec<String> = thread::scope(|scope| {
        let parts = places.chunks(places.len().div_ceil(8));
        let parts: Vec<_> =
            parts.map(|part| scope.spawn(|| part.iter().flat_map(|site| site.check()).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().expect("a problem is no panic")).collect()
    });
    let mut differences = Differences::default();
    for what in found {
        differences.add(&what);
    }
    differences.settle("refuse the word, or quote it for whoever reads it");
}

/// The keys whose paths can be of directories, or are those of servers that have other forms too.
const NOT_OF_FILES: &[&str] = &[
    "networks.*.tftp",
    "pools.*.path",
    "pools.*.source.dir",
    "domains.*.shares.*.source",
    "domains.*.audio.runtimeDir",
    "domains.*.audio.server",
];

/// Every key that takes a path refuses what is no line, also where a definition in XML would end in another path; a path of a
/// file is none of a directory.
#[test]
fn paths_are_lines_and_those_of_files_lead_to_files() {
    let places = places(&cases());
    // What lab2nix reads itself is in no definition.
    let is_read = |path: &str| [".base", ".plugged"].iter().any(|key| path.ends_with(key));
    let is_path = |site: &&Site| {
        !site.is_name && site.word().starts_with('/') && !site.path.contains(".extra.") && !is_read(&site.path)
    };
    let paths: Vec<&Site> = places.values().filter(is_path).collect();
    assert!(paths.len() > 20, "only {} paths", paths.len());
    let controls = (0..=0x1f).chain(0x7f..=0x9f).filter_map(char::from_u32);
    let broken: Vec<String> = controls.map(|control| format!("{control}x")).collect();
    let mut differences = Differences::default();
    for site in paths {
        let path = language::in_domains(&site.path);
        // A layer is read where a domain takes it.
        let shorter = if path == site.path { site.shorter() } else { site.clone() };
        let old = site.word();
        let is_of_file = !NOT_OF_FILES.contains(&path.as_str());
        let directories = ["/", "/.", "/.."].iter().filter(|_| is_of_file).map(|end| (*end).to_owned());
        for word in broken.iter().cloned().chain(directories).map(|end| format!("{old}{end}")) {
            let is_taken = shorter.with(&old, &word).is_some_and(|spec| Read::value(&spec).checked.is_sound());
            if is_taken {
                differences.add(&format!("{} = {word:?} is taken\n", site.path));
            }
        }
    }
    differences.settle("read the path with `text::file` or `text::path`");
}

/// The definitions that hostile words in these specs come to where they are taken, each with the word and where it is.
pub fn definitions_of_hostile_words(specs: &[PathBuf]) -> Vec<(String, Vec<Proven>)> {
    let mut places = places(specs);
    // What `extra` says is libvirt's own language.
    places.retain(|path, _| !path.contains(".extra."));
    let mut known = HashSet::new();
    let definitions = places.values().flat_map(|site| {
        let shorter = site.shorter();
        let words = HOSTILE.iter().map(|word| (*word).to_owned());
        let taken = words.filter_map(move |word| {
            let documents = Read::value(&shorter.with(&site.word(), &word)?).documents()?;
            Some((format!("{} = {word:?}", site.path), documents))
        });
        taken.collect::<Vec<_>>()
    });
    let new = definitions.map(|(what, mut documents)| {
        documents.retain(|document| known.insert((document.name().to_owned(), document.text().to_owned())));
        (what, documents)
    });
    new.filter(|(_, documents)| !documents.is_empty()).collect()
}

/// A text, or a name, in a good spec.
#[derive(Clone)]
struct Site {
    spec: Value,
    path: String,
    pointer: String,
    is_name: bool,
}

impl Site {
    /// What is wrong when hostile words are here.
    fn check(&self) -> Vec<String> {
        let shorter = self.shorter();
        let old = self.word();
        let continued = ENDS.iter().filter(|_| old.contains(['/', ':', '.'])).map(|end| format!("{old}{end}"));
        let words = HOSTILE.iter().map(|word| (*word).to_owned()).chain(continued);
        let judge = |word: String| shorter.with(&old, &word).and_then(|spec| self.judge(&spec, &word));
        words.filter_map(judge).collect()
    }

    /// The same place in a spec without what has nothing to do with it, which is looked at sooner.
    fn shorter(&self) -> Self {
        let Self { mut spec, path, pointer, is_name } = self.clone();
        let is_here = |at: &str| pointer == at || pointer.starts_with(&format!("{at}/"));
        for section in ["domains", "defaults", "profiles", "networks", "pools", "links"] {
            let mut shorter = spec.clone();
            if !is_here(&format!("/{section}")) {
                shorter.as_object_mut().expect("a spec is an object").shift_remove(section);
            } else if let Some(entries) = shorter[section].as_object_mut().filter(|_| section != "defaults") {
                entries.retain(|name, _| is_here(&format!("/{section}/{name}")));
            }
            if Read::value(&shorter).checked.is_sound() {
                spec = shorter;
            }
        }
        Self { spec, path, pointer, is_name }
    }

    fn word(&self) -> String {
        if self.is_name {
            let name = self.pointer.rsplit('/').next().unwrap_or_default();
            return name.replace("~1", "/").replace("~0", "~");
        }
        self.spec.pointer(&self.pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The spec with another word here; a name is another one wherever it is named.
    fn with(&self, old: &str, word: &str) -> Option<Value> {
        let mut spec = self.spec.clone();
        // Other texts name it, and layers merge disks by their names.
        if self.is_name || self.path.ends_with(".disks.*.name") {
            renamed(&mut spec, old, word);
        }
        if self.is_name {
            let (parent, _) = self.pointer.rsplit_once('/')?;
            let map = spec.pointer_mut(parent)?.as_object_mut()?;
            if map.contains_key(word) {
                return None;
            }
            *map = std::mem::take(map)
                .into_iter()
                .map(|(key, value)| if key == old { (word.to_owned(), value) } else { (key, value) })
                .collect();
        } else {
            *spec.pointer_mut(&self.pointer)? = word.into();
        }
        Some(spec)
    }

    fn judge(&self, spec: &Value, word: &str) -> Option<String> {
        let read = Read::value(spec);
        let wrong = |what: &str| Some(format!("{} = {word:?}: {what}\n", self.path));
        let Ok((lab, objects)) = read.checked.lab() else {
            let is_here = |place: &Place| match place {
                Place::Value(pointer) | Place::Key(pointer) => self.is_at(&pointer.to_string(), word),
                Place::Text(_) | Place::File(_) => false,
            };
            let mut problems = read.checked.problems.iter();
            let told = problems.any(|p| is_here(&p.place) || p.related.iter().any(|(place, _)| is_here(place)));
            return if told { None } else { wrong(&format!("is reported elsewhere\n{}", read.report())) };
        };
        let bad = leaving(lab, objects).into_iter().find(|(what, word)| {
            let pattern = PATTERNS.get(what).unwrap_or_else(|| panic!("nobody takes a {what}"));
            !pattern.is_valid(&word.as_str().into())
        });
        bad.and_then(|(what, _)| wrong(&format!("leaves as a {what}")))
    }

    /// Whether a place is this one, or one in it.
    fn is_at(&self, place: &str, word: &str) -> bool {
        let own = match self.pointer.rsplit_once('/') {
            Some((parent, _)) if self.is_name => format!("{parent}/{}", word.replace('~', "~0").replace('/', "~1")),
            _ => self.pointer.clone(),
        };
        place.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Names something otherwise wherever it is named.
fn renamed(value: &mut Value, old: &str, word: &str) {
    match value {
        Value::String(text) if text == old => word.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| renamed(item, old, word)),
        Value::Object(object) => object.values_mut().for_each(|value| renamed(value, old, word)),
        _ => {}
    }
}

/// Every text of the language and every name in it, by its path in the language, in the shortest of the good specs that has it.
fn places(specs: &[PathBuf]) -> BTreeMap<String, Site> {
    let schema = schema::schema();
    let mut specs: Vec<Value> = specs.iter().filter_map(|spec| Read::file(spec).to_value()).collect();
    specs.sort_by_key(|spec| spec.to_string().len());
    let mut places = BTreeMap::new();
    for spec in &specs {
        language::members(&schema, spec, &mut |member| {
            let site = |path: &str, is_name| Site {
                spec: spec.clone(),
                path: path.to_owned(),
                pointer: member.pointer.to_owned(),
                is_name,
            };
            if member.is_named {
                let path = format!("{} (name)", member.path);
                places.entry(path.clone()).or_insert_with(|| site(&path, true));
            }
            // Others are chosen from a list.
            if member.value.is_string() && member.schema["oneOf"].is_null() && member.schema["enum"].is_null() {
                places.entry(member.path.to_owned()).or_insert_with(|| site(member.path, false));
            }
        });
    }
    places
}

/// The words of a lab that leave for other programs, each with what it is.
fn leaving(lab: &Lab, objects: &Objects) -> Vec<(&'static str, String)> {
    let HostNeeds { directories, tftp, filesystems, images, imported, external, bridges, links, .. } =
        HostNeeds::of(lab);
    let mut words = vec![("lab", lab.name.clone())];
    words.extend(bridges.into_iter().map(|(name, Ports { .. })| ("bridge", name)));
    for (path, permissions) in directories {
        words.push(("directory", path));
        words.extend(permissions.map(|permissions| ("mode", permissions.mode)));
    }
    words.extend(tftp.into_iter().map(|path| ("directory", path)));
    words.extend(filesystems.into_iter().map(|name| ("file system", name)));
    words.extend(images.into_keys().map(|name| ("image", name)));
    words.extend(imported.into_keys().map(|name| ("object", name)));
    words.extend(external.into_values().flatten().map(|name| ("object", name)));
    for (device, link) in links {
        words.extend([("device", device), ("netem", link.netem)]);
    }
    lab.networks().for_each(|(id, network)| of_network(network, lab.dhcp_hosts(id), &mut words));
    lab.pools.iter().flatten().for_each(|pool| of_pool(pool, &mut words));
    for domain in lab.domains.iter().flatten() {
        words.push(("object", domain.name.clone()));
        let targets = domain.interfaces.iter().filter_map(|interface| interface.tap.target.as_ref());
        words.extend(targets.map(|target| ("device", target.value.clone())));
    }
    for object in [&objects.networks, &objects.pools, &objects.domains].into_iter().flatten().flatten() {
        lines(&object.definition.tree, &mut words);
        let volumes = object.volumes.iter().filter_map(|volume| volume.definition.as_ref());
        volumes.for_each(|definition| lines(&definition.tree, &mut words));
    }
    words
}

fn of_network(network: &Network, hosts: &[DhcpHost], words: &mut Vec<(&'static str, String)>) {
    let made = network.mode.makes_bridge();
    words.push(("object", network.name.clone()));
    words.extend(network.bridge.iter().map(|bridge| {
        let what = if made { "bridge" } else { "device of the host" };
        (what, bridge.value.clone())
    }));
    words.extend(network.dev.iter().map(|dev| ("device of the host", dev.clone())));
    words.extend(hosts.iter().map(|host| ("machine", host.name.clone())));
    let dns = &network.dns;
    let named = (dns.hosts.iter().chain(&dns.forward_domains).map(|(name, _)| name)).chain(dns.txt.keys());
    let of_services = dns.srv.iter().flat_map(|srv| [Some(&srv.target), srv.domain.as_ref()]).flatten();
    words.extend(named.chain(of_services).chain(&dns.domain).map(|name| ("host name", name.clone())));
    words.extend(dns.srv.iter().map(|srv| ("service", srv.service.clone())));
    words.extend(dns.txt.values().map(|text| ("line", text.clone())));
    words.extend(network.dnsmasq.iter().map(|option| ("option of dnsmasq", option.clone())));
    let pxe = [&network.pxe.tftp, &network.pxe.file].into_iter().flatten();
    words.extend(pxe.map(|file| ("file to boot", file.clone())));
}

fn of_pool(pool: &Pool, words: &mut Vec<(&'static str, String)>) {
    let source = &pool.source;
    words.push(("object", pool.name.clone()));
    words.extend(pool.path.iter().map(|path| ("path", path.clone())));
    words.extend(source.hosts.iter().map(|host| ("server", host.name.clone())));
    words.extend(source.name.iter().map(|name| ("storage", name.clone())));
    words.extend(source.initiator.iter().map(|name| ("target", name.clone())));
    words.extend(
        source.device.iter().map(|device| (if device.starts_with('/') { "path" } else { "target" }, device.clone())),
    );
    words.extend(source.protocol_version.iter().map(|version| ("version", version.clone())));
    words.extend(source.format.iter().map(|format| ("file system", format.replace('-', ""))));
}

/// The texts of a definition, but for those that people read.
fn lines(tree: &Tree, words: &mut Vec<(&'static str, String)>) {
    for (name, value) in tree.iter().filter(|(name, _)| !["description", "metadata"].contains(name)) {
        let values = match value {
            Attribute::List(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            match value {
                Attribute::Str(text) => words.push(("line", text.to_string())),
                Attribute::Set(tree) => lines(tree, words),
                Attribute::List(_) => panic!("a list in the list `{name}`"),
                Attribute::Bool(_) | Attribute::Int(_) | Attribute::File(_) => {}
            }
        }
    }
}

/// A text of DNS that is taken is the one that dnsmasq serves.
#[test]
fn texts_of_dns_are_served_as_they_are_written() {
    let texts = [r"a\b", "a \\", "\"", "\\\"", "a # b", "#", ",", "a,b,", "tag:x", "", "é", "v=spf1 -all", "''", "\\n"];
    let mut served = 0;
    for text in HOSTILE.iter().chain(&texts) {
        let spec = json!({
            "lab": "words",
            "networks": { "lan": { "subnet": "10.0.0.0/24", "dns": { "txt": { "a.lan": text } } } }
        });
        let read = Read::value(&spec);
        let Ok((_, objects)) = read.checked.lab() else { continue };
        let networks = objects.networks.as_deref().unwrap_or_default();
        let Some(Attribute::Set(dns)) = networks[0].definition.tree.get("dns") else { panic!("{text}: no DNS") };
        let Some(Attribute::List(records)) = dns.get("txt") else { panic!("{text}: no text") };
        let [Attribute::Set(record)] = records.as_slice() else { panic!("{text}: {records:?}") };
        let Some(Attribute::Str(value)) = record.get("value") else { panic!("{text}: {record:?}") };
        assert_eq!(option_of_dnsmasq(&format!("a.lan,{value}")), ["a.lan", *text], "{value}");
        served += 1;
    }
    assert!(served > 20, "only {served} texts were served");
}

/// The parts of an option, as dnsmasq reads its configuration
/// ([`read_file` and `split`](https://thekelleys.org.uk/gitweb/?p=dnsmasq.git;a=blob;f=src/option.c)).
fn option_of_dnsmasq(line: &str) -> Vec<String> {
    // What is in quotes means nothing else.
    let mut read: Vec<(char, bool)> = Vec::new();
    let (mut chars, mut is_quoted) = (line.chars().peekable(), false);
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => match chars.next_if(|next| "\"tnebr\\".contains(*next)) {
                Some(escaped @ ('"' | '\\')) => read.push((escaped, true)),
                Some(control) => panic!("`{control}` after a backslash"),
                None => read.push((c, true)),
            },
            '#' if !is_quoted && read.last().is_none_or(|(c, _)| *c == ' ') => break,
            c => read.push((c, is_quoted)),
        }
    }
    assert!(!is_quoted, "{line}: a quote that does not end");
    let is_blank = |(c, quoted): &(char, bool)| *c == ' ' && !quoted;
    let part = |part: &[(char, bool)]| {
        let start = part.iter().position(|c| !is_blank(c)).unwrap_or(part.len());
        let end = part.iter().rposition(|c| !is_blank(c)).map_or(start, |last| last + 1);
        part[start..end].iter().map(|(c, _)| *c).collect()
    };
    read.split(|(c, quoted)| *c == ',' && !quoted).map(part).collect()
}
