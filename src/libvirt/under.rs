//! Definitions that entries stand on: a whole one that an entry is laid over, and one from which only the places are taken where
//! devices are plugged in.
//!
//! Of a whole one, nothing is changed but what the entry says: what lab2nix makes of what the definition says by itself is held
//! against what it makes of that with the entry, and the difference is made in the definition.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::tree::{Tree, Value};
use crate::lab::identity::ObjectKind;

/// What an entry stands on.
#[derive(Debug, Clone)]
pub enum Under {
    /// A definition that the entry is laid over.
    Base {
        /// The definition.
        definition: Tree,
        /// What is made of what it says, without what the entry says.
        made: Tree,
    },
    /// A definition whose devices are where those of the entry are.
    Plugged(Tree),
}

/// What entries stand on, by kind and name.
pub type Unders = BTreeMap<(ObjectKind, String), Under>;

/// Where each device of a definition is once it has been laid over another: by element, of each its position.
pub(super) type Positions = BTreeMap<String, Vec<usize>>;

/// Lays a definition over the one that its entry has as its base. `made` is what is made of that one alone; `is_placed` says of
/// which devices the entry itself says where they are, by their element and position.
pub(super) fn lay(
    definition: &Tree,
    made: &Tree,
    over: &Tree,
    is_placed: impl Fn(&str, usize) -> bool,
) -> (Tree, Positions) {
    let (mut laid, mut over) = (definition.clone(), over.clone());
    let mut positions = Positions::new();
    if let (Some(Value::Set(made)), Some(Value::Set(over))) = (made.get("devices"), over.get_mut("devices"))
        && let Some(Value::Set(devices)) = laid.get("devices")
    {
        over.retain(|name, value| {
            let items = |tree: &Tree| match tree.get(name) {
                Some(Value::List(items)) => items.clone(),
                _ => Vec::new(),
            };
            if let Value::List(over) = value {
                let made = items(made);
                let known = pairs(over, &made);
                let new = over.iter_mut().enumerate().filter(|(index, _)| known[*index].is_none());
                for (_, device) in new.filter(|(index, _)| !is_placed(name, *index)) {
                    // Where lab2nix would plug it in, another one may be.
                    if let Value::Set(device) = device {
                        device.remove("address");
                    }
                }
                positions.insert(name.to_owned(), list(name, &items(devices), &made, over).1);
            }
            true
        });
    }
    set(&mut laid, made, &over);
    // libvirt writes twice how much memory there is, where nothing else is said.
    let [memory, current] = ["memory", "currentMemory"].map(|name| definition.get(name));
    if memory == current && laid.get("memory") != memory && over.get("currentMemory").is_none() {
        laid.remove("currentMemory");
    }
    (laid, positions)
}

/// Makes the difference between two sets in a third.
fn set(under: &mut Tree, before: &Tree, after: &Tree) {
    let mut is_changed = false;
    for (name, value) in after.iter().filter(|(name, value)| before.get(name) != Some(value)) {
        is_changed |= !matches!(value, Value::Set(_) | Value::List(_));
        let new = match (before.get(name), value, under.get(name)) {
            // An amount is its number and its unit.
            (before, Value::Set(value), under) if value.get("unit").is_none() => {
                let mut laid = if let Some(Value::Set(under)) = under { under.clone() } else { Tree::new() };
                let before = if let Some(Value::Set(before)) = before { before } else { &Tree::new() };
                set(&mut laid, before, value);
                Value::Set(laid)
            }
            (before, Value::List(value), under) => {
                let items = |of: Option<&Value>| if let Some(Value::List(of)) = of { of.clone() } else { Vec::new() };
                Value::List(list(name, &items(under), &items(before), value).0)
            }
            _ => value.clone(),
        };
        *under.entry(name, || Value::Bool(false)) = new;
    }
    for (name, _) in before.iter().filter(|(name, _)| after.get(name).is_none()) {
        under.remove(name);
    }
    // What is counted in another unit is another amount.
    if let (true, Some(unit)) = (is_changed, after.get("unit")) {
        *under.entry("unit", || Value::Bool(false)) = unit.clone();
    }
}

/// Makes the difference between two lists in a third, and says where in it each item of the later list is.
fn list(name: &str, under: &[Value], before: &[Value], after: &[Value]) -> (Vec<Value>, Vec<usize>) {
    let (known, kept) = (pairs(before, under), pairs(after, before));
    let mut items: Vec<Option<Value>> = under.iter().cloned().map(Some).collect();
    known.iter().flatten().for_each(|place| items[*place] = None);
    // What has been put into another order takes the places of the old one.
    let mut order: Vec<usize> = kept.iter().flatten().filter_map(|at| known[*at]).collect();
    if !kept.iter().flatten().is_sorted() {
        order.sort_unstable();
    }
    let mut order = order.into_iter();
    let (mut places, mut new_drives) = (Vec::new(), BTreeSet::new());
    for (value, kept) in after.iter().zip(kept) {
        let old = kept.and_then(|at| Some((&before[at], &under[known[at]?])));
        if old.is_none() && kept.is_some_and(|at| before[at] == *value) {
            // Of what lab2nix adds by itself, the definition has this not.
            places.push(usize::MAX);
            continue;
        }
        // libvirt has one controller of a type and a number, whoever says so.
        let is_same = |under: &Value| name == "controller" && identity(under) == identity(value);
        let own = under.iter().position(is_same).filter(|_| old.is_none());
        let laid = match (old, own.map(|at| &under[at]), value) {
            (Some((Value::Set(before), Value::Set(under))), _, Value::Set(after)) => laid(under, before, after),
            (None, Some(Value::Set(under)), Value::Set(after)) => laid(under, &Tree::new(), after),
            _ => value.clone(),
        };
        let place = if old.is_some() { order.next() } else { own };
        let is_elsewhere = match (old, value) {
            (Some((Value::Set(before), _)), Value::Set(after)) => is_elsewhere(before, after),
            _ => true,
        };
        let place = place.unwrap_or(items.len());
        if name == "disk" && is_elsewhere {
            new_drives.insert(place);
        }
        places.push(place);
        if place == items.len() {
            items.push(None);
        }
        items[place] = Some(laid);
    }
    find_free_targets(&mut items, &new_drives);
    // What is gone moves what comes after it.
    let moved = |place: usize| items.get(..place).map_or(place, |before| before.iter().flatten().count());
    let places = places.into_iter().map(moved).collect();
    (items.into_iter().flatten().collect(), places)
}

fn laid(under: &Tree, before: &Tree, after: &Tree) -> Value {
    let (mut laid, mut after) = (under.clone(), after.clone());
    let is_elsewhere = is_elsewhere(before, &after);
    // Targets of drives are lab2nix's own choice, as long as their bus has room.
    if let (false, Some(dev), Some(Value::Set(target))) =
        (is_elsewhere, before.find("target.dev"), after.get_mut("target"))
    {
        *target.entry("dev", || Value::Bool(false)) = dev.clone();
    }
    set(&mut laid, before, &after);
    if !before.is_empty() && is_elsewhere {
        laid.remove("address");
    }
    Value::Set(laid)
}

/// Whether a device moves to another bus, where its address means nothing.
fn is_elsewhere(before: &Tree, after: &Tree) -> bool {
    ["bus", "target.bus"].iter().any(|bus| before.find(bus) != after.find(bus))
}

/// Of each of some items, which of others it is, each at most once: first those that have the same name, then those that have
/// most in common.
fn pairs(of: &[Value], among: &[Value]) -> Vec<Option<usize>> {
    let mut found = vec![None; of.len()];
    let mut free: BTreeSet<usize> = (0..among.len()).collect();
    let mut by_name: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
    for (index, name) in among.iter().enumerate().filter_map(|(index, item)| Some((index, identity(item)?))) {
        by_name.entry(format!("{name:?}")).or_default().push_back(index);
    }
    for (index, name) in of.iter().enumerate().filter_map(|(index, item)| Some((index, identity(item)?))) {
        if let Some(other) = by_name.get_mut(&format!("{name:?}")).and_then(VecDeque::pop_front) {
            free.remove(&other);
            found[index] = Some(other);
        }
    }
    let open: Vec<usize> = (0..of.len()).filter(|index| found[*index].is_none()).collect();
    if open.len().saturating_mul(free.len()) > MOST_COMPARED {
        for (index, other) in open.into_iter().zip(free) {
            found[index] = Some(other);
        }
        return found;
    }
    let pair = |index: usize, other: usize| (Reverse(common(&of[index], &among[other])), index, other);
    let mut alike: Vec<_> = open.iter().flat_map(|index| free.iter().map(|other| pair(*index, *other))).collect();
    alike.sort_unstable();
    for (_, index, other) in alike.into_iter().filter(|(Reverse(common), ..)| *common > 0) {
        if found[index].is_none() && free.remove(&other) {
            found[index] = Some(other);
        }
    }
    found
}

/// How many items of lists are compared each with each. Longer lists have items with names, or are what nobody edits by hand.
const MOST_COMPARED: usize = 1 << 18;

/// What tells one item of a list from the others.
fn identity(item: &Value) -> Option<Vec<Value>> {
    // Drives go by what is in them: their targets are lab2nix's own choice.
    const NAMES: &[&[&str]] = &[
        &["mac.address"],
        &["source.file"],
        &["source.pool", "source.volume"],
        &["source.dev"],
        &["source.dir"],
        &["type", "index"],
        &["vcpu"],
        &["iothread"],
        &["target.name"],
        &["target.port"],
        &["name"],
        &["id"],
    ];
    let Value::Set(item) = item else { return Some(vec![item.clone()]) };
    NAMES.iter().find_map(|paths| paths.iter().map(|path| item.find(path).cloned()).collect())
}

/// How much two values have in common.
fn common(one: &Value, other: &Value) -> usize {
    match (one, other) {
        (Value::Set(one), Value::Set(other)) => {
            one.iter().filter_map(|(name, value)| Some(common(value, other.get(name)?))).sum()
        }
        (Value::List(one), Value::List(other)) => one.iter().zip(other).map(|(one, other)| common(one, other)).sum(),
        (Value::File(file), Value::Str(path)) | (Value::Str(path), Value::File(file)) => {
            usize::from(file.location().stable_path == *path)
        }
        (one, other) => usize::from(one == other),
    }
}

/// Plugs the devices of a definition in where those of another one are. `is_placed` says of which devices the entry itself says
/// where they are, by their element and position.
pub(super) fn plug(definition: &mut Tree, other: &Tree, is_placed: impl Fn(&str, usize) -> bool) {
    let (Some(Value::Set(devices)), Some(Value::Set(others))) = (definition.get_mut("devices"), other.get("devices"))
    else {
        return;
    };
    devices.retain(|name, value| {
        match (value, others.get(name)) {
            (Value::List(items), Some(Value::List(others))) => {
                let of = pairs(items, others);
                for (index, item) in items.iter_mut().enumerate().filter(|(index, _)| !is_placed(name, *index)) {
                    match (item, of[index].map(|of| &others[of])) {
                        (Value::Set(item), Some(Value::Set(other))) => plug_in(item, other),
                        // Where lab2nix would plug it in, another one may be.
                        (Value::Set(item), None) => item.remove("address"),
                        _ => {}
                    }
                }
                if name == "disk" {
                    let new = of.iter().enumerate().filter(|(_, of)| of.is_none()).map(|(index, _)| index).collect();
                    let mut disks: Vec<Option<Value>> = items.drain(..).map(Some).collect();
                    find_free_targets(&mut disks, &new);
                    items.extend(disks.into_iter().flatten());
                }
            }
            (Value::Set(item), Some(Value::Set(other))) => plug_in(item, other),
            _ => {}
        }
        true
    });
    let Some(Value::List(others)) = others.get("controller") else { return };
    let known: Vec<_> = others.iter().map(identity).collect();
    if let Value::List(own) = devices.entry("controller", || Value::List(Vec::new())) {
        own.retain(|controller| !known.contains(&identity(controller)));
        own.splice(0..0, others.iter().cloned());
    }
}

fn plug_in(device: &mut Tree, other: &Tree) {
    if is_elsewhere(device, other) {
        return;
    }
    if let (Some(target), Some(Value::Set(own))) = (other.find("target.dev"), device.get_mut("target"))
        && let Some(dev) = own.get_mut("dev")
        && other.find("target.bus").is_some()
    {
        *dev = target.clone();
    }
    match other.get("address") {
        Some(address) => *device.entry("address", || Value::Bool(false)) = address.clone(),
        None => device.remove("address"),
    }
}

/// Gives drives that are new in their places targets that no other has.
fn find_free_targets(disks: &mut [Option<Value>], new: &BTreeSet<usize>) {
    let target = |disk: &Option<Value>| match disk {
        Some(Value::Set(disk)) => match disk.find("target.dev") {
            Some(Value::Str(target)) => Some(target.clone().into_owned()),
            _ => None,
        },
        _ => None,
    };
    let others = disks.iter().enumerate().filter(|(place, _)| !new.contains(place));
    let mut taken: BTreeSet<String> = others.filter_map(|(_, disk)| target(disk)).collect();
    for place in new {
        let Some(disk) = disks.get_mut(*place) else { continue };
        let Some(own) = target(disk) else { continue };
        let kind = own.get(..2).unwrap_or_default();
        let letters = ('a'..='z').map(|letter| format!("{kind}{letter}"));
        let free = std::iter::once(own.clone()).chain(letters).find(|free| taken.insert(free.clone()));
        if let (Some(free), Some(Value::Set(disk))) = (free, disk)
            && let Some(Value::Set(target)) = disk.get_mut("target")
        {
            *target.entry("dev", || Value::Bool(false)) = Value::Str(free.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn disk(target: &'static str, cache: Option<&'static str>) -> Tree {
        let source = Tree::new().with("file", format!("/{target}.qcow2"));
        Tree::new().with("target", Tree::new().with("dev", target)).with("source", source).with_some("cache", cache)
    }

    fn devices(disks: Vec<Tree>) -> Tree {
        Tree::new().with("devices", Tree::new().with_each("disk", disks))
    }

    #[test]
    fn only_what_differs_is_changed() {
        let base = devices(vec![
            disk("vda", Some("none")).with("address", "here"),
            disk("vdz", None).with("exotic", true),
            disk("vdb", None).with("address", "there"),
        ]);
        let made = devices(vec![disk("vda", Some("none")), disk("vdb", None)]);
        assert_eq!(lay(&base, &made, &made, |_, _| false).0, base);
        let over = devices(vec![disk("vda", Some("unsafe")), disk("vdb", None), disk("vdc", None)]);
        let (laid, positions) = lay(&base, &made, &over, |_, _| false);
        let expected = devices(vec![
            disk("vda", Some("unsafe")).with("address", "here"),
            disk("vdz", None).with("exotic", true),
            disk("vdb", None).with("address", "there"),
            disk("vdc", None),
        ]);
        assert_eq!(laid, expected);
        assert_eq!(positions["disk"], [0, 2, 3]);
        let (laid, positions) = lay(&base, &made, &devices(vec![disk("vdb", None)]), |_, _| false);
        let Some(Value::Set(of)) = laid.get("devices") else { panic!("no devices") };
        assert_eq!(of.elements("disk").filter_map(|disk| disk.find("target.dev")).count(), 2);
        assert_eq!(positions["disk"].len(), 1);
    }

    #[test]
    fn an_amount_keeps_its_unit() {
        let memory = |count: u32, unit: &'static str| {
            Tree::new().with("memory", Tree::new().with("count", count).with("unit", unit))
        };
        let laid = |over: &Tree| lay(&memory(4_194_304, "KiB"), &memory(4, "GiB"), over, |_, _| false).0;
        assert_eq!(laid(&memory(8, "GiB")), memory(8, "GiB"));
        assert_eq!(laid(&memory(4, "GiB")), memory(4_194_304, "KiB"));
    }

    #[test]
    fn devices_are_plugged_in_where_others_are() {
        let mut definition = devices(vec![disk("vda", None), disk("vdb", None).with("address", "own")]);
        let other = devices(vec![disk("vdb", None).with("address", "b"), disk("vda", None).with("address", "a")]);
        plug(&mut definition, &other, |name, index| name == "disk" && index == 1);
        let mut expected =
            devices(vec![disk("vda", None).with("address", "a"), disk("vdb", None).with("address", "own")]);
        assert_eq!(definition, expected);
        // Where one was is no place of its own any more.
        plug(&mut definition, &devices(vec![disk("vda", None)]), |_, _| false);
        expected = devices(vec![disk("vda", None), disk("vdb", None)]);
        assert_eq!(definition, expected);
    }
}
