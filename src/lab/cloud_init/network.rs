//! The network as cloud-init sets it up in the guest: interfaces, bonds and VLANs.
//!
//! Bonds and VLANs refer to interfaces by id. An interface that one of them refers to gets its id as its name in the
//! guest, because only netplan knows interfaces by id: cloud-init's other renderers know them by name.

use crate::lab::cloud_init::address::{Addressing, Static};
use crate::spec::cloud_init::BondMode;

/// The network of a guest.
#[derive(Debug)]
pub struct GuestNetwork {
    /// The interfaces of the domain, all of them, in their order.
    pub interfaces: Vec<GuestInterface>,
    pub bonds: Vec<GuestBond>,
    pub vlans: Vec<GuestVlan>,
}

#[derive(Debug)]
pub struct GuestInterface {
    /// What bonds and VLANs call it.
    pub id: String,
    /// Whether that becomes its name in the guest.
    pub named: bool,
    pub addressing: Addressing,
}

/// Several interfaces that act as one.
#[derive(Debug)]
pub struct GuestBond {
    pub name: String,
    /// The ids of its interfaces.
    pub interfaces: Vec<String>,
    /// The interface whose MAC address it has, the first one, by its place among those of the domain.
    pub first: Option<usize>,
    pub mode: BondMode,
    pub addressing: Addressing,
}

#[derive(Debug)]
pub struct GuestVlan {
    /// The name of its interface.
    pub name: String,
    pub tag: u16,
    /// The id of the interface, or the name of the bond, that carries it.
    pub link: String,
    pub addressing: Addressing,
}

impl GuestNetwork {
    /// All addresses in it.
    pub(crate) fn statics(&self) -> impl Iterator<Item = &Static> {
        self.addressings().flat_map(|addressing| &addressing.addresses)
    }

    /// What everything in it has.
    pub(crate) fn addressings(&self) -> impl Iterator<Item = &Addressing> {
        let interfaces = self.interfaces.iter().map(|interface| &interface.addressing);
        let bonds = self.bonds.iter().map(|bond| &bond.addressing);
        let vlans = self.vlans.iter().map(|vlan| &vlan.addressing);
        interfaces.chain(bonds).chain(vlans)
    }

    /// What each interface of the domain leads to, by its place among them: itself, the bond that has its MAC address, and VLANs on
    /// those, each with its tag.
    pub(crate) fn by_interface(&self) -> impl Iterator<Item = (&Addressing, usize, Option<u16>)> {
        let carrier = |link: &str| {
            let own = self.interfaces.iter().position(|interface| interface.id == link);
            own.or_else(|| self.bonds.iter().find(|bond| bond.name == link)?.first)
        };
        let own = self.interfaces.iter().enumerate().map(|(index, interface)| (&interface.addressing, index, None));
        let bonds = self.bonds.iter().filter_map(|bond| Some((&bond.addressing, bond.first?, None)));
        let vlans = self.vlans.iter();
        let vlans = vlans.filter_map(move |vlan| Some((&vlan.addressing, carrier(&vlan.link)?, Some(vlan.tag))));
        own.chain(bonds).chain(vlans)
    }

    /// What everything in it has, to be changed.
    pub(crate) fn addressings_mut(&mut self) -> impl Iterator<Item = &mut Addressing> {
        let interfaces = self.interfaces.iter_mut().map(|interface| &mut interface.addressing);
        let bonds = self.bonds.iter_mut().map(|bond| &mut bond.addressing);
        let vlans = self.vlans.iter_mut().map(|vlan| &mut vlan.addressing);
        interfaces.chain(bonds).chain(vlans)
    }
}
