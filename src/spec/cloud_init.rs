//! What a domain's guest does at its first boot, as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Extra;
use super::key::{Key, key};
use super::names::words;

/// The SSH key that the documents and templates have in place of the reader's own.
pub const EXAMPLE_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFA7JfpviAXQ86WTYMgEz2SMOIhvgv2dRSH77rGPzDOB";

/// What [cloud-init](https://docs.cloud-init.io) does in the guest at its first boot. The cloud images of all Linux
/// distributions include cloud-init; installer ISOs do not. `{}` turns it on. The domain gets an additional optical
/// drive, after its `cdroms`, with a
/// [`NoCloud`](https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html) seed ISO.
///
/// cloud-init runs once, at the first boot with this ISO. A later change of these settings is on the ISO from the
/// domain's next start on, but cloud-init applies it only after `cloud-init clean` has been run in the guest. Everybody
/// on the host can read the ISO, unless `passwordFile` or `files` are used, which are the place for secrets. Not for
/// Windows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudInit {
    /// The guest's host name. With `replicas` the domain's number is appended, as in `web-1`. Default: the domain's
    /// name in lower case.
    #[schemars(example = &"web")]
    pub hostname: Option<String>,
    /// The user that cloud-init creates instead of the image's default user. The user may run everything with `sudo`
    /// without a password. The shell is bash for os `linux`, else the image's own choice. Default: the image's default
    /// user (`debian`, `ubuntu`, `fedora`, …).
    #[schemars(example = &"admin")]
    pub user: Option<String>,
    /// The SSH public keys that may log in as `user`, or as the image's default user: the lines of `~/.ssh/*.pub`.
    /// Default: none.
    #[schemars(example = [format!("{EXAMPLE_KEY} me")])]
    pub ssh_keys: Option<Vec<String>>,
    /// The hash of the password of `user`, for the console: the output of `mkpasswd --method=yescrypt`. Everybody on
    /// the host can read it, so choose a long password. Default: nobody can log in with a password.
    #[schemars(example = &"$6$lab2nix$pa.si7ryZDOMvDYMybaF3hau4Jx3PUgW6koKrWveDFj/5iVnyi5L.1Y9e3gTAKvxrpgOv5lesxaml6vAh6YH20")]
    pub password_hash: Option<String>,
    /// A file of the host with the password of `user`: its first line is the output of `mkpasswd --method=yescrypt`, or
    /// the password itself. It is read at activation and never enters the Nix store, as with `files`. Not together with
    /// `passwordHash`. Default: none.
    #[schemars(example = &"/run/secrets/web-password")]
    pub password_file: Option<String>,
    /// Files that the guest gets from the host, such as tokens and private keys. They are written before `runcmd` runs.
    /// The host reads them at activation and builds the seed ISO under `/run/lab2nix/seeds`, where only root and QEMU
    /// can read it; they never enter the Nix store. A missing file stops the activation before it changes anything. A
    /// changed file is on the ISO after the next activation, and the guest sees it after its next start. Default: none.
    pub files: Option<Vec<FileFromHost>>,
    /// Packages to install, by the distribution's names for them. Default: none.
    #[schemars(example = ["nginx"])]
    pub packages: Option<Vec<String>>,
    /// Shell commands that root runs at the end of the first boot, after the packages are installed. Default: none.
    #[schemars(example = ["systemctl enable --now nginx"])]
    pub runcmd: Option<Vec<String>>,
    /// The guest's network. Default: the image's own, which is DHCP on the first interface. `{}` means DHCP on all
    /// interfaces.
    pub network: Option<GuestNetwork>,
    /// Keys of [cloud-config](https://docs.cloud-init.io/en/latest/reference/modules.html) that the spec has no key
    /// for, such as `write_files`. Objects merge key by key. `users` are appended after `user`; without `user`,
    /// cloud-init creates the image's default user only if `default` is among them.
    pub extra: Option<Extra>,
}

/// A file of the host that the guest gets.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileFromHost {
    /// Its absolute path in the guest. cloud-init creates the directory.
    #[schemars(required, example = &"/etc/rancher/k3s/token")]
    pub path: Option<String>,
    /// Its absolute path on the host. Only root should be able to read it, as with the files of sops-nix and agenix; a
    /// path in the Nix store can be read by everybody.
    #[schemars(required, example = &"/run/secrets/k3s-token")]
    pub from_host: Option<String>,
    /// Its mode in the guest. Default: `0600`.
    #[schemars(example = &"0640")]
    pub mode: Option<String>,
    /// Its owner in the guest: a user, or user and group. Both are created before the file. Default: `root`.
    #[schemars(example = &"root:nginx")]
    pub owner: Option<String>,
}

/// The guest's network ([cloud-init](https://docs.cloud-init.io/en/latest/reference/network-config-format-v2.html)).
/// Interfaces are matched by their MAC addresses.
///
/// cloud-init does not configure interfaces that are not listed. So lab2nix lists every interface of the domain: one
/// that is neither named here nor in a bond uses DHCP.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestNetwork {
    /// Interfaces of the domain, by their names in `interfaces`.
    pub interfaces: Option<IndexMap<String, GuestInterface>>,
    /// Bonds: several interfaces that the guest uses as one. By their names in the guest: 1 to 15 letters, digits, `.`,
    /// `_` and `-`. The image needs netplan (as in Debian's and Ubuntu's images), `NetworkManager` or ifupdown: for
    /// systemd-networkd alone, cloud-init writes neither bonds nor VLANs.
    pub bonds: Option<IndexMap<String, GuestBond>>,
    /// VLANs that the guest tags itself. By the names of their interfaces in the guest, as for bonds.
    pub vlans: Option<IndexMap<String, GuestVlan>>,
    /// The name of the interface, bond or VLAN that has the default route, where several get one by DHCP. With netplan
    /// and systemd-networkd, the others then take no routes from DHCP; with others, such as ifupdown, this one is
    /// preferred. Default routes from IPv6 router advertisements stay. Default: the guest gets a default route from
    /// each, and chooses.
    #[schemars(example = &"wan")]
    pub default_route: Option<String>,
}

/// The network configuration of one interface of the guest.
///
/// An interface that is in a bond or carries a VLAN gets the same name in the guest as here, or `net` and its number
/// from 0 if that name is longer than 15 characters. Other interfaces keep the name that the guest chooses.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestInterface {
    /// Its static addresses, each with a prefix length. With `replicas` they count up. On a network that serves DHCP,
    /// the interface's `ip` and `ip6` are simpler. Default: none.
    #[schemars(example = ["192.168.100.11/24"])]
    pub addresses: Option<Vec<String>>,
    /// The IPv4 default gateway, in the subnet of one of its `addresses`. A guest has only one. Default: none, or the
    /// one from DHCP.
    #[schemars(example = &"192.168.100.1")]
    pub gateway: Option<String>,
    /// The IPv6 default gateway, as `gateway`. Default: none, or the one from router advertisements.
    #[schemars(example = &"fd00:100::1")]
    pub gateway6: Option<String>,
    /// Whether `gateway` and `gateway6` are reached directly (on-link) although they are in no subnet of the
    /// `addresses`, as with `192.0.2.7/32` at many hosting providers. The image needs netplan. An IPv6 gateway may
    /// always be a link-local address (`fe80::1`). Default: `false`.
    pub gateway_on_link: Option<bool>,
    /// Static routes other than the default route. Default: none.
    pub routes: Option<Vec<GuestRoute>>,
    /// The DNS servers. Default: none, or those from DHCP.
    #[schemars(example = ["192.168.100.1"])]
    pub nameservers: Option<Vec<String>>,
    /// The DNS search domains. Default: none, or those from DHCP.
    #[schemars(example = ["lab.example"])]
    pub search: Option<Vec<String>>,
    /// Whether it uses DHCP, and also `DHCPv6` where its network serves that. Default: `true` where it has no
    /// `addresses`, is in no bond, and carries no VLAN or is on a network of the lab that serves DHCP.
    pub dhcp: Option<bool>,
    /// The MTU in bytes. Default: the device's own; devices of model `virtio` know their network's.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
}

/// Interfaces that are one for the guest.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestBond {
    /// The interfaces of the domain that are in it, by their names in `interfaces`. They have no addresses of their
    /// own. The bond has the MAC address of the first. Required; for a domain, in any of its layers.
    #[schemars(example = ["first", "second"])]
    pub interfaces: Option<Vec<String>>,
    /// The bonding mode. Default: `active-backup`, which needs no support from the bridge or switch.
    pub mode: Option<BondMode>,
    /// As for an interface.
    #[schemars(example = ["192.168.100.11/24"])]
    pub addresses: Option<Vec<String>>,
    /// As for an interface.
    #[schemars(example = &"192.168.100.1")]
    pub gateway: Option<String>,
    /// As for an interface.
    #[schemars(example = &"fd00:100::1")]
    pub gateway6: Option<String>,
    /// As for an interface.
    pub gateway_on_link: Option<bool>,
    /// As for an interface.
    pub routes: Option<Vec<GuestRoute>>,
    /// As for an interface.
    #[schemars(example = ["192.168.100.1"])]
    pub nameservers: Option<Vec<String>>,
    /// As for an interface.
    #[schemars(example = ["lab.example"])]
    pub search: Option<Vec<String>>,
    /// As for an interface. Default: `true` where it has no `addresses` and carries no VLAN.
    pub dhcp: Option<bool>,
    /// As for an interface.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
}

/// A VLAN that the guest tags.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestVlan {
    /// The VLAN ID. Required; for a domain, in any of its layers.
    #[schemars(range(min = 1, max = 4094), example = 200)]
    pub tag: Option<u16>,
    /// The interface of the domain, or the bond, that carries it. The network behind it has to pass tagged packets; a
    /// plain bridge does. Required; for a domain, in any of its layers.
    #[schemars(example = &"bond0")]
    pub link: Option<String>,
    /// As for an interface.
    #[schemars(example = ["192.168.100.11/24"])]
    pub addresses: Option<Vec<String>>,
    /// As for an interface.
    #[schemars(example = &"192.168.100.1")]
    pub gateway: Option<String>,
    /// As for an interface.
    #[schemars(example = &"fd00:100::1")]
    pub gateway6: Option<String>,
    /// As for an interface.
    pub gateway_on_link: Option<bool>,
    /// As for an interface.
    pub routes: Option<Vec<GuestRoute>>,
    /// As for an interface.
    #[schemars(example = ["192.168.100.1"])]
    pub nameservers: Option<Vec<String>>,
    /// As for an interface.
    #[schemars(example = ["lab.example"])]
    pub search: Option<Vec<String>>,
    /// As for an interface. Default: `true` where it has no `addresses`.
    pub dhcp: Option<bool>,
    /// As for an interface.
    #[schemars(range(min = 68, max = 65535), example = 1500)]
    pub mtu: Option<u32>,
}

/// A static route of the guest.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestRoute {
    /// The destination: an IPv4 or IPv6 subnet, or a single address with its prefix length. For the default route, use
    /// `gateway`.
    #[schemars(required, example = &"10.30.0.0/16")]
    pub to: Option<String>,
    /// The next hop: an address of the same family in the subnet of one of the `addresses`, or a link-local one.
    #[schemars(required, example = &"192.168.100.2")]
    pub via: Option<String>,
    /// The metric: of several routes to one destination, the guest uses the one with the lowest. The image needs
    /// netplan. Default: the guest's own, usually 0.
    #[schemars(example = 100)]
    pub metric: Option<u32>,
    /// Whether the next hop is reached directly (on-link) although it is in no subnet of the `addresses`. The image
    /// needs netplan. Default: `false`.
    pub on_link: Option<bool>,
}

/// A bonding mode ([Linux](https://docs.kernel.org/networking/bonding.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BondMode {
    /// One interface at a time; another takes over when it fails.
    ActiveBackup,
    /// Round-robin. Both ends have to be bonds.
    BalanceRr,
    /// By a hash of the addresses. Both ends have to be bonds.
    BalanceXor,
    /// Every packet through every interface.
    Broadcast,
    /// LACP (IEEE 802.3ad). A plain bridge of the host does not pass it; it works with virtual functions and devices of
    /// the host on a switch that supports LACP.
    #[serde(rename = "802.3ad")]
    Lacp,
    /// Sends by load; receives through one interface.
    BalanceTlb,
    /// Sends and receives by load.
    BalanceAlb,
}

/// The keys that interfaces, bonds and VLANs of the guest have alike.
pub trait Addressed: Sized + 'static {
    /// Their addresses.
    const ADDRESSES: Key<Self, Vec<String>>;
    /// The IPv4 router.
    const GATEWAY: Key<Self, String>;
    /// The IPv6 router.
    const GATEWAY6: Key<Self, String>;
    /// Whether the routers are reached directly.
    const GATEWAY_ON_LINK: Key<Self, bool>;
    /// The ways to other subnets.
    const ROUTES: Key<Self, Vec<GuestRoute>>;
    /// The DNS servers.
    const NAMESERVERS: Key<Self, Vec<String>>;
    /// The domains of short names.
    const SEARCH: Key<Self, Vec<String>>;
    /// Whether they use DHCP.
    const DHCP: Key<Self, bool>;
    /// The largest packet.
    const MTU: Key<Self, u32>;
}

macro_rules! addressed {
    ($($of:ty),+) => {$(
        impl Addressed for $of {
            const ADDRESSES: Key<Self, Vec<String>> = key!(addresses);
            const GATEWAY: Key<Self, String> = key!(gateway);
            const GATEWAY6: Key<Self, String> = key!(gateway6);
            const GATEWAY_ON_LINK: Key<Self, bool> = key!(gateway_on_link);
            const ROUTES: Key<Self, Vec<GuestRoute>> = key!(routes);
            const NAMESERVERS: Key<Self, Vec<String>> = key!(nameservers);
            const SEARCH: Key<Self, Vec<String>> = key!(search);
            const DHCP: Key<Self, bool> = key!(dhcp);
            const MTU: Key<Self, u32> = key!(mtu);
        }
    )+};
}

addressed!(GuestInterface, GuestBond, GuestVlan);

words!(BondMode);
