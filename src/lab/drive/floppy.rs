//! The floppy drives of a domain.

use crate::lab::domain::board::Board;
use crate::lab::domain::boot::{self, Order};
use crate::lab::profile::Layers;
use crate::lab::{drive, text};
use crate::problem::{Id, Problem};
use crate::spec::DomainFields;
use crate::spec::drive::StartupPolicy;

/// A floppy drive.
#[derive(Debug)]
pub struct Floppy {
    /// The image in it.
    pub file: Option<String>,
    /// Whether the guest may only read it.
    pub readonly: bool,
    /// What becomes of a start without the image.
    pub startup_policy: Option<StartupPolicy>,
    /// When the firmware tries to boot from it.
    pub boot: Option<Order>,
}

/// The floppy drives.
pub(in crate::lab) fn floppies(
    layers: &Layers<'_, DomainFields>,
    board: Board,
    problems: &mut Vec<Problem>,
) -> Vec<Floppy> {
    let Some(list) = layers.get("floppies", |fields| fields.floppies.as_ref()) else {
        return Vec::new();
    };
    if board == Board::Virt && !list.value.is_empty() {
        problems.push(
            Problem::new(
                Id::NotOnThisBus,
                list.pointer().name(),
                "a floppy drive on a machine that has no place for it",
            )
            .label("only on a PC")
            .help("leave `floppies` out; a cdrom or a disk on bus `usb` does the same"),
        );
    }
    let mut floppies = Vec::new();
    for (index, floppy) in list.value.iter().enumerate() {
        let layers = Layers::one(list.pointer().index(index), floppy);
        floppies.push(Floppy {
            file: layers.get("file", |f| f.file.as_ref()).and_then(|word| text::path(word, problems)),
            readonly: floppy.readonly.unwrap_or(false),
            startup_policy: drive::startup_policy(
                layers.get("startupPolicy", |f| f.startup_policy.as_ref()),
                floppy.file.is_some(),
                problems,
            ),
            boot: boot::order(layers.get("boot", |f| f.boot.as_ref())),
        });
    }
    floppies
}
