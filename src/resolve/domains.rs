//! Resolves the section `domains`: decides which domains each entry stands for and in which order they are resolved, and
//! checks layers that no domain takes.

use std::collections::HashSet;

use crate::lab::domain::Domain;
use crate::lab::id::PoolId;
use crate::lab::identity::Namespace;
use crate::lab::imported::Imported;
use crate::lab::storage::volume::Volume;
use crate::place::{Place, Pointer};
use crate::problem::{Problem, Problems};
use crate::resolve::clone_order::in_clone_order;
use crate::resolve::domain::preset::preset;
use crate::resolve::instance::Instance;
use crate::resolve::layers::{Layers, present, written};
use crate::resolve::names::Names;
use crate::resolve::profiles::Profiles;
use crate::resolve::{domain, drive, imported, parse, variants};
use crate::spec::domain::DomainOwn;
use crate::spec::key::key;
use crate::spec::{self, DomainFields, Spec};

/// A domain, and the volumes that its disks declare.
type Resolved = (Domain, Vec<(PoolId, Volume)>);

/// Resolves every domain that the lab makes, with the volumes that their disks declare.
pub(crate) fn resolve<'a>(
    spec: &'a Spec,
    namespace: Namespace,
    names: &mut Names<'a>,
    problems: &mut Problems,
) -> (Vec<Domain>, Vec<(PoolId, Volume)>) {
    let profiles = Profiles::resolve(spec, problems);
    for (name, _) in spec.profiles.iter().flatten() {
        parse::name(name, Place::key(Pointer::root().key("profiles").key(name)), problems);
    }
    let entries: Vec<(&String, &spec::Domain)> = spec.domains.iter().flatten().collect();
    let few = few_replicas(&entries, problems);
    let mut resolved: Vec<Vec<Resolved>> = entries.iter().map(|_| Vec::new()).collect();
    for index in in_clone_order(spec, &profiles, problems) {
        let (name, written) = entries[index];
        if is_imported(written) {
            continue;
        }
        let at = Pointer::root().key("domains").key(name);
        parse::name(name, Place::key(&at), problems);
        let base = variants::base(spec, &profiles, name, written, problems);
        let layers = variants::layers(spec, &profiles, name, written, base.as_ref(), problems);
        let of_profiles = variants::profiles(&profiles, written, base.as_ref());
        let os = layers.value(key!(os)).unwrap_or_default();
        let layers = layers.above(Pointer::root(), preset(os));
        for mut instance in replicas(name, &at, &written.own, problems).into_iter().take(few[index]) {
            instance.base.clone_from(&base);
            instance.profiles.clone_from(&of_profiles);
            let mut found = Problems::default();
            let (domain, declared) = domain::resolve(&instance, &layers, os, namespace, names, &mut found);
            if base.is_none() && written.own.variant_of.is_some() {
                // What else it lacks may be in the domain that it is meant to be a form of.
                problems.extend(found.into_iter().filter(Problem::is_of_value));
            } else if instance.replica == 0 && base.is_none() {
                problems.extend(found);
            } else {
                problems.extend_from_replica(found);
            }
            if domain.is_template && written.own.replicas.is_none() {
                let disks = drive::layers_by_name(&layers, &mut Problems::default()).into_keys().collect();
                names.templates.add(name, disks, &domain, &declared, names.pools);
            }
            resolved[index].push((domain, declared));
        }
    }
    let (mut domains, mut volumes, mut of_forms) = (Vec::new(), Vec::new(), Vec::new());
    let mut taken = HashSet::new();
    for (domain, declared) in resolved.into_iter().flatten() {
        // A domain of the same name has the same volumes: only the name is reported.
        if taken.insert(domain.name.to_lowercase()) {
            if domain.variant_of.is_some() { &mut of_forms } else { &mut volumes }.extend(declared);
        }
        domains.push(domain);
    }
    // The forms of a machine have its volumes, which are declared once.
    if !of_forms.is_empty() {
        let mut known: HashSet<(PoolId, String)> =
            volumes.iter().map(|(pool, volume)| (*pool, volume.name.clone())).collect();
        volumes.extend(of_forms.into_iter().filter(|(pool, volume)| known.insert((*pool, volume.name.clone()))));
    }
    check_layers(spec, namespace, names, problems);
    (domains, volumes)
}

/// How many domains `replicas` make in a lab. More would take gigabytes of memory to find out what is wrong with them.
const REPLICAS_MAX: usize = 10_000;

/// Returns how many domains of each entry are looked at, and reports the first entry for which there is no room.
fn few_replicas(entries: &[(&String, &spec::Domain)], problems: &mut Problems) -> Vec<usize> {
    let mut left = REPLICAS_MAX;
    let mut is_reported = false;
    let mut few = |(name, written): &(&String, &spec::Domain)| {
        let Some(count) = written.own.replicas.map(|count| count as usize) else { return 1 };
        if count > left && !is_reported {
            is_reported = true;
            let place = Place::value(Pointer::root().key("domains").key(name).key("replicas"));
            problems.push(
                Problem::out_of_range(
                    place,
                    format!("the lab has more than {REPLICAS_MAX} domains with all `replicas`"),
                )
                .label(format!("{left} are left"))
                .help("use fewer, or split them between labs"),
            );
        }
        let few = count.min(left);
        left -= few;
        // What is wrong with an entry is seen in one of its domains.
        few.max(1)
    };
    entries.iter().map(&mut few).collect()
}

/// Returns the domains that an entry stands for.
fn replicas<'a>(name: &str, at: &Pointer, own: &'a DomainOwn, problems: &mut Problems) -> Vec<Instance<'a>> {
    let layers = Layers::one(at.clone(), own);
    let id = parse::id(layers.get(key!(id)), problems).unwrap_or_else(|| name.to_owned());
    let Some(count) = own.replicas else {
        return vec![Instance {
            at: at.clone(),
            name: name.to_owned(),
            id,
            own,
            profiles: Vec::new(),
            replica: 0,
            base: None,
        }];
    };
    for (key, at) in present(written!(layers => uuid, nvram)) {
        problems.push(
            Problem::conflict(Place::key(at), format!("one `{key}` for {count} domains"))
                .label("not with `replicas`")
                .help("leave it out; each domain gets its own"),
        );
    }
    // The longest of the names, where the entry's own is one.
    let names = [(name, Place::key(at)), (id.as_str(), Place::value(at.key("id")))];
    for (text, place) in names.into_iter().take(if own.id.is_some() { 2 } else { 1 }) {
        if parse::name(text, place.clone(), &mut Problems::default()) {
            parse::name(&format!("{text}-{count}"), place, problems);
        }
    }
    (1..=count)
        .map(|number| Instance {
            at: at.clone(),
            name: format!("{name}-{number}"),
            id: format!("{id}-{number}"),
            own,
            profiles: Vec::new(),
            replica: number - 1,
            base: None,
        })
        .collect()
}

/// Looks for values that are wrong in layers, whether a domain takes them or not. What a layer lacks, or what does not go
/// together in it, another one may mend: that is for the domains that take it.
fn check_layers(spec: &Spec, namespace: Namespace, names: &Names<'_>, problems: &mut Problems) {
    let own = DomainOwn::default();
    let mut check = |at: Pointer, fields: &DomainFields| {
        let instance = Instance {
            at: at.clone(),
            name: "unused".to_owned(),
            id: "unused".to_owned(),
            own: &own,
            profiles: Vec::new(),
            replica: 0,
            base: None,
        };
        let (layers, os) = (Layers::one(at.clone(), fields), fields.os.unwrap_or_default());
        let mut found = Problems::default();
        let _ = domain::resolve(&instance, &layers, os, namespace, names, &mut found);
        problems.extend(found.into_iter().filter(|problem| problem.is_of_value() && problem.place.is_inside(&at)));
    };
    for (name, profile) in spec.profiles.iter().flatten() {
        check(Pointer::root().key("profiles").key(name), &profile.fields);
    }
    if let Some(defaults) = &spec.defaults {
        check(Pointer::root().key("defaults"), defaults);
    }
}

/// Resolves the entries of domains that libvirt already has.
pub(crate) fn imported(spec: &Spec, namespace: Namespace, names: &Names<'_>, problems: &mut Problems) -> Vec<Imported> {
    let entries = spec.domains.iter().flatten().filter(|(_, written)| is_imported(written));
    entries.map(|(name, written)| imported::resolve(name, written, namespace, names, problems)).collect()
}

/// Whether an entry is of a domain that libvirt already has.
fn is_imported(written: &spec::Domain) -> bool {
    written.own.imported == Some(true)
}
