//! Keeps derived MAC addresses apart: moves each one that is taken already.

use std::collections::HashSet;

use crate::lab::identity::{Mac, MacAt, derive};

/// Moves each derived address that meets another to the next free one of a fixed sequence. Written ones stay, and of two derived
/// ones that of the first UUID, so that a spec in another order has the same addresses. A new interface whose address meets that
/// of an older one can thereby move it.
///
/// # Panics
///
/// With more interfaces than there are addresses to try, which no lab has.
pub(crate) fn move_derived<'a>(macs: impl IntoIterator<Item = &'a mut MacAt>) {
    let (mut derived, written): (Vec<_>, Vec<_>) = macs.into_iter().partition(|mac| mac.derived_from.is_some());
    derived.sort_by_key(|mac| mac.derived_from);
    let mut taken: HashSet<Mac> = written.iter().map(|mac| mac.value).collect();
    let mut last: Option<MacAt> = None;
    for mac in derived {
        let Some((uuid, index)) = mac.derived_from else { continue };
        // Two forms of one machine have one address.
        if let Some(same) = last.as_ref().filter(|last| last.derived_from == mac.derived_from) {
            mac.value = same.value;
            continue;
        }
        mac.value = (0..=u32::from(u16::MAX))
            .map(|attempt| derive(uuid, index | (attempt << 16)))
            .find(|mac| !taken.contains(mac))
            .expect("a lab has fewer interfaces than there are addresses to try");
        taken.insert(mac.value);
        last = Some(mac.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Place, Pointer};
    use pretty_assertions::assert_eq;
    use std::collections::HashMap;
    use uuid::Uuid;

    /// The same, of two domains, whichever stands first.
    #[test]
    fn of_two_derived_macs_the_one_of_the_first_uuid_stays() {
        let place = || Place::value(Pointer::root());
        let mut known = HashMap::new();
        let (first, second) = (0..)
            .map(|number| Uuid::from_u128(number << 64))
            .find_map(|uuid| known.insert(derive(uuid, 0), uuid).map(|first| (first, uuid)))
            .unwrap();
        for (one, other) in [(first, second), (second, first)] {
            let mut macs = [MacAt::derived(one, 0, place()), MacAt::derived(other, 0, place())];
            move_derived(&mut macs);
            for mac in macs {
                let (uuid, _) = mac.derived_from.unwrap();
                let attempt = if uuid == first { 0 } else { 1 << 16 };
                assert_eq!(mac.value, derive(uuid, attempt));
            }
        }
    }

    #[test]
    fn a_derived_mac_moves_out_of_the_way() {
        let place = || Place::value(Pointer::root());
        let uuid = Uuid::from_u128(7 << 100);
        let mut macs = [
            MacAt::derived(uuid, 0, place()),
            MacAt::written(derive(uuid, 0), place()),
            MacAt::written(derive(uuid, 1 << 16), place()),
            // That of another form of the same machine.
            MacAt::derived(uuid, 0, place()),
        ];
        move_derived(&mut macs);
        assert_eq!([macs[1].value, macs[2].value], [derive(uuid, 0), derive(uuid, 1 << 16)]);
        assert_eq!([macs[0].value, macs[3].value], [derive(uuid, 2 << 16); 2]);
    }
}
