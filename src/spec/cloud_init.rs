//! What a domain's guest does at its first boot, as written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Extra;
use super::key::{Key, key};
use super::names::words;

/// What the guest does at its first boot, through [cloud-init](https://docs.cloud-init.io): images for clouds of all Linux
/// distributions have it, installers have not. `{}` turns it on. The domain gets a further optical drive, after its `cdroms`,
/// with a disc that says all of this
/// ([`NoCloud`](https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html)).
///
/// cloud-init does its work once, at the first boot with this disc. What is changed here later is on the disc when the domain
/// starts again, and done when `cloud-init clean` has been run in the guest before. Everybody on the host can read the
/// disc, unless it has something of `passwordFile` or `files`: those are the place for secrets. Not for Windows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudInit {
    /// The guest's host name. With `replicas` it gets the number of the domain, as in `web-1`. Default: the domain's name in
    /// lower case.
    #[schemars(example = &"web")]
    pub hostname: Option<String>,
    /// A user that is made, who can do everything by `sudo` without a password; the shell is bash for os `linux`, else the
    /// image's own choice. The image's default user is then not made. Default: the image's default user (`debian`,
    /// `ubuntu`, `fedora`, …).
    #[schemars(example = &"admin")]
    pub user: Option<String>,
    /// The public keys of those who may log in by SSH as `user`, or as the image's default user: what is in `~/.ssh/*.pub`.
    /// Default: none.
    #[schemars(example = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFA7JfpviAXQ86WTYMgEz2SMOIhvgv2dRSH77rGPzDOB me"])]
    pub ssh_keys: Option<Vec<String>>,
    /// The hash of the password of `user`, for the console: what `mkpasswd --method=yescrypt` prints. Everybody on the host
    /// can read it, so the password has to be a long one. Default: nobody can log in by a password.
    #[schemars(example = &"$6$lab2nix$pa.si7ryZDOMvDYMybaF3hau4Jx3PUgW6koKrWveDFj/5iVnyi5L.1Y9e3gTAKvxrpgOv5lesxaml6vAh6YH20")]
    pub password_hash: Option<String>,
    /// A file of the host with the password of `user`: its first line is what `mkpasswd --method=yescrypt` prints, or the password
    /// itself. It is read when the lab is activated, and is in no store, as `files`. Not beside `passwordHash`. Default: none.
    #[schemars(example = &"/run/secrets/web-password")]
    pub password_file: Option<String>,
    /// Files of the host that the guest gets, such as tokens and private keys: they are there before `runcmd`. The host reads them
    /// when the lab is activated, and makes the disc under `/run/lab2nix/seeds`, where only root and QEMU read it; nothing of
    /// them is in the Nix store. One that is not there stops the activation before it changes anything. A changed file is on the
    /// disc from the next activation on, and for the guest when it starts again. Default: none.
    pub files: Option<Vec<FileFromHost>>,
    /// Packages that are installed, by the names that the distribution has for them. Default: none.
    #[schemars(example = ["nginx"])]
    pub packages: Option<Vec<String>>,
    /// Lines of shell that root runs at the end of the first boot, when the packages are there. Default: none.
    #[schemars(example = ["systemctl enable --now nginx"])]
    pub runcmd: Option<Vec<String>>,
    /// The guest's network. Default: the image's own, which is DHCP on the first interface. `{}` is DHCP on all of them.
    pub network: Option<GuestNetwork>,
    /// Keys of [cloud-config](https://docs.cloud-init.io/en/latest/reference/modules.html) that the language has none for,
    /// such as `write_files`. Objects merge key by key. `users` come after `user`; where there is no `user`, cloud-init makes
    /// the image's default one only if `default` is among them.
    pub extra: Option<Extra>,
}

/// A file of the host that the guest gets.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileFromHost {
    /// Where it is in the guest, an absolute path. Its directory is made.
    #[schemars(required, example = &"/etc/rancher/k3s/token")]
    pub path: Option<String>,
    /// Where it is on the host, an absolute path: one that only root reads, as sops-nix and agenix make them. A path of the Nix store
    /// could be read by everybody.
    #[schemars(required, example = &"/run/secrets/k3s-token")]
    pub from_host: Option<String>,
    /// Its mode in the guest. Default: `0600`.
    #[schemars(example = &"0640")]
    pub mode: Option<String>,
    /// Its user in the guest, or user and group, which are made before it. Default: `root`.
    #[schemars(example = &"root:nginx")]
    pub owner: Option<String>,
}

/// The guest's network
/// ([cloud-init](https://docs.cloud-init.io/en/latest/reference/network-config-format-v2.html)). Interfaces are known by
/// their MAC addresses.
///
/// cloud-init leaves alone what is not in it. So an interface of the domain that is not named here, and is in no bond, gets its
/// addresses by DHCP.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestNetwork {
    /// Interfaces of the domain, by their names in `interfaces`.
    pub interfaces: Option<IndexMap<String, GuestInterface>>,
    /// Bonds: interfaces that are one for the guest. By the names that they have in the guest, 1 to 15 letters, digits, `.`, `_`
    /// and `-`. The image has to have netplan (Debian's and Ubuntu's have), `NetworkManager` or ifupdown: for systemd-networkd
    /// alone, cloud-init writes neither bonds nor VLANs.
    pub bonds: Option<IndexMap<String, GuestBond>>,
    /// VLANs, tagged by the guest. By the names that their interfaces have in the guest, as those of bonds.
    pub vlans: Option<IndexMap<String, GuestVlan>>,
    /// The interface, bond or VLAN whose way leads everywhere else, by its name, where several have one by DHCP: the others take
    /// no routes from DHCP. netplan and systemd-networkd do so; others, such as ifupdown, prefer this one. The default routes
    /// that IPv6 routers announce stay. Default: the guest has one of each, and takes which it likes.
    #[schemars(example = &"wan")]
    pub default_route: Option<String>,
}

/// What an interface of the guest has.
///
/// Where it is in a bond or carries a VLAN, it is called in the guest as it is here; `net` and its number from 0 where that is
/// longer than 15 letters. Else it keeps the name that the guest chooses.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestInterface {
    /// Its addresses, each with the prefix length of its subnet. With `replicas` they count up. On a network that reserves
    /// addresses by DHCP, `ip` and `ip6` of the interface are the simpler way. Default: none of its own.
    #[schemars(example = ["192.168.100.11/24"])]
    pub addresses: Option<Vec<String>>,
    /// The IPv4 router to everywhere else, in the subnet of one of its `addresses`. A guest has one. Default: none, or that which
    /// DHCP tells.
    #[schemars(example = &"192.168.100.1")]
    pub gateway: Option<String>,
    /// The IPv6 router to everywhere else, as `gateway`. Default: none, or that which router advertisements tell.
    #[schemars(example = &"fd00:100::1")]
    pub gateway6: Option<String>,
    /// Whether `gateway` and `gateway6` are reached directly though they are in no subnet of the `addresses`, as with
    /// `192.0.2.7/32` and many rented machines. The image has to have netplan. An IPv6 router may be a link-local address
    /// (`fe80::1`) anyhow. Default: `false`.
    pub gateway_on_link: Option<bool>,
    /// Ways to other subnets than everywhere. Default: none of its own.
    pub routes: Option<Vec<GuestRoute>>,
    /// The DNS servers. Default: none, or those which DHCP tells.
    #[schemars(example = ["192.168.100.1"])]
    pub nameservers: Option<Vec<String>>,
    /// The domains in which names without dots are looked up. Default: none, or those which DHCP tells.
    #[schemars(example = ["lab.example"])]
    pub search: Option<Vec<String>>,
    /// Whether it gets an address by DHCP; by `DHCPv6` too where its network serves that. Default: `true` where it has no
    /// `addresses`, is in no bond, and carries no VLAN unless its network is one of the lab that serves DHCP.
    pub dhcp: Option<bool>,
    /// The largest packet, in bytes. Default: what the device says; those of model `virtio` know that of their network.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
}

/// Interfaces that are one for the guest.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestBond {
    /// The interfaces of the domain that are in it, by their names in `interfaces`. They have no addresses of their own. The bond
    /// has the MAC address of the first. Required; of a domain, one of its layers is enough.
    #[schemars(example = ["first", "second"])]
    pub interfaces: Option<Vec<String>>,
    /// How it uses them. Default: `active-backup`, which needs nothing of what they are on.
    pub mode: Option<BondMode>,
    /// As of an interface.
    #[schemars(example = ["192.168.100.11/24"])]
    pub addresses: Option<Vec<String>>,
    /// As of an interface.
    #[schemars(example = &"192.168.100.1")]
    pub gateway: Option<String>,
    /// As of an interface.
    #[schemars(example = &"fd00:100::1")]
    pub gateway6: Option<String>,
    /// As of an interface.
    pub gateway_on_link: Option<bool>,
    /// As of an interface.
    pub routes: Option<Vec<GuestRoute>>,
    /// As of an interface.
    #[schemars(example = ["192.168.100.1"])]
    pub nameservers: Option<Vec<String>>,
    /// As of an interface.
    #[schemars(example = ["lab.example"])]
    pub search: Option<Vec<String>>,
    /// As of an interface. Default: `true` where it has no `addresses` and carries no VLAN.
    pub dhcp: Option<bool>,
    /// As of an interface.
    #[schemars(range(min = 68, max = 65535), example = 9000)]
    pub mtu: Option<u32>,
}

/// A VLAN that the guest tags.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestVlan {
    /// Its number. Required; of a domain, one of its layers is enough.
    #[schemars(range(min = 1, max = 4094), example = 200)]
    pub tag: Option<u16>,
    /// The interface of the domain, or the bond, that carries it. What that is on has to let tagged packets through: a plain
    /// bridge does. Required; of a domain, one of its layers is enough.
    #[schemars(example = &"bond0")]
    pub link: Option<String>,
    /// As of an interface.
    #[schemars(example = ["192.168.100.11/24"])]
    pub addresses: Option<Vec<String>>,
    /// As of an interface.
    #[schemars(example = &"192.168.100.1")]
    pub gateway: Option<String>,
    /// As of an interface.
    #[schemars(example = &"fd00:100::1")]
    pub gateway6: Option<String>,
    /// As of an interface.
    pub gateway_on_link: Option<bool>,
    /// As of an interface.
    pub routes: Option<Vec<GuestRoute>>,
    /// As of an interface.
    #[schemars(example = ["192.168.100.1"])]
    pub nameservers: Option<Vec<String>>,
    /// As of an interface.
    #[schemars(example = ["lab.example"])]
    pub search: Option<Vec<String>>,
    /// As of an interface. Default: `true` where it has no `addresses`.
    pub dhcp: Option<bool>,
    /// As of an interface.
    #[schemars(range(min = 68, max = 65535), example = 1500)]
    pub mtu: Option<u32>,
}

/// A way of the guest to another subnet.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestRoute {
    /// Where it leads, an IPv4 or IPv6 subnet or a single address with its prefix length. The way to everywhere is `gateway`.
    #[schemars(required, example = &"10.30.0.0/16")]
    pub to: Option<String>,
    /// The router: an address of the same family in the subnet of one of the `addresses`, or a link-local one.
    #[schemars(required, example = &"192.168.100.2")]
    pub via: Option<String>,
    /// How far it is: of several ways to one place, the guest takes that with the lowest. The image has to have netplan.
    /// Default: the guest's own, most often 0.
    #[schemars(example = 100)]
    pub metric: Option<u32>,
    /// Whether the router is reached directly though it is in no subnet of the `addresses`. The image has to have netplan.
    /// Default: `false`.
    pub on_link: Option<bool>,
}

/// How a bond uses its interfaces ([Linux](https://docs.kernel.org/networking/bonding.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BondMode {
    /// One at a time, another when that one fails.
    ActiveBackup,
    /// In turns. Both ends have to be bonds.
    BalanceRr,
    /// By addresses. Both ends have to be bonds.
    BalanceXor,
    /// All packets through all of them.
    Broadcast,
    /// By LACP (IEEE 802.3ad), which a plain bridge of the host does not let through; for functions and devices of the
    /// host's own, at a switch that has it too.
    #[serde(rename = "802.3ad")]
    Lacp,
    /// What is sent by load; received through one.
    BalanceTlb,
    /// What is sent and received by load.
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
