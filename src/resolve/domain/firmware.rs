//! Decides the firmware of a domain, and which file keeps its variables in which format.

use crate::lab::domain::firmware::Firmware;
use crate::lab::placed::Placed;
use crate::place::Place;
use crate::problem::{Problem, Problems};
use crate::resolve::instance::Instance;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text;
use crate::spec::DomainFields;
use crate::spec::domain::DomainOwn;
use crate::spec::firmware::SecureBootKeys;
use crate::spec::guest::{Arch, Firmware as Written};
use crate::spec::key::key;
use crate::spec::pool::ImageFormat;

/// Where libvirt keeps the firmware variables of domains.
const NVRAM_DIR: &str = "/var/lib/libvirt/qemu/nvram";

/// Resolves the firmware of a domain.
pub(crate) fn firmware(
    layers: &Layers<'_, DomainFields>,
    own: &Layers<'_, DomainOwn>,
    entry: &Instance<'_>,
    (arch, machine): (Arch, &str),
    problems: &mut Problems,
) -> Firmware {
    let written = layers.get(key!(firmware));
    let firmware = written.map_or(
        match arch {
            Arch::X86_64 => Written::Bios,
            Arch::Aarch64 => Written::Uefi,
        },
        |written| *written.value,
    );
    // One file for all replicas has already been refused.
    let nvram = own.get(key!(nvram)).filter(|_| entry.own.replicas.is_none());
    match (firmware, arch) {
        (Written::Bios, Arch::Aarch64) => problems.extend(written.map(|written| {
            Problem::conflict(written.place(), "an aarch64 domain with a PC BIOS")
                .label("aarch64 has none")
                .help("leave `firmware` out, or choose `uefi`")
        })),
        (Written::Bios, Arch::X86_64) => problems.extend(nvram.map(|nvram| {
            Problem::only_for(
                Place::key(nvram.pointer()),
                format!("domain `{}` has a BIOS, which keeps no variables", entry.name),
                "`firmware` `uefi`",
            )
            .help("leave `nvram` out, or choose `uefi`")
        })),
        (Written::Uefi, _) => {}
        (Written::UefiSecure, _) => problems.extend(written.and_then(|written| {
            let machine_at = layers.get(key!(machine));
            let problem = |message: &str| {
                Problem::conflict(written.place(), format!("domain `{}` {message}", entry.name))
                    .help("leave `firmware` out, or choose `uefi`")
            };
            match (arch, machine_at) {
                (Arch::Aarch64, _) => Some(problem("is aarch64, which has no Secure Boot").label("only for x86_64")),
                (Arch::X86_64, Some(machine_at)) if !machine.contains("q35") => Some(
                    problem("has a machine without the protected memory that Secure Boot needs")
                        .label("only on a q35 machine")
                        .related(machine_at.place(), "the machine"),
                ),
                (Arch::X86_64, _) => None,
            }
        })),
    }
    let keys = layers.get(key!(secure_boot_keys));
    if let Some(keys) = keys.filter(|_| firmware != Written::UefiSecure) {
        problems.push(match written {
            Some(written) => Problem::only_for(
                Place::key(keys.pointer()),
                "keys for a firmware without Secure Boot",
                "`firmware` `uefi-secure`",
            )
            .related(written.place(), "the firmware")
            .help("leave one of the two out"),
            None => Problem::needs(
                Place::key(keys.pointer()),
                "keys for a firmware without Secure Boot",
                "`firmware` `uefi-secure`",
            )
            .help("add `\"firmware\": \"uefi-secure\"`, or leave `secureBootKeys` out"),
        });
    }
    let format = if layers.value(key!(snapshots)).unwrap_or(true) { ImageFormat::Qcow2 } else { ImageFormat::Raw };
    let secure = match firmware {
        Written::Bios => return Firmware::Bios,
        Written::Uefi => None,
        Written::UefiSecure => Some(keys.map_or(SecureBootKeys::Microsoft, |keys| *keys.value)),
    };
    // One name for each format: libvirt would take a file of the other one for what it is not. And one for each choice of
    // keys: a file without them would leave Secure Boot off, one with them would not be the owner's to fill.
    let ending = match (format, secure) {
        (ImageFormat::Qcow2, None) => "nvram",
        (ImageFormat::Raw, None) => "fd",
        (ImageFormat::Qcow2, Some(SecureBootKeys::Microsoft)) => "secure.nvram",
        (ImageFormat::Raw, Some(SecureBootKeys::Microsoft)) => "secure.fd",
        (ImageFormat::Qcow2, Some(SecureBootKeys::None)) => "setup.nvram",
        (ImageFormat::Raw, Some(SecureBootKeys::None)) => "setup.fd",
    };
    let nvram = nvram.and_then(|word| variables(word, problems)).unwrap_or_else(|| Placed {
        value: format!("{NVRAM_DIR}/{}.{ending}", entry.id),
        place: Place::key(&entry.at),
    });
    Firmware::Uefi { secure, nvram, format }
}

/// Reads the path of the file of variables, whose directory the host makes.
fn variables(word: Word<'_>, problems: &mut Problems) -> Option<Placed<String>> {
    let path = text::path(word, problems)?;
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let is_valid = text::is_made_by_host(directory, word.place(), problems);
    is_valid.then(|| Placed { value: path, place: word.place() })
}
