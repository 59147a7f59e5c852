//! Decides the firmware of a domain, and which file keeps its variables in which format.

use crate::lab::domain::firmware::Firmware;
use crate::lab::placed::Placed;
use crate::place::Place;
use crate::problem::{Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text;
use crate::spec::domain::DomainOwn;
use crate::spec::firmware::SecureBootKeys;
use crate::spec::guest::{Arch, Firmware as Written};
use crate::spec::key::key;
use crate::spec::pool::ImageFormat;

/// Where libvirt keeps the firmware variables of domains.
const NVRAM_DIR: &str = "/var/lib/libvirt/qemu/nvram";

/// Resolves the firmware of a domain.
pub(crate) fn firmware(guest: &Guest<'_>, own: &Layers<'_, DomainOwn>, problems: &mut Problems) -> Firmware {
    let written = guest.layers.get(key!(firmware));
    let firmware = written.map_or(
        match guest.arch {
            Arch::X86_64 => Written::Bios,
            Arch::Aarch64 => Written::Uefi,
        },
        |written| *written.value,
    );
    // One file for all replicas has already been refused.
    let nvram = own.get(key!(nvram)).filter(|_| guest.instance.own.replicas.is_none());
    match (firmware, guest.arch) {
        (Written::Bios, Arch::Aarch64) => problems.extend(written.map(|written| {
            Problem::conflict(written.place(), "an aarch64 domain with a PC BIOS")
                .label("aarch64 has none")
                .help("leave `firmware` out, or choose `uefi`")
        })),
        (Written::Bios, Arch::X86_64) => problems.extend(nvram.map(|nvram| {
            Problem::only_for(
                nvram.key_place(),
                format!("domain `{}` has a BIOS, which keeps no variables", guest.instance.name),
                "`firmware` `uefi`",
            )
            .help("leave `nvram` out, or choose `uefi`")
        })),
        (Written::Uefi, _) => {}
        (Written::UefiSecure, _) => problems.extend(written.and_then(|written| {
            let machine_at = guest.layers.get(key!(machine));
            let problem = |message: &str| {
                Problem::conflict(written.place(), format!("domain `{}` {message}", guest.instance.name))
                    .help("leave `firmware` out, or choose `uefi`")
            };
            match (guest.arch, machine_at) {
                (Arch::Aarch64, _) => Some(problem("is aarch64, which has no Secure Boot").label("only for x86_64")),
                (Arch::X86_64, Some(machine_at)) if !guest.machine.contains("q35") => Some(
                    problem("has a machine without the protected memory that Secure Boot needs")
                        .label("only on a q35 machine")
                        .related(machine_at.place(), "the machine"),
                ),
                (Arch::X86_64, _) => None,
            }
        })),
    }
    let keys = guest.layers.get(key!(secure_boot_keys));
    if let Some(keys) = keys.filter(|_| firmware != Written::UefiSecure) {
        problems.push(match written {
            Some(written) => Problem::only_for(
                keys.key_place(),
                "keys for a firmware without Secure Boot",
                "`firmware` `uefi-secure`",
            )
            .related(written.place(), "the firmware")
            .help("leave one of the two out"),
            None => {
                Problem::needs(keys.key_place(), "keys for a firmware without Secure Boot", "`firmware` `uefi-secure`")
                    .help("add `\"firmware\": \"uefi-secure\"`, or leave `secureBootKeys` out")
            }
        });
    }
    let format =
        if guest.layers.value(key!(snapshots)).unwrap_or(true) { ImageFormat::Qcow2 } else { ImageFormat::Raw };
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
        value: format!("{NVRAM_DIR}/{}.{ending}", guest.instance.id),
        place: Place::key(&guest.instance.at),
    });
    Firmware::Uefi { secure, nvram, format }
}

/// Reads the path of the file of variables, whose directory the host makes.
fn variables(word: Word<'_>, problems: &mut Problems) -> Option<Placed<String>> {
    let path = text::file(word, problems)?;
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let is_valid = text::is_made_by_host(directory, word.place(), problems);
    is_valid.then(|| word.with(path))
}
