//! What cloud-init does in a domain's guest at the first boot.
//!
//! [`nocloud`](crate::nocloud) makes the files of a seed from it.

pub mod address;
pub mod network;

use crate::lab::cloud_init::network::GuestNetwork;
use crate::place::Pointer;
use crate::spec::Extra;
use crate::spec::drive::DiskBus;

/// What a guest does at its first boot.
#[derive(Debug)]
pub struct CloudInit {
    pub at: Pointer,
    /// What the drive with its disc is attached to.
    pub bus: DiskBus,
    pub hostname: String,
    /// The user that is made instead of the image's default one.
    pub user: Option<String>,
    /// The public keys of those who may log in.
    pub ssh_keys: Vec<String>,
    /// The hash of the user's password.
    pub password_hash: Option<String>,
    /// Packages that are installed.
    pub packages: Vec<String>,
    /// Lines of shell that are run.
    pub runcmd: Vec<String>,
    /// The network, unless it is left to the image.
    pub network: Option<GuestNetwork>,
    /// Further keys of cloud-config, merged.
    pub extra: Extra,
}
