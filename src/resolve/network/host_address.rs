//! Words the problem of an address that no host in a subnet can have.

use crate::lab::subnet::{NotAHost, Subnet};
use crate::problem::Id;

/// Says which addresses are free, as the help for an address that is not in the subnet.
pub(crate) fn room_of(subnet: Subnet) -> String {
    format!("the subnet has room for `{}` to `{}`", subnet.first(), subnet.last())
}

/// Says why no host can have an address in a subnet: the problem's id, what the address is, and the label.
pub(crate) fn not_a_host(why: NotAHost, subnet: Subnet) -> (Id, &'static str, String) {
    match why {
        NotAHost::Outside => (Id::AddressOutsideSubnet, "is outside the subnet", format!("not in `{subnet}`")),
        NotAHost::Network => (Id::AddressReserved, "names the subnet", "the network address".to_owned()),
        NotAHost::Broadcast => {
            (Id::AddressReserved, "reaches every machine in the subnet", "the broadcast address".to_owned())
        }
    }
}
