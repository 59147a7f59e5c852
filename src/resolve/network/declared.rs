//! What the parts of a network are read from.

use crate::resolve::layers::Layers;
use crate::spec;
use crate::spec::network::Mode;

/// A network as the spec declares it.
pub(crate) struct Declared<'a> {
    pub(crate) name: &'a str,
    /// Its settings.
    pub(crate) layers: Layers<'a, spec::Network>,
    pub(crate) mode: Mode,
}
