//! An answer file as text.

use std::fmt::Write as _;

use super::table::{Row, Table};
use super::{Answer, Component, Content, Element, Pass};
use crate::xml::escaped;

/// The default namespace of an answer file, and that of what its elements say of themselves.
pub(super) const UNATTEND: &str = "urn:schemas-microsoft-com:unattend";
pub(super) const WCM: &str = "http://schemas.microsoft.com/WMIConfig/2002/State";

impl Answer {
    /// The file. What it says is not looked at: [`Answer::read`] proves it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        let _ = writeln!(out, "<unattend xmlns=\"{UNATTEND}\" xmlns:wcm=\"{WCM}\">");
        for pass in Pass::ALL {
            let components: Vec<&Component> =
                self.components.iter().filter(|component| component.pass == pass).collect();
            if !components.is_empty() {
                let _ = writeln!(out, "  <settings pass=\"{}\">", pass.name());
                for component in components {
                    self.component(component, &mut out);
                }
                out.push_str("  </settings>\n");
            }
        }
        out.push_str("</unattend>\n");
        out
    }

    fn component(&self, component: &Component, out: &mut String) {
        let attributes = &Table::get().attributes;
        let _ = writeln!(
            out,
            "    <component name=\"{}\" processorArchitecture=\"{}\" publicKeyToken=\"{}\" language=\"{}\" versionScope=\"{}\">",
            escaped(&component.name),
            self.architecture.name(),
            attributes.public_key_token,
            attributes.language,
            attributes.version_scope
        );
        let row = |path: &str| Table::get().known(component.pass, &component.name)?.element(path);
        for element in &component.elements {
            print(element, &element.name, 3, &row, out);
        }
        out.push_str("    </component>\n");
    }
}

fn print<'t>(element: &Element, path: &str, depth: usize, row: &dyn Fn(&str) -> Option<&'t Row>, out: &mut String) {
    let indent = "  ".repeat(depth);
    let name = &element.name;
    let _ = write!(out, "{indent}<{name}");
    if let Some(action) = row(path).and_then(|row| row.action.as_ref()) {
        let _ = write!(out, " wcm:action=\"{action}\"");
    }
    if let Some(key) = &element.key {
        let _ = write!(out, " wcm:keyValue=\"{}\"", escaped(key));
    }
    match &element.content {
        Content::Text(text) => {
            let _ = writeln!(out, ">{}</{name}>", escaped(text));
        }
        Content::Elements(elements) => {
            out.push_str(">\n");
            for element in elements {
                print(element, &format!("{path}/{}", element.name), depth + 1, row, out);
            }
            let _ = writeln!(out, "{indent}</{name}>");
        }
    }
}
