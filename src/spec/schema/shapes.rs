//! The texts of a spec that have a shape, as regular expressions in the schema: an editor marks `"4G"` while it is typed.
//!
//! Each accepts all that its parser does, and is written in what ECMA-262 and the `regex` of Rust have alike. What only a
//! calculation can tell, such as whether an address is in a subnet, is left to `lab2nix`.

use serde_json::{Map, Value};

/// What a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An amount of bytes: `60GiB`.
    Size,
    /// A time in `s`, `m`, `h` or `d`: `12h`.
    Duration,
    /// How long a packet takes: `50ms`.
    Delay,
    /// Bits per second: `10Mbit`.
    BitRate,
    /// `2.5%`.
    Percentage,
    /// The address of an interface: `52:54:00:12:34:01`.
    Mac,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An address of either family.
    Address,
    /// An address of either family, or `none`.
    Listen,
    /// An address of either family, and a port: `127.0.0.1:4555`, `[::1]:4555`.
    Endpoint,
    /// An IPv4 subnet, or an address in one: `192.168.56.0/24`.
    Ipv4Net,
    /// An IPv6 subnet, or an address in one: `fd00:56::/64`.
    Ipv6Net,
    /// A subnet of either family, or an address in one.
    Net,
    /// `4c82c973-7299-468e-bf15-d442ee681475`.
    Uuid,
    /// The address of a PCI function: `0000:01:00.0`.
    Pci,
    /// Vendor and product of a USB device: `046d:c52b`.
    Usb,
    /// Bus and device of a USB device: `003:005`.
    UsbPlace,
    /// Numbers and ranges, as libvirt writes sets of CPUs: `0-3,^2`.
    CpuSet,
    /// 16 hexadecimal digits.
    Wwn,
    /// The mode of a file: `0711`.
    FileMode,
    /// An absolute path.
    Path,
    /// The name of a lab.
    LabName,
    /// The name that an object has, or had.
    Name,
}

const V4: &str =
    "(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const V6: &str = "[0-9A-Fa-f]{0,4}:(?:[0-9A-Fa-f]{0,4}:){1,7}(?:[0-9A-Fa-f]{0,4}|(?:[0-9]{1,3}[.]){3}[0-9]{1,3})";
/// In subnets, numbers may have zeros before them.
const V4_NET: &str =
    "(?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])[.]){3}(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])/(?:3[0-2]|[0-2]?[0-9])";
const V6_LENGTH: &str = "/(?:12[0-8]|1[01][0-9]|0?[0-9]?[0-9])";

impl Shape {
    /// The regular expression, of the whole text.
    #[must_use]
    pub fn pattern(self) -> String {
        let inner = match self {
            Self::Size => "[0-9]+(?:[KMGTP]i)?B".to_owned(),
            Self::Duration => "[0-9]+[smhd]".to_owned(),
            Self::Delay => "[0-9]+(?:s|ms|us)".to_owned(),
            Self::BitRate => "[0-9]+[kMG]?bit".to_owned(),
            Self::Percentage => "[0-9]+(?:[.][0-9]+)?%".to_owned(),
            Self::Mac => "[0-9A-Fa-f][02468ACEace](?::[0-9A-Fa-f]{2}){5}".to_owned(),
            Self::Ipv4 => V4.to_owned(),
            Self::Ipv6 => V6.to_owned(),
            Self::Address => format!("{V4}|{V6}"),
            Self::Listen => format!("{V4}|{V6}|none"),
            Self::Endpoint => format!(r"(?:{V4}|\[(?:{V6})(?:%[0-9]+)?\]):[0-9]{{1,5}}"),
            Self::Ipv4Net => V4_NET.to_owned(),
            Self::Ipv6Net => format!("(?:{V6}){V6_LENGTH}"),
            Self::Net => format!("{V4_NET}|(?:{V6}){V6_LENGTH}"),
            Self::Uuid => "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}".to_owned(),
            Self::Pci => "[0-9A-Fa-f]{4}:[0-9A-Fa-f]{2}:[01][0-9A-Fa-f][.][0-7]".to_owned(),
            Self::Usb => "[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}".to_owned(),
            Self::UsbPlace => "[0-9]{1,3}:[0-9]{1,3}".to_owned(),
            Self::CpuSet => "[0-9^, -]+".to_owned(),
            Self::Wwn => "[0-9A-Fa-f]{16}".to_owned(),
            Self::FileMode => "0?[0-7]{3}".to_owned(),
            Self::Path => return "^/".to_owned(),
            Self::LabName => "[a-z0-9][a-z0-9-]{0,62}".to_owned(),
            Self::Name => "[A-Za-z0-9][A-Za-z0-9._-]{0,62}".to_owned(),
        };
        format!("^(?:{inner})$")
    }

    /// What a text of this shape is, for those who read what does not fit.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Size => "Write a whole number and `B`, `KiB`, `MiB`, `GiB`, `TiB` or `PiB`, such as `60GiB`.",
            Self::Duration => "Write a whole number and `s`, `m`, `h` or `d`, such as `12h`.",
            Self::Delay => "Write a whole number and `s`, `ms` or `us`, such as `50ms`.",
            Self::BitRate => "Write a whole number and `bit`, `kbit`, `Mbit` or `Gbit`, such as `10Mbit`.",
            Self::Percentage => "Write a number and `%`, such as `2.5%`.",
            Self::Mac => {
                "Write six pairs of hexadecimal digits with `:` between them, the first one even; or leave it out."
            }
            Self::Ipv4 => "Write an IPv4 address without a prefix length, such as `192.168.56.10`.",
            Self::Ipv6 => "Write an IPv6 address without a prefix length, such as `fd00:56::10`.",
            Self::Address => "Write an IPv4 or IPv6 address without a prefix length.",
            Self::Listen => "Write an IPv4 or IPv6 address without a prefix length, or `none`.",
            Self::Endpoint => "Write an address, `:` and a port, such as `127.0.0.1:4555` or `[::1]:4555`.",
            Self::Ipv4Net => "Write an IPv4 address, `/` and a prefix length, such as `192.168.56.0/24`.",
            Self::Ipv6Net => "Write an IPv6 address, `/` and a prefix length, such as `fd00:56::/64`.",
            Self::Net => "Write an address, `/` and a prefix length, such as `10.30.0.0/16`.",
            Self::Uuid => {
                "Write 32 hexadecimal digits in groups of 8-4-4-4-12, as `uuidgen` prints them; or leave it out."
            }
            Self::Pci => "Write it as `lspci -D` prints it, such as `0000:01:00.0`.",
            Self::Usb => "Write vendor and product as `lsusb` prints them, such as `046d:c52b`.",
            Self::UsbPlace => "Write bus and device as `lsusb` prints them, such as `003:005`.",
            Self::CpuSet => "Write numbers and ranges, such as `0-3,^2`.",
            Self::Wwn => "Write 16 hexadecimal digits.",
            Self::FileMode => "Write three octal digits, or a 0 and three, such as `0711`.",
            Self::Path => "Write an absolute path: one that starts with `/`.",
            Self::LabName => "Write lower case letters, digits and `-`, at most 63 of them.",
            Self::Name => "Write letters, digits, `.`, `_` and `-`, at most 63 of them.",
        }
    }
}

/// The shapes of the texts under keys, by the name of their object in the schema; those of the lab itself have none.
pub const SHAPES: &[(&str, &str, Shape)] = &[
    ("", "lab", Shape::LabName),
    ("Network", "subnet", Shape::Ipv4Net),
    ("Network", "gateway", Shape::Ipv4),
    ("Network", "subnet6", Shape::Ipv6Net),
    ("Network", "gateway6", Shape::Ipv6),
    ("Network", "tftp", Shape::Path),
    ("Network", "mac", Shape::Mac),
    ("Network", "uuid", Shape::Uuid),
    ("Network", "id", Shape::Name),
    ("Dhcp", "range", Shape::Ipv4),
    ("Dhcp", "lease", Shape::Duration),
    ("Dhcp", "bootServer", Shape::Ipv4),
    ("Reservation", "mac", Shape::Mac),
    ("Reservation", "ip", Shape::Ipv4),
    ("Reservation", "ip6", Shape::Ipv6),
    ("Dhcp6", "range", Shape::Ipv6),
    ("Dhcp6", "lease", Shape::Duration),
    ("Dns", "forwarders", Shape::Address),
    ("Dns", "forwardDomains", Shape::Address),
    ("Dns", "hosts", Shape::Address),
    ("Dns", "wildcards", Shape::Address),
    ("Route", "to", Shape::Net),
    ("Route", "via", Shape::Address),
    ("Nat", "addresses", Shape::Ipv4),
    ("Rate", "average", Shape::Size),
    ("Rate", "peak", Shape::Size),
    ("Rate", "burst", Shape::Size),
    ("OutboundRate", "average", Shape::Size),
    ("OutboundRate", "burst", Shape::Size),
    ("InboundRate", "average", Shape::Size),
    ("InboundRate", "peak", Shape::Size),
    ("InboundRate", "burst", Shape::Size),
    ("InboundRate", "floor", Shape::Size),
    ("Pool", "path", Shape::Path),
    ("Pool", "uuid", Shape::Uuid),
    ("Pool", "id", Shape::Name),
    ("PoolAuth", "secretUuid", Shape::Uuid),
    ("Permissions", "mode", Shape::FileMode),
    ("Volume", "size", Shape::Size),
    ("Volume", "allocation", Shape::Size),
    ("Backing", "path", Shape::Path),
    ("LinkProfile", "rate", Shape::BitRate),
    ("LinkProfile", "delay", Shape::Delay),
    ("LinkProfile", "jitter", Shape::Delay),
    ("LinkProfile", "loss", Shape::Percentage),
    ("DomainFields", "hugepages", Shape::Size),
    ("DomainFields", "memory", Shape::Size),
    ("DomainFields", "currentMemory", Shape::Size),
    ("Pinning", "vcpus", Shape::CpuSet),
    ("Pinning", "emulator", Shape::CpuSet),
    ("Pinning", "iothreads", Shape::CpuSet),
    ("Numa", "hostNodes", Shape::CpuSet),
    ("NumaCell", "cpus", Shape::CpuSet),
    ("NumaCell", "memory", Shape::Size),
    ("NumaCell", "hostNodes", Shape::CpuSet),
    ("MemoryLimits", "hard", Shape::Size),
    ("MemoryLimits", "soft", Shape::Size),
    ("MemoryLimits", "swap", Shape::Size),
    ("Disk", "size", Shape::Size),
    ("Disk", "allocation", Shape::Size),
    ("Disk", "file", Shape::Path),
    ("Disk", "block", Shape::Path),
    ("Disk", "wwn", Shape::Wwn),
    ("Image", "path", Shape::Path),
    ("DiskLimits", "read", Shape::Size),
    ("DiskLimits", "write", Shape::Size),
    ("DiskLimits", "total", Shape::Size),
    ("BlockSize", "logical", Shape::Size),
    ("BlockSize", "physical", Shape::Size),
    ("Cdrom", "file", Shape::Path),
    ("Floppy", "file", Shape::Path),
    ("CloudInit", "passwordFile", Shape::Path),
    ("Unattended", "productKeyFile", Shape::Path),
    ("Unattended", "passwordFile", Shape::Path),
    ("Unattended", "dns", Shape::Address),
    ("Unattended", "scripts", Shape::Path),
    ("CreateDomain", "recoveryPasswordFile", Shape::Path),
    ("JoinDomain", "passwordFile", Shape::Path),
    ("FileFromHost", "path", Shape::Path),
    ("FileFromHost", "fromHost", Shape::Path),
    ("FileFromHost", "mode", Shape::FileMode),
    ("GuestInterface", "addresses", Shape::Net),
    ("GuestInterface", "gateway", Shape::Ipv4),
    ("GuestInterface", "gateway6", Shape::Ipv6),
    ("GuestInterface", "nameservers", Shape::Address),
    ("GuestRoute", "to", Shape::Net),
    ("GuestRoute", "via", Shape::Address),
    ("GuestBond", "addresses", Shape::Net),
    ("GuestBond", "gateway", Shape::Ipv4),
    ("GuestBond", "gateway6", Shape::Ipv6),
    ("GuestBond", "nameservers", Shape::Address),
    ("GuestVlan", "addresses", Shape::Net),
    ("GuestVlan", "gateway", Shape::Ipv4),
    ("GuestVlan", "gateway6", Shape::Ipv6),
    ("GuestVlan", "nameservers", Shape::Address),
    ("Interface", "ip", Shape::Ipv4),
    ("Interface", "ip6", Shape::Ipv6),
    ("Interface", "mac", Shape::Mac),
    ("Interface", "guest", Shape::Pci),
    ("Tunnel", "address", Shape::Ipv4),
    ("TunnelEnd", "address", Shape::Ipv4),
    ("Forward", "address", Shape::Address),
    ("Graphics", "listen", Shape::Listen),
    ("Graphics", "renderNode", Shape::Path),
    ("Audio", "runtimeDir", Shape::Path),
    ("Audio", "path", Shape::Path),
    ("Serial", "file", Shape::Path),
    ("Serial", "tcp", Shape::Endpoint),
    ("Serial", "unix", Shape::Path),
    ("Shmem", "size", Shape::Size),
    ("Shmem", "device", Shape::Path),
    ("Shmem", "server", Shape::Path),
    ("Share", "source", Shape::Path),
    ("HostDevice", "pci", Shape::Pci),
    ("HostDevice", "usb", Shape::Usb),
    ("HostDevice", "usbAt", Shape::UsbPlace),
    ("HostDevice", "mdev", Shape::Uuid),
    ("HostDevice", "guest", Shape::Pci),
    ("HostDevice", "rom", Shape::Path),
    ("DirectBoot", "kernel", Shape::Path),
    ("DirectBoot", "initrd", Shape::Path),
    ("Ready", "timeout", Shape::Duration),
    ("Domain", "uuid", Shape::Uuid),
    ("Domain", "id", Shape::Name),
    ("Domain", "nvram", Shape::Path),
];

/// Says in the schema of a key's value what its texts look like: of the text itself, or of each in a list or an object.
pub(super) fn give(shape: Shape, value: &mut Map<String, Value>) {
    let texts = match value["type"].as_str() {
        Some("array") => value.get_mut("items").and_then(Value::as_object_mut),
        Some("object") => value.get_mut("additionalProperties").and_then(Value::as_object_mut),
        _ => Some(value),
    };
    if let Some(texts) = texts {
        texts.insert("pattern".to_owned(), shape.pattern().into());
        // What VS Code says in place of the expression.
        texts.insert("patternErrorMessage".to_owned(), shape.words().into());
    }
}
