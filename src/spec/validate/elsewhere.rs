//! What libvirt, other tools and people call the keys of a spec.

use super::schema::Schema;

/// What a key is called elsewhere, without `_` and `-`, and what is meant: of several, the first that the object has. After a dot
/// stands a key of that key, or of its items; after `=` the value.
///
/// The words are those of libvirt and virt-install, Vagrant, terraform-provider-libvirt, kcli, Proxmox, Docker Compose and cloud-init.
const CALLED: &[(&str, &[&str])] = &[
    ("adapter", &["model"]),
    ("address", &["ip", "addresses", "gateway", "listen", "interfaces.ip"]),
    ("addresses", &["subnet", "ip", "interfaces.ip"]),
    ("args", &["qemu.args"]),
    ("authorizedkeys", &["sshKeys", "cloudInit.sshKeys"]),
    ("autostart", &["active"]),
    ("backingstore", &["backing"]),
    ("base", &["backing"]),
    ("baseimage", &["image", "disks.image"]),
    ("basevolume", &["backing"]),
    ("bios", &["firmware=bios"]),
    ("box", &["disks.image"]),
    ("boximage", &["disks.image"]),
    ("bridge", &["interfaces.bridge"]),
    ("bridges", &["external.bridges"]),
    ("capacity", &["size", "disks.size"]),
    ("cdrom", &["cdroms"]),
    ("chipset", &["machine"]),
    ("cidr", &["subnet"]),
    ("clone", &["cloneOf", "disks.cloneOf"]),
    ("cloneof", &["disks.cloneOf"]),
    ("cmdline", &["directBoot.cmdline"]),
    ("cmds", &["runcmd", "cloudInit.runcmd"]),
    ("commandline", &["qemu.args"]),
    ("commands", &["runcmd", "cloudInit.runcmd"]),
    ("comment", &["description"]),
    ("connection", &["target.connection"]),
    ("console", &["serial"]),
    ("cores", &["cpus"]),
    ("count", &["replicas"]),
    ("cpumode", &["cpu.mode"]),
    ("cpumodel", &["cpu.model"]),
    ("dependson", &["after"]),
    ("device", &["block", "dev"]),
    ("dhcpend", &["dhcp.range"]),
    ("dhcprange", &["dhcp.range"]),
    ("dhcpstart", &["dhcp.range"]),
    ("dir", &["path", "source"]),
    ("directory", &["path", "source"]),
    ("disksize", &["disks.size"]),
    ("display", &["graphics"]),
    ("distro", &["os"]),
    ("dns", &["nameservers", "cloudInit.network"]),
    ("dnsservers", &["nameservers", "dns.forwarders", "cloudInit.network"]),
    ("domainname", &["dns.domain"]),
    ("drive", &["disks"]),
    ("driver", &["model"]),
    ("drives", &["disks"]),
    ("efi", &["firmware=uefi"]),
    ("emulator", &["extra.devices.emulator"]),
    ("enable", &["active"]),
    ("enabled", &["active"]),
    ("file", &["path", "disks.file"]),
    ("filesystem", &["shares"]),
    ("filesystems", &["shares"]),
    ("folders", &["shares"]),
    ("forward", &["mode", "forwards"]),
    ("fqdn", &["hostname", "cloudInit.hostname"]),
    ("gpu", &["hostdevs"]),
    ("guests", &["domains"]),
    ("hostname", &["cloudInit.hostname"]),
    ("hostpath", &["source"]),
    ("hosts", &["dhcp.hosts", "domains"]),
    ("hwaddr", &["mac"]),
    ("id", &["tag"]),
    ("image", &["disks.image"]),
    ("imagefile", &["image", "disks.image"]),
    ("imageurl", &["image.nix", "disks.image"]),
    ("initrd", &["directBoot.initrd"]),
    ("instances", &["replicas", "domains"]),
    ("ip", &["subnet", "addresses", "interfaces.ip"]),
    ("ip6", &["subnet6", "addresses", "interfaces.ip6"]),
    ("ipaddress", &["ip", "addresses", "interfaces.ip"]),
    ("ipv4", &["ip", "subnet", "addresses", "interfaces.ip"]),
    ("ipv6", &["ip6", "subnet6", "addresses", "interfaces.ip6"]),
    ("iso", &["cdroms.file"]),
    ("isolated", &["mode=isolated"]),
    ("ivshmem", &["shmem"]),
    ("kernel", &["directBoot.kernel"]),
    ("keys", &["sshKeys", "cloudInit.sshKeys"]),
    ("label", &["title"]),
    ("loader", &["firmware"]),
    ("lookingglass", &["shmem"]),
    ("mac", &["interfaces.mac"]),
    ("machines", &["domains"]),
    ("mem", &["memory"]),
    ("memballoon", &["balloon"]),
    ("mount", &["shares"]),
    ("mountpoint", &["tag"]),
    ("mounts", &["shares"]),
    ("mounttag", &["tag"]),
    ("name", &["lab", "title"]),
    ("nameservers", &["dns.forwarders", "cloudInit.network"]),
    ("netmask", &["subnet"]),
    ("network", &["interfaces.network"]),
    ("networkconfig", &["cloudInit.network"]),
    ("networkinterfaces", &["interfaces"]),
    ("networks", &["interfaces.network"]),
    ("nic", &["interfaces"]),
    ("nics", &["interfaces"]),
    ("nodes", &["domains"]),
    ("note", &["description"]),
    ("notes", &["description"]),
    ("onboot", &["active"]),
    ("order", &["boot"]),
    ("ostype", &["os"]),
    ("osvariant", &["os"]),
    ("overrides", &["extra"]),
    ("passthrough", &["hostdevs"]),
    ("passwd", &["passwordHash", "cloudInit.passwordHash"]),
    ("password", &["passwordHash", "cloudInit.passwordHash"]),
    ("path", &["file", "source"]),
    ("pci", &["hostdevs.pci"]),
    ("pool", &["disks.pool"]),
    ("port", &["tcp", "forwards", "interfaces.forwards"]),
    ("ports", &["forwards", "interfaces.forwards"]),
    ("prefix", &["subnet"]),
    ("publickeys", &["sshKeys", "cloudInit.sshKeys"]),
    ("qemuargs", &["qemu.args"]),
    ("ram", &["memory"]),
    ("range", &["dhcp.range"]),
    ("rate", &["bandwidth"]),
    ("requires", &["after"]),
    ("reservations", &["dhcp.hosts"]),
    ("ro", &["readonly"]),
    ("running", &["active"]),
    ("scale", &["replicas"]),
    ("secureboot", &["firmware=uefi-secure"]),
    ("servers", &["forwarders"]),
    ("sharedfolders", &["shares"]),
    ("size", &["disks.size"]),
    ("sockets", &["topology.sockets"]),
    ("source", &["file", "network", "fromHost"]),
    ("spice", &["graphics.type=spice"]),
    ("src", &["fromHost"]),
    ("sshauthorizedkeys", &["sshKeys", "cloudInit.sshKeys"]),
    ("sshkey", &["sshKeys", "cloudInit.sshKeys"]),
    ("sshkeys", &["cloudInit.sshKeys"]),
    ("start", &["active"]),
    ("started", &["active"]),
    ("state", &["active"]),
    ("status", &["active"]),
    ("storage", &["disks", "pool", "pools"]),
    ("syncedfolder", &["shares"]),
    ("syncedfolders", &["shares"]),
    ("tag", &["vlan"]),
    ("target", &["tag"]),
    ("threads", &["topology.threads"]),
    ("timezone", &["clock.timezone"]),
    ("type", &["os", "mode", "format"]),
    ("uefi", &["firmware=uefi"]),
    ("uri", &["target.connection"]),
    ("url", &["image.nix"]),
    ("usb", &["hostdevs.usb"]),
    ("user", &["cloudInit.user"]),
    ("userdata", &["cloudInit", "extra"]),
    ("username", &["user", "cloudInit.user"]),
    ("users", &["user", "cloudInit.user"]),
    ("vcpu", &["cpus"]),
    ("vcpus", &["cpus"]),
    ("vga", &["video"]),
    ("virtiofs", &["shares"]),
    ("virtiowin", &["driverDisc", "cdroms.driverDisc"]),
    ("vms", &["domains"]),
    ("vnc", &["graphics.type=vnc"]),
    ("volumes", &["disks", "pools.*.volumes"]),
    ("wait", &["ready"]),
    ("xml", &["extra"]),
];

/// What other objects say of what a key is about.
struct OfAnother {
    /// A key that only the object has in which the others are written.
    object: &'static str,
    /// What is written, whatever words are joined by.
    keys: &'static [&'static str],
    /// The key of the object that it stands for, if there is one.
    meant: Option<&'static str>,
    /// Where it is said, and how; `KEY` is the key.
    help: &'static str,
}

const OF_ANOTHER: &[OfAnother] = &[
    OfAnother {
        object: "macvtap",
        keys: &["gateway", "gateway4", "gateway6", "dhcp", "dhcp4", "dhcp6", "dns", "nameservers", "netmask", "routes"],
        meant: None,
        help: "the guest's side of an interface is in the domain's `cloudInit`: `\"network\": { \"interfaces\": { \"NAME\": … } }`",
    },
    OfAnother {
        object: "reservationsOnly",
        keys: &["router", "routers", "gateway"],
        meant: None,
        help: "guests are told the network's `gateway`; another router is a line of the network's `dnsmasq`: `\"dnsmasq\": [\"dhcp-option=option:router,10.0.0.1\"]`",
    },
    OfAnother {
        object: "reservationsOnly",
        keys: &["dns", "dns_servers", "nameservers", "option", "options", "dhcp_option", "ntp", "search"],
        meant: None,
        help: "DHCP options are lines of the network's `dnsmasq`: `\"dnsmasq\": [\"dhcp-option=option:dns-server,10.0.0.2\"]`",
    },
    OfAnother {
        object: "runcmd",
        keys: &["write_files"],
        meant: Some("extra"),
        help: "cloud-init's own files are in `extra`: `\"extra\": { \"write_files\": [{ \"path\": …, \"content\": … }] }`; those of the host are in `files`",
    },
    OfAnother {
        object: "runcmd",
        keys: CLOUD_CONFIG,
        meant: Some("extra"),
        help: "what else cloud-config has is in `extra`: `\"extra\": { \"KEY\": … }`",
    },
    OfAnother {
        object: "fromHost",
        keys: &["content", "contents", "text", "encoding", "defer", "append"],
        meant: Some("fromHost"),
        help: "these are files of the host; cloud-init's own are in the `extra` of `cloudInit`: `\"write_files\": [{ \"path\": …, \"content\": … }]`",
    },
    OfAnother {
        object: "nix",
        keys: &["url", "hash", "sha256", "checksum"],
        meant: Some("nix"),
        help: "the lab's flake downloads images: `\"nix\": \"NAME\"` here, and `images.NAME = pkgs.fetchurl { url = …; hash = …; }` there",
    },
];

/// The keys of [cloud-config](https://docs.cloud-init.io/en/latest/reference/modules.html) for which the spec has none.
const CLOUD_CONFIG: &[&str] = &[
    "ansible",
    "apk_repos",
    "apt",
    "bootcmd",
    "ca_certs",
    "chef",
    "chpasswd",
    "disable_root",
    "disk_setup",
    "final_message",
    "fs_setup",
    "groups",
    "growpart",
    "keyboard",
    "locale",
    "manage_etc_hosts",
    "mounts",
    "ntp",
    "package_reboot_if_required",
    "package_update",
    "package_upgrade",
    "phone_home",
    "power_state",
    "resize_rootfs",
    "rsyslog",
    "snap",
    "ssh_deletekeys",
    "ssh_import_id",
    "ssh_pwauth",
    "swap",
    "timezone",
    "wireguard",
    "yum_repos",
];

/// What is meant by a key of an object that others have, and where it belongs.
pub(super) fn of_another(key: &str, object: Schema<'_>) -> Option<(Option<&'static str>, String)> {
    let key = plain(key);
    OF_ANOTHER.iter().filter(|other| object.lists(other.object)).find_map(|other| {
        let name = other.keys.iter().find(|name| plain(name).eq_ignore_ascii_case(&key))?;
        Some((other.meant, other.help.replace("KEY", name)))
    })
}

/// The only key of an object that has an object, or a list of such, with a key of this name.
pub(super) fn only_in<'s>(key: &str, object: Schema<'s>) -> Option<&'s str> {
    let mut all = object.keys().into_iter().filter(|above| {
        let value = object.member(above);
        let value = value.map(|value| if value.is_type("array") { value.item(0) } else { value });
        value.is_some_and(|value| value.is_type("object") && value.lists(key))
    });
    all.next().filter(|_| all.next().is_none())
}

/// What is meant by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meant {
    /// The key of the object itself.
    pub(super) key: &'static str,
    /// The keys below it, with dots between them; empty for none.
    inner: &'static str,
    /// The value, where it is known.
    value: Option<&'static str>,
}

impl Meant {
    fn read(text: &'static str) -> Self {
        let (path, value) = text.split_once('=').map_or((text, None), |(path, value)| (path, Some(value)));
        let (key, inner) = path.split_once('.').unwrap_or((path, ""));
        Self { key, inner, value }
    }

    /// Whether it is the same key, in another one.
    pub(super) fn is_inside(self, key: &str) -> bool {
        self.inner.rsplit('.').next().is_some_and(|inner| inner.eq_ignore_ascii_case(&plain(key)))
    }

    /// How it is written, if more than by another key: from its own key on, in the schema of the object.
    pub(super) fn written(self, object: Schema<'_>) -> Option<String> {
        if self.inner.is_empty() && self.value.is_none() {
            return None;
        }
        let mut text = self.value.map_or_else(|| "…".to_owned(), |value| format!("\"{value}\""));
        // What is inside is written first, and then what that is in.
        let steps: Vec<&str> = self.inner.split('.').filter(|step| !step.is_empty()).collect();
        for (depth, step) in steps.iter().enumerate().rev() {
            let step = if *step == "*" { "…" } else { step };
            let above = [self.key].into_iter().chain(steps[..depth].iter().copied());
            let is_list = schema_at(object, above).is_some_and(|value| value.is_type("array"));
            text = format!("{{ \"{step}\": {text} }}");
            if is_list {
                text = format!("[{text}]");
            }
        }
        Some(format!("\"{}\": {text}", self.key))
    }
}

/// A key without what languages join words by.
fn plain(key: &str) -> String {
    key.replace(['_', '-'], "")
}

/// The schema of what is at keys in an object, or of the items of a list there.
fn schema_at(object: Schema<'_>, keys: impl IntoIterator<Item = &'static str>) -> Option<Schema<'_>> {
    keys.into_iter().try_fold(object, |schema, key| {
        let schema = if schema.is_type("array") { schema.item(0) } else { schema };
        schema.member(key)
    })
}

/// What is meant by a key, of what the object has.
pub(super) fn called(key: &str, object: Schema<'_>) -> Option<Meant> {
    let key = plain(key);
    let (_, meant) = CALLED.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key))?;
    meant.iter().map(|text| Meant::read(text)).find(|meant| object.lists(meant.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::schema;
    use pretty_assertions::assert_eq;
    use serde_json::Value;

    /// All objects of a spec.
    fn objects() -> Vec<Schema<'static>> {
        let root = Schema::root(schema::cached());
        let definitions = schema::cached()["$defs"].as_object().expect("it has definitions").values();
        definitions.map(|definition| root.at(definition)).chain([root]).collect()
    }

    /// Every line of the list leads to a key that is there, in an object in which the name itself is no key.
    #[test]
    fn what_is_meant_is_there() {
        let objects = objects();
        for (name, all) in CALLED {
            assert_eq!(name.to_lowercase(), *name);
            for meant in all.iter().map(|text| Meant::read(text)) {
                let is_met = objects.iter().any(|object| {
                    let keys = [meant.key].into_iter().chain(meant.inner.split('.').filter(|step| !step.is_empty()));
                    let is_asked = object.lists(meant.key)
                        && !object.keys().iter().any(|key| key.eq_ignore_ascii_case(name))
                        && called(name, *object) == Some(meant);
                    let value = schema_at(*object, keys).filter(|_| is_asked);
                    value.is_some_and(|value| {
                        let takes = |word: &str| value.choices().is_none_or(|all| all.contains(&&Value::from(word)));
                        meant.value.is_none_or(takes)
                    })
                });
                assert!(is_met, "`{name}`: {meant:?}");
            }
        }
    }

    /// What other objects say is said of keys that the object has not.
    #[test]
    fn what_others_say_is_no_key_of_the_object() {
        for OfAnother { object, keys, meant, .. } in OF_ANOTHER {
            let mut objects = objects();
            objects.retain(|known| known.lists(object));
            assert!(!objects.is_empty(), "{object}");
            for known in objects {
                assert!(meant.is_none_or(|meant| known.lists(meant)), "{object}");
                assert!(keys.iter().all(|key| !known.lists(key)), "{object}: {keys:?} of {:?}", known.keys());
            }
        }
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(CALLED.iter().map(|(name, _)| name).is_sorted());
    }

    #[test]
    fn it_is_shown_where_it_is_written() {
        let root = Schema::root(schema::cached());
        let domain = root.member("domains").and_then(|domains| domains.member("web")).expect("a domain");
        let check = |key: &str, expected: Option<&str>| {
            let meant = called(key, domain).expect("it is known");
            assert_eq!(meant.written(domain).as_deref(), expected);
        };
        check("RAM", None);
        check("depends_on", None);
        check("box", Some(r#""disks": [{ "image": … }]"#));
        check("ssh-keys", Some(r#""cloudInit": { "sshKeys": … }"#));
        check("secure_boot", Some(r#""firmware": "uefi-secure""#));
        check("vnc", Some(r#""graphics": { "type": "vnc" }"#));
        check("emulator", Some(r#""extra": { "devices": { "emulator": … } }"#));
        assert_eq!(called("memory", domain), None);
        let network = root.member("networks").and_then(|networks| networks.member("lan")).expect("a network");
        assert_eq!(called("ip", network).map(|meant| meant.key), Some("subnet"));
    }
}
