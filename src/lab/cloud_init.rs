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
    /// The bus of the drive with its seed ISO.
    pub bus: DiskBus,
    pub hostname: String,
    /// The user that is made instead of the image's default one.
    pub user: Option<String>,
    /// The public keys of those who may log in.
    pub ssh_keys: Vec<String>,
    /// The hash of the user's password.
    pub password_hash: Option<String>,
    /// What the guest gets from files of the host.
    pub secrets: Secrets,
    /// Packages that are installed.
    pub packages: Vec<String>,
    /// Lines of shell that are run.
    pub runcmd: Vec<String>,
    /// The network, unless it is left to the image.
    pub network: Option<GuestNetwork>,
    /// Further keys of cloud-config, merged.
    pub extra: Extra,
}

/// What a guest gets from files of the host, which are read when the lab is activated.
#[derive(Debug, Default)]
pub struct Secrets {
    /// The file with the user's password.
    pub password_file: Option<String>,
    /// Files of the guest.
    pub files: Vec<SecretFile>,
}

/// A file of a guest that is one of the host.
#[derive(Debug)]
pub struct SecretFile {
    /// Where it is in the guest.
    pub path: String,
    /// Where it is on the host.
    pub from_host: String,
    /// Its mode in the guest, four octal digits.
    pub mode: Option<String>,
    /// Its user in the guest, and group.
    pub owner: Option<String>,
}

impl Secrets {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.password_file.is_none() && self.files.is_empty()
    }
}
