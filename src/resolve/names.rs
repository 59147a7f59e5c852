//! What a domain's entry can refer to, and which of its domains is meant.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::lab::id::{NetworkId, PoolId};
use crate::lab::link::LinkProfile;
use crate::lab::network::Network;
use crate::lab::storage::Pool;
use crate::lab::subnet::Family;
use crate::problem::{Id, Problem, Problems, did_you_mean};
use crate::resolve::layers::Word;
use crate::resolve::templates::Templates;
use crate::spec::Spec;

/// What names in a domain can refer to.
pub(crate) struct Scope<'a> {
    pub(crate) networks: &'a [Network],
    pub(crate) network_ids: IndexMap<&'a str, NetworkId>,
    pub(crate) pools: &'a [Pool],
    pub(crate) pool_ids: IndexMap<&'a str, PoolId>,
    /// The disks that others can be clones of, as far as they have been resolved.
    pub(crate) templates: Templates<'a>,
    pub(crate) links: &'a IndexMap<&'a str, LinkProfile>,
    /// Subnets that were written and refused, so that no further problem comes of them.
    pub(crate) refused_subnets: HashSet<(NetworkId, Family)>,
}

/// The subnets that a spec has and that nothing could be made of.
pub(crate) fn refused_subnets(spec: &Spec, networks: &[Network]) -> HashSet<(NetworkId, Family)> {
    let written = spec.networks.iter().flatten().map(|(_, written)| written);
    let both = written.zip(networks).enumerate().flat_map(|(index, (written, network))| {
        let is_refused = [
            (Family::V4, written.subnet.is_some() && network.ipv4.is_none()),
            (Family::V6, written.subnet6.is_some() && network.ipv6.is_none()),
        ];
        is_refused.map(|(family, is_refused)| is_refused.then_some((NetworkId(index), family)))
    });
    both.flatten().collect()
}

impl<'a> Scope<'a> {
    /// The pool that a word names.
    pub(crate) fn pool(&self, word: Word<'_>, problems: &mut Problems) -> Option<PoolId> {
        let found = self.pool_ids.get(word.value.as_str()).copied();
        if found.is_none() {
            problems.push(
                Problem::of_value(Id::UnknownPool, word.place(), format!("there is no pool `{}`", word.value))
                    .label("not in `pools`")
                    .help(declare_or("pools", word.value, self.pool_ids.keys().copied())),
            );
        }
        found
    }

    /// The network that a word names.
    pub(crate) fn network(&self, word: Word<'_>, problems: &mut Problems) -> Option<NetworkId> {
        let found = self.network_ids.get(word.value.as_str()).copied();
        if found.is_none() {
            problems.push(
                Problem::of_value(Id::UnknownNetwork, word.place(), format!("there is no network `{}`", word.value))
                    .label("not in `networks`")
                    .help(declare_or("networks", word.value, self.network_ids.keys().copied())),
            );
        }
        found
    }

    /// The profile of a link that a word names.
    pub(crate) fn link(&self, word: Word<'_>, problems: &mut Problems) -> Option<&'a LinkProfile> {
        let found = self.links.get(word.value.as_str());
        if found.is_none() {
            problems.push(
                Problem::of_value(Id::UnknownLink, word.place(), format!("there is no link `{}`", word.value))
                    .label("not in `links`")
                    .help(declare_or("links", word.value, self.links.keys().copied())),
            );
        }
        found
    }
}

/// The way out of a name that is not among those of a section.
fn declare_or<'n>(section: &str, name: &str, known: impl ExactSizeIterator<Item = &'n str>) -> String {
    if known.len() == 0 {
        return format!("declare it: `\"{section}\": {{ \"{name}\": {{ … }} }}`");
    }
    did_you_mean(name, known)
}
