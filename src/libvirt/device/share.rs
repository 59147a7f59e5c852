//! The definition of a share ([libvirt](https://libvirt.org/formatdomain.html#filesystems)).

use crate::lab::device::share::{Share, ShareServer};
use crate::libvirt::tree::Tree;

/// A directory of the host.
pub(super) fn share(share: &Share) -> Tree {
    let (access_mode, driver, cache) = match share.server {
        ShareServer::Virtiofs { cache } => ("passthrough", "virtiofs", cache),
        ShareServer::Plan9 { access_mode } => (access_mode.name(), "path", None),
    };
    let binary = cache.map(|mode| Tree::new().with("cache", Tree::new().with("mode", mode.name())));
    Tree::new()
        .with("type", "mount")
        .with("accessmode", access_mode)
        .with("driver", Tree::new().with("type", driver))
        .with_some("binary", binary)
        .with("source", Tree::new().with("dir", share.source.clone()))
        .with("target", Tree::new().with("dir", share.tag.clone()))
        .with_some("readonly", share.readonly.then_some(true))
}
