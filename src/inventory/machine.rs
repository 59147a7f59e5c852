//! A domain as an inventory has it: one that the lab makes, or one that libvirt has already.

use std::net::IpAddr;

use uuid::Uuid;

use super::of_cloud_init;
use crate::lab::cloud_init::CloudInit;
use crate::lab::cloud_init::network::GuestNetwork;
use crate::lab::interface::Interface;
use crate::lab::unattended::Unattended;
use crate::lab::{Domain, Imported, Lab};
use crate::spec::guest::Os;
use crate::spec::unattended::Remote;

/// A domain as an inventory has it.
#[derive(Debug, Clone, Copy)]
pub struct Machine<'l> {
    /// The name of the domain.
    pub name: &'l str,
    /// Its title.
    pub title: Option<&'l str>,
    /// Its UUID, as far as the lab knows it.
    pub uuid: Option<Uuid>,
    /// Its operating system; of one that libvirt has already, nobody knows.
    pub os: Option<Os>,
    /// The names of the profiles that apply to it, the weakest first.
    pub profiles: &'l [String],
    /// Its interfaces.
    pub interfaces: &'l [Interface],
    /// The name of the interface by which it is managed, where the spec says.
    pub manage: Option<&'l str>,
    /// What its guest does at its first boot.
    pub cloud_init: Option<&'l CloudInit>,
    /// How Windows installs itself in it.
    pub unattended: Option<&'l Unattended>,
    /// Whether libvirt has it already.
    pub is_imported: bool,
}

impl<'l> Machine<'l> {
    /// All of a lab that may run, so no templates, by name.
    #[must_use]
    pub fn all(lab: &'l Lab) -> Vec<Self> {
        let made = lab.domains.iter().flatten().filter(|domain| !domain.is_template).map(Self::of);
        let mut all: Vec<Self> = made.chain(lab.imported.iter().map(Self::of_imported)).collect();
        all.sort_by_key(|machine| machine.name);
        all
    }

    /// A domain that the lab makes.
    #[must_use]
    pub fn of(domain: &'l Domain) -> Self {
        Self {
            name: &domain.name,
            title: domain.title.as_deref(),
            uuid: Some(domain.uuid.value),
            os: Some(domain.os),
            profiles: &domain.profiles,
            interfaces: &domain.interfaces,
            manage: domain.manage.as_deref(),
            cloud_init: domain.cloud_init.as_ref(),
            unattended: domain.unattended.as_ref(),
            is_imported: false,
        }
    }

    /// A domain that libvirt has already.
    #[must_use]
    pub fn of_imported(domain: &'l Imported) -> Self {
        Self {
            name: &domain.name,
            title: None,
            uuid: domain.uuid.as_ref().map(|uuid| uuid.value),
            os: None,
            profiles: &[],
            interfaces: &domain.interfaces,
            manage: domain.manage.as_deref(),
            cloud_init: None,
            unattended: None,
            is_imported: true,
        }
    }

    /// Whether its guest is Windows.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        self.os.is_some_and(Os::is_windows)
    }

    /// Whether its guest may be managed in a way: one that installs itself is told in which. Servers have remote management from the start.
    #[must_use]
    pub fn serves(&self, remote: Remote) -> bool {
        let is_usual = remote == Remote::Winrm && self.os.is_some_and(Os::is_windows_server);
        is_usual || self.unattended.is_none_or(|unattended| unattended.remote.contains(&remote))
    }

    /// Who logs in to its guest: see [`user`](super::user).
    #[must_use]
    pub fn user(&self) -> Option<&'l str> {
        let administrator = || self.unattended.map(Unattended::user);
        self.cloud_init.and_then(of_cloud_init).or_else(administrator)
    }

    /// The file of the host with the password of who logs in, where the spec says.
    #[must_use]
    pub fn password_file(&self) -> Option<&'l str> {
        let of_windows = self.unattended.map(|unattended| unattended.secrets.password_file.as_str());
        self.cloud_init.and_then(|init| init.secrets.password_file.as_deref()).or(of_windows)
    }

    /// The public keys of who logs in.
    #[must_use]
    pub fn ssh_keys(&self) -> &'l [String] {
        let of_windows = self.unattended.map(|unattended| unattended.ssh_keys.as_slice());
        self.cloud_init.map(|init| init.ssh_keys.as_slice()).or(of_windows).unwrap_or_default()
    }

    /// The addresses that the interface at this place has, IPv4 first: what its network reserves, then what the guest sets by itself.
    #[must_use]
    pub fn addresses(&self, index: usize) -> Vec<IpAddr> {
        let reserved = self.interfaces.get(index).into_iter().flat_map(|interface| &interface.addresses);
        let network = self.cloud_init.and_then(|cloud_init| cloud_init.network.as_ref());
        let by_interface = network.into_iter().flat_map(GuestNetwork::by_interface);
        let own = by_interface.filter(|(_, of, _)| *of == index).flat_map(|(addressing, ..)| &addressing.addresses);
        let mut addresses: Vec<IpAddr> = Vec::new();
        for address in reserved.map(|address| address.host.addr()).chain(own.map(|own| own.net.addr())) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        addresses.sort_by_key(IpAddr::is_ipv6);
        addresses
    }
}
