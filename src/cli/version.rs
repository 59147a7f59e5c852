//! What `--version` says: lab2nix's own version, and those of what it reads and writes.

use std::sync::LazyLock;

use crate::spec::NixVirtVersion;
use crate::spec::names::variants;
use crate::spec::version::READ;

static LONG: LazyLock<String> = LazyLock::new(|| {
    let targets: Vec<&str> = variants::<NixVirtVersion>().map(NixVirtVersion::name).collect();
    let (own, default) = (env!("CARGO_PKG_VERSION"), NixVirtVersion::default().name());
    format!(
        "{own}\nwrites for NixVirt {} (`target.nixvirt`, default {default})\nreads specs of version {READ}",
        targets.join(", ")
    )
});

/// The text.
pub(super) fn long() -> &'static str {
    &LONG
}
