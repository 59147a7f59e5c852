//! Decides the firmware of a domain, and which file keeps its variables in which format.

use crate::lab::domain::firmware::Firmware;
use crate::lab::placed::Placed;
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::guest::Guest;
use crate::resolve::layers::{At, Layers, Word};
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
                format!("domain `{}` has a BIOS, which has no firmware variables", guest.instance.name),
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
                    problem("has a machine without SMM, which Secure Boot needs")
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
    let secure = match firmware {
        Written::Bios => return Firmware::Bios,
        Written::Uefi => None,
        Written::UefiSecure => Some(keys.map_or(SecureBootKeys::Microsoft, |keys| *keys.value)),
    };
    let format = format(guest.layers.get(key!(snapshots)), nvram, problems);
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
    let named = nvram.and_then(|word| variables(word, problems));
    let is_named = named.is_some();
    let nvram = named.unwrap_or_else(|| Placed {
        value: format!("{NVRAM_DIR}/{}.{ending}", guest.instance.machine_id()),
        place: Place::key(&guest.instance.at),
    });
    Firmware::Uefi { secure, nvram, is_named, format }
}

/// Decides the format of the file of variables: the one that `snapshots` asks for, else the one that its name stands for.
fn format(snapshots: Option<At<'_, bool>>, nvram: Option<Word<'_>>, problems: &mut Problems) -> ImageFormat {
    let asked = snapshots.map(|at| (if *at.value { ImageFormat::Qcow2 } else { ImageFormat::Raw }, at));
    let named = nvram.and_then(|word| Some((format_of_name(word.value)?, word)));
    if let (Some((asked, snapshots)), Some((named, nvram))) = (asked, named)
        && asked != named
    {
        let kept = if asked == ImageFormat::Qcow2 { "with" } else { "without" };
        problems.push(
            Problem::new(
                Id::NvramFormat,
                nvram.place(),
                format!("a file of firmware variables that is `{}` by its name but `{}` by `snapshots`", named.name(), asked.name()),
            )
            .label(format!("the name implies `{}`", asked.name()))
            .related(snapshots.place(), format!("{kept} snapshots, the format is `{}`", asked.name()))
            .help("leave `snapshots` out to use the format that the name implies; libvirt does not convert an existing file"),
        );
    }
    asked.map(|(format, _)| format).or(named.map(|(format, _)| format)).unwrap_or(ImageFormat::Qcow2)
}

/// The format that the ending of a file's name stands for.
fn format_of_name(path: &str) -> Option<ImageFormat> {
    let (_, ending) = path.rsplit_once('.')?;
    match ending {
        "fd" | "raw" | "bin" | "img" => Some(ImageFormat::Raw),
        "qcow2" => Some(ImageFormat::Qcow2),
        _ => None,
    }
}

/// Reads the path of the file of variables, whose directory the host makes.
fn variables(word: Word<'_>, problems: &mut Problems) -> Option<Placed<String>> {
    let path = text::file(word, problems)?;
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let is_valid = text::is_made_by_host(directory, word.place(), problems);
    is_valid.then(|| word.with(path))
}
