//! Applies the profile of a link to an interface, and names the device of each interface that needs a name for it.

use std::collections::HashSet;

use crate::lab::domain::Domain;
use crate::lab::identity;
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::backend::Backend;
use crate::lab::link::LinkProfile;
use crate::lab::network::Network;
use crate::lab::network::bandwidth::Bandwidth;
use crate::lab::placed::Placed;
use crate::place::Place;
use crate::problem::{Problem, Problems};
use crate::resolve::interface::attachment;
use crate::resolve::layers::Layers;
use crate::resolve::names::Names;
use crate::spec::interface as written;
use crate::spec::key::key;

/// Finds the profile that the interface names, and refuses it where no device of the host can apply it.
pub(crate) fn profile<'s>(
    layers: &Layers<'_, written::Interface>,
    attachment: &Attachment,
    names: &Names<'s>,
    problems: &mut Problems,
) -> Option<&'s LinkProfile> {
    let link = layers.object(key!(link));
    let word = link.get(key!(profile))?;
    let profile = names.link(word, problems);
    match attachment.backend(names.networks) {
        Backend::Bridge | Backend::OpenVSwitch => profile,
        // This has been reported for all of `link`.
        Backend::VirtualFunction => None,
        Backend::Macvtap | Backend::User => {
            let (what, label) = attachment::describe(attachment, names);
            problems.push(
                Problem::not_on_this_mode(word.key_place(), format!("{what} cannot have a link profile"))
                    .label(label)
                    .help("leave it out, or use a network with a bridge"),
            );
            None
        }
    }
}

/// Returns the limits of an interface: `given` at `limits`, or those of its profile.
pub(crate) fn bandwidth(
    profile: Option<&LinkProfile>,
    given: Option<Bandwidth>,
    limits: Option<Place>,
    backend: Backend,
    problems: &mut Problems,
) -> Option<Bandwidth> {
    let Some((profile, rate)) = profile.and_then(|profile| Some((profile, profile.rate?))) else {
        return given;
    };
    if let Some(limits) = limits {
        problems.push(
            Problem::both(limits, "`bandwidth` beside a link that has a `rate`", "limits the rate a second time")
                .related(Place::key(profile.at.key("rate")), "the rate"),
        );
        return given;
    }
    Some(rate.bandwidth(backend))
}

/// Whether libvirt limits what the guest receives: by the interface's own limits, else by those of its port group.
pub(crate) fn is_shaped(
    own: Option<&Bandwidth>,
    portgroup: Option<&str>,
    attachment: &Attachment,
    names: &Names<'_>,
) -> bool {
    let of_group = || {
        let Attachment::Network(id) = attachment else { return None };
        names.networks[id.0].portgroup(portgroup)?.bandwidth.as_ref()
    };
    own.or_else(of_group).is_some_and(|bandwidth| bandwidth.inbound.is_some())
}

/// Gives each unnamed tap a name that no bridge or device of the lab has. If two would get the same name, the one with
/// the first UUID gets it, so that names do not depend on the order of the spec.
///
/// # Panics
///
/// With more interfaces than there are names to try, which no lab has.
pub(crate) fn name_devices(networks: &[Network], domains: &mut [Domain]) {
    let bridges = networks.iter().filter_map(|network| Some(network.bridge.as_ref()?.value.clone()));
    let devices = networks.iter().filter_map(|network| network.dev.clone());
    let interfaces = domains.iter().flat_map(|domain| &domain.interfaces);
    let targets = interfaces.filter_map(|interface| Some(interface.tap.target.as_ref()?.value.clone()));
    let mut taken: HashSet<String> = bridges.chain(devices).chain(targets).collect();
    let mut by_uuid: Vec<&mut Domain> = domains.iter_mut().collect();
    by_uuid.sort_by_key(|domain| domain.uuid.value);
    for domain in by_uuid {
        for (index, interface) in (0..).zip(&mut domain.interfaces) {
            let tap = &mut interface.tap;
            if tap.profile.is_none() || tap.target.is_some() {
                continue;
            }
            let name = (0..=u32::from(u16::MAX))
                .map(|attempt| identity::device_name(domain.uuid.value, index | (attempt << 16)))
                .find(|name| !taken.contains(name))
                .expect("a lab has fewer interfaces than there are names to try");
            taken.insert(name.clone());
            tap.target = Some(Placed { value: name, place: Place::key(&domain.at) });
        }
    }
}
