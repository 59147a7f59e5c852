//! Looks up what a domain refers to by name: networks, pools, profiles of links, and templates. An unknown name is a
//! problem, which says what was probably meant.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::lab::external::External;
use crate::lab::id::{NetworkId, PoolId};
use crate::lab::identity::ObjectKind;
use crate::lab::interface::attachment::Attachment;
use crate::lab::link::LinkProfile;
use crate::lab::network::Network;
use crate::lab::storage::Pool;
use crate::lab::subnet::Family;
use crate::problem::{Id, Problem, Problems, probably_meant};
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
    pub(crate) external: &'a External,
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
    /// Finds the pool of the lab that a word names.
    pub(crate) fn pool(&self, word: Word<'_>, problems: &mut Problems) -> Option<PoolId> {
        let found = self.pool_ids.get(word.value.as_str()).copied();
        if found.is_none() {
            problems.push(unknown(Id::UnknownPool, ObjectKind::Pool, word, self.pool_ids.keys().copied()));
        }
        found
    }

    /// Whether a word names a pool of the host's that the lab does not manage.
    pub(crate) fn is_pool_of_host(&self, word: Word<'_>) -> bool {
        self.external.pools.iter().any(|pool| pool.value == *word.value)
    }

    /// Finds the network that a word names: the lab's, or one of the host's.
    pub(crate) fn network(&self, word: Word<'_>, problems: &mut Problems) -> Option<Attachment> {
        let name = word.value.as_str();
        if let Some(id) = self.network_ids.get(name) {
            return Some(Attachment::Network(*id));
        }
        if self.external.networks.iter().any(|network| network.value == name) {
            return Some(Attachment::HostNetwork(name.to_owned()));
        }
        problems.push(unknown(Id::UnknownNetwork, ObjectKind::Network, word, self.network_ids.keys().copied()));
        None
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

/// Makes the problem of an object that the lab neither declares nor says to be the host's.
fn unknown<'n>(
    id: Id,
    kind: ObjectKind,
    word: Word<'_>,
    known: impl ExactSizeIterator<Item = &'n str> + Clone,
) -> Problem {
    let (kind, name) = (kind.name(), word.value);
    let names: Vec<&str> = known.clone().collect();
    let problem = Problem::unknown(id, word.place(), kind, name, known);
    let of_host = format!("`\"external\": {{ \"{kind}s\": [\"{name}\"] }}`");
    let help = if names.is_empty() {
        format!(
            "if it already exists in libvirt and the lab does not manage it: {of_host}; otherwise {}, together with all others of the host",
            problem.help
        )
    } else if probably_meant(name, &names).is_none() {
        format!("{}; if it already exists in libvirt and the lab does not manage it: {of_host}", problem.help)
    } else {
        return problem;
    };
    problem.help(help)
}
