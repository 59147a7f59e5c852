//! One domain of an entry, which stands for several where it has `replicas`.

use crate::place::Pointer;
use crate::spec::domain::DomainOwn;

/// One domain that an entry of the spec stands for.
pub(crate) struct Instance<'a> {
    /// Where the entry is.
    pub(crate) at: Pointer,
    /// The domain's name: the entry's, with the number of the replica.
    pub(crate) name: String,
    /// The id that UUID and names are made from.
    pub(crate) id: String,
    /// The settings that only a domain's own entry has.
    pub(crate) own: &'a DomainOwn,
    /// How far addresses count up from what is written.
    pub(crate) replica: u32,
}
