//! Labs for people: a table of the domains of each.

use super::{DiskView, DomainView, InterfaceView, KindView, LabView, PositionView, View};
use crate::columns;
use crate::visible;

const HEADINGS: [&str; 11] =
    ["DOMAIN", "OS", "CPUS", "MEMORY", "NETWORK", "ADDRESS", "MAC", "DISK", "PROFILES", "AFTER", "WHERE"];

/// What the star behind an address means.
const MANAGED: &str = "\n* the guest is managed through this interface\n";

/// The labs, each with a line about it and its table. A domain has as many rows as it has interfaces, disks or profiles.
#[must_use]
pub fn render(view: &View) -> String {
    let tables: Vec<String> = view.labs.iter().map(of_lab).collect();
    tables.join("\n")
}

fn of_lab(lab: &LabView) -> String {
    let description = lab.description.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    let title = format!("lab {} ({}){description}", lab.name, lab.spec);
    let rows: Vec<Vec<String>> = lab.domains.iter().flat_map(rows).collect();
    let is_managed = lab.domains.iter().flat_map(|domain| &domain.interfaces).any(|interface| interface.is_managed);
    let legend = if is_managed { MANAGED } else { "" };
    format!("{}\n\n{}{legend}", visible::line(&title), columns::render(&HEADINGS, &rows))
}

fn rows(domain: &DomainView) -> Vec<Vec<String>> {
    let one = |text: String| vec![text];
    let os = match (domain.kind, domain.os) {
        (KindView::Imported, _) => "(imported)".to_owned(),
        (KindView::Template, os) => format!("{} (template)", os.unwrap_or_default()),
        (KindView::Made, os) => os.unwrap_or_default().to_owned(),
    };
    let columns: [Vec<String>; 11] = [
        one(domain.name.clone()),
        one(os),
        one(domain.cpus.map(|cpus| cpus.to_string()).unwrap_or_default()),
        one(domain.memory.map(|size| size.to_string()).unwrap_or_default()),
        domain.interfaces.iter().map(network).collect(),
        domain.interfaces.iter().map(address).collect(),
        domain.interfaces.iter().map(|interface| interface.mac.clone()).collect(),
        domain.disks.iter().map(disk).collect(),
        domain.profiles.clone(),
        domain.after.clone(),
        one(domain.at.as_ref().map(position).unwrap_or_default()),
    ];
    let height = columns.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |column: &Vec<String>, row: usize| column.get(row).cloned().unwrap_or_default();
    (0..height).map(|row| columns.iter().map(|column| cell(column, row)).collect()).collect()
}

/// What an interface is on, and the bridge that this is where it has another name.
fn network(interface: &InterfaceView) -> String {
    let on = interface.on.as_deref().unwrap_or(interface.kind);
    match interface.bridge.as_deref().filter(|bridge| *bridge != on) {
        Some(bridge) => format!("{on} ({bridge})"),
        None => on.to_owned(),
    }
}

/// The addresses of an interface, else the ports that lead into the guest through it; a star where it is managed by it.
fn address(interface: &InterfaceView) -> String {
    let addresses = interface.addresses.iter().map(ToString::to_string);
    let forwards = interface.forwards.iter().map(|forward| {
        let udp = if forward.protocol == "udp" { "/udp" } else { "" };
        format!(":{}→{}{udp}", forward.host, forward.guest)
    });
    let known: Vec<String> = if interface.addresses.is_empty() { forwards.collect() } else { addresses.collect() };
    let star = if interface.is_managed { "*" } else { "" };
    format!("{}{star}", known.join(" "))
}

/// Where a disk is, and how large.
fn disk(disk: &DiskView) -> String {
    let pool = disk.pool.as_ref().map(|pool| format!("{pool}/")).unwrap_or_default();
    let large = disk.size.map(|size| format!(" {size}")).unwrap_or_default();
    format!("{pool}{}{large}", disk.source)
}

fn position(at: &PositionView) -> String {
    format!("{}:{}", at.file, at.line)
}
