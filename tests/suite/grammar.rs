//! `schema/values.json` has what libvirt's grammars say of the places of a definition: the words that a text can be, the
//! limits of numbers and the shapes of other texts, what an element cannot do without, and what it cannot have where an
//! attribute says a certain word.
//!
//! With `LIBVIRT_ROOT` set to a root with libvirt, the table is compared with its grammars, and `UPDATE_CASES=1` writes it anew.
//! What it is of is written by hand, and so is what later versions of libvirt have.

mod meaning;
mod places;
mod relax_ng;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lab2nix::lab::identity::ObjectKind;
use lab2nix::libvirt::vocabulary::{Element, Values, Vocabulary};
use lab2nix::spec::NixVirtVersion;
use serde_json::{Value, json};

use self::meaning::{Shape, Texts};
use self::places::{Places, Survey};
use self::relax_ng::Grammar;
use crate::support::cookbook::recipes;
use crate::support::{Differences, Read, good_specs, skip};

const TABLE: &str = "schema/values.json";
const MEND: &str = "UPDATE_CASES=1 LIBVIRT_ROOT=<a root> cargo test --test suite grammar::";
const SCHEMAS: &str = "usr/share/libvirt/schemas";

/// The shapes of texts, besides those of numbers, that matter. libvirt itself takes any text as a name or a path, and its
/// schemas have patterns for these all the same: what nobody means to write is not worth refusing what somebody does.
const KEPT: &[&str] = &[
    "UUID",
    "[0-9]+\\.[0-9]+",
    "absDirPath",
    "absFilePath",
    "ccidSlot",
    "ccwSsidRange",
    "cpuset",
    "diskTargetDev",
    "driveBus",
    "driveController",
    "driveSCSITarget",
    "driveSCSIUnit",
    "driveTarget",
    "driveUnit",
    "duidEN",
    "duidLL",
    "duidLLT",
    "duidUUID",
    "hexuint",
    "ipv4Addr",
    "ipv6Addr",
    "spaprvioReg",
    "timeDelta",
    "uniMacAddr",
    "unit",
    "usbAddr",
    "usbClass",
    "usbId",
    "usbIdDefault",
    "usbPort",
    "virtioserialPort",
    "vmwarePath",
    "wwn",
];

/// What libvirt has a default for, and its schemas want all the same, by the end of the path.
const DEFAULTED: &[(&str, &[&str])] = &[
    ("address type=ccid", &["controller"]),
    ("address type=usb", &["bus"]),
    ("address type=virtio-serial", &["controller"]),
    ("clock", &["offset"]),
    ("cpu.feature", &["policy"]),
    ("cpu.numa.cell.cache.line", &["unit"]),
    ("cpu.numa.cell.cache.size", &["unit"]),
    ("devices.channel", &["type"]),
    ("devices.controller", &["type"]),
    ("devices.disk.geometry", &["cyls", "heads", "secs"]),
    ("devices.graphics.listen", &["type"]),
    ("devices.memballoon", &["model"]),
    ("devices.parallel", &["type"]),
    ("devices.redirdev", &["bus"]),
    ("devices.serial", &["type"]),
    ("devices.shmem.model", &["type"]),
    ("devices.tpm.backend.source", &["type"]),
    ("devices.video.model", &["type"]),
];

/// The kinds of definitions: what the table calls them, their grammars, and their roots.
type Kind = (&'static str, &'static str, fn(&Vocabulary) -> Element);
const KINDS: &[Kind] = &[
    ("network", "network.rng", |vocabulary| vocabulary.object(ObjectKind::Network)),
    ("pool", "storagepool.rng", |vocabulary| vocabulary.object(ObjectKind::Pool)),
    ("volume", "storagevol.rng", Vocabulary::volume),
    ("domain", "domain.rng", |vocabulary| vocabulary.object(ObjectKind::Domain)),
];

#[test]
fn the_table_is_what_the_grammars_say() {
    let Some(root) = env::var_os("LIBVIRT_ROOT").filter(|root| !root.is_empty()).map(PathBuf::from) else {
        return skip("LIBVIRT_ROOT names no root with libvirt");
    };
    let kept: Value = serde_json::from_str(&fs::read_to_string(TABLE).expect("the table is there")).expect("JSON");
    let places: BTreeMap<&str, Places> = KINDS
        .iter()
        .map(|(kind, grammar, element)| {
            let grammar = Grammar::read(&root.join(SCHEMAS).join(grammar));
            let versions = [NixVirtVersion::V0_6_0, NixVirtVersion::Unreleased].map(Vocabulary::whole);
            let [one, other] = versions.map(|all| Survey::places(&grammar, all, element(all)));
            (*kind, one.joined(other).that_matter())
        })
        .collect();
    let mut differences = Differences::default();
    differences.compare(Path::new(TABLE), &text(&kept, &places));
    differences.settle(MEND);
}

impl Places {
    /// Both: each has places that the other lacks, and what both have is the same in both.
    fn joined(mut self, other: Self) -> Self {
        for (path, texts) in other.texts {
            let known = self.texts.entry(path.clone()).or_insert_with(|| texts.clone());
            assert_eq!(*known, texts, "{path}");
        }
        for (path, needs) in other.needs {
            let known = self.needs.entry(path).or_insert_with(|| needs.clone());
            // One may have no name for what the other has one for.
            known.extend(needs);
        }
        for (path, excludes) in other.excludes {
            self.excludes.entry(path).or_default().extend(excludes);
        }
        self
    }

    /// Without what libvirt itself does not insist on.
    fn that_matter(mut self) -> Self {
        self.texts.retain(|_, texts| {
            let mut shapes = texts.shapes.iter();
            shapes.all(|(name, shapes)| KEPT.contains(&name.as_str()) || shapes.iter().any(Shape::has_limits))
        });
        for (path, needs) in &mut self.needs {
            let is_of =
                |end: &str| path.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with('.'));
            for (_, defaulted) in DEFAULTED.iter().filter(|(end, _)| is_of(end)) {
                needs.retain(|name| !defaulted.contains(&name.as_str()));
            }
        }
        self.needs.retain(|_, needs| !needs.is_empty());
        self
    }
}

/// The table, with a line for each place.
fn text(kept: &Value, places: &BTreeMap<&str, Places>) -> String {
    let shapes: BTreeMap<&String, &BTreeSet<Shape>> =
        places.values().flat_map(|places| places.texts.values()).flat_map(|texts| &texts.shapes).collect();
    let mut out = format!("{{\n \"source\": {},\n \"later\": {},\n", kept["source"], kept["later"]);
    let shapes = shapes.into_iter().map(|(name, shapes)| (name, shapes.iter().map(Shape::value).collect()));
    section(&mut out, "", "shapes", shapes);
    for (kind, _, _) in KINDS {
        let places = &places[kind];
        let _ = writeln!(out, ",\n \"{kind}\": {{");
        section(&mut out, " ", "texts", places.texts.iter().map(|(path, texts)| (path, texts.value())));
        out.push_str(",\n");
        section(&mut out, " ", "needs", places.needs.iter().map(|(path, needs)| (path, json!(needs))));
        out.push_str(",\n");
        section(&mut out, " ", "excludes", places.excludes.iter().map(|(path, excludes)| (path, json!(excludes))));
        out.push_str("\n }");
    }
    out.push_str("\n}\n");
    out
}

/// One member of the table, with a line for each of its own.
fn section<'a>(out: &mut String, indent: &str, name: &str, lines: impl Iterator<Item = (&'a String, Value)>) {
    let _ = write!(out, "{indent} \"{name}\": {{");
    for (index, (path, value)) in lines.enumerate() {
        let _ = write!(out, "{}\n{indent}  {}: {value}", if index == 0 { "" } else { "," }, json!(path));
    }
    let _ = write!(out, "\n{indent} }}");
}

impl Texts {
    fn value(&self) -> Value {
        let mut value = json!({});
        if !self.words.is_empty() {
            value["words"] = json!(self.words);
        }
        if !self.shapes.is_empty() {
            value["shapes"] = json!(self.shapes.keys().collect::<Vec<_>>());
        }
        value
    }
}

impl Shape {
    fn value(&self) -> Value {
        let mut value = json!({});
        for (key, limit) in [("least", self.least), ("most", self.most)] {
            if let Some(limit) = limit {
                value[key] = json!(limit);
            }
        }
        if let Some(pattern) = &self.pattern {
            value["pattern"] = json!(pattern);
        }
        value
    }
}

/// What the table refuses is in no definition that libvirt takes.
#[test]
fn what_is_written_conforms() {
    let recipes = recipes().into_iter().map(|recipe| (recipe.place.clone(), Read::value(&recipe.lab())));
    let specs = good_specs().into_iter().map(|path| (path.display().to_string(), Read::file(&path)));
    let mut differences = Differences::default();
    let mut count = 0;
    for (name, read) in specs.chain(recipes) {
        let Ok((lab, objects)) = read.checked.lab() else { continue };
        let vocabulary = Vocabulary::whole(lab.target.nixvirt);
        for (kind, object, definition) in objects.definitions() {
            let (_, _, root) = KINDS.iter().find(|(known, ..)| *known == kind).expect("it is a kind of definition");
            let values = match kind {
                "network" => Values::object(ObjectKind::Network),
                "pool" => Values::object(ObjectKind::Pool),
                "domain" => Values::object(ObjectKind::Domain),
                _ => Values::volume(),
            };
            for refusal in values.refusals(vocabulary, root(vocabulary), &definition.tree) {
                differences.add(&format!("{name}: {kind} {object}: {refusal:?}"));
            }
            count += 1;
        }
    }
    assert!(count > 200, "only {count} definitions are looked at");
    differences.settle("libvirt takes all of it, so the table is wrong");
}
