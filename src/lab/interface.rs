//! A network interface of a domain.

pub mod address;
pub mod attachment;
pub(crate) mod backend;
pub mod forward;
pub mod tap;
pub mod tunnel;

use crate::lab::device::pci::Slot;
use crate::lab::domain::board::Board;
use crate::lab::domain::boot::Order;
use crate::lab::identity::MacAt;
use crate::lab::interface::address::Address;
use crate::lab::interface::attachment::Attachment;
use crate::lab::interface::forward::Forward;
use crate::lab::interface::tap::Tap;
use crate::lab::network::vlan::Vlan;
use crate::lab::placed::ExtraAt;
use crate::place::Pointer;
use crate::spec::interface::{InterfaceModel, LinkState};

#[derive(Debug)]
pub struct Interface {
    /// Its name in the spec.
    pub name: String,
    pub at: Pointer,
    pub attachment: Attachment,
    pub mac: MacAt,
    /// Its fixed addresses, at most one of each family.
    pub addresses: Vec<Address>,
    /// The device that the guest sees, unless it is a virtual function of the host's.
    pub model: Option<InterfaceModel>,
    /// Where it is in the guest, if the spec says.
    pub guest: Option<Slot>,
    /// The ports of the host that lead into the guest through it.
    pub forwards: Vec<Forward>,
    pub vlan: Option<Vlan>,
    /// The port group of its network that it is in.
    pub portgroup: Option<String>,
    /// The host's side of it.
    pub tap: Tap,
    pub mtu: Option<u32>,
    /// Its link state, if the spec sets it.
    pub link: Option<LinkState>,
    /// When the firmware tries to boot from it.
    pub boot: Option<Order>,
    /// What is merged into its definition, the weakest first.
    pub extra: Vec<ExtraAt>,
}

impl Interface {
    /// Whether it gets a PCI slot that the spec does not say, the only one of the bus of its number. libvirt numbers slots by kind
    /// of device, so that a share added later would move every interface, and the guest would see new ones without their
    /// settings. The q35 machine has a bus for each PCI Express device.
    #[must_use]
    pub fn has_fixed_slot(&self, board: Board) -> bool {
        let express = match self.model {
            Some(InterfaceModel::Virtio | InterfaceModel::E1000e | InterfaceModel::Igb) => true,
            Some(
                InterfaceModel::E1000
                | InterfaceModel::Rtl8139
                | InterfaceModel::Vmxnet3
                | InterfaceModel::Pcnet
                | InterfaceModel::Ne2kPci,
            )
            // Until the domain starts, libvirt takes a virtual function for a device that is not on PCI Express.
            | None => false,
        };
        express && board == Board::Q35 && self.guest.is_none()
    }

    /// Whether it has port forwards and passt is who forwards them: on a network, the host does.
    pub(crate) fn is_forwarded_by_passt(&self) -> bool {
        match self.attachment {
            Attachment::User => !self.forwards.is_empty(),
            Attachment::Network(_)
            | Attachment::HostNetwork(_)
            | Attachment::Bridge { .. }
            | Attachment::Macvtap(_)
            | Attachment::Tunnel(_) => false,
        }
    }
}
