//! One domain of an entry, which stands for several where it has `replicas`.

use crate::place::Pointer;
use crate::resolve::layers::Layers;
use crate::spec::Active;
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
    /// The names of the profiles that it has settings of, the weakest first.
    pub(crate) profiles: Vec<String>,
    /// How far addresses count up from what is written.
    pub(crate) replica: u32,
    /// The domain that it is another form of.
    pub(crate) base: Option<Base<'a>>,
}

/// The domain that another one is a form of.
#[derive(Clone)]
pub(crate) struct Base<'a> {
    /// Where its entry is.
    pub(crate) at: Pointer,
    pub(crate) name: &'a str,
    /// The id that its UUID and names are made from.
    pub(crate) id: String,
    pub(crate) own: &'a DomainOwn,
    /// Whether the form itself says that it runs, in its entry or in a profile.
    pub(crate) active: Option<Active>,
}

impl Instance<'_> {
    /// The name of the machine of which it may be one form.
    pub(crate) fn machine_name(&self) -> &str {
        self.base.as_ref().map_or(&self.name, |base| base.name)
    }

    /// The id that names of the machine's volumes and firmware variables are made from.
    pub(crate) fn machine_id(&self) -> &str {
        self.base.as_ref().map_or(&self.id, |base| &base.id)
    }

    /// What only the machine's own entry has, and where it is.
    pub(crate) fn machine_own(&self) -> Layers<'_, DomainOwn> {
        let layers = Layers::one(self.at.clone(), self.own);
        match &self.base {
            Some(base) => layers.above(base.at.clone(), base.own),
            None => layers,
        }
    }
}
