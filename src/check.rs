//! The checks that need a whole lab: what only one object can have, what is named and has to be there, what does not go
//! together.

pub(crate) mod backing;
pub(crate) mod cloud_init;
pub(crate) mod dhcp;
pub(crate) mod existence;
pub(crate) mod image;
pub(crate) mod inventory;
pub(crate) mod network;
pub(crate) mod route;
pub(crate) mod windows;

use crate::lab::Lab;
use crate::problem::Problems;

/// Every check over a whole lab.
pub fn check(lab: &Lab, problems: &mut Problems) {
    let networks = lab.networks.as_deref().unwrap_or_default();
    inventory::check(lab, problems);
    network::check(networks, problems);
    dhcp::check(lab, problems);
    existence::check(lab, problems);
    lab.domains.iter().flatten().for_each(|domain| windows::check(domain, problems));
    cloud_init::check(lab, problems);
    route::check(networks, problems);
    backing::check(lab, problems);
    image::check(lab, problems);
}
