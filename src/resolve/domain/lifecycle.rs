//! Reads what becomes of a domain when its guest powers off, reboots or crashes, or its definition changes.

use crate::lab::domain::lifecycle::On;
use crate::problem::{Problem, Problems};
use crate::resolve::layers::Layers;
use crate::spec::DomainFields;
use crate::spec::key::key;
use crate::spec::lifecycle::{OnChange, PowerAction};

/// Reads what the domain does when its definition changes.
pub(crate) fn on_change(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Option<OnChange> {
    let on_change = layers.get(key!(on_change))?;
    if let Some(restart) = layers.get(key!(restart)) {
        let place = on_change.key_place();
        problems.push(
            Problem::both(place, "`onChange` together with `restart`", "not with `restart`")
                .related(restart.key_place(), "sets the same")
                .help("leave one of the two out; `\"restart\": false` is `\"onChange\": \"next-start\"`"),
        );
    }
    Some(*on_change.value)
}

/// Reads what libvirt does when the guest ends.
pub(crate) fn on(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> On {
    let on = layers.object(key!(on));
    let poweroff = on.get(key!(poweroff));
    let reboot = on.get(key!(reboot));
    if let (Some(poweroff), Some(reboot)) = (poweroff, reboot)
        && (*poweroff.value, *reboot.value) == (PowerAction::Restart, PowerAction::Destroy)
    {
        problems.push(
            Problem::conflict(poweroff.place(), "a domain that restarts when it powers off")
                .label("not with `reboot` `destroy`")
                .related(reboot.place(), "and stops when it reboots")
                .help("leave one of the two out; QEMU cannot do both"),
        );
    }
    On { poweroff: poweroff.map(|at| *at.value), reboot: reboot.map(|at| *at.value), crash: on.value(key!(crash)) }
}
