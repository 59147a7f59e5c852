//! The table of problem ids. A new problem gets its line here: its doc comment is what `lab2nix explain` prints, and
//! `tests/cases/bad/<id>/` its case. `several` marks those that only labs together have.

use super::Severity;

macro_rules! ids {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident $(, $scope:ident)?; )+) => {
        /// The kind of a problem, by a stable name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Id { $( $(#[doc = $doc])+ $variant, )+ }

        impl Id {
            /// Every id, in the order of this table.
            pub const ALL: &'static [Id] = &[$(Id::$variant),+];

            /// The name that reports carry and `explain` takes, such as `address-outside-subnet`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Id::$variant => $name,)+ }
            }

            /// Whether problems of this kind stop generation.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Id::$variant => Severity::$severity,)+ }
            }

            /// Whether it is about several labs: whoever looks at one alone never finds it.
            #[must_use]
            pub fn is_of_several(self) -> bool {
                match self { $(Id::$variant => ids!(@several $($scope)?),)+ }
            }

            /// What it means and what to do about it: Markdown, a summary line first.
            #[must_use]
            pub fn explanation(self) -> String {
                let lines: &[&str] = match self { $(Id::$variant => &[$($doc),+],)+ };
                lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
            }

            /// The id with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Id> {
                Id::ALL.iter().copied().find(|id| id.name() == name)
            }
        }
    };
    (@several several) => { true };
    (@several) => { false };
}

ids! {
    // The text.

    /// The spec is not JSON.
    ///
    /// lab2nix reads JSON (RFC 8259) in which `//` and `/* */` comments and a comma after the last item are allowed too. Single
    /// quotes and bare keys are not. Usually a comma or a bracket is missing just before the marked character.
    ///
    /// If an included file is not valid JSON, reports quote it only if its name ends in `.json` and it begins with `{`.
    /// Any other file may hold secrets, and a report may reach somebody who must not read them.
    SyntaxError = "syntax-error", Error;
    /// An object has the same key twice.
    ///
    /// Most JSON readers silently keep only the last one, so lab2nix reports an error. Merge the two, or rename one.
    DuplicateKey = "duplicate-key", Error;
    /// The spec is written for another version of lab2nix.
    ///
    /// `"version"` is that of the language, which changes only when a spec would mean something else than before. This lab2nix reads
    /// version 1; a spec without `version` is of the newest that lab2nix reads.
    UnsupportedVersion = "unsupported-version", Error;
    /// A file that the spec includes does not exist, or cannot be read.
    ///
    /// A path in `include` is absolute, or relative to the directory of the file with the `include`; `~` is not
    /// expanded. The missing file may define anything that the lab uses, so checks that need the whole spec are
    /// skipped.
    IncludeNotFound = "include-not-found", Error;
    /// Files include each other in a cycle.
    ///
    /// An included file is merged before the file that includes it, so two files cannot include each other. Move what
    /// they share into a file that includes neither. Two files may include the same third file: it is merged once.
    IncludeCycle = "include-cycle", Error;
    /// Two files of a spec set the same key.
    ///
    /// Included files merge object by object, key by key. Two files must not set one key to a string, a number or a
    /// list, even to the same one: the next change would probably be made in only one of them. Set it in one of the two
    /// files. To override settings that domains share, use layers: `defaults`, profiles, the domain.
    IncludeClash = "include-clash", Error;
    /// A file with a definition does not exist, or cannot be read.
    ///
    /// The path in `base` and `plugged` is relative to the directory of the file with that key. Such a file holds one
    /// definition in libvirt's XML; `lab2nix import --into` writes them. A flake sees only files that git tracks:
    /// `git add` them.
    DefinitionNotFound = "definition-not-found", Error;
    /// A file with a definition cannot be the base of an entry.
    ///
    /// It has to be the XML of the entry's own network, pool or domain, as `virsh net-dumpxml --inactive`,
    /// `pool-dumpxml --inactive` and `dumpxml --inactive` write it. It must not contain elements or attributes that
    /// libvirt does not know, because libvirt would silently drop them, and no password, because everyone on the host
    /// can read what is generated. Reports never quote a file that is not XML.
    BadDefinition = "bad-definition", Error;
    /// A key that specs do not have.
    ///
    /// Unknown keys are errors, because a misspelt key would otherwise silently do nothing. `docs/spec.md` lists every
    /// key. Settings of libvirt that have no key go into `extra`.
    UnknownField = "unknown-field", Error;
    /// A value has the wrong JSON type.
    ///
    /// Each key accepts one type. Sizes are strings with a binary unit (`"60GiB"`, not `60`), addresses and subnets are
    /// strings, numbers are written without quotes.
    WrongType = "wrong-type", Error;
    /// A value is not one of the words that the key accepts.
    ///
    /// The key accepts a fixed list of words; the help line lists them, or suggests the closest one.
    UnknownValue = "unknown-value", Error;
    /// A number is outside the range that the key accepts.
    ///
    /// The help line gives the limits. Ports, for example, end at 65535.
    OutOfRange = "out-of-range", Error;
    /// A key that must be there is missing.
    ///
    /// For a domain, `memory` may also come from `defaults` or from one of its profiles.
    MissingField = "missing-field", Error;
    /// Two keys exclude each other, or exactly one of several keys is required and none is given.
    ///
    /// A disk has a pool, a file or a block device; an interface has a network, a bridge, a device or `user`. If the
    /// keys come from different layers (defaults, profiles, the domain), remember that objects merge key by key.
    ConflictingFields = "conflicting-fields", Error;

    // Words.

    /// A name cannot be used for this kind of object.
    ///
    /// Names of labs consist of lower case letters, digits and `-`. Names of networks, pools, volumes, domains, disks
    /// and interfaces consist of letters, digits, `.`, `_` and `-`, starting with a letter or digit: libvirt uses them
    /// as file names, and dnsmasq as host names.
    ///
    /// The name of a bridge that libvirt creates, and the `target` of an interface, start with a letter. The host's
    /// firewall rules and services contain them without quotes, so `br0;reboot` would be a command, `lan+` would match
    /// every interface whose name starts with `lan`, and nftables would not accept `10g-lan`. A bridge cannot have the
    /// name of an nftables keyword, such as `log` or `ip`. A device that already exists on the host may start with a
    /// digit or `_`. No device can be called `all` or `default`, which stand for all devices.
    ///
    /// The name of a domain with an `ip` or `ip6` is part of a line for dnsmasq, in which `7d` would be a lease time,
    /// `ignore` a keyword and `10.0.0.5` an address.
    BadName = "bad-name", Error;
    /// A size is not a number with a binary unit.
    ///
    /// Write `"512MiB"`, `"60GiB"`, `"2TiB"`: a whole number and one of `B`, `KiB`, `MiB`, `GiB`, `TiB`, `PiB`. A
    /// number without a unit is not accepted: libvirt would read KiB for a domain's memory, but bytes for a volume.
    BadSize = "bad-size", Error;
    /// A value is not an IP address of the expected family.
    ///
    /// `ip`, `gateway` and `range` take IPv4 addresses such as `192.168.56.10`; `ip6` and `gateway6` take IPv6
    /// addresses; none of them takes a prefix length. Each of the `addresses` in `cloudInit` has one:
    /// `192.168.56.10/24`.
    BadAddress = "bad-address", Error;
    /// A subnet is not an address with a prefix length, or has host bits set.
    ///
    /// Write the network's own address: `192.168.56.0/24`, `fd00:56::/64`.
    BadSubnet = "bad-subnet", Error;
    /// A value is not a UUID.
    ///
    /// A UUID has 32 hexadecimal digits in groups of 8-4-4-4-12. Leave `uuid` out, and the object gets a stable one
    /// that is derived from the lab's name and its own.
    BadUuid = "bad-uuid", Error;
    /// A MAC address is not one that an interface can have.
    ///
    /// Write six pairs of hexadecimal digits with colons. The first byte has to be even: an odd one makes a multicast
    /// address. Leave `mac` out, and the interface gets a stable one.
    BadMac = "bad-mac", Error;
    /// A duration is not a number with a unit.
    ///
    /// Write `"30m"`, `"12h"` or `"7d"`: a whole number and one of `s`, `m`, `h`, `d`. The `delay` and `jitter` of a link are
    /// shorter: `"50ms"`, `"500us"`, `"1s"`.
    BadDuration = "bad-duration", Error;
    /// The rate of a link is not a number with a decimal unit.
    ///
    /// Write `"10Mbit"`, `"500kbit"` or `"1Gbit"`: a whole number and one of `bit`, `kbit`, `Mbit`, `Gbit`, per second,
    /// in steps of 1000 as usual for networks and in tc. `bandwidth`, in contrast, takes bytes in KiB.
    BadRate = "bad-rate", Error;
    /// A percentage is not a number from 0 to 100 with a percent sign.
    ///
    /// Write `"2.5%"` or `"10%"`. The percent sign is required, so that nobody reads the number as a fraction.
    BadPercentage = "bad-percentage", Error;
    /// A text contains a character that is not allowed there.
    ///
    /// XML 1.0, which libvirt reads, cannot contain control characters other than tab and newline; a `description` may
    /// have those two. All other texts are a single line: libvirt turns them into arguments and lines of configuration
    /// files, where a line break would start a new line.
    BadText = "bad-text", Error;
    /// A text is longer than its place in a definition allows.
    ///
    /// Texts have at most 65,536 bytes, because QEMU gets some of them as arguments; paths have at most 4,095, the
    /// limit of Linux, and paths of sockets 107. A longer text is usually the pasted content of a file: give the file's
    /// path instead.
    TextTooLong = "text-too-long", Error;
    /// The address of a host device is not in the form that `lspci -D`, `lsusb` or `mdevctl list` prints.
    ///
    /// PCI: `0000:01:00.0` (domain, bus, slot, function, in hexadecimal). USB: `046d:c52b` (vendor and product). A mediated
    /// device: a UUID.
    BadDevice = "bad-device", Error;
    /// A list of processors, or of NUMA nodes, is not in libvirt's form.
    ///
    /// Write numbers and ranges, separated by commas, with `^` to exclude one: `"0-3"`, `"0,2,4-7,^5"`.
    BadCpuset = "bad-cpuset", Error;
    /// The date or the release of a firmware is not in the form that SMBIOS requires.
    ///
    /// A date is month, day and year: `"02/29/2024"`. A release is two numbers up to 255 with a dot between them: `"10.22"`.
    /// libvirt refuses other dates, and QEMU does not start with other releases.
    BadSmbios = "bad-smbios", Error;
    /// A text in `sshKeys` is not the public key of an SSH key pair.
    ///
    /// A public key is one line: `ssh-ed25519 AAAA… comment`, as in `~/.ssh/id_ed25519.pub`. Never put a private key
    /// here, which starts with `-----BEGIN`: everybody on the host could read it, and the guest does not need it.
    NotAPublicKey = "not-a-public-key", Error;
    /// A text is not the hash of a password.
    ///
    /// The guest reads it from a seed ISO in the host's Nix store, where everybody can read it. So the key takes only a
    /// hash in the format of crypt(5): `mkpasswd --method=yescrypt` (package `whois` in Debian, `mkpasswd` in nixpkgs)
    /// asks for the password and prints the hash; `openssl passwd -6` does the same. Old methods (DES, MD5) are
    /// refused.
    NotAHash = "not-a-hash", Error;
    /// A part of the spec is a secret.
    ///
    /// Everything in a spec ends up in the host's Nix store, where everybody can read it, and in the spec's repository.
    /// That includes the NoCloud seed ISO of a guest, the definitions of domains, and the arguments of QEMU. Put the
    /// secret into a file of the host that only root can read, as sops-nix and agenix do, and refer to that file: with
    /// `files` (`fromHost`) and `passwordFile` in `cloudInit`, with `secret,id=…,file=…` in QEMU's arguments, and with
    /// `virsh secret-define` for storage. Reports show `…` in place of the secret.
    SecretInStore = "secret-in-store", Error;
    /// A part of the spec is probably a secret.
    ///
    /// It is the value of a name such as `K3S_TOKEN` or `password`, or a URL with a password. Everybody on the host can
    /// read what is in a spec: see `secret-in-store` for what to do. References (`$(cat /run/secrets/token)`, a path)
    /// and placeholders (`CHANGE_ME`) are not reported.
    LikelySecret = "likely-secret", Warning;
    /// A connection is not the URI of a system libvirt on this host.
    ///
    /// The generated module configures the host that it runs on, so only `qemu:///system` is supported.
    BadConnection = "bad-connection", Error;
    /// A path does not start with `/`.
    ///
    /// libvirt accepts only absolute paths: its daemon starts domains, and does not know your working directory.
    RelativePath = "relative-path", Error;
    /// A path cannot be used for its purpose: as a file, or as a directory that the host creates.
    ///
    /// `/`, and a path that ends in `/`, `.` or `..`, is a directory, so it cannot be a disk, image, device or socket.
    ///
    /// systemd-tmpfiles creates the directories of pools, of firmware variables and of `tftp`. It ends a path at a
    /// quote, reads `\` as an escape (`\x41` is `A`) and `%` as a specifier (`%u` is `root`), and refuses `..`. It
    /// would create another directory, or none. Blanks, `$` and letters of any alphabet are allowed.
    BadPath = "bad-path", Error;

    // Used twice.

    /// Two objects have the same UUID.
    ///
    /// libvirt would treat them as one object. Usually an entry was copied with its `uuid`; leave it out.
    DuplicateUuid = "duplicate-uuid", Error;
    /// Two interfaces have the same MAC address.
    ///
    /// Both would get the same address from DHCP, and neither would work. Leave `mac` out, and each gets a stable one.
    DuplicateMac = "duplicate-mac", Error;
    /// Two interfaces on one network have the same address.
    ///
    /// The address is reserved for the MAC address of one interface. An `ip` in `defaults` or in a profile applies to
    /// every domain that uses it: write it in the domain's own entry.
    DuplicateAddress = "duplicate-address", Error;
    /// Two networks create a bridge of the same name, or use one as an Open vSwitch bridge and as an ordinary one.
    ///
    /// libvirt accepts both, but starts only the first; domains on the wrong kind of bridge do not start.
    DuplicateBridge = "duplicate-bridge", Error;
    /// The subnets of two networks overlap, or a route through one covers the subnet of another.
    ///
    /// libvirt accepts both, but starts only the first; with a bridge of the host, packets may take either way.
    OverlappingSubnets = "overlapping-subnets", Error;
    /// Two disks use the same volume, file or block device.
    ///
    /// Two domains that write to one disk destroy its file system. To start several from one image, give each its own
    /// overlay, with `image`, or with `cloneOf` of a template.
    DuplicateVolume = "duplicate-volume", Error;
    /// Two pools use the same directory, device, export, volume group, target or Ceph pool.
    ///
    /// libvirt refuses the second one. A pool can hold the volumes of any number of domains: use one pool for both, or
    /// give the other its own directory or storage.
    DuplicateDirectory = "duplicate-directory", Error;
    /// Two disks of one domain have the same target device.
    ///
    /// lab2nix gives each disk and cdrom its own target; a duplicate can only come from `extra`. libvirt would refuse
    /// to start the domain.
    DuplicateTarget = "duplicate-target", Error;
    /// Activation would start two variants of one machine.
    ///
    /// A domain with `variantOf` has the disks, addresses and firmware variables of the other domain, so at most one of
    /// the two can run. Set `"active": true` for only one of them; a variant does not take `active` over.
    SeveralForms = "several-forms", Error;
    /// Two names or ids differ only in upper and lower case, or are equal once replicas are counted.
    ///
    /// Windows, DNS and many file systems treat them as one name. Two interfaces cannot have the same `target` either,
    /// nor the name of a bridge: the kernel has only one device of each name.
    DuplicateName = "duplicate-name", Error;
    /// Two shares of one domain have the same tag, or a list of VLANs contains one twice.
    ///
    /// The guest mounts a share by its tag, so each needs its own.
    DuplicateTag = "duplicate-tag", Error;
    /// Two domains keep their firmware variables in the same file.
    ///
    /// Each would overwrite the boot entries of the other. Leave `nvram` out, and each gets its own file.
    DuplicateNvram = "duplicate-nvram", Error;

    /// Two domains listen on the same port of the host.
    ///
    /// Port forwards, displays and serial ports listen on the host. Only one of them can listen on a port of an
    /// address, so the second domain does not start. A port in `defaults` or in a profile applies to every domain that
    /// uses it. With `replicas`, ports count up from the given one. `127.0.0.1` and `127.0.0.2` are two addresses; a
    /// forward without an address listens on all.
    DuplicatePort = "duplicate-port", Error;
    /// A domain has the same device of the host twice.
    ///
    /// libvirt refuses it. To distinguish two USB devices of one model, give their bus and device numbers with `usbAt`.
    DuplicateDevice = "duplicate-device", Error;
    /// Two devices of one domain have the same PCI address in the guest.
    ///
    /// On a q35 machine, interfaces of models `virtio` and `e1000e` have the buses from 1 on, so that their addresses
    /// are stable, unless they have their own `guest`. Give other devices a `guest` address on a later bus, or on
    /// another function of the same slot.
    DuplicateSlot = "duplicate-slot", Error;
    /// Two domains have the same vsock CID.
    ///
    /// The host's kernel addresses a guest by its CID (`AF_VSOCK`), so the second domain does not start. With
    /// `replicas`, the CID counts up from the given one.
    DuplicateCid = "duplicate-cid", Error;
    /// Two serial ports write to the same file or listen on the same socket, or two audio backends write to the same
    /// file.
    ///
    /// The second would take it from the first, or not start. Each needs its own path. A path in `defaults`, in a
    /// profile or in an entry with `replicas` applies to several domains.
    DuplicatePath = "duplicate-path", Error;
    /// Two devices of one domain have the same position in the boot order, or a kind of device is listed twice.
    ///
    /// libvirt refuses the former, and the latter has no meaning. Numbers may have gaps: 10, 20, 30.
    DuplicateBootOrder = "duplicate-boot-order", Error;

    // Addresses.

    /// An address is not in the subnet of its network.
    ///
    /// Nobody on the network could reach it, and libvirt refuses to reserve it. Either the address or the interface's
    /// `network` is wrong. With `replicas`, the address counts up from the given one.
    AddressOutsideSubnet = "address-outside-subnet", Error;
    /// An address is that of the gateway, which the host has.
    ///
    /// The host has the first address of the subnet unless the network says otherwise with `gateway`.
    AddressIsGateway = "address-is-gateway", Error;
    /// An address is the first or last of its subnet, which are the network address and the broadcast address.
    ///
    /// In `192.168.56.0/24`, machines can have the addresses from `.1` to `.254`. In an IPv6 subnet, only the first
    /// address is reserved.
    AddressReserved = "address-reserved", Error;
    /// A DHCP range is not within the subnet of its network.
    ///
    /// Both ends have to be addresses that a machine can have, so not the first or the last of the subnet. Leave
    /// `range` out for all addresses except the gateway's.
    RangeOutsideSubnet = "range-outside-subnet", Error;
    /// A DHCP range ends before it starts.
    ///
    /// The lower address comes first: `["192.168.56.100", "192.168.56.200"]`.
    RangeReversed = "range-reversed", Error;
    /// DHCP or an address on a network that has no subnet, or a network of mode `nat` or `route` without one.
    ///
    /// Without a subnet, the host has no address on the network, so it can neither serve nor forward anything, and
    /// libvirt refuses the network. Give the network a `subnet`, or leave addressing to another DHCP server on it.
    NoSubnet = "no-subnet", Error;
    /// A key of a network or interface that does not apply to its mode or kind.
    ///
    /// libvirt does not manage addresses on a network that uses a bridge or an interface of the host (`mode` `bridge`,
    /// `ovs`, `macvtap`, `hostdev`), so it refuses subnets, DHCP, DNS, routes and a MAC address there. Addresses of
    /// interfaces on such a network, on a bridge, with macvtap or in `user` mode cannot be reserved. VLANs are for
    /// modes `bridge`, `ovs` and `hostdev`; port groups are for networks; forwards are for `user` interfaces and for
    /// networks whose bridge libvirt creates. A virtual function (`hostdev`) is a real device: it has no `model`, and
    /// the host does not see its traffic. `bandwidth`, `queues`, `target`, `portIsolation`, `trustRxFilters` and
    /// `link.profile` need a device on the host that supports them.
    NotOnThisMode = "not-on-this-mode", Error;

    /// A drive is on a bus that its machine does not have, or has a key that its bus does not support.
    ///
    /// Only machines of type `pc` have IDE. `queues` and `iothread` are for bus `virtio`, `wwn` is for `scsi` and
    /// `ide`, `rotationRate` for `scsi`, `ide` and `sata`. Disks on `sata` and `ide` cannot be `readonly`. libvirt
    /// refuses other combinations.
    NotOnThisBus = "not-on-this-bus", Error;
    /// A domain has more drives on a bus, or more devices, than fit.
    ///
    /// SATA has room for 30 drives (five controllers with six ports), IDE for 4, including optical drives. Other
    /// devices are limited by PCI slots and USB ports. Each interface needs its own PCI slot or port, and so does each
    /// disk on `virtio` or `nvme`, each share and each PCI device of the host. A single `scsi` controller takes
    /// hundreds of drives.
    BusFull = "bus-full", Error;

    /// A key of a pool, volume or disk that does not apply to the type of the pool.
    ///
    /// Each type of pool needs other keys: a directory has a `path`, a volume group a name, an export a server. Volumes
    /// of `dir`, `fs` and `netfs` are files, which can be QCOW2 and have a backing file; those of the other types are
    /// raw. The LUNs of an iSCSI target already exist: a lab cannot declare them.
    NotOnThisType = "not-on-this-type", Error;

    // Names that are too long.

    /// The name of a bridge or interface is longer than 15 bytes, the kernel's limit.
    BridgeNameTooLong = "bridge-name-too-long", Error;

    // Names of nothing.

    /// A network that the spec does not declare.
    ///
    /// The `network` of an interface has to be a name in `networks`, in the same case. For a network that libvirt has
    /// and the lab does not manage, list it in `external.networks`, or name its bridge with `bridge`.
    UnknownNetwork = "unknown-network", Error;
    /// A port group that the network does not have.
    ///
    /// The `portgroup` of an interface has to be a name in its network's `portgroups`, in the same case.
    UnknownPortgroup = "unknown-portgroup", Error;
    /// An interface that the domain does not have.
    ///
    /// `network` in `cloudInit`, and `manage`, refer to an interface by its `name`, or without one, by the name of its
    /// network, bridge or device, or as `user`. A VLAN can also be on a bond.
    UnknownInterface = "unknown-interface", Error;
    /// A pool that the spec does not declare.
    ///
    /// The `pool` of a disk has to be a name in `pools`, in the same case. For a pool that the lab does not manage,
    /// list it in `external.pools`; for an image in no pool, use `file`.
    UnknownPool = "unknown-pool", Error;
    /// A volume that the lab deletes.
    ///
    /// Activation deletes a volume with `"present": false`, so nothing can use it. A disk can use the volumes in the
    /// pool's `volumes`, a volume that it declares itself with a `size`, and a volume that already exists in the pool,
    /// by its name without a `size`: the lab neither creates, resizes nor deletes that one.
    UnknownVolume = "unknown-volume", Error;
    /// A profile that the spec does not declare.
    ///
    /// `profiles` of a domain and `extends` of a profile have to be names in the section `profiles`, in the same case.
    UnknownProfile = "unknown-profile", Error;
    /// A link profile that the spec does not declare.
    ///
    /// `link.profile` of an interface has to be a name in the section `links`, in the same case.
    UnknownLink = "unknown-link", Error;
    /// A domain that the spec does not declare.
    ///
    /// `after` lists entries of `domains`. For an entry with `replicas`, it can name all of them (`web`) or one
    /// (`web-2`).
    UnknownDomain = "unknown-domain", Error;
    /// A disk that the template does not have.
    ///
    /// With `cloneOf`, a disk is backed by the template's disk of the same name: `system` by `system`. Give it the name
    /// of the template's disk, or leave `cloneOf` out.
    UnknownDisk = "unknown-disk", Error;
    /// A disk is a clone of a disk whose domain is not a template.
    ///
    /// That domain could write to its disk, which would corrupt every overlay that the disk backs. The lab defines a
    /// domain with `"template": true` but never starts it, so its disks do not change.
    NotATemplate = "not-a-template", Error;
    /// Profiles extend each other in a cycle.
    ///
    /// Profiles in `extends` are merged first, so two profiles cannot extend each other. Move what they share into a
    /// third profile that both extend.
    ProfileCycle = "profile-cycle", Error;
    /// Domains start after each other in a cycle.
    ///
    /// Each would wait for the other. Remove one of the names from its `after`. A domain's own `after`, which may be
    /// empty, replaces one from `defaults` or a profile.
    StartOrderCycle = "start-order-cycle", Error;
    /// A volume is its own backing file, directly or through others.
    ///
    /// A backing chain has to end in a volume without a backing file, or in a file outside the pool. Templates cannot
    /// be clones of each other. Two pools cannot each have volumes backed by the other's: all volumes of one pool are
    /// created before those of the next.
    BackingCycle = "backing-cycle", Error;
    /// A volume is smaller than its backing file.
    ///
    /// Its domain would see only the beginning of the image, with truncated file systems. Make the volume at least as
    /// large as the image; the guest can use the rest after it has extended its file systems.
    SmallerThanBacking = "smaller-than-backing", Error;

    // Domains.

    /// The CPU topology does not multiply to the number of virtual CPUs.
    ///
    /// `sockets` × `cores` × `threads` must equal `cpus`, or libvirt refuses the domain. Leave `cpus` out, and it
    /// follows from the topology.
    TopologyMismatch = "topology-mismatch", Error;

    /// The NUMA cells do not contain each virtual CPU of the domain, and all of its memory, exactly once.
    ///
    /// libvirt refuses a virtual CPU in two cells, puts one that is in no cell into the first, and changes the domain's
    /// memory to the sum of the cells. Virtual CPUs are numbered from 0.
    NumaMismatch = "numa-mismatch", Error;

    // The escape hatch.

    /// An attribute in `extra` that neither NixVirt nor libvirt has.
    ///
    /// It would be dropped silently. libvirt's element names are singular (`interface`, not `interfaces`) and nested as
    /// in its XML (`ip.dhcp`, not `dhcp` beside `ip`).
    UnknownAttribute = "unknown-attribute", Error;
    /// A value in `extra` does not have the type of its attribute.
    ///
    /// NixVirt would stop the evaluation of the whole host with "expected int, found string", without saying where.
    WrongAttributeType = "wrong-attribute-type", Error;
    /// A value in `extra` is not allowed for its attribute.
    ///
    /// libvirt's schemas restrict the attribute to certain words, a range or a pattern. libvirt would refuse the
    /// definition, so that the activation fails, or silently ignore the attribute. The help line says what is allowed.
    BadAttributeValue = "bad-attribute-value", Error;

    // The output.

    /// A file that lab2nix would write already exists and was not written by lab2nix.
    ///
    /// The first line of every generated file says that lab2nix generated it; lab2nix never overwrites a file without
    /// that line. Move the file away, or choose another directory with `--out`. The files of `xml` have no such line:
    /// `--force` replaces them.
    ForeignFile = "foreign-file", Error;
    /// The output directory contains the files of another lab.
    ///
    /// Overwriting them would remove the other lab's objects from the host's configuration, and the next activation
    /// would delete these objects from libvirt. Two specs in one directory need a separate `--out` each. If it is the
    /// same lab under a new name, delete the directory. But every identity is derived from the lab's name: activation
    /// then deletes and recreates each object without its own `uuid` in the spec, which powers running domains off and
    /// leaves TPMs empty.
    AnotherLab = "another-lab", Error;
    /// A document has no place for the graph.
    ///
    /// `lab2nix graph --into` writes between two comment lines and changes nothing else in a document. The first
    /// contains the command, as it is run in the document's directory:
    /// `<!-- lab2nix graph lab.json --into README.md begin -->`. The second is `<!-- lab2nix graph end -->`. Each is on
    /// its own line, and each command has exactly one such pair. Lines in a fenced code block do not count.
    GraphBlock = "graph-block", Error;
    /// Two labs of one host use something that the host has only once.
    ///
    /// With several specs, `lab2nix check` compares them as labs of one host. Two labs cannot have the same name,
    /// bridge, UUID, MAC address, device, storage, file, vsock CID, port, subnet, or name of an object; the host's
    /// module refuses them too. If each lab has its own host, use `--several-hosts`.
    HostClash = "host-clash", Error;

    // Warnings.

    /// A section is present but empty, so NixVirt will delete every libvirt object of that kind.
    ///
    /// A missing section leaves the objects of its kind alone; an empty one means that none may exist. Remove the
    /// section if you did not mean that.
    EmptySection = "empty-section", Warning;
    /// An address that a guest sets by itself is inside the DHCP range.
    ///
    /// DHCP may lease it to another guest. Reserve it with the interface's `ip`: libvirt's DHCP server never leases a
    /// reserved address to another guest, inside the range or not. Without a `range`, DHCP leases all addresses of the
    /// subnet.
    AddressInRange = "address-in-range", Warning;
    /// A volume that the pool does not declare has almost the name of one that it declares.
    ///
    /// A disk without a `size` whose `volume` is not declared uses one that already exists in the pool. Here the name
    /// is probably a typo: it differs from a declared one in one letter, in case, in zeros or in its ending. If the
    /// pool really has both volumes, use `file` with the path of this one.
    SimilarVolume = "similar-volume", Warning;
    /// An interface uses a bridge that no network of the lab uses.
    ///
    /// The bridge must exist on the host before the domain starts. If it does, list it in `external.bridges`: then
    /// activation checks that it exists before it changes anything.
    UnmanagedBridge = "unmanaged-bridge", Warning;
    /// A UUID that was copied from an example.
    ///
    /// `cc7439ed-36af-4696-a6f2-1f0c4474d87e`, for instance, is in NixVirt's README and therefore in many labs. Two labs
    /// with it on one host overwrite each other's objects. Leave `uuid` out, or use the output of `uuidgen`. An
    /// `imported` domain keeps the UUID that it has.
    PlaceholderUuid = "placeholder-uuid", Warning;
    /// The name of a domain with a Windows guest is longer than 15 characters, the limit of NetBIOS names.
    ///
    /// libvirt's name of the domain need not be the computer name of the Windows guest. Where both are to be the same,
    /// as in an Active Directory lab, Windows cuts a longer name. Choose a shorter name; `id` with the old one keeps
    /// the domain's identity.
    WindowsNameTooLong = "windows-name-too-long", Warning;
    /// An argument of QEMU sets a property of a device that libvirt describes.
    ///
    /// From QEMU 6.2 on, libvirt describes devices to QEMU as JSON, and `-set device.<id>.<property>=<value>` finds
    /// only devices in the older form of arguments: QEMU reports that there is no such device, and the domain does not
    /// start. To set the property, use `qemu-override` in `extra`
    /// ([libvirt](https://libvirt.org/drvqemu.html#overriding-properties-of-qemu-devices)).
    SetDevice = "set-device", Warning;
    /// A windows-11 domain lacks UEFI or a TPM, without which Windows setup refuses to install.
    ///
    /// See <https://www.microsoft.com/windows/windows-11-specifications>.
    WindowsRequirements = "windows-requirements", Warning;
    /// A domain can write to an image that backs volumes.
    ///
    /// An overlay holds only its differences from the backing image, so a change of that image corrupts every overlay.
    /// Give this domain its own overlay too, or make its disk `readonly`.
    BackingInUse = "backing-in-use", Warning;
    /// Two domains have the same PCI, USB or mediated device, so only one of them can run at a time.
    ///
    /// The second to start fails with "PCI device is in use". That may be intended, for example one graphics card for
    /// two desktops. Of two USB devices of one model, each is named by its bus and device numbers, with `usbAt`: libvirt
    /// refuses to choose one.
    SharedDevice = "shared-device", Warning, several;
    /// Domains of two hosts have the same MAC address, UUID or IP address, and both are on a LAN of their hosts.
    ///
    /// `lab2nix check --several-hosts` compares the specs of several hosts. It cannot know which of their bridges and
    /// interfaces are on the same LAN. If these two are, switches and DHCP servers cannot tell the two domains apart.
    /// Domains on libvirt's own networks, or in different VLANs, do not clash.
    LanClash = "lan-clash", Warning, several;
    /// Labs of two hosts use the same volume on the same server.
    ///
    /// Both hosts write to it without seeing each other's locks, so two running domains corrupt the image. If the
    /// second host only takes over when the first one fails, this is intended.
    StorageClash = "storage-clash", Warning, several;
    /// Domains of two hosts have the same name, apart from upper and lower case.
    ///
    /// libvirt accepts that, but an inventory of both hosts, a monitoring system or a DNS zone treats them as one
    /// machine.
    InventoryClash = "inventory-clash", Warning, several;

    /// An interface with macvtap whose model does not receive multicast.
    ///
    /// Macvtap passes only the multicast packets that its device on the host listens for. A `virtio` interface reports
    /// to the host what the guest listens for, and lab2nix makes the host trust that. The other models report nothing,
    /// so IPv6 neighbor solicitation, VRRP and mDNS do not arrive. Choose model `virtio`, or a bridge of the host.
    NoMulticast = "no-multicast", Warning;
    /// The file name of the firmware variables implies another format than `snapshots`.
    ///
    /// libvirt reads the file in the format of the definition. If it has another format, the domain fails with "Image
    /// is not in qcow2 format", or the variables are lost. Without `snapshots`, a file that ends in `.fd`, `.raw`,
    /// `.bin` or `.img` is raw, one that ends in `.qcow2` is QCOW2. To use snapshots with a raw file, convert it with
    /// `qemu-img convert -O qcow2`, and use the copy.
    NvramFormat = "nvram-format", Warning;
    /// A video device on which the guest shows nothing.
    ///
    /// Windows on Arm uses the frame buffer of the firmware until it has a driver. `vga`, `bochs` and `cirrus` have
    /// none there, so the display stays at "Guest has not initialized the display". `ramfb` has one; `virtio` works
    /// once its driver is installed.
    NoDisplay = "no-display", Warning;
    /// The serial number of a disk is too long for its bus, and is cut.
    ///
    /// On buses `virtio`, `sata` and `ide`, the guest sees only the first 20 bytes, so a path in `/dev/disk/by-id` with
    /// the whole serial number does not exist. `scsi` and `usb` have room for 36 bytes; a longer one is an error.
    SerialCut = "serial-cut", Warning;
    /// Two disks of a domain have the same serial number or World Wide Name.
    ///
    /// Guests identify disks by these: Linux creates only one link in `/dev/disk/by-id`, and multipath treats them as
    /// two paths to one disk.
    DuplicateSerial = "duplicate-serial", Warning;
    /// A hard memory limit that is not larger than the guest's memory.
    ///
    /// The limit is for the whole QEMU process, which needs a few hundred MiB or more beside the guest's memory. When
    /// the guest has used all of its memory, the kernel kills QEMU. With devices of the host, all memory is locked at
    /// the start, which then fails. Leave `hard` out, or make it at least a GiB larger.
    TightMemoryLimit = "tight-memory-limit", Warning;
    /// A CPU model or feature that libvirt does not know, or features that no CPU has together.
    ///
    /// libvirt refuses to start a domain with a CPU model or a feature that it does not know; `virsh cpu-models x86_64`
    /// lists the models. The names are those of libvirt 11.3: a newer libvirt may know more. No CPU has both `vmx`
    /// (Intel) and `svm` (AMD): require only the host's, or make both `optional`.
    UnlikelyCpu = "unlikely-cpu", Warning;
    /// A time zone that the tz database does not have.
    ///
    /// QEMU silently uses UTC for an unknown time zone, so the guest's clock is off by hours.
    /// `timedatectl list-timezones` lists the names.
    UnknownTimezone = "unknown-timezone", Warning;
    /// Domains share a wireless interface of the host.
    ///
    /// An access point accepts only frames from the MAC address that logged in, so neither macvtap nor a bridge works
    /// over Wi-Fi. Use a network of mode `nat` or `route`, or a wired interface.
    WirelessDevice = "wireless-device", Warning;
    /// The spec contains a path in the Nix store.
    ///
    /// A spec is not Nix code, so the host's configuration does not depend on that path: garbage collection deletes it,
    /// and after an update the path is another one, which changes the domain. For an image, use
    /// `"image": { "nix": … }`. QEMU and its firmware already have fixed paths. For anything else, create one with
    /// `environment.etc`.
    StorePath = "store-path", Warning;
    /// An IPv6 subnet in which guests get no addresses.
    ///
    /// Without DHCPv6, guests configure their addresses from router advertisements (SLAAC), which requires a `/64`.
    /// Make the subnet a `/64`; a smaller one needs `dhcp6`, or static addresses in the guests.
    NoAutoconfiguration = "no-autoconfiguration", Warning;
    /// A domain has an `ip`, but nothing assigns it.
    ///
    /// `ip` is a DHCP reservation and a name in DNS. On a network without DHCP, the guest has to set the address
    /// itself: by hand, or with `network` of `cloudInit`.
    AddressNotServed = "address-not-served", Warning;
    /// A public subnet on a network with NAT.
    ///
    /// Guests on it cannot reach the real owner of the addresses. Private addresses are in `10.0.0.0/8`,
    /// `172.16.0.0/12`, `192.168.0.0/16` and `fd00::/8`. If you own the subnet, use mode `route`, for which there is no
    /// warning.
    PublicSubnet = "public-subnet", Warning;
    /// One thread of a domain is pinned to a set of several CPUs, and other threads are not pinned.
    ///
    /// `vcpus` of `pinning` has one entry for each virtual CPU: `["2-9"]` lets the first one run on eight CPUs of the
    /// host, and all others anywhere. For eight virtual CPUs, write `["2", "3", …, "9"]`, or the same set eight times.
    PartlyPinned = "partly-pinned", Warning;
    /// A domain has less memory than its operating system needs.
    ///
    /// The installer refuses, or the guest does not start. Windows 10 and 11 need 2 GiB, and the setup of Windows 11
    /// requires 4 GiB; Windows Server needs 800 MiB to install, and a Linux guest more than 64 MiB.
    LittleMemory = "little-memory", Warning;
    /// A domain has `after`, but activation does not start it.
    ///
    /// `after` orders the domains that activation starts: those with `"active": true`. Without it, the domain is left
    /// as it is, which is off after a boot of the host. `"active": null` says that this is intended.
    OrderWithoutStart = "order-without-start", Warning;
    /// A domain has `cloudInit`, but no image that runs cloud-init.
    ///
    /// cloud-init is a program in the guest, which cloud images include. A disk with only a `size` is empty: give it an
    /// `image`, or `cloneOf` with a template, or insert an installer ISO that reads cloud-init's files.
    CloudInitOnNothing = "cloud-init-on-nothing", Warning;
    /// Windows installs itself, and nobody sees when it is done.
    ///
    /// The guest agent says so, which the guest tools bring. Without them, `lab2nix install` waits for what `ready` says, domains after it
    /// may start too early, and the disc with the passwords stays in its drive. Leave `guestTools` and `agent` on, or say in `ready` how it
    /// shows that Windows is there, and take `unattended` out of the spec afterwards.
    UnseenInstallation = "unseen-installation", Warning;
    /// A Windows guest joins an Active Directory domain that no guest of the lab creates.
    ///
    /// Windows finds a domain by its DNS servers. Those of the lab's network know the lab's guests, and nothing of a domain
    /// elsewhere. Set `dns` in `unattended` to the addresses of its domain controllers, or let a guest of the lab create it with
    /// `createDomain`.
    NoController = "no-controller", Warning;
    /// The lab starts a domain that has nothing to boot.
    ///
    /// It has no disk, no ISO in a drive, no kernel on the host, and no interface in its boot order: the firmware
    /// reports that it finds no bootable device, and waits. Give it a disk with an `image`, or an empty disk and an
    /// installer: `"cdroms": [{ "file": … }]`. For network boot, set `"boot": ["network"]`. There is no warning without
    /// `"active": true`: then the lab does not start the domain, and you can attach a disk or insert an ISO first.
    NothingToBoot = "nothing-to-boot", Warning;
    /// Windows is installed to a disk for which its setup has no driver.
    ///
    /// Windows Setup has no drivers for disks on `virtio` and `scsi`, and shows no disk to install to. Add the ISO with
    /// the drivers, `{ "driverDisc": true }`, to `cdroms`, and load the driver from it in Setup; or leave `bus` out. If
    /// the ISO of Windows contains the drivers, list the warning in `allow`.
    NoDiskDriver = "no-disk-driver", Warning;
    /// A guest with an address of its own has no default route.
    ///
    /// cloud-init sets a static address and no `gateway`, and no interface uses DHCP, so the guest reaches only its own
    /// subnets. The gateway of a lab's network is the network's own `gateway`, by default the first address of its subnet.
    NoRouter = "no-router", Warning;
    /// A guest with an address of its own resolves no names.
    ///
    /// cloud-init sets a static address and no `nameservers`, and no interface uses DHCP, so the guest finds neither
    /// other domains of the lab nor package servers. The DNS server of a lab's network is at the network's `gateway`.
    NoNameserver = "no-nameserver", Warning;
    /// An entry of `allow` silences no warning.
    ///
    /// What it was written for is mended, or it is reported somewhere else than in the `at` of the entry: a warning of a profile is
    /// at the profile, not at the domains that take it. Leave the entry out, or correct it, so that no warning to come is missed.
    UnusedAllow = "unused-allow", Warning;
    /// cloud-init creates a user who cannot log in.
    ///
    /// The user has a home and `sudo`, but neither a key nor a password. Give `sshKeys`, or a `passwordHash` for the
    /// console.
    NoLogin = "no-login", Warning;
}
