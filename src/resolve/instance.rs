//! One domain of an entry, which stands for several where it has `replicas`.

use crate::place::Pointer;
use crate::spec::domain::DomainOwn;

/// One domain that an entry of the spec stands for.
pub(crate) struct Instance<'a> {
    /// Where the entry is.
    pub(crate) at: Pointer,
    /// The domain's name: the entry's, with the number of the replica.
    pub(crate) name: String,
    /// What its identity is made from.
    pub(crate) id: String,
    /// What only a domain has.
    pub(crate) own: &'a DomainOwn,
    /// How far addresses count up from what is written.
    pub(crate) replica: u32,
}
