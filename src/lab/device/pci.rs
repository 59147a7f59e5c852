//! PCI addresses, of the host and in a guest.

use std::fmt;

use crate::lab::placed::Placed;

/// The address of a PCI function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PciAddress {
    pub domain: u16,
    pub bus: u16,
    pub slot: u16,
    pub function: u16,
}

/// Where a device is in the guest.
#[derive(Debug)]
pub struct Slot {
    /// The address, and where it is written.
    pub address: Placed<PciAddress>,
    /// Whether it is function 0 of a slot with others.
    pub multifunction: bool,
}

impl PciAddress {
    /// Reads `0000:01:00.0`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (domain, rest) = text.split_once(':')?;
        let (bus, rest) = rest.split_once(':')?;
        let (slot, function) = rest.split_once('.')?;
        Some(Self {
            domain: hex(domain, 4)?,
            bus: hex(bus, 2)?,
            slot: hex(slot, 2).filter(|slot| *slot < 32)?,
            function: hex(function, 1).filter(|function| *function < 8)?,
        })
    }

    /// The address that a text which is none probably means: `01:00.0`, as `lspci` prints it, is `0000:01:00.0`, and so is
    /// `pci_0000_01_00_0`, as libvirt calls the device.
    #[must_use]
    pub fn meant(text: &str) -> Option<Self> {
        Self::parse(&format!("0000:{text}")).or_else(|| {
            let numbers: Vec<&str> = text.strip_prefix("pci_")?.split('_').collect();
            let [domain, bus, slot, function] = numbers.as_slice() else { return None };
            Self::parse(&format!("{domain}:{bus}:{slot}.{function}"))
        })
    }
}

impl fmt::Display for PciAddress {
    /// As `lspci -D` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:02x}:{:02x}.{:x}", self.domain, self.bus, self.slot, self.function)
    }
}

/// So many hexadecimal digits.
pub(crate) fn hex(digits: &str, count: usize) -> Option<u16> {
    let is_valid = digits.len() == count && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_valid.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::PciAddress;
    use pretty_assertions::assert_eq;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(PciAddress::parse(text).map(|address| address.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn addresses() {
        check("0000:01:00.0", Some("0000:01:00.0"));
        check("0000:0A:1f.7", Some("0000:0a:1f.7"));
        check("01:00.0", None);
        check("0000:01:20.0", None);
        check("0000:01:00.8", None);
        check("0000:1:00.0", None);
        check("0000:+1:00.0", None);
        check("", None);
    }
}
