//! The firmware of a domain, and the file of its variables.

use crate::lab::placed::Placed;
use crate::spec::firmware::SecureBootKeys;
use crate::spec::pool::ImageFormat;

/// The firmware, with what it needs.
#[derive(Debug)]
pub enum Firmware {
    /// The PC BIOS.
    Bios,
    Uefi {
        /// The keys of its Secure Boot, if it has that.
        secure: Option<SecureBootKeys>,
        /// The file of its variables.
        nvram: Placed<String>,
        /// Whether the spec names that file.
        is_named: bool,
        /// The format of that file. Only QCOW2 can be snapshotted.
        format: ImageFormat,
    },
}
