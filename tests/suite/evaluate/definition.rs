//! Definitions, as the stand-in writes them (JSON) or NixVirt (XML): the identities in them.

use std::collections::BTreeMap;

use lab2nix::host_file;
use roxmltree::{Document, Node};
use serde_json::Value;

use super::{list, text};

/// What libvirt and the guest know an object by.
#[derive(Debug, PartialEq)]
pub struct Definition {
    name: String,
    uuid: Option<String>,
    /// The MAC addresses that there have to be, by what has them.
    macs: BTreeMap<String, Option<String>>,
}

impl Definition {
    pub fn check_macs(&self, lab: &str) {
        assert!(self.uuid.is_some(), "{lab}: {self:?}");
        assert!(self.macs.values().all(Option::is_some), "{lab}: {self:?}");
    }

    fn from_json(value: &Value, section: &str) -> Self {
        let optional = |value: &Value| value.as_str().map(str::to_owned);
        let mut macs = BTreeMap::new();
        if section == "domains" {
            let interfaces = value["devices"].get("interface").map(list).unwrap_or_default();
            for (index, interface) in interfaces.iter().enumerate() {
                macs.insert(format!("interface {index}"), optional(&interface["mac"]["address"]));
            }
        } else if section == "networks" && makes_bridge(value["forward"]["mode"].as_str()) {
            macs.insert("bridge".to_owned(), optional(&value["mac"]["address"]));
        }
        Self { name: text(&value["name"]), uuid: optional(&value["uuid"]), macs }
    }

    fn from_xml(text: &str) -> Self {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let root = document.root_element();
        let address = |node: Node<'_, '_>| child(node, "mac")?.attribute("address").map(str::to_owned);
        let content = |name: &str| child(root, name)?.text().map(str::to_owned);
        let mut macs = BTreeMap::new();
        match root.tag_name().name() {
            "domain" => {
                let devices = child(root, "devices").into_iter().flat_map(|devices| devices.children());
                for (index, interface) in devices.filter(|node| node.has_tag_name("interface")).enumerate() {
                    macs.insert(format!("interface {index}"), address(interface));
                }
            }
            "network" => {
                let mode = child(root, "forward").and_then(|forward| forward.attribute("mode"));
                if makes_bridge(mode) {
                    macs.insert("bridge".to_owned(), address(root));
                }
            }
            "pool" => {}
            name => panic!("`<{name}>` is the root of no definition"),
        }
        Self { name: content("name").unwrap_or_default(), uuid: content("uuid"), macs }
    }
}

/// Whether libvirt makes a bridge for networks of a mode, which then needs a MAC address.
fn makes_bridge(mode: Option<&str>) -> bool {
    !matches!(mode, Some("bridge" | "private" | "vepa" | "passthrough" | "hostdev"))
}

/// The networks, pools and domains of a lab.
pub fn definitions(lab: &Value) -> Vec<Definition> {
    let objects = ["networks", "pools", "domains"].into_iter().flat_map(|section| {
        let objects = lab[section].as_array().into_iter().flatten();
        objects.map(move |object| (section, object))
    });
    let read = |(section, object): (&str, &Value)| {
        let volumes = object.get("volumes").map(list).unwrap_or_default();
        // Each is written as its own words allow, whatever its pool is.
        for volume in volumes.iter().filter_map(|volume| volume.get("definition")).map(text) {
            if volume.starts_with('<') {
                Document::parse(&volume).unwrap_or_else(|error| panic!("{error}\n{volume}"));
            } else {
                from_stand_in(&volume);
            }
        }
        let definition = text(&object["definition"]);
        if definition.starts_with('<') {
            Definition::from_xml(&definition)
        } else {
            Definition::from_json(&from_stand_in(&definition), section)
        }
    };
    // What stays as it is, has no definition of ours.
    let is_ours = |object: &Value| host_file::kept_at(&text(&object["definition"])).is_none();
    objects.filter(|(_, object)| is_ours(object)).map(read).collect()
}

fn from_stand_in(definition: &str) -> Value {
    serde_json::from_str(definition).unwrap_or_else(|error| panic!("{error}\n{definition}"))
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(name))
}
