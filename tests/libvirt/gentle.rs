//! An activation between `lab2nix activate before` and `after` cuts nobody off who need not stop: over the edits of `edits.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::{Host, Planned, Seen, Trial, activation_file, edits, random};
use crate::sample::sample;
use crate::world::World;

#[test]
fn nobody_is_cut_off_who_need_not_stop() {
    run("gentle", &sample(edits(), 5, Trial::name));
}

#[test]
fn nobody_is_cut_off_by_random_edits() {
    run("random-gentle", &sample((0..200).map(random_on_change).collect(), 2, Trial::name));
}

/// A random edit, in which some domains say what they do on a change.
fn random_on_change(number: u64) -> Trial {
    let mut trial = random(number);
    for (index, (_, domain)) in trial.after["domains"].as_object_mut().into_iter().flatten().enumerate() {
        let words = [None, Some("shutdown"), Some("power-off"), Some("next-start"), None];
        let choice = (usize::try_from(number).expect("it is small") / 2 + index) % words.len();
        if let Some(word) = words[choice]
            && domain["restart"].is_null()
        {
            domain["onChange"] = word.into();
        }
    }
    trial
}

fn run(test: &'static str, trials: &[Trial]) {
    let world = World::start(test);
    let host = Host::new(&world);
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for (index, trial) in trials.iter().enumerate() {
        let found = world.step(&format!("{index} {}", trial.name), || mismatches(&host, trial, &mut refused));
        for mismatch in found {
            eprintln!("        {mismatch}");
            wrong.push(format!("{}: {mismatch}", trial.name));
        }
    }
    let count = trials.len();
    eprintln!("{test}: {count} activations by {}, {refused} refused, {} mismatches", host.helper.name(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn mismatches(host: &Host<'_>, trial: &Trial, refused: &mut usize) -> Vec<String> {
    let path = match host.begin(trial) {
        Ok((_, path)) => path,
        Err(why) => return vec![why],
    };
    let before = host.look();
    let activation = activation_file(&path);
    let plan = match host.plan(trial, &path, &activation) {
        Ok(plan) => Planned(plan),
        Err(why) => return vec![why],
    };
    let step = |when: &str| {
        let command = ["lab2nix", "activate", when, "--settings", path.as_str(), "--activation", activation.as_str()];
        let output = host.world.output(&command, "");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).trim().to_owned())
    };
    let (code, said) = step("before");
    let is_refused = plan.0["refused"].as_array().is_some_and(|refused| !refused.is_empty());
    if code != Some(0) {
        *refused += 1;
        eprintln!("        refused: {}", said.lines().next().unwrap_or_default());
        let is_changed = !is_as_before(&before, &host.look());
        let is_known = said.contains("Nothing of the labs was changed.");
        let is_well = !is_changed && is_known && is_refused;
        return (!is_well).then(|| format!("refused, changed: {is_changed}: {said}")).into_iter().collect();
    }
    let (code, by_helper) = host.helper.activate(host.world, &path);
    let (after_code, after_said) = step("after");
    let after = host.look();
    let mut found = compare(trial, &before, &after);
    if is_refused {
        found.push("`plan` says that it is refused".to_owned());
    }
    let code = if after_code == Some(0) { code } else { 1 };
    found.extend(plan.mismatches(&before, &after, code));
    if !found.is_empty() {
        found.push(format!("said: {said}; the helper: {code} {by_helper}; after: {after_code:?} {after_said}"));
    }
    found
}

/// Whether all is as it was, but that something that shall run may run.
fn is_as_before(before: &Seen, now: &Seen) -> bool {
    let of_kinds = |seen: &Seen| {
        // What a pool has free is counted when it starts.
        let definitions = seen.definitions.clone().into_iter().filter(|((kind, _), _)| kind != "pool");
        definitions.collect::<BTreeMap<_, _>>()
    };
    let goes_on = |(key, (uuid, process)): (&(String, String), &(String, Option<String>))| {
        let now = now.objects.get(key);
        now.is_some_and(|(other, now)| other == uuid && (process.is_none() || now == process))
    };
    before.objects.len() == now.objects.len()
        && before.objects.iter().all(goes_on)
        && before.files == now.files
        && of_kinds(before) == of_kinds(now)
}

/// What became of the domains that ran, against what their owner asked for.
fn compare(trial: &Trial, before: &Seen, after: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    let uuids: BTreeMap<&String, (&String, &Option<String>)> =
        after.objects.iter().map(|((_, name), (uuid, process))| (uuid, (name, process))).collect();
    for ((kind, name), (uuid, process)) in &before.objects {
        let Some(process) = process.as_ref().filter(|_| kind == "domain") else { continue };
        let now = uuids.get(uuid).copied();
        let goes_on = now.is_some_and(|(_, now)| now.as_ref() == Some(process));
        let runs = now.is_some_and(|(_, now)| now.is_some());
        let (may_stop, shall_run) = asked(trial, name);
        if !goes_on && !may_stop {
            found.push(format!("domain {name} was to go on"));
        }
        if !runs && shall_run {
            found.push(format!("domain {name} is off"));
        }
    }
    found
}

/// Whether a domain that runs may be stopped by what its owner has asked for, and whether it shall run afterwards.
fn asked(trial: &Trial, name: &str) -> (bool, bool) {
    let Some(domains) = trial.after["domains"].as_object() else { return (false, true) };
    let own = |lab: &Value, key: &str| lab["domains"][name].get(key).cloned().unwrap_or(Value::Null);
    // Instances of an entry are told by its number of replicas.
    let entry = name.rsplit_once('-').map_or(name, |(entry, _)| entry);
    let replica = name.rsplit_once('-').and_then(|(_, number)| number.parse::<u64>().ok());
    let replicas = trial.after["domains"][entry]["replicas"].as_u64();
    let is_listed = domains.contains_key(name) || replica.zip(replicas).is_some_and(|(own, all)| own <= all);
    if trial.before["domains"].get(entry).is_none() {
        // It is nobody's that a lab knows.
        return (true, false);
    }
    let same_identity = ["uuid", "id"].iter().all(|key| own(&trial.before, key) == own(&trial.after, key))
        && trial.before["lab"] == trial.after["lab"];
    if !is_listed || !same_identity {
        let has_other_name = domains.values().any(|domain| domain["id"] == *name);
        return (true, has_other_name);
    }
    let is_off = own(&trial.after, "active") == Value::Bool(false);
    let restarts = own(&trial.after, "restart") == Value::Bool(true);
    let on_change = own(&trial.after, "onChange");
    let may_stop = on_change == "shutdown" || on_change == "power-off";
    (is_off || restarts || may_stop || network_goes(trial, name), !is_off)
}

/// Whether a network that the domain is on, or comes onto, stops for good, becomes another one, or is to restart.
fn network_goes(trial: &Trial, name: &str) -> bool {
    let interfaces = |lab: &Value| lab["domains"][name]["interfaces"].as_array().cloned().unwrap_or_default();
    let all = [interfaces(&trial.before), interfaces(&trial.after)].concat();
    all.iter().any(|interface| {
        let bridge = interface["bridge"].as_str().and_then(|bridge| bridge.strip_prefix("virbr-"));
        let Some(network) = interface["network"].as_str().or(bridge) else { return false };
        let after = &trial.after["networks"][network];
        after.is_null()
            || after["active"] == Value::Bool(false)
            || after["restart"] == Value::Bool(true)
            || after["uuid"] != trial.before["networks"][network]["uuid"]
    })
}
