//! In what a domain that runs is not what it will be after its next start.

use std::collections::BTreeMap;

use super::{Change, Parts, change, is_of_libvirt, parts};
use crate::activation::definition::Definition;

/// Elements that say how a domain runs, and nothing of what it is.
const OF_RUNNING: &[&str] = &["currentMemory", "seclabel", "resource", "metadata", "iothreadids", "devices/controller"];

/// Elements that only a domain that runs has, wherever they are: what libvirt and QEMU have chosen at the start.
const CHOSEN_ELEMENTS: &[&str] = &[
    "acpi",
    "address",
    "alias",
    "backingStore",
    "firmware",
    "listen",
    "loader",
    "mirror",
    "nvram",
    "privateData",
    "reservations",
];

/// Attributes that only a domain that runs has, by how their paths end.
const CHOSEN_ATTRIBUTES: &[&str] = &[
    "@alias",
    "@address",
    "@current",
    "@listen",
    "@placement",
    "@port",
    "@template",
    "@templateFormat",
    "@tlsPort",
    "@tty",
    "@websocket",
    "backend@type",
    "binary@path",
    "driver@name",
    "driver@queue_size",
    "model@usable",
    "rom@enabled",
    "source@bridge",
    "source@index",
    "source@mode",
    "source@path",
    "source@portid",
    "source@startupPolicy",
    "target@dev",
    "target@managed",
    "target@state",
];

/// What changes of a running domain when it is shut down and started: its definition as it runs against that of its next start, both as libvirt
/// has them. What only says how it runs is no change.
#[must_use]
pub fn pending(running: &Definition, next: &Definition) -> Vec<Change> {
    let (mut old, mut new) = (parts(running), parts(next));
    for parts in [&mut old, &mut new] {
        parts.retain(|part, _| !OF_RUNNING.contains(&part.element.as_str()));
    }
    same_cpu(&mut old, &new);
    for (part, leaves) in &mut old {
        let Some(after) = new.get_mut(part) else { continue };
        let is_automatic = after.get("@autoport").is_some_and(|values| values.iter().all(|value| value == "yes"));
        if is_automatic {
            after.retain(|path, _| !["@port", "@tlsPort", "@websocket"].contains(&path.as_str()));
        }
        leaves.retain(|path, _| after.contains_key(path) || !is_chosen(path));
    }
    let all: Vec<_> = old.keys().chain(new.keys().filter(|part| !old.contains_key(part))).collect();
    let changes = all.into_iter().filter_map(|part| change(part, old.get(part), new.get(part)));
    changes.filter(|change| !is_of_libvirt(change)).collect()
}

/// Takes away what is no change of the CPU: at the start, a model of the host's becomes one by name, and any gets a list of features.
fn same_cpu(old: &mut Parts, new: &Parts) {
    let Some((part, next)) = new.iter().find(|(part, _)| part.element == "cpu") else {
        old.retain(|part, _| part.element != "cpu");
        return;
    };
    let word = |of: &BTreeMap<String, Vec<String>>, path: &str| of.get(path).and_then(|values| values.first().cloned());
    let Some(now) = old.get_mut(part) else { return };
    let is_same = match word(next, "@mode").as_deref() {
        Some("host-model") => true,
        Some("custom") => word(now, "model") == word(next, "model"),
        mode => word(now, "@mode").as_deref() == mode,
    };
    if is_same {
        let shape = |path: &String| path.starts_with("topology") || path.starts_with("numa");
        let own: BTreeMap<_, _> =
            now.iter().filter(|(path, _)| shape(path)).map(|(k, v)| (k.clone(), v.clone())).collect();
        *now = next.clone();
        now.retain(|path, _| !shape(path));
        now.extend(own);
    }
}

fn is_chosen(path: &str) -> bool {
    let is_element = |step: &str| CHOSEN_ELEMENTS.contains(&step.split('@').next().unwrap_or(step));
    path.split('/').any(is_element) || CHOSEN_ATTRIBUTES.iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn pending_of(running: &str, next: &str) -> Vec<String> {
        let definition = |rest: &str| {
            let text = format!("<domain><name>a</name><uuid>{}</uuid>{rest}</domain>", uuid::Uuid::from_u128(1));
            Definition::new(text).unwrap()
        };
        pending(&definition(running), &definition(next)).into_iter().map(|change| change.text).collect()
    }

    #[test]
    fn what_a_start_chooses_is_no_change() {
        let running = "<memory unit='KiB'>2</memory><currentMemory unit='KiB'>1</currentMemory><seclabel type='dynamic'><label>x</label></seclabel>\
            <cpu mode='custom' match='exact' check='full'><model fallback='forbid'>Skylake</model><feature policy='require' name='x'/></cpu>\
            <devices><disk type='volume'><source pool='p' volume='v' index='2'/><backingStore type='file'><source file='/b'/></backingStore>\
            <target dev='vda'/><alias name='virtio-disk0'/></disk>\
            <interface type='network'><mac address='52:54:00:00:00:01'/><source network='n' portid='1' bridge='virbr1'/><target dev='vnet3'/><alias name='net0'/></interface>\
            <channel type='unix'><source mode='bind' path='/run/x'/><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>\
            <graphics type='vnc' port='5900' autoport='yes' websocket='5700'/></devices>";
        let next = "<memory unit='KiB'>2</memory><currentMemory unit='KiB'>2</currentMemory><cpu mode='host-model'/>\
            <devices><disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>\
            <interface type='network'><mac address='52:54:00:00:00:01'/><source network='n'/></interface>\
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\
            <graphics type='vnc' port='-1' autoport='yes'/></devices>";
        assert_eq!(pending_of(running, next), [""; 0]);
    }

    #[test]
    fn what_waits_for_the_next_start_is_told() {
        let disk = |rest: &str| format!("<devices><disk type='file'><target dev='vda'/>{rest}</disk></devices>");
        let check = |running: &str, next: &str, expected: &[&str]| assert_eq!(pending_of(running, next), expected);
        check("<memory unit='KiB'>1</memory>", "<memory unit='KiB'>2</memory>", &["memory 1 KiB → 2 KiB"]);
        check(&disk(""), "<devices/>", &["disk vda removed"]);
        check(&disk("<driver cache='none'/>"), &disk(""), &["disk vda driver cache none removed"]);
        check("<cpu mode='maximum'/>", "<cpu mode='host-passthrough'/>", &["cpu mode maximum → host-passthrough"]);
        let topology = "<cpu mode='host-model'><topology sockets='2'/></cpu>";
        check("<cpu mode='custom'><model>x</model></cpu>", topology, &["cpu topology sockets 2 added"]);
    }
}
