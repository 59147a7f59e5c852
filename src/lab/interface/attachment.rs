//! What an interface is on, and what that allows.

use crate::lab::id::NetworkId;
use crate::place::Place;
use crate::resolve::names::Scope;

/// What an interface is on.
#[derive(Debug)]
pub enum Attachment {
    /// A network of the lab.
    Network(NetworkId),
    /// A bridge of the host.
    Bridge {
        /// The bridge's name.
        name: String,
        /// Where it is written.
        place: Place,
    },
    /// A network of its own, translated to the host's.
    User,
    /// An interface of the host, shared.
    Macvtap(String),
}

impl Attachment {
    /// What it is, and what to write beside that which it does not take.
    pub(crate) fn describe(&self, scope: &Scope<'_>) -> (String, String) {
        match self {
            Self::Network(id) => {
                let network = &scope.networks[id.0];
                (
                    format!("an interface on network `{}`", network.name),
                    format!("not in mode `{}`", network.mode.name()),
                )
            }
            Self::Bridge { .. } => ("an interface on a bridge".to_owned(), "not with `bridge`".to_owned()),
            Self::User => ("a `user` interface".to_owned(), "not with `user`".to_owned()),
            Self::Macvtap(_) => ("an interface through macvtap".to_owned(), "not with `macvtap`".to_owned()),
        }
    }
}
