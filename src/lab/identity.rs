//! The identities that libvirt knows objects by: UUIDs and MAC addresses, made so that they stay.
//!
//! A UUID is a version 5 UUID over `<kind>/<id>` in the lab's namespace, which is the version 5 UUID over
//! `lab2nix:<lab>` in the URL namespace. Anyone can recompute it:
//!
//! ```text
//! uuidgen --sha1 --namespace "$(uuidgen --sha1 --namespace @url --name lab2nix:sccm)" --name domain/DC01
//! ```
//!
//! A MAC address is the one that `NixVirt` gives to a domain's first interface: `52:54:00`, then the first three bytes of
//! the SHA-256 of the object's UUID and the interface's position.

use std::collections::HashSet;
use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::place::Place;

/// The namespace that a lab's UUIDs are made in.
#[derive(Debug, Clone, Copy)]
pub struct Namespace(Uuid);

/// The kinds of object that have a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    Network,
    Pool,
    Domain,
}

impl ObjectKind {
    /// The word for it in messages and in the text that UUIDs are made from.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Pool => "pool",
            Self::Domain => "domain",
        }
    }
}

impl Namespace {
    /// The namespace of the lab with this name.
    #[must_use]
    pub fn of_lab(name: &str) -> Self {
        Self(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("lab2nix:{name}").as_bytes()))
    }

    /// The UUID of the object of this kind with this id.
    #[must_use]
    pub fn uuid(&self, kind: ObjectKind, id: &str) -> Uuid {
        Uuid::new_v5(&self.0, format!("{}/{id}", kind.name()).as_bytes())
    }
}

/// Whether a UUID was typed as a placeholder rather than made: few different digits, or digits that count up, or a
/// version that no generator writes.
#[must_use]
pub fn is_placeholder(uuid: Uuid) -> bool {
    let digits = uuid.simple().to_string();
    let distinct: HashSet<char> = digits.chars().collect();
    let counts_up = digits
        .as_bytes()
        .windows(8)
        .any(|window| window.windows(2).all(|pair| hex(pair[1]) == (hex(pair[0]) + 1) % 16));
    let repeats = uuid.hyphenated().to_string().split('-').filter(|group| same(group)).count() >= 3;
    distinct.len() <= 4 || counts_up || repeats
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    }
}

fn same(group: &str) -> bool {
    group.bytes().all(|digit| group.as_bytes().first() == Some(&digit))
}

/// The MAC address of one interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac([u8; 6]);

impl Mac {
    /// Reads `52:54:00:12:34:01`. `None` for anything else and for multicast addresses, which no interface can have.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 6];
        let mut groups = text.split(':');
        for byte in &mut bytes {
            let group =
                groups.next().filter(|group| group.len() == 2 && group.bytes().all(|b| b.is_ascii_hexdigit()))?;
            *byte = u8::from_str_radix(group, 16).ok()?;
        }
        (groups.next().is_none() && bytes[0] % 2 == 0 && bytes != [0; 6]).then_some(Self(bytes))
    }

    /// The address `count` further on, within the last three bytes; `None` past their end.
    #[must_use]
    pub fn plus(self, count: u32) -> Option<Self> {
        let [vendor @ .., x, y, z] = self.0;
        let number = u32::from_be_bytes([0, x, y, z]).checked_add(count)?;
        let [over, x, y, z] = number.to_be_bytes();
        (over == 0).then_some(Self([vendor[0], vendor[1], vendor[2], x, y, z]))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            write!(formatter, "{}{byte:02x}", if index == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

/// A MAC address, where it comes from, and what it is derived from.
#[derive(Debug, Clone)]
pub struct MacAt {
    pub value: Mac,
    /// Where it is written, else where its owner is declared.
    pub place: Place,
    /// The UUID and the position that it is derived from, unless the spec has it.
    pub(crate) derived_from: Option<(Uuid, u32)>,
}

impl MacAt {
    /// An address that the spec has.
    #[must_use]
    pub fn written(value: Mac, place: Place) -> Self {
        Self { value, place, derived_from: None }
    }

    /// The address of interface `index` (counted from 0; 0 for a network) of the object with this UUID.
    #[must_use]
    pub fn derived(uuid: Uuid, index: u32, place: Place) -> Self {
        Self { value: derive(uuid, index), place, derived_from: Some((uuid, index)) }
    }
}

/// The address that `NixVirt` makes for interface `index` of the object with this UUID.
pub(crate) fn derive(uuid: Uuid, index: u32) -> Mac {
    let digest = digest(uuid, index);
    Mac([0x52, 0x54, 0x00, digest[0], digest[1], digest[2]])
}

/// A name for the host's device of interface `index` of the domain with this UUID: `l2n`, then the six bytes of the hash after
/// those in the MAC address.
pub(crate) fn device_name(uuid: Uuid, index: u32) -> String {
    let digest = digest(uuid, index);
    digest[3..9].iter().fold("l2n".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

fn digest(uuid: Uuid, index: u32) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(uuid.as_bytes());
    hash.update(index.to_be_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn uuids_are_what_uuidgen_makes() {
        // uuidgen --sha1 --namespace "$(uuidgen --sha1 --namespace @url --name lab2nix:sccm)" --name domain/DC01
        let uuid = Namespace::of_lab("sccm").uuid(ObjectKind::Domain, "DC01");
        assert_eq!(uuid.to_string(), "f4882e7a-4c88-5e0c-92a5-f1b98e186169");
    }

    #[test]
    fn macs_are_what_nixvirt_makes() {
        // python3: h = hashlib.sha256(uuid.UUID(u).bytes + (0).to_bytes(4, "big")); h.digest()[0:3].hex(":")
        let uuid: Uuid = "4c82c973-7299-468e-bf15-d442ee681475".parse().unwrap();
        assert_eq!(derive(uuid, 0).to_string(), "52:54:00:10:ab:09");
        assert_eq!(derive(uuid, 1).to_string(), "52:54:00:f7:95:1e");
    }

    #[test]
    fn names_of_devices_fit_the_kernel() {
        // python3: h = hashlib.sha256(uuid.UUID(u).bytes + (0).to_bytes(4, "big")); "l2n" + h.digest()[3:9].hex()
        let uuid: Uuid = "4c82c973-7299-468e-bf15-d442ee681475".parse().unwrap();
        assert_eq!(device_name(uuid, 0), "l2n6299e525b262");
        assert_eq!(device_name(uuid, 0).len(), 15, "the longest that the kernel takes");
    }

    #[test]
    fn placeholders_are_told_from_real_uuids() {
        let check = |uuid: &str, expected: bool| assert_eq!(is_placeholder(uuid.parse().unwrap()), expected, "{uuid}");
        check("00000000-0000-0000-0000-000000000000", true);
        check("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", true);
        check("11111111-2222-4333-8444-555555555555", true);
        check("12345678-1234-1234-1234-123456789abc", true);
        check("deadbeef-dead-beef-dead-beefdeadbeef", false);
        check("0355c7ff-0c40-4a7a-8c0d-1f7564af25ca", false);
        check("d72183d8-b05c-42a6-9f79-96177d160f8e", false);
        check("31c47f9a-9ee8-4fd2-9f83-25733e81b978", false);
        check("4c82c973-7299-468e-bf15-d442ee681475", false);
        check("880e7366-fada-4550-9dc2-dec9daa7fb5c", false);
        check("0f432a26-5296-4201-9b2f-e3e5c39b03bb", false);
        check("59693b4a-35bf-4587-ba07-6c960182b0ae", false);
    }

    #[test]
    fn macs_count_up() {
        let mac = Mac::parse("52:54:00:12:34:ff").unwrap();
        assert_eq!(mac.plus(1).unwrap().to_string(), "52:54:00:12:35:00");
        assert_eq!(Mac::parse("52:54:00:ff:ff:ff").unwrap().plus(1), None);
        for bad in [
            "",
            "52:54:00:12:34",
            "52:54:00:12:34:01:02",
            "53:54:00:12:34:01",
            "52-54-00-12-34-01",
            "52:54:00:12:34:1",
            "52:54:00:12:34:+1",
        ] {
            assert_eq!(Mac::parse(bad), None, "{bad}");
        }
    }
}
