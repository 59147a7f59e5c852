//! The identities that libvirt knows objects by: UUIDs and MAC addresses, made so that they stay.
//!
//! A UUID is a version 5 UUID over `<kind>/<id>` in the lab's namespace, which is the version 5 UUID over
//! `lab2nix:<lab>` in the URL namespace. Anyone can recompute it:
//!
//! ```text
//! uuidgen --sha1 --namespace "$(uuidgen --sha1 --namespace @url --name lab2nix:sccm)" --name domain/DC01
//! ```
//!
//! A MAC address is the one that `NixVirt` gives to a domain's first interface: `52:54:00`, then the first three bytes of
//! the SHA-256 of the object's UUID and the interface's position.

use std::collections::HashSet;

use crate::lab::identity::{Mac, MacAt, derive};

/// Moves each derived address that meets another, given in the order of the lab, to the next free one of a fixed sequence.
/// Written ones stay.
///
/// # Panics
///
/// With more interfaces than there are addresses to try, which no lab has.
pub(crate) fn move_derived<'a>(macs: impl IntoIterator<Item = &'a mut MacAt>) {
    let (derived, written): (Vec<_>, Vec<_>) = macs.into_iter().partition(|mac| mac.derived_from.is_some());
    let mut taken: HashSet<Mac> = written.iter().map(|mac| mac.value).collect();
    for mac in derived {
        let Some((uuid, index)) = mac.derived_from else { continue };
        mac.value = (0..=u32::from(u16::MAX))
            .map(|attempt| derive(uuid, index | (attempt << 16)))
            .find(|mac| !taken.contains(mac))
            .expect("a lab has fewer interfaces than there are addresses to try");
        taken.insert(mac.value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Place, Pointer};
    use pretty_assertions::assert_eq;
    use uuid::Uuid;

    #[test]
    fn a_derived_mac_moves_out_of_the_way() {
        let place = || Place::value(Pointer::root());
        let uuid = Uuid::from_u128(7 << 100);
        let mut macs = [
            MacAt::derived(uuid, 0, place()),
            MacAt::written(derive(uuid, 0), place()),
            MacAt::derived(uuid, 0, place()),
        ];
        move_derived(&mut macs);
        assert_eq!(macs[1].value, derive(uuid, 0));
        assert_eq!(macs[0].value, derive(uuid, 1 << 16));
        assert_eq!(macs[2].value, derive(uuid, 2 << 16));
    }
}
