//! What becomes of a domain when its guest ends.

use crate::lab::domain::lifecycle::On;
use crate::problem::{Problem, Problems};
use crate::resolve::layers::Layers;
use crate::spec::DomainFields;
use crate::spec::lifecycle::PowerAction;

/// Resolves what libvirt does.
pub(crate) fn on(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> On {
    let on = layers.object("on", |f| f.on.as_ref());
    let poweroff = on.get("poweroff", |on| on.poweroff.as_ref());
    let reboot = on.get("reboot", |on| on.reboot.as_ref());
    if let (Some(poweroff), Some(reboot)) = (poweroff, reboot)
        && (*poweroff.value, *reboot.value) == (PowerAction::Restart, PowerAction::Destroy)
    {
        problems.push(
            Problem::conflict(poweroff.place(), "a domain that starts again when it is switched off")
                .label("not with `reboot` `destroy`")
                .related(reboot.place(), "and stays off when it restarts")
                .help("leave one of the two out; QEMU cannot exchange them"),
        );
    }
    On {
        poweroff: poweroff.map(|at| *at.value),
        reboot: reboot.map(|at| *at.value),
        crash: on.value("crash", |on| on.crash.as_ref()),
    }
}
