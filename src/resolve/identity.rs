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

use std::collections::HashMap;

use crate::lab::identity::{Mac, MacAt, derive};
use crate::place::Place;
use crate::problem::{Id, Problem};

/// Makes the addresses of a lab, given in order, differ: written ones that are equal are a problem; a made one that
/// meets another moves to the next free one of a fixed sequence, the later one moving.
///
/// # Panics
///
/// With more interfaces than there are addresses to try, which no lab has.
pub fn settle<'a>(macs: impl IntoIterator<Item = &'a mut MacAt>, problems: &mut Vec<Problem>) {
    let (made, written): (Vec<_>, Vec<_>) = macs.into_iter().partition(|mac| mac.made.is_some());
    let mut taken: HashMap<Mac, Place> = HashMap::new();
    for mac in written {
        let Some(first) = taken.insert(mac.value, mac.place.clone()) else {
            continue;
        };
        let problem =
            Problem::new(Id::DuplicateMac, mac.place.clone(), format!("the MAC address `{}` is used twice", mac.value))
                .help("leave `mac` out for a stable one");
        problems.push(if first == mac.place {
            problem.label("in several domains")
        } else {
            problem.label("the second one").related(first, "the first one")
        });
    }
    for mac in made {
        let Some((uuid, index)) = mac.made else { continue };
        mac.value = (0..=u32::from(u16::MAX))
            .map(|attempt| derive(uuid, index | (attempt << 16)))
            .find(|mac| !taken.contains_key(mac))
            .expect("a lab has fewer interfaces than there are addresses to try");
        taken.insert(mac.value, mac.place.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Pointer;
    use pretty_assertions::assert_eq;
    use uuid::Uuid;

    #[test]
    fn a_made_mac_moves_out_of_the_way() {
        let place = || Pointer::root().value();
        let (uuid, mut problems) = (Uuid::from_u128(7 << 100), Vec::new());
        let mut macs = [
            MacAt::derived(uuid, 0, place()),
            MacAt::written(derive(uuid, 0), place()),
            MacAt::derived(uuid, 0, place()),
        ];
        settle(&mut macs, &mut problems);
        assert_eq!(problems, []);
        assert_eq!(macs[1].value, derive(uuid, 0));
        assert_eq!(macs[0].value, derive(uuid, 1 << 16));
        assert_eq!(macs[2].value, derive(uuid, 2 << 16));
    }
}
