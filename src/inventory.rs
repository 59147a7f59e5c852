//! Labs in, and out who is in them and how they are reached: for Ansible, ssh, the hosts file, remote desktops, and as JSON.
//!
//! An address is known from the spec: what a network reserves (`ip`), or what the guest gives itself (`cloudInit`). Nobody is asked for
//! a lease.

pub mod ansible;
pub mod choice;
pub mod endpoint;
pub mod hosts;
pub mod hypervisor;
pub mod machine;
pub mod rdp;
pub mod ssh;
pub mod view;

use crate::lab::Domain;
use crate::lab::cloud_init::CloudInit;

/// Who logs in to a domain's guest: the user that `cloudInit` makes. The image's own default user is nowhere in a spec.
#[must_use]
pub fn user(domain: &Domain) -> Option<&str> {
    domain.cloud_init.as_ref().and_then(of_cloud_init)
}

/// The `user`, else the first of the `users` in `extra`, unless that is the image's own (`default`).
fn of_cloud_init(cloud_init: &CloudInit) -> Option<&str> {
    let first = || {
        let first = cloud_init.extra.get("users")?.get(0)?;
        let name = first.as_str().or_else(|| first.get("name")?.as_str())?;
        let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        (is_plain && name != "default").then_some(name)
    };
    cloud_init.user.as_deref().or_else(first)
}

/// A first line for files that people may be tempted to edit.
fn made_for(format: &str) -> String {
    format!("# Made by `lab2nix inventory --format {format}`: edits are lost.\n")
}
