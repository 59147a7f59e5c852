//! `lab2nix init`, `add` and `rename`: what becomes of the text of a spec, and that a rename changes nothing but the name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lab2nix::edit::add::{Adding, add};
use lab2nix::edit::rename::rename;
use lab2nix::edit::same::Renaming;
use lab2nix::edit::template::TEMPLATES;
use lab2nix::edit::{Edited, Refusal, Target};
use lab2nix::files::Disk;
use lab2nix::lab::identity::ObjectKind;
use lab2nix::pipeline;
use lab2nix::source::Node;
use pretty_assertions::assert_eq;
use similar::ChangeTag;

use super::place::{GOOD, Place};
use crate::support::{Differences, Read, good_specs};

/// A name that no spec has.
const NEW: &str = "zz9";

fn spec(place: &Place) -> String {
    fs::read_to_string(place.path("lab.json")).unwrap()
}

#[test]
fn init_writes_a_lab_that_gen_accepts() {
    for template in TEMPLATES {
        let place = Place::with("");
        let ran = place.run(&["init", "labs/new", "--template", template.name]).exits(0).without_result();
        let next = "next: give the lab its name in lab.json, and what its comments ask for; then `cd labs/new && lab2nix gen`\n";
        assert_eq!(ran.err, format!("wrote labs/new/lab.json\n{next}"));
        assert_eq!(fs::read_to_string(place.path("labs/new/lab.json")).unwrap(), template.files[0].1);
        place.run(&["gen", "labs/new/lab.json", "--deny", "warnings"]).exits(0);
    }
}

#[test]
fn init_writes_the_flake_of_the_template() {
    let place = Place::with("");
    fs::remove_file(place.path("lab.json")).unwrap();
    let ran = place.run(&["init", "--flake"]).exits(0).without_result();
    let wrote = "wrote lab.json\nwrote flake.nix\nwrote README.md\nwrote .github/workflows/check.yml\n";
    assert_eq!(
        ran.err,
        format!(
            "{wrote}next: give the lab its name in lab.json, and what its comments ask for; then `nix run .#gen`\n"
        )
    );
    for (name, _) in TEMPLATES[0].files {
        let template = Path::new("templates/default").join(name);
        assert_eq!(fs::read_to_string(place.path(name)).unwrap(), fs::read_to_string(template).unwrap());
    }
}

#[test]
fn init_overwrites_nothing() {
    let place = Place::with(GOOD);
    place.run(&["init"]).exits(1).without_result().says("error[foreign-file]: `lab.json` is there already\n");
    // A spec that is there already gets its flake.
    let ran = place.run(&["init", "--flake"]).exits(0).without_result();
    assert!(ran.err.starts_with("wrote flake.nix\n") && ran.err.ends_with("\nnext: `nix run .#gen`\n"), "{ran:?}");
    assert_eq!(spec(&place), GOOD);
    assert!(!place.has("README.md"));
    place.run(&["init", "--flake"]).exits(1).says("error[foreign-file]: `flake.nix` is there already\n");
}

#[test]
fn a_file_is_no_directory() {
    let place = Place::with(GOOD);
    for command in ["init", "man"] {
        place
            .run(&[command, "lab.json"])
            .exits(2)
            .without_result()
            .says("error: `lab.json` is a file: name a directory\n");
    }
}

#[test]
fn init_lists_the_templates() {
    let ran = Place::with("").run(&["init", "--template", "windws"]).exits(2).without_result();
    ran.says("did you mean `windows`?").says("\n  cluster   equal Linux machines");
}

#[test]
fn add_keeps_the_rest_of_the_file() {
    let before = "{\n  \"lab\": \"hello\", // mine\n  \"networks\": { \"lan\": { \"subnet\": \"10.20.0.0/24\" } },\n\n  /* disks */\n  \
                  \"pools\": { \"vms\": { \"path\": \"/srv/vms\" } },\n  \"domains\": {\n    // The first.\n    \"web\": { \"memory\": \
                  \"1GiB\" } // small\n    // More to come.\n  }\n}\n";
    let place = Place::with(before);
    place.run(&["add", "network", "wan"]).exits(0);
    place.run(&["add", "pool", "iso"]).exits(0);
    let ran = place.run(&["add", "domain", "db"]).exits(0).without_result();
    assert!(ran.err.contains("added domain `db` at lab.json:17:5, with `memory`, `disks`, `interfaces`\n"), "{ran:?}");
    let expected = r#"{
  "lab": "hello", // mine
  "networks": {
    "lan": { "subnet": "10.20.0.0/24" },
    "wan": { "subnet": "10.21.0.0/24" }
  },

  /* disks */
  "pools": {
    "vms": { "path": "/srv/vms" },
    "iso": { "path": "/var/lib/libvirt/images/iso" }
  },
  "domains": {
    // The first.
    "web": { "memory": "1GiB" }, // small
    // More to come.
    "db": {
      "memory": "2GiB",
      "disks": [{ "pool": "vms", "size": "20GiB" }],
      "interfaces": [{ "network": "lan" }]
    }
  }
}
"#;
    assert_eq!(spec(&place).lines().collect::<Vec<_>>(), expected.lines().collect::<Vec<_>>());
    place.run(&["gen"]).exits(0);
}

#[test]
fn add_says_what_the_profiles_do_not() {
    let text = r#"{
  "lab": "hello",
  "networks": { "lan": { "subnet": "10.20.0.0/24" } },
  "defaults": { "interfaces": [{ "network": "lan" }] },
  "profiles": { "small": { "memory": "1GiB" }, "web": { "extends": ["small"] } },
  "domains": {}
}
"#;
    let place = Place::with(text);
    place.run(&["add", "domain", "a", "--from", "web"]).exits(0);
    assert!(spec(&place).contains("    \"a\": {\n      \"profiles\": [\"web\"]\n    }\n"), "{}", spec(&place));
    place
        .run(&["add", "domain", "b", "--from", "web", "--from", "web"])
        .exits(2)
        .says("the profile `web` is named twice");
    place
        .run(&["add", "domain", "b", "--from", "smal"])
        .exits(2)
        .says("there is no profile `smal`: did you mean `small`?");
    place.run(&["add", "pool", "b", "--from", "small"]).exits(2).says("which only domains have");
}

#[test]
fn add_refuses_what_is_there_and_what_cannot_be() {
    let place = Place::with(GOOD);
    let ran = place.run(&["add", "domain", "web"]).exits(1).without_result();
    ran.says("error[duplicate-name]: domain `web` is in the spec already\n").says("lab.json:5:16");
    place.run(&["add", "network", "a b"]).exits(1).says("error[bad-name]").says("nothing was written");
    place.run(&["add", "thing", "x"]).exits(2).says("known here");
    assert_eq!(spec(&place), GOOD);
}

/// NixVirt deletes what a section does not list, so a section that is new is more than an entry.
#[test]
fn add_warns_of_a_new_section() {
    let place = Place::with("{ \"lab\": \"hello\" }\n");
    place
        .run(&["add", "network", "lan"])
        .exits(0)
        .says("warning: the lab had no `networks`, so a switch left those of the host alone");
    assert_eq!(
        spec(&place),
        "{\n  \"lab\": \"hello\",\n  \"networks\": {\n    \"lan\": { \"subnet\": \"10.20.0.0/24\" }\n  }\n}\n"
    );
    let ran = place.run(&["add", "network", "wan"]).exits(0);
    assert!(!ran.err.contains("warning"), "{ran:?}");
}

#[test]
fn diff_writes_nothing() {
    let place = Place::with(GOOD);
    let ran = place.run(&["add", "pool", "iso", "--diff"]).exits(0).without_talk();
    assert!(ran.out.starts_with("--- lab.json\n+++ lab.json\n@@ "), "{ran:?}");
    assert!(ran.out.contains("\n+    \"iso\": { \"path\": \"/var/lib/libvirt/images/iso\" }\n"), "{ran:?}");
    let ran = place.run(&["rename", "lan", "wan", "--diff"]).exits(0);
    assert!(
        ran.out.contains("\n+  \"networks\": { \"wan\": { \"id\": \"lan\", \"bridge\": \"virbr-lan\", "),
        "{ran:?}"
    );
    assert_eq!(spec(&place), GOOD);
}

#[test]
fn rename_mends_every_reference() {
    let before = r#"{
  "lab": "hello",
  "networks": {
    // The one.
    "lan": { "subnet": "10.20.0.0/24", "bridge": "virbr7" }
  },
  "profiles": { "node": { "memory": "1GiB", "interfaces": [{ "network": "lan" /* all */ }] } },
  "domains": {
    "db": {
      // Small.
      "profiles": ["node"],
      "active": true
    },
    "web": {
      "profiles": ["node"],
      "replicas": 2, "active": true,
      "after": ["db"], "manage": "lan"
    },
    "top": { "profiles": ["node"], "after": ["web-2", "web"], "active": true }
  }
}
"#;
    let place = Place::with(&before.replace('\n', "\r\n"));
    let ran = place.run(&["rename", "lan", "net"]).exits(0).without_result();
    assert!(
        ran.err.contains(
            "network `lan` is `net`: 2 references were mended, and `id` keeps what was made of the old name\n"
        ),
        "{ran:?}"
    );
    let ran = place.run(&["rename", "web", "front"]).exits(0);
    assert!(ran.err.contains("domain `web` is `front`: 2 references were mended"), "{ran:?}");
    let ran = place.run(&["rename", "db", "store"]).exits(0);
    assert!(ran.err.contains("snapshots of the domain have to be deleted"), "{ran:?}");
    let expected = before
        .replace("\"lan\": { \"subnet\"", "\"net\": { \"id\": \"lan\", \"subnet\"")
        .replace("\"lan\"", "\"net\"")
        .replace("\"id\": \"net\"", "\"id\": \"lan\"")
        .replace("    \"web\": {\n", "    \"front\": {\n      \"id\": \"web\",\n")
        .replace("[\"web-2\", \"web\"]", "[\"front-2\", \"front\"]")
        .replace("[\"db\"]", "[\"store\"]")
        .replace("\"db\": {", "\"store\": {")
        .replacen("\"active\": true\n    }", "\"active\": true,\n      \"id\": \"db\"\n    }", 1);
    assert_eq!(spec(&place), expected.replace('\n', "\r\n"));
}

/// An interface is called after its network, and others may know it by that.
#[test]
fn rename_keeps_the_names_of_interfaces_where_they_matter() {
    let place = Place::with(
        r#"{
  "lab": "hello",
  "networks": { "lan": { "subnet": "10.20.0.0/24" } },
  "defaults": { "memory": "1GiB", "interfaces": [{ "network": "lan" }] },
  "domains": { "web": { "interfaces": [{ "name": "lan", "ip": "10.20.0.7" }] } }
}
"#,
    );
    place.run(&["rename", "lan", "net"]).exits(0).says("`id`, `bridge` and `name` keep");
    assert!(spec(&place).contains("\"interfaces\": [{ \"name\": \"lan\", \"network\": \"net\" }]"), "{}", spec(&place));
}

#[test]
fn rename_keeps_what_cloud_init_calls_an_interface() {
    let interface = |name: &str, network: &str| {
        format!(
            r#"{{ "memory": "1GiB", "interfaces": [{{ {name}"network": "{network}" }}], "cloudInit": {{ "network": {{ "interfaces": {{ "lan": {{}} }} }} }} }}"#
        )
    };
    let spec_of = |network: &str, domain: String| {
        format!(r#"{{ "lab": "hello", "networks": {{ {network} }}, "domains": {{ "web": {domain} }} }}"#)
    };
    let place = Place::with(&spec_of(r#""lan": { "subnet": "10.20.0.0/24" }"#, interface("", "lan")));
    place.run(&["rename", "lan", "net"]).exits(0).says("`id`, `bridge` and `name` keep");
    let network = r#""net": { "id": "lan", "bridge": "virbr-lan", "subnet": "10.20.0.0/24" }"#;
    assert_eq!(spec(&place), spec_of(network, interface(r#""name": "lan", "#, "net")));
}

#[test]
fn a_spec_is_edited_where_it_is() {
    let place = Place::with(GOOD);
    fs::rename(place.path("lab.json"), place.path("real.json")).unwrap();
    std::os::unix::fs::symlink("real.json", place.path("lab.json")).unwrap();
    place.run(&["add", "pool", "iso"]).exits(0).says("real.json\n");
    assert!(place.path("lab.json").is_symlink());
    assert!(spec(&place).contains("\"iso\""));
    let directory = place.path(".");
    place.run(&["rename", "web", "front", "--spec", directory.to_str().unwrap()]).exits(0);
    place.run(&["xml", directory.to_str().unwrap(), "front"]).exits(0);
    // Through standard input and output, nothing is written.
    let ran = super::talk::piped(&place, &["add", "pool", "more", "--spec", "-"], GOOD).exits(0);
    assert!(ran.out.contains("\"more\"") && ran.out.contains("\"web\""), "{ran:?}");
    place.run(&["import", "--from", ".", "--into", "-"]).exits(2).says("without `--into`, the spec is printed");
    assert!(!place.has("-"));
}

#[test]
fn rename_refuses_what_it_cannot_keep() {
    let place = Place::with(
        r#"{
  "lab": "hello",
  "include": ["more.json"],
  "external": { "networks": ["default"] },
  "networks": { "lan": { "subnet": "10.20.0.0/24" } },
  "domains": { "lan": { "memory": "1GiB" }, "node": { "memory": "1GiB", "replicas": 2 } }
}
"#,
    );
    place.write("more.json", "{\n  \"profiles\": { \"p\": { \"interfaces\": [{ \"network\": \"lan\" }] } },\n  \"pools\": { \"vms\": { \"path\": \"/vms\" } }\n}\n");
    let before = spec(&place);
    place
        .run(&["rename", "lan", "x"])
        .exits(2)
        .says("a network and a domain are both called `lan`: say which by `--kind`");
    place
        .run(&["rename", "lan", "x", "--kind", "network"])
        .exits(2)
        .says("a reference to network `lan` stands in `more.json` (line 2)");
    place.run(&["rename", "vms", "x"]).exits(2).says("pool `vms` stands in `more.json` (line 3)");
    place.run(&["rename", "node-2", "x"]).exits(2).says("`node-2` is one of the `replicas` of domain `node`");
    place.run(&["rename", "default", "x"]).exits(2).says("network `default` is one of the host's");
    let of_another = place.run(&["rename", "lan", "x", "--kind", "pool"]).exits(2);
    of_another.says("the spec has no pool `lan`: it has a network and a domain of that name");
    place.run(&["rename", "nod", "x"]).exits(2).says("did you mean `node`?");
    place.run(&["rename", "node", "node"]).exits(2).says("is called so already");
    place.run(&["rename", "node", "lan"]).exits(1).says("error[duplicate-name]: domain `lan` is in the spec already\n");
    place.run(&["rename", "node", "a b"]).exits(1).says("error[bad-name]").says("nothing was written");
    assert_eq!(spec(&place), before);
    place.run(&["rename", "lan", "x", "--kind", "domain"]).exits(0).says("domain `lan` is `x`");
}

/// A spec of the tests, to be changed.
struct Good {
    path: PathBuf,
    read: Read,
    disk: Disk,
}

impl Good {
    fn all() -> impl Iterator<Item = Self> {
        good_specs().into_iter().map(|path| {
            let directory = path.parent().expect("a file is in a directory").to_owned();
            Self { read: Read::file(&path), disk: Disk { directory }, path }
        })
    }

    fn target(&self) -> Target<'_> {
        let Read { source, checked, .. } = &self.read;
        Target { path: Path::new(source.name()), source, checked, files: &self.disk }
    }
}

/// The lines of all definitions and seeds, sorted, with another name.
fn lines(checked: &pipeline::Checked, from: &str, to: &str) -> Vec<String> {
    let documents = pipeline::documents(checked, lab2nix::host_file::HostSystem::Nixos).unwrap();
    let seeds = pipeline::seeds(checked).unwrap();
    let text = documents.iter().chain(&seeds).flat_map(|file| file.text().lines());
    let mut lines: Vec<String> =
        text.map(|line| line.to_lowercase().replace(&from.to_lowercase(), &to.to_lowercase())).collect();
    lines.sort();
    lines
}

/// The law of renames: the spec is sound, and all of its definitions are what they were but for the name.
#[test]
fn a_rename_changes_nothing_but_the_name() {
    let (mut renamed, mut refused) = (0, BTreeMap::new());
    let mut differences = Differences::default();
    for good in Good::all() {
        let Some(root) = good.read.source.root() else { continue };
        for kind in ObjectKind::ALL {
            let entries = root.member(kind.section()).map(Node::members).unwrap_or_default();
            for old in entries.iter().map(|member| member.key.as_str()) {
                let object = format!("{} {} {old}", good.path.display(), kind.name());
                match rename(good.target(), Renaming { kind, old, new: NEW }) {
                    Ok(done) => {
                        renamed += 1;
                        let (before, after) =
                            (lines(&good.read.checked, NEW, NEW), lines(&done.edited.checked, NEW, old));
                        if before != after {
                            let changed =
                                before.iter().filter(|line| !after.contains(line)).take(3).cloned().collect::<Vec<_>>();
                            differences.add(&format!("{object}: {}\n", changed.join("\n")));
                        }
                    }
                    Err(why) => drop(refused.insert(object, why_not(&why))),
                }
            }
        }
    }
    differences.settle("mend the rename");
    let refused: Vec<String> = refused.iter().map(|(object, why)| format!("{object}: {why}")).collect();
    assert_eq!(refused.join("\n"), include_str!("edit/refused.txt").trim_end());
    assert!(renamed > 150, "{renamed}");
}

fn why_not(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Error(error) => error.to_string(),
        Refusal::There(problem) => problem.message.clone(),
        Refusal::Unsound(_, problems) => problems[0].message.clone(),
    }
}

/// What is added is all that changes: lines that get a comma, or are opened, are all that is not as it was.
#[test]
fn an_addition_changes_nothing_else() {
    let mut added = 0;
    for good in Good::all() {
        for kind in ObjectKind::ALL {
            let Ok(Edited { source, .. }) = add(good.target(), Adding { kind, name: NEW, profiles: &[] }) else {
                continue;
            };
            added += 1;
            let (before, after) = (good.read.source.text(), source.text());
            let what = format!("{} {}", good.path.display(), kind.name());
            let mut rest = after.chars();
            assert!(before.chars().filter(|c| !c.is_whitespace()).all(|c| rest.any(|other| other == c)), "{what}");
            let diff = similar::TextDiff::from_lines(before, after);
            let deleted = diff.iter_all_changes().filter(|change| change.tag() == ChangeTag::Delete).count();
            assert!(deleted <= 2, "{what}: {deleted} lines changed\n{after}");
            let value = source.root().expect("it is read").to_value();
            assert!(value[kind.section()].get(NEW).is_some(), "{what}");
        }
    }
    assert!(added > 60, "{added}");
}
