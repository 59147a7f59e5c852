//! Reads the entries of the SMBIOS tables, and checks the forms that libvirt requires of dates and releases.

use crate::lab::domain::smbios::{Entries, Smbios};
use crate::place::Place;
use crate::problem::{Id, Problem, Problems};
use crate::resolve::layers::{Layers, Word};
use crate::resolve::text;
use crate::spec::DomainFields;
use crate::spec::key::{key, key_name};
use crate::spec::smbios::SmbiosBios;

/// Reads the entries of a table, whose names libvirt has from the same words as the spec.
macro_rules! entries {
    ($table:expr, $problems:expr => $($field:ident),+) => {{
        let table = &$table;
        entries([$((key_name!($field), table.get(key!($field)))),+], $problems)
    }};
}

/// Reads what the firmware tells.
pub(crate) fn smbios(layers: &Layers<'_, DomainFields>, problems: &mut Problems) -> Smbios {
    let smbios = layers.object(key!(smbios));
    Smbios {
        bios: bios(&smbios.object(key!(bios)), problems),
        system: entries!(
            smbios.object(key!(system)), problems => manufacturer, product, version, serial, sku, family
        ),
        base_board: entries!(
            smbios.object(key!(base_board)), problems => manufacturer, product, version, serial, asset, location
        ),
        chassis: entries!(smbios.object(key!(chassis)), problems => manufacturer, version, serial, asset, sku),
        oem_strings: text::each(smbios.items(key!(oem_strings)), is_line, problems),
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
    entries!(bios, problems => vendor, version, date, release)
}

/// Reads the entries that are written, each one line of text.
fn entries<const N: usize>(written: [(&'static str, Option<Word<'_>>); N], problems: &mut Problems) -> Entries {
    let mut entries = Vec::new();
    for (name, word) in written {
        let Some(word) = word else { continue };
        if is_line(word.value, word.place(), problems) {
            entries.push((name, word.value.clone()));
        }
    }
    entries
}

/// Checks that a text is one line, and not an empty one, which libvirt takes and leaves out.
fn is_line(text: &str, place: Place, problems: &mut Problems) -> bool {
    if !text::check_line(text, place.clone(), problems) {
        return false;
    }
    if text.is_empty() {
        problems.push(
            Problem::out_of_range(place, "an empty text")
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
