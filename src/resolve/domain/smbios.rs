//! Reads the entries of the SMBIOS tables, and checks the forms that libvirt requires of dates and releases.

use crate::lab::domain::smbios::{Entries, Smbios};
use crate::place::{Place, Pointer};
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text;
use crate::spec::DomainFields;
use crate::spec::key::key;
use crate::spec::smbios::{SmbiosBaseBoard, SmbiosBios, SmbiosChassis, SmbiosSystem};

/// Reads what the firmware tells.
pub(crate) fn smbios(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Smbios {
    let smbios = layers.object(key!(smbios));
    Smbios {
        bios: bios(&smbios.object(key!(bios)), problems),
        system: system(&smbios.object(key!(system)), problems),
        base_board: base_board(&smbios.object(key!(base_board)), problems),
        chassis: chassis(&smbios.object(key!(chassis)), problems),
        oem_strings: smbios.get(key!(oem_strings)).map_or_else(Vec::new, |list| {
            let mut strings = Vec::new();
            for (index, string) in list.value.iter().enumerate() {
                let at = list.pointer().index(index);
                if text::check_line(string, Place::value(&at), problems) && is_said(string, at, problems) {
                    strings.push(string.clone());
                }
            }
            strings
        }),
    }
}

fn bios(bios: &Layers<'_, SmbiosBios>, problems: &mut Problems) -> Entries {
    let date = bios.get(key!(date));
    let release = bios.get(key!(release));
    let mut check = |word: Option<Word<'_>>, is_valid: fn(&str) -> bool, what: &str, example: &str| {
        if let Some(word) = word.filter(|word| !word.value.is_empty() && !is_valid(word.value)) {
            let message = format!("`{}` is not the {what} of a firmware", text::shortened(word.value));
            problems.push(
                Problem::of_value(Id::BadSmbios, word.place(), message)
                    .label(format!("not a {what}"))
                    .help(format!("write it like `\"{example}\"`")),
            );
        }
    };
    check(date, is_date, "date", "02/29/2024");
    check(release, is_release, "release", "10.22");
    entries(
        [
            ("vendor", bios.get(key!(vendor))),
            ("version", bios.get(key!(version))),
            ("date", date),
            ("release", release),
        ],
        problems,
    )
}

fn system(system: &Layers<'_, SmbiosSystem>, problems: &mut Problems) -> Entries {
    entries(
        [
            ("manufacturer", system.get(key!(manufacturer))),
            ("product", system.get(key!(product))),
            ("version", system.get(key!(version))),
            ("serial", system.get(key!(serial))),
            ("sku", system.get(key!(sku))),
            ("family", system.get(key!(family))),
        ],
        problems,
    )
}

fn base_board(board: &Layers<'_, SmbiosBaseBoard>, problems: &mut Problems) -> Entries {
    entries(
        [
            ("manufacturer", board.get(key!(manufacturer))),
            ("product", board.get(key!(product))),
            ("version", board.get(key!(version))),
            ("serial", board.get(key!(serial))),
            ("asset", board.get(key!(asset))),
            ("location", board.get(key!(location))),
        ],
        problems,
    )
}

fn chassis(chassis: &Layers<'_, SmbiosChassis>, problems: &mut Problems) -> Entries {
    entries(
        [
            ("manufacturer", chassis.get(key!(manufacturer))),
            ("version", chassis.get(key!(version))),
            ("serial", chassis.get(key!(serial))),
            ("asset", chassis.get(key!(asset))),
            ("sku", chassis.get(key!(sku))),
        ],
        problems,
    )
}

/// Reads the entries that are written, each one line of text.
fn entries<const N: usize>(written: [(&'static str, Option<Word<'_>>); N], problems: &mut Problems) -> Entries {
    let mut entries = Vec::new();
    for (name, word) in written {
        let Some(word) = word else { continue };
        if let Some(line) = text::line_of(word, problems)
            && is_said(&line, word.pointer(), problems)
        {
            entries.push((name, line));
        }
    }
    entries
}

/// Reports an empty text, which libvirt takes and leaves out.
fn is_said(text: &str, at: Pointer, problems: &mut Problems) -> bool {
    if text.is_empty() {
        problems.push(
            Problem::out_of_range(Place::value(at), "an empty text says nothing here")
                .label("must not be empty")
                .help("leave it out for QEMU's own"),
        );
    }
    !text.is_empty()
}

/// Whether libvirt takes it as the date of a firmware: month, day and year.
fn is_date(text: &str) -> bool {
    let parts: Vec<Option<u32>> = text.split('/').map(number).collect();
    let [Some(month), Some(day), Some(year)] = parts[..] else { return false };
    (1..=12).contains(&month) && (1..=31).contains(&day) && (year < 100 || (1900..=9999).contains(&year))
}

/// Whether it is the release of a firmware, in the two bytes that SMBIOS has for it.
fn is_release(text: &str) -> bool {
    let parts: Vec<Option<u32>> = text.split('.').map(number).collect();
    let [Some(major), Some(minor)] = parts[..] else { return false };
    major <= 255 && minor <= 255
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let check = |text: &str, expected: bool| assert_eq!(is_date(text), expected, "{text}");
        check("02/29/2024", true);
        check("2/9/24", true);
        check("2024-02-29", false);
        check("13/29/2024", false);
        check("00/10/2024", false);
        check("12/31/1899", false);
        check("12/31/", false);
        check("junk", false);
    }

    #[test]
    fn releases() {
        let check = |text: &str, expected: bool| assert_eq!(is_release(text), expected, "{text}");
        check("10.22", true);
        check("255.255", true);
        check("256.1", false);
        check("1", false);
        check("1.2.3", false);
        check("a.b", false);
    }
}
