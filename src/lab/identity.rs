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

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::place::Place;

/// The namespace that a lab's UUIDs are made in.
#[derive(Debug, Clone, Copy)]
pub struct Namespace(Uuid);

/// The kinds of object that have a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    Network,
    Pool,
    Domain,
}

impl ObjectKind {
    /// All of them: what others refer to first.
    pub const ALL: [Self; 3] = [Self::Network, Self::Pool, Self::Domain];

    /// The word for it in messages and in the text that UUIDs are made from.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Pool => "pool",
            Self::Domain => "domain",
        }
    }

    /// The section of a spec that has the entries of such objects, and the directory of their definitions.
    #[must_use]
    pub fn section(self) -> &'static str {
        match self {
            Self::Network => "networks",
            Self::Pool => "pools",
            Self::Domain => "domains",
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

/// UUIDs that many labs have, because everybody copies them from what is written about libvirt and UUIDs: each with what has it.
const OF_EXAMPLES: [(Uuid, &str); 6] = [
    (uuid::uuid!("cc7439ed-36af-4696-a6f2-1f0c4474d87e"), "NixVirt's README"),
    (uuid::uuid!("4dea22b3-1d52-d8f3-2516-782e98ab3fa0"), "libvirt's documentation"),
    (uuid::uuid!("3e3fce45-4f53-4fa7-bb32-11f34168b82b"), "libvirt's documentation"),
    (uuid::uuid!("c7a5fdbd-cdaf-9455-926a-d65c16db1809"), "libvirt's documentation"),
    (uuid::uuid!("c7a5fdbd-edaf-9455-926a-d65c16db1809"), "libvirt's documentation"),
    (uuid::uuid!("550e8400-e29b-41d4-a716-446655440000"), "many examples"),
];

/// Where a UUID was copied from, if it is that of an example which everybody reads: the labs of several people have it.
#[must_use]
pub fn example_with(uuid: Uuid) -> Option<&'static str> {
    OF_EXAMPLES.iter().find(|(known, _)| *known == uuid).map(|(_, example)| *example)
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
    fn copied_uuids_are_told_from_the_users_own() {
        let check = |uuid: &str, expected: bool| {
            assert_eq!(example_with(uuid.parse().unwrap()).is_some(), expected, "{uuid}");
        };
        check("cc7439ed-36af-4696-a6f2-1f0c4474d87e", true);
        check("550E8400-E29B-41D4-A716-446655440000", true);
        check("c1a2b3d4-e5f6-7890-abcd-ef1234567890", false);
        check("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", false);
        check("0355c7ff-0c40-4a7a-8c0d-1f7564af25ca", false);
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
