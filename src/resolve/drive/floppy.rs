//! Reads the floppy drives of a domain, where its board has a controller for them.

use crate::lab::domain::board::Board;
use crate::lab::drive::floppy::Floppy;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::domain::boot;
use crate::resolve::drive::startup_policy;
use crate::resolve::guest::Guest;
use crate::resolve::text;
use crate::spec::key::key;

/// Reads the floppy drives.
pub(crate) fn floppies(guest: &Guest<'_>, problems: &mut Problems) -> Vec<Floppy> {
    let list = guest.layers.get(key!(floppies)).filter(|list| !list.value.is_empty());
    if let Some(list) = list.filter(|_| guest.board == Board::Virt) {
        problems.push(
            Problem::new(Id::NotOnThisBus, list.key_place(), "a floppy drive on a machine that does not support it")
                .label("only on a PC")
                .help("leave `floppies` out, and use a cdrom or a disk on bus `usb`"),
        );
    }
    let mut floppies = Vec::new();
    for layers in guest.layers.objects(key!(floppies)) {
        let file = layers.get(key!(file));
        let policy = layers.get(key!(startup_policy));
        floppies.push(Floppy {
            file: file.and_then(|word| text::file(word, problems)),
            readonly: layers.value(key!(readonly)).unwrap_or(false),
            startup_policy: startup_policy::startup_policy(policy, file.is_some(), problems),
            boot: boot::order(layers.get(key!(boot))),
            extra: text::extras(layers.every(key!(extra)), problems),
        });
    }
    floppies
}
