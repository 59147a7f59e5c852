//! Which objects a generated list has: what can be told of a file that was written earlier, without its spec.

use std::collections::BTreeMap;

use rnix::ast::{self, HasEntry as _};
use rowan::ast::AstNode as _;

use super::read::Parsed;
use crate::lab::size::bytes_of_amount;

/// An object of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    /// Its UUID.
    pub uuid: String,
    /// All that the list says of it.
    pub text: String,
}

/// The objects of a generated list; `None` when it leaves the host's objects alone, or is no such list.
#[must_use]
pub fn listed(text: &str) -> Option<Vec<Listed>> {
    let ast::Expr::Lambda(function) = Parsed::new(text).ok()?.root().expr()? else { return None };
    let ast::Expr::List(list) = function.body()? else { return None };
    // The definition's own name and UUID come first in it, as attributes or as XML; an imported domain has none.
    let object = |item: ast::Expr| {
        let text = item.syntax().text().to_string();
        let word = |starts: [&str; 2], ends: &[char]| {
            let (at, start) = starts.iter().filter_map(|start| Some((text.find(start)?, start))).min()?;
            let rest = &text[at + start.len()..];
            Some(rest[..rest.find(ends)?].to_owned())
        };
        let name = word(["name = \"", "<name>"], &['"', '<'])?;
        let uuid = word(["uuid = \"", "<uuid>"], &['"', '<'])?;
        Some(Listed { name, uuid, text })
    };
    Some(list.items().filter_map(object).collect())
}

/// A volume of a listed pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedVolume {
    pub name: String,
    /// How much it holds, in bytes.
    pub capacity: u64,
}

impl Listed {
    /// The volumes that the list has of a pool, as attributes or as XML.
    #[must_use]
    pub fn volumes(&self) -> Vec<ListedVolume> {
        let structured = self.text.split("volume.writeXML {").skip(1).filter_map(|rest| {
            let (_, capacity) = rest.split_once("capacity = {")?;
            let (capacity, _) = capacity.split_once('}')?;
            let count = between(capacity, "count = ", ";")?;
            Some((between(rest, "name = \"", "\"")?, count, between(capacity, "unit = \"", "\"")?))
        });
        let xml = self.text.split("<volume").skip(1).filter_map(|rest| {
            let (_, capacity) = rest.split_once("<capacity unit='")?;
            let (unit, capacity) = capacity.split_once("'>")?;
            Some((between(rest, "<name>", "</name>")?, capacity.split_once('<')?.0, unit))
        });
        let volume = |(name, count, unit): (&str, &str, &str)| {
            let capacity = bytes_of_amount(count.parse().ok()?, unit)?;
            Some(ListedVolume { name: name.to_owned(), capacity: capacity.try_into().ok()? })
        };
        structured.chain(xml).filter_map(volume).collect()
    }
}

/// The NoCloud seeds that a generated `default.nix` has, by their domains: of each attribute its text. Empty for what is no such
/// file.
#[must_use]
pub fn seeds(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let Ok(parsed) = Parsed::new(text) else { return BTreeMap::new() };
    let root = parsed.root();
    let mut entries = root.syntax().descendants().filter_map(ast::AttrpathValue::cast);
    let labs = entries.find(|entry| name(entry).as_deref() == Some("services.lab2nix.labs"));
    let labs = labs.and_then(|entry| match entry.value()? {
        ast::Expr::List(list) => Some(list),
        _ => None,
    });
    let labs = labs.into_iter().flat_map(|list| list.items().collect::<Vec<_>>());
    let seeds = labs.flat_map(attributes).filter(|(name, _)| name == "seeds");
    let text = |(name, value): (String, ast::Expr)| (name, value.syntax().text().to_string());
    seeds
        .flat_map(|(_, seeds)| attributes(seeds))
        .map(|(domain, seed)| (domain, attributes(seed).into_iter().map(text).collect()))
        .collect()
}

/// What cloud-init knows a machine by, in the text of its metadata.
#[must_use]
pub fn instance(meta_data: &str) -> Option<&str> {
    between(meta_data, "\"instance-id\": \"", "\"")
}

/// The entries of an attribute set, by their names.
fn attributes(set: ast::Expr) -> Vec<(String, ast::Expr)> {
    let ast::Expr::AttrSet(set) = set else { return Vec::new() };
    set.attrpath_values().filter_map(|entry| Some((name(&entry)?, entry.value()?))).collect()
}

fn name(entry: &ast::AttrpathValue) -> Option<String> {
    Some(entry.attrpath()?.syntax().text().to_string().trim().trim_matches('"').to_owned())
}

/// What stands between two words.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn volumes_are_found_in_both_forms() {
        let text = "{ definition = NixVirt.lib.pool.writeXML { name = \"p\"; capacity = { }; }; volumes = [ { definition = \
                    NixVirt.lib.volume.writeXML { name = \"a\"; allocation = { count = 0; unit = \"bytes\"; };\n capacity = {\n \
                    count = 2;\n unit = \"GiB\";\n }; }; } { definition = pkgs.writeText \"b.xml\" ''<volume type='file'>\n \
                    <name>b</name>\n <capacity unit='bytes'>512</capacity></volume>''; } ]; }";
        let pool = Listed { name: "p".to_owned(), uuid: "1".to_owned(), text: text.to_owned() };
        let found: Vec<(String, u64)> =
            pool.volumes().into_iter().map(|volume| (volume.name, volume.capacity)).collect();
        assert_eq!(found, [("a".to_owned(), 2 << 30), ("b".to_owned(), 512)]);
    }

    #[test]
    fn seeds_are_found_by_their_domains() {
        let text = "{ pkgs, ... }:\n{ services.lab2nix.labs = [ { name = \"seeds\"; bridges = { seeds = { tcp = [ ]; }; }; seeds = { web = { metaData = a; userData = \
                    pkgs.writeText \"seeds\" ''seeds = { no = { }; };''; }; \"a.b\" = { metaData = c; }; }; } ]; }";
        let found = seeds(text);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a.b", "web"]);
        assert_eq!(found["web"]["metaData"], "a");
        assert_eq!(found["a.b"].len(), 1);
        assert!(seeds("{ }").is_empty() && seeds("{").is_empty());
    }

    #[test]
    fn objects_are_found_in_both_forms() {
        let text = "{ NixVirt, pkgs, ... }:\n[\n  { definition = NixVirt.lib.network.writeXML { name = \"a\"; uuid = \"1\"; }; }\n  \
                    { definition = pkgs.writeText \"b.xml\" ''<network><name>b</name><uuid>2</uuid></network>''; }\n  \
                    { definition = \"/run/c.xml\"; }\n]\n";
        let found: Vec<(String, String)> =
            listed(text).unwrap().into_iter().map(|object| (object.name, object.uuid)).collect();
        assert_eq!(found, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        for other in ["{ ... }: null", "[ ]", "", "{"] {
            assert_eq!(listed(other), None, "{other}");
        }
    }
}
