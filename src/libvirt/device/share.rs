//! The definition of a share ([libvirt](https://libvirt.org/formatdomain.html#filesystems)).

use crate::lab::device::share::{Share, ShareServer};
use crate::libvirt::tree::Tree;

/// A directory of the host.
pub(super) fn share(share: &Share) -> Tree {
    let (access_mode, driver, binary) = match share.server {
        ShareServer::Virtiofs { cache, xattr, queue_size } => {
            let cache = cache.map(|mode| Tree::new().with("mode", mode.name()));
            let driver = Tree::new().with("type", "virtiofs").with_some("queue", queue_size);
            ("passthrough", driver, Tree::new().with_some("xattr", xattr).with_some("cache", cache).unless_empty())
        }
        ShareServer::Plan9 { access_mode } => (access_mode.name(), Tree::new().with("type", "path"), None),
    };
    Tree::new()
        .with("type", "mount")
        .with("accessmode", access_mode)
        .with("driver", driver)
        .with_some("binary", binary)
        .with("source", Tree::new().with("dir", share.source.clone()))
        .with("target", Tree::new().with("dir", share.tag.clone()))
        .with_some("readonly", share.readonly.then_some(true))
}
