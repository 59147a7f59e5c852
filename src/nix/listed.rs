//! Which objects a generated list has: what can be told of a file that was written earlier, without its spec.

use rnix::ast;
use rowan::ast::AstNode as _;

use super::read::Parsed;

/// An object of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
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

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

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
