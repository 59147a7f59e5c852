//! Room for USB devices.

use crate::place::Place;
use crate::problem::{Id, Problem, Problems};

/// How many devices there is room for: as many as libvirt 11.3 was seen to take, on every board. It adds hubs to the 15 ports of
/// the controller until it finds no place for another one.
const ROOM: usize = 143;

/// Refuses the first device that there is no port left for. The places are those of the devices, in order; `further` devices
/// have none.
pub(crate) fn have_room(
    mut devices: impl Iterator<Item = Place>,
    further: usize,
    domain: &str,
    problems: &mut Problems,
) {
    problems.extend(devices.nth(ROOM - further).map(|place| {
        Problem::new(Id::BusFull, place, format!("domain `{domain}` has more than {ROOM} devices on USB"))
            .label("has no port left")
            .help("leave some out, or put them on another bus, such as `\"bus\": \"virtio\"`")
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Pointer;

    /// What libvirt was seen to take, and one device more.
    #[test]
    fn there_is_room_for_so_many_devices() {
        let check = |count: usize, further: usize, is_fine: bool| {
            let places = (0..count).map(|index| Place::value(Pointer::root().index(index)));
            let mut problems = Problems::default();
            have_room(places, further, "web", &mut problems);
            assert_eq!(problems.iter().next().is_none(), is_fine, "{count} devices and {further}");
        };
        check(143, 0, true);
        check(144, 0, false);
        check(138, 5, true);
        check(139, 5, false);
    }
}
