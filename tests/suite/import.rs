//! What lab2nix generates can be imported: the spec that comes of it generates the same.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::Path;

use lab2nix::activation::definition::Definition;
use lab2nix::activation::settings::{Item, Settings};
use lab2nix::activation::wanted::settings;
use lab2nix::base::identity::identified;
use lab2nix::import::draft::{Beside, By, Original, Outcome, draft};
use lab2nix::import::frame::Frame;
use lab2nix::lab::identity::ObjectKind;
use lab2nix::spec::NixVirtVersion;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::{self, Read};

/// What NixVirt is told of a lab.
fn told(read: &Read) -> Settings {
    let (lab, objects) = read.checked.lab().unwrap();
    settings(&[(lab, objects)], None).unwrap()
}

/// The objects of a lab, as they would be found in what NixVirt is told.
fn originals(settings: &Settings) -> Vec<Original> {
    let original = |kind, item: &Item| {
        let Definition { name, .. } = &item.definition;
        Original { kind, name: name.clone(), text: item.definition.text().to_owned(), beside: Beside::of(kind, item) }
    };
    settings.kinds().flat_map(|(kind, items)| items.iter().map(move |item| original(kind, item))).collect()
}

/// What NixVirt is told of each object of a lab beside its definition, in the order of their names.
fn beside(settings: &Settings) -> Vec<String> {
    let described = |kind: ObjectKind, item: &Item| {
        let volumes: BTreeSet<String> = item.volumes.iter().map(|volume| format!("{volume:?}")).collect();
        let name = &item.definition.name;
        format!("{} {name}: active {:?}, restart {:?}, {volumes:?}", kind.name(), item.active, item.restart)
    };
    let mut all: Vec<String> =
        settings.kinds().flat_map(|(kind, items)| items.iter().map(move |item| described(kind, item))).collect();
    all.sort();
    all
}

/// What comes back by more than keys: a case whose entries stand on definitions, and one whose `extra` says where devices are.
const NOT_BY_KEYS: &[(&str, &[&str])] =
    &[("definitions", &["default", "isos", "office", "archive", "copy"]), ("extra", &["of-several"])];

/// Without libvirt between: what is written is the same to the letter.
#[test]
fn what_is_generated_comes_back() {
    let (mut refused, mut not_by_keys) = (Vec::new(), Vec::new());
    for spec in support::good_specs() {
        let read = Read::file(&spec);
        let (lab, _) = read.checked.lab().unwrap();
        let told_of = told(&read);
        let originals = originals(&told_of);
        let frame = Frame { lab: &lab.name, version: lab.target.nixvirt, there: None };
        let draft = draft(&frame, &originals, false, |texts| {
            Ok::<_, Infallible>(texts.iter().map(|(_, text)| Ok((*text).to_owned())).collect())
        })
        .unwrap();
        assert_eq!(draft.left_out, [], "{}", spec.display());
        let (source, problems) = frame.source(&draft.sections, &draft.files);
        let back = told(&Read::of(source, problems));
        assert_eq!(beside(&back), beside(&told_of), "{}", spec.display());
        for (kind, name, outcome) in draft.outcomes {
            match outcome {
                Outcome::Exact { by: By::Keys, .. } => {}
                Outcome::Exact { .. } => not_by_keys.push((case(&spec), name)),
                Outcome::Moved { .. } => unreachable!("nothing may move"),
                Outcome::Refused(why) => {
                    refused.push(format!("{} {} {name}: {why:?}", spec.display(), kind.name()));
                }
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let expected = NOT_BY_KEYS.iter().flat_map(|(case, names)| names.iter().map(|name| (*case, *name)));
    let expected: BTreeSet<(String, String)> =
        expected.map(|(case, name)| (case.to_owned(), name.to_owned())).collect();
    assert_eq!(not_by_keys.into_iter().collect::<BTreeSet<_>>(), expected);
}

/// The case that a spec is of, by its directory.
fn case(spec: &Path) -> String {
    spec.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

/// A definition with some of everything.
const OFFICE: &str = include_str!("../cases/ok/definitions/imported/domains/office.xml");

/// What becomes of a text: an entry that says what it says, or a reason.
fn becomes(text: &str, may_move: bool) -> Result<Outcome, String> {
    let (kind, name, text) = identified("lab", text)?;
    let frame = Frame { lab: "lab", version: NixVirtVersion::default(), there: None };
    let original = Original { kind, name, text, beside: Beside::default() };
    let draft = draft(&frame, &[original], may_move, |texts| {
        Ok::<_, Infallible>(texts.iter().map(|(_, text)| Ok((*text).to_owned())).collect())
    });
    let (.., outcome) = draft.unwrap().outcomes.pop().unwrap();
    Ok(outcome)
}

/// What differs in nothing but where its devices are plugged in may move, and is told; what can be said exactly stays.
#[test]
fn what_may_move_is_said_by_keys() {
    let domain = |disks: usize| {
        let disks: Vec<Value> = (0..disks).map(|disk| json!({ "file": format!("/srv/{disk}.qcow2") })).collect();
        let domain = json!({ "memory": "512MiB", "disks": disks, "interfaces": [{ "network": "default" }] });
        let spec = json!({ "lab": "lab", "external": { "networks": ["default"] }, "domains": { "a": domain } });
        let text = originals(&told(&Read::value(&spec))).pop().unwrap().text;
        let mut slot = 0;
        let placed = text.lines().map(|line| {
            slot += usize::from(line.contains("bus='virtio'"));
            let place = format!("<address type='pci' domain='0' bus='9' slot='{slot}' function='0'/>");
            if line.contains("bus='virtio'") { format!("{line}{place}") } else { line.to_owned() }
        });
        placed.collect::<Vec<_>>().join("\n")
    };
    let by = |disks: usize, may_move: bool| match becomes(&domain(disks), may_move).unwrap() {
        Outcome::Exact { by, .. } => Some(by),
        Outcome::Moved { .. } => None,
        other @ Outcome::Refused(_) => panic!("{other:?}"),
    };
    assert_eq!([by(0, true), by(1, false), by(1, true)], [Some(By::Keys); 3]);
    assert_eq!([by(12, false), by(12, true)], [Some(By::Plugged), None]);
}

/// Two adapters that are one in the guest have one MAC address.
#[test]
fn a_team_of_adapters_comes_along() {
    let one = "<interface type='bridge'><mac address='52:54:00:aa:00:01'/><source bridge='br0'/><model type='virtio'/></interface>";
    let team = OFFICE.replacen("  </devices>", &format!("    {one}\n    {one}\n  </devices>"), 1);
    assert!(matches!(becomes(&team, false), Ok(Outcome::Exact { by: By::Base, .. })));
}

/// The elements of a file that somebody has cut off, or filled with what would take all memory.
#[test]
fn it_is_total_on_hostile_files() {
    for cut in (0..OFFICE.len()).step_by(37).filter(|cut| OFFICE.is_char_boundary(*cut)) {
        assert!(becomes(&OFFICE[..cut], false).is_err(), "{cut}");
    }
    let bomb = format!("<!DOCTYPE d [<!ENTITY a \"{}\">]><domain><name>&a;</name></domain>", "x".repeat(100));
    let file = "<!DOCTYPE d [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><domain><name>&a;</name></domain>".to_owned();
    let many = format!("<domain><name>x</name><devices>{}</devices></domain>", "<disk/>".repeat(100_000));
    let deep = format!("{}{}", "<domain>".repeat(100_000), "</domain>".repeat(100_000));
    for text in [bomb, file, many, deep] {
        let why = becomes(&text, false).unwrap_err();
        assert!(why.len() < 200, "{why}");
    }
    // Long, and all of it what libvirt knows: it stands on what it says.
    let title = OFFICE.replace("  <metadata>", &format!("  <title>{}</title>\n  <metadata>", "x".repeat(10 << 20)));
    assert!(matches!(becomes(&title, false), Ok(Outcome::Exact { .. } | Outcome::Refused(_))));
    let drive = "<disk type='file' device='disk'><source file='/x'/><target dev='vda' bus='virtio'/></disk>";
    let drives = OFFICE.replace("  <devices>", &format!("  <devices>{}", drive.repeat(1_500)));
    assert!(matches!(becomes(&drives, false), Ok(Outcome::Exact { by: By::Base, .. } | Outcome::Refused(_))));
}

/// Each element and attribute on its own, taken away, doubled or made nonsense: what comes of it says so exactly, or why not.
#[test]
fn it_is_total_on_other_definitions() {
    let mut rng = 15_u64;
    let mut below = |most: usize| {
        rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(rng >> 33).unwrap() % most
    };
    let lines: Vec<&str> = OFFICE.lines().collect();
    for _ in 0..60 {
        let mut changed = lines.clone();
        let at = 4 + below(lines.len() - 5);
        let nonsense = lines[at].replace("='", "='~");
        match below(3) {
            0 => drop(changed.remove(at)),
            1 => changed.insert(at, lines[at]),
            _ => changed[at] = &nonsense,
        }
        // No panic, and a reason where there is no entry.
        if let Ok(Outcome::Refused(why)) = becomes(&changed.join("\n"), false) {
            assert!(!why.is_empty() && why.iter().all(|why| !why.is_empty()), "{why:?}");
        }
    }
}
