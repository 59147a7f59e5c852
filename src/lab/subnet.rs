//! Subnets and the addresses in them.

use std::net::IpAddr;

use ipnet::IpNet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    /// The family of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// `IPv4` or `IPv6`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }

    /// Reads an address of this family.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<IpAddr> {
        text.parse().ok().filter(|address| Self::of(*address) == self)
    }
}

/// A subnet: a network address and a prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet(IpNet);

/// An address that a host can have in the subnet that it was checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostAddr(IpAddr);

impl HostAddr {
    /// The address itself.
    #[must_use]
    pub fn addr(self) -> IpAddr {
        self.0
    }
}

/// Why text is not a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotASubnet {
    /// It is not an address of the family, a slash and a prefix length.
    Malformed,
    /// It is an address within a subnet: the subnet that was probably meant.
    HostBits(Subnet),
    /// It has no room for the host and a guest.
    TooSmall,
}

/// Why no host can have an address in a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAHost {
    /// It is in another subnet.
    Outside,
    /// It is the first address, which names the subnet.
    Network,
    /// It is the last address, the broadcast address.
    Broadcast,
}

impl Subnet {
    /// Reads `192.168.56.0/24` or `fd00::/64`.
    ///
    /// # Errors
    ///
    /// See [`NotASubnet`].
    pub fn parse(text: &str, family: Family) -> Result<Self, NotASubnet> {
        let net: IpNet = text.parse().map_err(|_| NotASubnet::Malformed)?;
        if Family::of(net.addr()) != family {
            return Err(NotASubnet::Malformed);
        }
        let subnet = Self(net.trunc());
        if net.trunc() != net {
            return Err(NotASubnet::HostBits(subnet));
        }
        if subnet.first() >= subnet.last() {
            return Err(NotASubnet::TooSmall);
        }
        Ok(subnet)
    }

    #[must_use]
    pub fn family(self) -> Family {
        Family::of(self.0.addr())
    }

    /// The number of leading bits that all its addresses share.
    #[must_use]
    pub fn prefix_len(self) -> u8 {
        self.0.prefix_len()
    }

    /// The first address that a host can have.
    #[must_use]
    pub fn first(self) -> HostAddr {
        HostAddr(from_number(self.family(), number(self.0.network()).saturating_add(1)))
    }

    /// The last address that a host can have.
    #[must_use]
    pub fn last(self) -> HostAddr {
        let last = number(self.0.broadcast());
        match self.family() {
            Family::V4 => HostAddr(from_number(Family::V4, last.saturating_sub(1))),
            Family::V6 => HostAddr(from_number(Family::V6, last)),
        }
    }

    /// Checks that a host can have `address` here.
    ///
    /// # Errors
    ///
    /// See [`NotAHost`].
    pub fn host(self, address: IpAddr) -> Result<HostAddr, NotAHost> {
        if !self.0.contains(&address) {
            Err(NotAHost::Outside)
        } else if address == self.0.network() {
            Err(NotAHost::Network)
        } else if address > self.last().0 {
            Err(NotAHost::Broadcast)
        } else {
            Ok(HostAddr(address))
        }
    }

    /// What the addresses are reserved for, where that is not hosts on a network.
    #[must_use]
    pub fn kept_for(self) -> Option<&'static str> {
        match self.first().0 {
            _ if self.prefix_len() == 0 => Some("everyone"),
            first if first.is_loopback() || self.0.network().is_loopback() => Some("the host itself"),
            first if first.is_multicast() => Some("multicast"),
            _ => None,
        }
    }

    /// Whether its addresses are somebody's on the Internet: not those of private networks, of documentation, of a provider's own
    /// networks ([RFC 6598](https://www.rfc-editor.org/rfc/rfc6598)), of measurements or of single links.
    #[must_use]
    pub fn is_public(self) -> bool {
        match self.0 {
            IpNet::V4(net) => {
                let first = net.network();
                let [a, b, ..] = first.octets();
                !(first.is_private()
                    || first.is_link_local()
                    || first.is_documentation()
                    || (a == 100 && b & 0b1100_0000 == 64)
                    || (a == 198 && b & 0b1111_1110 == 18))
            }
            IpNet::V6(net) => {
                let [first, second, ..] = net.network().segments();
                // 2000::/3 is what is given out, and 2001:db8::/32 what stands in documents.
                first & 0xe000 == 0x2000 && (first, second) != (0x2001, 0xdb8)
            }
        }
    }

    /// Whether some address is in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.0.contains(&other.0) || other.0.contains(&self.0)
    }
}

impl std::fmt::Display for Subnet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Display for HostAddr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The address `count` further on; `None` past the last one there is.
#[must_use]
pub fn plus(address: IpAddr, count: u32) -> Option<IpAddr> {
    let family = Family::of(address);
    let sum = number(address).checked_add(u128::from(count))?;
    let in_family = match family {
        Family::V4 => sum <= u128::from(u32::MAX),
        Family::V6 => true,
    };
    in_family.then(|| from_number(family, sum))
}

/// How many addresses there are from `first` to `last`, both counted; 0 when `last` comes first.
#[must_use]
pub fn count(first: HostAddr, last: HostAddr) -> u128 {
    number(last.0).saturating_add(1).saturating_sub(number(first.0))
}

/// How far it is from `first` to `last`; nothing when `last` comes first.
#[must_use]
pub fn distance(first: IpAddr, last: IpAddr) -> Option<u128> {
    number(last).checked_sub(number(first))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

fn from_number(family: Family, number: u128) -> IpAddr {
    match family {
        Family::V4 => IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()),
        Family::V6 => IpAddr::V6(number.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn subnet(text: &str) -> Subnet {
        let family = if text.contains(':') { Family::V6 } else { Family::V4 };
        Subnet::parse(text, family).unwrap()
    }

    #[test]
    fn subnets() {
        let check = |text, expected| assert_eq!(Subnet::parse(text, Family::V4), Err(expected), "{text}");
        check("192.168.56.0", NotASubnet::Malformed);
        check("192.168.56.0/33", NotASubnet::Malformed);
        check("fd00::/64", NotASubnet::Malformed);
        check("192.168.56.1/24", NotASubnet::HostBits(subnet("192.168.56.0/24")));
        check("192.168.56.0/31", NotASubnet::TooSmall);
        check("192.168.56.0/32", NotASubnet::TooSmall);
        for text in ["fd00::/127", "fd00::/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"] {
            assert_eq!(Subnet::parse(text, Family::V6), Err(NotASubnet::TooSmall), "{text}");
        }
    }

    #[test]
    fn hosts() {
        let check = |net: &str, address: &str, expected: Result<(), NotAHost>| {
            assert_eq!(subnet(net).host(address.parse().unwrap()).map(|_| ()), expected, "{address}");
        };
        check("192.168.56.0/24", "192.168.56.1", Ok(()));
        check("192.168.56.0/24", "192.168.56.254", Ok(()));
        check("192.168.56.0/24", "192.168.56.0", Err(NotAHost::Network));
        check("192.168.56.0/24", "192.168.56.255", Err(NotAHost::Broadcast));
        check("192.168.56.0/24", "192.168.57.1", Err(NotAHost::Outside));
        check("192.168.56.0/30", "192.168.56.2", Ok(()));
        check("fd00::/64", "fd00::", Err(NotAHost::Network));
        check("fd00::/64", "fd00::ffff:ffff:ffff:ffff", Ok(()));
    }

    #[test]
    fn public_subnets() {
        for private in [
            "10.0.0.0/8",
            "172.31.0.0/16",
            "192.168.1.0/24",
            "100.64.0.0/10",
            "198.51.100.0/24",
            "198.18.0.0/15",
            "169.254.0.0/16",
        ] {
            assert!(!subnet(private).is_public(), "{private}");
        }
        for private in ["fd00::/64", "fe80::/64", "2001:db8::/32"] {
            assert!(!subnet(private).is_public(), "{private}");
        }
        for public in ["172.32.0.0/16", "192.169.0.0/24", "100.128.0.0/16", "8.8.8.0/24", "2a01:4f8::/64"] {
            assert!(subnet(public).is_public(), "{public}");
        }
    }

    #[test]
    fn addresses_count_up() {
        assert_eq!(plus("10.0.0.255".parse().unwrap(), 1), Some("10.0.1.0".parse().unwrap()));
        assert_eq!(plus("255.255.255.255".parse().unwrap(), 1), None);
        let lan = subnet("10.0.0.0/29");
        assert_eq!(count(lan.first(), lan.last()), 6);
    }
}
