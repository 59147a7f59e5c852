//! The checks that need the whole lab. A problem is found here when it takes two objects to see it:
//! [`resolve`](crate::resolve) has already reported what is wrong with one alone.
//!
//! `inventory` finds what two objects have and only one can have. The other modules compare one kind of thing each.

pub(crate) mod backing;
pub(crate) mod cloud_init;
pub(crate) mod dhcp;
pub(crate) mod existence;
pub(crate) mod forms;
pub(crate) mod image;
pub(crate) mod inventory;
pub(crate) mod network;
pub(crate) mod reach;
pub(crate) mod route;
pub(crate) mod start;
pub(crate) mod windows;

use crate::lab::Lab;
use crate::problem::Problems;

/// Runs every check over a whole lab.
pub fn check(lab: &Lab, problems: &mut Problems) {
    let networks = lab.networks.as_deref().unwrap_or_default();
    inventory::check(lab, problems);
    network::check(networks, problems);
    dhcp::check(lab, problems);
    existence::check(lab, problems);
    lab.domains.iter().flatten().for_each(|domain| windows::check(domain, problems));
    cloud_init::check(lab, problems);
    route::check(networks, problems);
    forms::check(lab, problems);
    backing::check(lab, problems);
    image::check(lab, problems);
}

/// Runs the checks that look for what a lab lacks. They need one without errors: what has an error, such as a disk, may be missing
/// in the lab although it is written in the spec.
#[must_use]
pub fn check_sound(lab: &Lab) -> Problems {
    let mut problems = Problems::default();
    start::check(lab, &mut problems);
    reach::check(lab, &mut problems);
    problems
}
