//! How Windows installs itself in a domain.
//!
//! [`unattended`](crate::unattended) makes the files of its disc from it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::lab::identity::Mac;
use crate::place::Pointer;
use crate::spec::drive::DiskBus;
use crate::spec::unattended::Remote;
use crate::windows;

/// How Windows installs itself.
#[derive(Debug)]
pub struct Unattended {
    pub at: Pointer,
    /// The bus of the drive with its disc.
    pub bus: DiskBus,
    /// The name of the image on the installer's ISO, unless the product key chooses one.
    pub image: Option<String>,
    /// The product key that Setup is given, if it is.
    pub product_key: Option<ProductKey>,
    /// Who logs on first.
    pub account: Account,
    pub language: Language,
    /// The time zone, by Windows's name for it.
    pub time_zone: String,
    pub computer_name: String,
    /// Whether interfaces with an address of their own have it without DHCP.
    pub is_static: bool,
    /// The DNS servers of all interfaces, where the spec says.
    pub dns: Option<Vec<IpAddr>>,
    /// What interfaces are told that DHCP does not say.
    pub adapters: Vec<Adapter>,
    /// Its part in an Active Directory domain.
    pub role: Role,
    /// How it can be managed.
    pub remote: BTreeSet<Remote>,
    /// The public keys of its administrators.
    pub ssh_keys: Vec<String>,
    /// Whether the guest tools of the virtio-win ISO are installed.
    pub guest_tools: bool,
    /// Lines of PowerShell that are run at the end.
    pub run: Vec<String>,
    /// What it gets from files of the host.
    pub secrets: Secrets,
}

/// A product key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductKey {
    /// A public one.
    Known(String),
    /// The first line of a file of the host, which `secrets` has.
    FromHost,
}

/// An account that a password is set for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// The administrator that every Windows has, and that a server lets log on.
    Administrator,
    /// Another administrator.
    Local(String),
}

impl Unattended {
    /// What the account is called when Windows is there.
    #[must_use]
    pub fn user(&self) -> &str {
        match &self.account {
            Account::Administrator => windows::administrator(&self.language.ui),
            Account::Local(name) => name,
        }
    }
}

impl Account {
    /// What Setup calls it: the first one in every language by its English name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Administrator => "Administrator",
            Self::Local(name) => name,
        }
    }
}

/// What language Windows speaks, and what it is typed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// The one of the ISO.
    pub ui: String,
    pub locale: String,
    /// A locale, or a language and a layout.
    pub keyboard: String,
}

/// What an interface is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    pub mac: Mac,
    /// Its static addresses; none with DHCP.
    pub addresses: Vec<IpNet>,
    /// Where the way out is, at most one of each family.
    pub gateways: Vec<IpAddr>,
    /// The DNS servers; none where DHCP tells them.
    pub dns: Vec<IpAddr>,
}

/// The part in an Active Directory domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// None.
    Alone,
    /// The first controller of a domain.
    Creates {
        /// The domain's name in DNS.
        name: String,
        netbios: String,
    },
    /// A member.
    Joins {
        /// The domain's name in DNS.
        name: String,
        /// Who joins computers: of the domain that a guest of the lab creates, its administrator, unless the spec names somebody.
        user: String,
        /// The organizational unit of the computer's account, if it is not the domain's own.
        unit: Option<String>,
    },
}

/// What a guest gets from files of the host, which are read when the lab is activated.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The file with the account's password.
    pub password_file: String,
    /// The file with the product key.
    pub product_key_file: Option<String>,
    /// The file with the password of the directory's restore mode, of a guest that creates a domain.
    pub recovery_password_file: Option<String>,
    /// The file with the password of the account that joins, of a guest that joins a domain.
    pub join_password_file: Option<String>,
    /// Scripts, in the order in which they run.
    pub scripts: Vec<String>,
}
