//! Looks up what a domain refers to by name: networks, pools, profiles of links, and templates. An unknown name is a
//! problem, which says what was probably meant.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::lab::id::{NetworkId, PoolId};
use crate::lab::link::LinkProfile;
use crate::lab::network::Network;
use crate::lab::storage::Pool;
use crate::lab::subnet::Family;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::Word;
use crate::resolve::templates::Templates;
use crate::spec::Spec;

/// What a domain can refer to by name.
pub(crate) struct Names<'a> {
    pub(crate) networks: &'a [Network],
    pub(crate) network_ids: IndexMap<&'a str, NetworkId>,
    pub(crate) pools: &'a [Pool],
    pub(crate) pool_ids: IndexMap<&'a str, PoolId>,
    /// The disks that others can be clones of: those of the templates resolved so far.
    pub(crate) templates: Templates<'a>,
    pub(crate) links: &'a IndexMap<&'a str, LinkProfile>,
    /// Subnets that were written and refused, so that no further problem comes of them.
    pub(crate) refused_subnets: HashSet<(NetworkId, Family)>,
}

/// Finds the subnets that the spec has and that were refused.
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

impl<'a> Names<'a> {
    /// Finds the pool that a word names.
    pub(crate) fn pool(&self, word: Word<'_>, problems: &mut Problems) -> Option<PoolId> {
        let found = self.pool_ids.get(word.value.as_str()).copied();
        if found.is_none() {
            let known = self.pool_ids.keys().copied();
            problems.push(Problem::unknown(Id::UnknownPool, word.place(), "pool", word.value, known));
        }
        found
    }

    /// Finds the network that a word names.
    pub(crate) fn network(&self, word: Word<'_>, problems: &mut Problems) -> Option<NetworkId> {
        let found = self.network_ids.get(word.value.as_str()).copied();
        if found.is_none() {
            let known = self.network_ids.keys().copied();
            problems.push(Problem::unknown(Id::UnknownNetwork, word.place(), "network", word.value, known));
        }
        found
    }

    /// Finds the profile of a link that a word names.
    pub(crate) fn link(&self, word: Word<'_>, problems: &mut Problems) -> Option<&'a LinkProfile> {
        let found = self.links.get(word.value.as_str());
        if found.is_none() {
            let known = self.links.keys().copied();
            problems.push(Problem::unknown(Id::UnknownLink, word.place(), "link", word.value, known));
        }
        found
    }
}
