//! The table of problem ids. A new problem gets its line here: its doc comment is what `lab2nix explain` prints, and
//! `tests/cases/bad/<id>/` its case.

use super::Severity;

macro_rules! ids {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident; )+) => {
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
}

ids! {
    // The text.

    /// The spec is not JSON.
    ///
    /// lab2nix reads JSON (RFC 8259) in which `//` and `/* */` comments and a comma after the last item are allowed too. Single
    /// quotes and bare keys are not. Usually a comma or a bracket is missing just before the marked character.
    ///
    /// Nothing is quoted of a file that is included and is no JSON object, as the report may go to somebody who may not read it. Only where
    /// its name ends in `.json` and it begins with `{`, it is taken for a spec with a slip, which is shown.
    SyntaxError = "syntax-error", Error;
    /// An object has the same key twice.
    ///
    /// JSON readers keep the last one and drop the first without a word, so lab2nix refuses both. Merge the two, or
    /// rename one.
    DuplicateKey = "duplicate-key", Error;
    /// A file that the spec includes is not there, or cannot be read.
    ///
    /// A path in `include` starts in the directory of the file that says it; an absolute one is taken as it is, and `~` is
    /// no home directory. What the lab lacks may be in that file, so what builds on all of the spec is not checked.
    IncludeNotFound = "include-not-found", Error;
    /// Files include each other in a circle.
    ///
    /// What a file includes is merged before it, so neither of two that include each other could be first. Move what they
    /// share into a file that includes neither. That two files include a third is no circle: it is merged once.
    IncludeCycle = "include-cycle", Error;
    /// Two files of a spec give one key.
    ///
    /// Files that are included merge object by object, key by key. A key that two of them give a text, a number or a list
    /// for has one place too many, even where both say the same: the next change would be made in one of them. Say it in
    /// one of the two files. What domains share is overridden by layers: `defaults`, profiles, the domain.
    IncludeClash = "include-clash", Error;
    /// A file with a definition is not there, or cannot be read.
    ///
    /// The path in `base` and `plugged` starts in the directory of the file that says it. Such files hold one definition in libvirt's
    /// XML; `lab2nix import --into` writes them. In a flake they are part of the source: `git add` them.
    DefinitionNotFound = "definition-not-found", Error;
    /// A file with a definition is none that an entry can stand on.
    ///
    /// It is XML of one network, pool or domain, as `virsh net-dumpxml --inactive`, `pool-dumpxml --inactive` and `dumpxml --inactive`
    /// write it, and of the one that the entry is. It has nothing that libvirt does not know, because that would be lost without a
    /// word, and no password, because what is generated can be read by everyone on the host. Nothing is quoted of a file that is no XML.
    BadDefinition = "bad-definition", Error;
    /// A key that the spec language does not have.
    ///
    /// Nothing is accepted and ignored: a misspelt key would otherwise be a setting that silently does nothing.
    /// `docs/spec.md` lists every key; what NixVirt can say but the language has no key for goes into `extra`.
    UnknownField = "unknown-field", Error;
    /// A value has the wrong JSON type.
    ///
    /// Each key takes one type. Sizes are strings with a binary unit (`"60GiB"`, not `60`), addresses and subnets are
    /// strings, numbers are written without quotes.
    WrongType = "wrong-type", Error;
    /// A value is none of the words that the key takes.
    ///
    /// The key takes one of a fixed list of words; the help line names them or the nearest one.
    UnknownValue = "unknown-value", Error;
    /// A number is outside what the key takes.
    ///
    /// Counts start at 1 where none makes no sense; ports end at 65535; the help line gives the limits.
    OutOfRange = "out-of-range", Error;
    /// A key that must be there is missing.
    ///
    /// For a domain, `memory` may also come from `defaults` or from one of its profiles.
    MissingField = "missing-field", Error;
    /// Two keys that exclude each other are both given, or none of several of which one is needed.
    ///
    /// A disk is on a pool, a file or a block device; an interface is on a network, a bridge or a device, or a `user` one.
    /// When the keys come from different layers (defaults, profiles, the domain), remember that objects merge key by key.
    ConflictingFields = "conflicting-fields", Error;

    // Words.

    /// A name cannot be used for this kind of object.
    ///
    /// Names of labs are lower case letters, digits and `-`. Names of networks, pools, volumes, domains, disks and
    /// interfaces are letters, digits, `.`, `_` and `-`, starting with a letter or digit: libvirt uses them as
    /// file names, and dnsmasq as host names.
    ///
    /// The name of a bridge that libvirt makes, and the `target` of an interface, start with a letter: the rules of the host's
    /// firewall and its services name them without quotes, so that `br0;reboot` would be a command, `lan+` every interface
    /// whose name starts with `lan`, and `10g-lan` no name to nftables. Nor is a bridge called like a word of nftables, such
    /// as `log` or `ip`. A device that the host has already may start with a digit or `_`. No device is called `all` or
    /// `default`, which stand for all of them.
    ///
    /// A domain with an `ip` or `ip6` is a line of dnsmasq's, in which `7d` would be a lease time, `ignore` an order and
    /// `10.0.0.5` an address.
    BadName = "bad-name", Error;
    /// A size is not a number with a binary unit.
    ///
    /// Write `"512MiB"`, `"60GiB"`, `"2TiB"`: a whole number and one of `B`, `KiB`, `MiB`, `GiB`, `TiB`, `PiB`. A bare
    /// number would be KiB for a domain's memory and bytes for a volume, which is why there is none.
    BadSize = "bad-size", Error;
    /// An address is not an IP address of the family that is meant.
    ///
    /// `ip`, `gateway`, `range` take IPv4 addresses such as `192.168.56.10`; `ip6`, `gateway6` IPv6 ones; neither takes
    /// a prefix length. `addresses` in `cloudInit` take one each: `192.168.56.10/24`.
    BadAddress = "bad-address", Error;
    /// A subnet is not an address with a prefix length, or has host bits set.
    ///
    /// Write the network's own address: `192.168.56.0/24`, `fd00:56::/64`.
    BadSubnet = "bad-subnet", Error;
    /// A UUID is not a UUID.
    ///
    /// 32 hexadecimal digits in groups of 8-4-4-4-12. Leave `uuid` out and the object gets a stable one made from the
    /// lab's name and its own.
    BadUuid = "bad-uuid", Error;
    /// A MAC address is not one that an interface can have.
    ///
    /// Six pairs of hexadecimal digits with colons, the first one even (an odd first byte is a multicast address).
    /// Leave `mac` out and the interface gets a stable one.
    BadMac = "bad-mac", Error;
    /// A duration is not a number with a unit.
    ///
    /// Write `"30m"`, `"12h"` or `"7d"`: a whole number and one of `s`, `m`, `h`, `d`. The `delay` and `jitter` of a link are
    /// shorter: `"50ms"`, `"500us"`, `"1s"`.
    BadDuration = "bad-duration", Error;
    /// A rate of a link is not a number with a decimal unit.
    ///
    /// Write `"10Mbit"`, `"500kbit"` or `"1Gbit"`: a whole number and one of `bit`, `kbit`, `Mbit`, `Gbit`, per second and of 1000
    /// each, as networks and tc have them. `bandwidth` is in bytes and counts in KiB.
    BadRate = "bad-rate", Error;
    /// A percentage is not a number from 0 to 100 with a percent sign.
    ///
    /// Write `"2.5%"` or `"10%"`; the sign tells it from a fraction.
    BadPercentage = "bad-percentage", Error;
    /// A text holds a character that it cannot have where it goes.
    ///
    /// XML 1.0, which libvirt reads, has no way to write control characters other than tab and newline, which a `description`
    /// may have. Other texts are one line: libvirt makes arguments and lines of configuration files of them, and what comes
    /// after a line break would be a line of its own.
    BadText = "bad-text", Error;
    /// A text is longer than its place in a definition holds.
    ///
    /// Texts have at most 65,536 bytes, because QEMU gets some of them as arguments, and paths 4,095, as in Linux; those of
    /// sockets 107. More is most often a file that was pasted: name it, or keep it beside the lab.
    TextTooLong = "text-too-long", Error;
    /// The address of a host device is not in the form that `lspci -D`, `lsusb` or `mdevctl list` prints.
    ///
    /// PCI: `0000:01:00.0` (domain, bus, slot, function, in hexadecimal). USB: `046d:c52b` (vendor and product). A mediated
    /// device: a UUID.
    BadDevice = "bad-device", Error;
    /// A list of processors, or of NUMA nodes, is not in libvirt's form.
    ///
    /// Numbers and ranges with commas, `^` to leave one out: `"0-3"`, `"0,2,4-7,^5"`.
    BadCpuset = "bad-cpuset", Error;
    /// The date or the release of a firmware is not in the form that SMBIOS has for it.
    ///
    /// A date is month, day and year: `"02/29/2024"`. A release is two numbers up to 255 with a dot between them: `"10.22"`.
    /// libvirt refuses other dates, and QEMU does not start with other releases.
    BadSmbios = "bad-smbios", Error;
    /// A text in `sshKeys` is not the public key of an SSH key pair.
    ///
    /// A public key is one line: `ssh-ed25519 AAAA… comment`, as in `~/.ssh/id_ed25519.pub`. A private key, which starts with
    /// `-----BEGIN`, would be read by everybody on the host, and the guest has no use for it.
    NotAPublicKey = "not-a-public-key", Error;
    /// A text is not the hash of a password.
    ///
    /// The disc that a guest reads it from is in the store of the host, where everybody can read it. So it takes what crypt(5)
    /// makes of a password: `mkpasswd --method=yescrypt` (package `whois` in Debian, `mkpasswd` in nixpkgs) asks for the
    /// password and prints it; `openssl passwd -6` does the same. Old methods (DES, MD5) are refused.
    NotAHash = "not-a-hash", Error;
    /// A part of the spec is a secret.
    ///
    /// What is in a spec is in the Nix store of the host, where everybody can read it, and in the repository of the spec too. That
    /// holds for the disc that a guest reads at its first boot, for the definitions of domains, and for what QEMU gets as arguments.
    /// Put the secret into a file of the host that only root reads, as sops-nix and agenix make them, and name that: `files` with
    /// `fromHost` and `passwordFile` in `cloudInit`, `secret,id=…,file=…` in QEMU's arguments, and `virsh secret-define` for storage.
    /// Reports show `…` where the secret is.
    SecretInStore = "secret-in-store", Error;
    /// A part of the spec is probably a secret.
    ///
    /// It is a value for a name such as `K3S_TOKEN` or `password`, or a URL with a password. What is in a spec can be read by everybody
    /// on the host: see `secret-in-store` for what to do. What programs look up elsewhere (`$(cat /run/secrets/token)`, a path) and
    /// what only stands in for a secret (`CHANGE_ME`) is none.
    LikelySecret = "likely-secret", Warning;
    /// A connection is not the URI of a system libvirt on this host.
    ///
    /// The generated module prepares the host it runs on, so only `qemu:///system` makes sense today.
    BadConnection = "bad-connection", Error;
    /// A path does not start with `/`.
    ///
    /// libvirt takes only absolute paths: a domain is started by a daemon with no working directory of yours.
    RelativePath = "relative-path", Error;
    /// A path cannot be one of what it is for: of a file, or of a directory that the host makes.
    ///
    /// A path that is `/`, or that ends in `/`, `.` or `..`, leads to a directory: no disk, image, device or socket has it.
    ///
    /// systemd-tmpfiles makes the directories of pools, of firmware variables and of `tftp`. To it, a quote ends the path, what
    /// starts with `\` is an escaped character (`\x41` is `A`), what starts with `%` a name or number of the host (`%u` is
    /// `root`), and it refuses `..`. The directory would not be made, or another one. Blanks, `$` and letters of any alphabet
    /// are fine.
    BadPath = "bad-path", Error;

    // Used twice.

    /// Two objects have one UUID.
    ///
    /// libvirt takes the second one for the first. Most often an entry was copied with its `uuid`; leave it out.
    DuplicateUuid = "duplicate-uuid", Error;
    /// Two interfaces have one MAC address.
    ///
    /// Both would get the same DHCP address and neither would work. Leave `mac` out and each gets a stable one.
    DuplicateMac = "duplicate-mac", Error;
    /// Two interfaces on one network have one address.
    ///
    /// The address is reserved for the MAC address of its interface, so it can have one owner only. An `ip` in
    /// `defaults` or in a profile goes to every domain that takes it: write it in the domain's own entry.
    DuplicateAddress = "duplicate-address", Error;
    /// Two networks make a bridge of one name, or take one for an Open vSwitch bridge and for an ordinary one.
    ///
    /// libvirt accepts both and starts only the first; domains on the wrong kind of bridge do not start.
    DuplicateBridge = "duplicate-bridge", Error;
    /// The subnets of two networks overlap, or a route through one leads to another.
    ///
    /// libvirt accepts both and starts only the first; with a bridge of the host, packets take either way.
    OverlappingSubnets = "overlapping-subnets", Error;
    /// Two disks are one volume, file or block device.
    ///
    /// Two domains that write one disk destroy its file system. To start several from one image, give each a volume
    /// with `image`, or with `cloneOf` where a template has it.
    DuplicateVolume = "duplicate-volume", Error;
    /// Two pools are one directory, or are one device, exported directory, volume group, target or pool of a cluster.
    ///
    /// libvirt refuses the second one. A pool can hold the volumes of any number of domains; give the other one a
    /// directory or storage of its own, or name the first one instead.
    DuplicateDirectory = "duplicate-directory", Error;
    /// Two disks of one domain have one target device.
    ///
    /// lab2nix gives each disk and cdrom its own; a second one can only come from `extra`. libvirt notices at start.
    DuplicateTarget = "duplicate-target", Error;
    /// Activation is to start two forms of one machine.
    ///
    /// A domain with `variantOf` has the disks, addresses and firmware variables of the other one: at most one of the two can run.
    /// `"active": true` of the one is not taken over by the other.
    SeveralForms = "several-forms", Error;
    /// Two names, or ids, differ only in upper and lower case, or are equal across replicas.
    ///
    /// Windows, DNS and many file systems take them for one. Two interfaces cannot have one `target` either, nor one the name
    /// of a bridge: the kernel has a device of each name once.
    DuplicateName = "duplicate-name", Error;
    /// Two shares of one domain have one tag, or a list of VLANs has one twice.
    ///
    /// The tag of a share is what the guest mounts by, so it must tell the shares apart.
    DuplicateTag = "duplicate-tag", Error;
    /// Two domains keep their firmware variables in one file.
    ///
    /// Each would overwrite the boot entries of the other. Leave `nvram` out and each has a file of its own.
    DuplicateNvram = "duplicate-nvram", Error;

    /// Two domains listen on one port of the host.
    ///
    /// Port forwards, screens and serial ports listen on the host, each port of an address once: the second domain does not start. A port
    /// in `defaults` or in a profile goes to every domain that takes it. With `replicas`, ports count up from the one that
    /// is written. `127.0.0.1` and `127.0.0.2` are two addresses; a forward without one is on all.
    DuplicatePort = "duplicate-port", Error;
    /// A domain has one device of the host twice.
    ///
    /// libvirt refuses it. Two USB devices of one model are told apart by `usbAt`, their bus and their number there.
    DuplicateDevice = "duplicate-device", Error;
    /// Two devices of one domain have one PCI address in the guest.
    ///
    /// On the q35 machine, interfaces of models `virtio` and `e1000e` have the buses from 1 on, so that they stay where
    /// they are, unless they say `guest` themselves. Devices with a `guest` address go to the buses after those, or are further functions of one slot.
    DuplicateSlot = "duplicate-slot", Error;
    /// Two domains have one context id.
    ///
    /// The kernel of the host reaches a guest by it (`AF_VSOCK`), so the second domain does not start. With `replicas`, it
    /// counts up from the one that is written.
    DuplicateCid = "duplicate-cid", Error;
    /// Two serial ports write one file, or listen on one socket, or two recordings of sound are one file.
    ///
    /// The second would take it from the first, or not start. Each needs a path of its own; a path in `defaults`, in a profile
    /// or in an entry with `replicas` goes to several domains.
    DuplicatePath = "duplicate-path", Error;
    /// Two devices of one domain have one place in the boot order, or a kind of device has two.
    ///
    /// libvirt refuses the first, and the second means nothing. Numbers may have gaps: 10, 20, 30.
    DuplicateBootOrder = "duplicate-boot-order", Error;

    // Addresses.

    /// An address is not in the subnet of its network.
    ///
    /// Nobody on the network could reach it, and libvirt refuses to reserve it. Either the address or the interface's
    /// `network` is mistaken. With `replicas`, the address counts up from the one that is written.
    AddressOutsideSubnet = "address-outside-subnet", Error;
    /// An address is the gateway's own, which the host holds.
    ///
    /// The host has the first address of the subnet unless the network says otherwise with `gateway`.
    AddressIsGateway = "address-is-gateway", Error;
    /// An address is the first or last of its subnet, which name the network itself and everyone on it.
    ///
    /// In `192.168.56.0/24` machines have the addresses from `.1` to `.254`. In an IPv6 subnet only the first address
    /// is reserved.
    AddressReserved = "address-reserved", Error;
    /// A DHCP range leaves the subnet of its network.
    ///
    /// Both ends have to be addresses that a machine can have there, so neither the first nor the last of the subnet.
    /// Leave `range` out for all addresses but the gateway's.
    RangeOutsideSubnet = "range-outside-subnet", Error;
    /// A DHCP range ends before it starts.
    ///
    /// The lower address comes first: `["192.168.56.100", "192.168.56.200"]`.
    RangeReversed = "range-reversed", Error;
    /// DHCP or an address on a network that has no subnet, or a network of mode `nat` or `route` without one.
    ///
    /// Without a subnet the host has no address there, serves nothing and forwards nothing: libvirt refuses a network
    /// that should. Give the network a `subnet`, or leave addresses to whoever serves that network.
    NoSubnet = "no-subnet", Error;
    /// A network or interface key that its kind cannot have.
    ///
    /// A network on a bridge or an interface of the host (`mode` `bridge`, `ovs`, `macvtap`, `hostdev`) leaves subnets, DHCP,
    /// DNS, routes and its MAC to the host: libvirt refuses them. An interface on such a network, on a bridge, through macvtap
    /// or in `user` mode has nobody that could reserve its address. VLANs are for modes `bridge`, `ovs` and `hostdev`, port
    /// groups for networks, forwards for `user` interfaces. A virtual function (`hostdev`) is a device of its own: it has no
    /// `model`, and nothing of the host's between it and the network. `bandwidth`, `queues`, `target`, `portIsolation`,
    /// `trustRxFilters` and `link.profile` are for interfaces that have a device on the host which can do that.
    NotOnThisMode = "not-on-this-mode", Error;

    /// A drive is on a bus that its machine does not have, or has a key that drives on its bus cannot have.
    ///
    /// IDE is on machines of type `pc` only. `queues` and `iothread` are for bus `virtio`, `wwn` for `scsi` and `ide`, `rotationRate` for
    /// these and `sata`; disks on `sata` and `ide` cannot be `readonly`. libvirt refuses all of that.
    NotOnThisBus = "not-on-this-bus", Error;
    /// A domain has more drives on a bus, or more devices, than there is room for.
    ///
    /// SATA has room for 30, five controllers of six ports, and IDE for 4, optical drives among them. Others end where
    /// libvirt runs out of PCI slots and USB ports. On `scsi`, one controller takes hundreds. Each interface has a PCI slot
    /// or port of its own, and so has each disk on `virtio` or `nvme`, each share and each PCI device of the host.
    BusFull = "bus-full", Error;

    /// A pool, volume or disk key that the type of the pool cannot have.
    ///
    /// Each type of pool is other storage: a directory has a `path`, a volume group a name, an export a server. Volumes of
    /// `dir`, `fs` and `netfs` are files, which can be QCOW2 and grow on others; those of the other types are raw. The
    /// volumes of an iSCSI target are there or not: nobody can declare one.
    NotOnThisType = "not-on-this-type", Error;

    // Names that are too long.

    /// The name of a bridge or interface is longer than 15 bytes, the kernel's limit.
    BridgeNameTooLong = "bridge-name-too-long", Error;

    // Names of nothing.

    /// A network that the spec does not have.
    ///
    /// An interface names its network as `networks` does, upper and lower case included. For a network that libvirt has
    /// and the lab does not manage, name its bridge with `bridge` instead.
    UnknownNetwork = "unknown-network", Error;
    /// A port group that the network does not have.
    ///
    /// An interface names its port group as its network's `portgroups` does, upper and lower case included.
    UnknownPortgroup = "unknown-portgroup", Error;
    /// An interface that the domain does not have.
    ///
    /// `network` in `cloudInit` names the interfaces of the domain as `interfaces` does: by `name`, without one by the name of
    /// the network, the bridge or the device that it is on, or as `user`. A VLAN can be on a bond too. So does `manage`, the
    /// interface by which the domain is managed.
    UnknownInterface = "unknown-interface", Error;
    /// A pool that the spec does not have.
    ///
    /// A disk names its pool as `pools` does, upper and lower case included. For an image that is in no pool of the lab,
    /// name the `file` instead.
    UnknownPool = "unknown-pool", Error;
    /// A volume that shall not exist.
    ///
    /// A volume with `"present": false` is deleted at activation, so nothing can use it. A pool has the volumes of its
    /// `volumes`, those that disks declare with a `size`, and those that exist in it already, which a disk names without a
    /// `size`: the lab neither creates nor resizes nor deletes them.
    UnknownVolume = "unknown-volume", Error;
    /// A profile that the spec does not have.
    ///
    /// `profiles` of a domain and `extends` of a profile name entries of the section `profiles`, upper and lower case
    /// included.
    UnknownProfile = "unknown-profile", Error;
    /// A link that the spec does not have.
    ///
    /// `link.profile` of an interface names an entry of the section `links`, upper and lower case included.
    UnknownLink = "unknown-link", Error;
    /// A domain that the spec does not have.
    ///
    /// `after` names entries of `domains`. Of an entry with `replicas` it can name all (`web`) or one (`web-2`).
    UnknownDomain = "unknown-domain", Error;
    /// A disk that the template does not have.
    ///
    /// With `cloneOf`, a disk grows on the disk of its own name in that domain: `system` on `system`. Give it the name of the
    /// template's disk, or leave `cloneOf` out.
    UnknownDisk = "unknown-disk", Error;
    /// A disk is a clone of one whose domain is no template.
    ///
    /// That domain could write to its disk, which damages everything that grows on it. A domain with `"template": true` is
    /// defined and never started by the lab, so that its disks stay as they are.
    NotATemplate = "not-a-template", Error;
    /// Profiles extend each other in a circle.
    ///
    /// What a profile `extends` comes before it, which cannot be true of two at once. Move what they share into a third
    /// profile that both extend.
    ProfileCycle = "profile-cycle", Error;
    /// Domains start after each other in a circle.
    ///
    /// Each would wait for the other. Take one of the names out of its `after`; what comes from `defaults` or a profile
    /// is replaced by the domain's own `after`, which may be empty.
    StartOrderCycle = "start-order-cycle", Error;
    /// A volume is its own backing store, directly or through others.
    ///
    /// A chain of images has to end in one that grows on nothing, or on a file outside the pool. Nor can templates be clones of
    /// each other, or volumes of two pools grow on the other pool's: all volumes of one pool are created first.
    BackingCycle = "backing-cycle", Error;
    /// A volume is smaller than the one that it grows on.
    ///
    /// Its domain would see the start of the image only, without the end of its file systems. Give the volume the size of
    /// the image at least; the guest can use what is beyond it when it has grown its file systems.
    SmallerThanBacking = "smaller-than-backing", Error;

    // Domains.

    /// The CPU topology does not multiply to the number of virtual CPUs.
    ///
    /// `sockets` × `cores` × `threads` must equal `cpus`, or libvirt refuses the domain. Leave `cpus` out and it follows
    /// from the topology.
    TopologyMismatch = "topology-mismatch", Error;

    /// The NUMA cells do not have each virtual CPU of the domain, and all of its memory, exactly once.
    ///
    /// libvirt refuses a virtual CPU in two cells, puts one that is in none into the first, and changes the domain's memory to
    /// what the cells add up to. Virtual CPUs count from 0.
    NumaMismatch = "numa-mismatch", Error;

    // The escape hatch.

    /// An attribute in `extra` that neither NixVirt nor libvirt has.
    ///
    /// It would be dropped without a word. Element names are singular in libvirt (`interface`, not `interfaces`), and
    /// nested as in libvirt's XML (`ip.dhcp`, not `dhcp` beside `ip`).
    UnknownAttribute = "unknown-attribute", Error;
    /// A value in `extra` has another type than its attribute takes.
    ///
    /// NixVirt would stop the evaluation of the whole host with "expected int, found string" and no place.
    WrongAttributeType = "wrong-attribute-type", Error;
    /// A value in `extra` is none that its attribute takes.
    ///
    /// libvirt's schemas have a list of words, limits or a pattern for it, and this is none of them: libvirt would refuse the
    /// definition, so that the activation fails, or ignore the attribute without a word. The help line names what is taken.
    BadAttributeValue = "bad-attribute-value", Error;

    // The output.

    /// A file that lab2nix would write exists and was not written by lab2nix.
    ///
    /// The first line of every generated file says so; a file without that line is never overwritten. Move it away, or
    /// choose another directory with `--out`. The files of `xml` have no such line: `--force` replaces them.
    ForeignFile = "foreign-file", Error;
    /// The files of another lab are in the directory that lab2nix would write to.
    ///
    /// The objects of the lab that is there would leave the host's configuration, and activation would delete them. Two specs
    /// in one directory need one `--out` each. If it is the same lab with another name, delete the directory: every identity
    /// is made from the lab's name, so activation then deletes each object that has no `uuid` of its own in the spec and makes
    /// it anew, which cuts off domains that run and leaves a TPM empty.
    AnotherLab = "another-lab", Error;
    /// A document has no place for a graph.
    ///
    /// `lab2nix graph --into` writes between two comment lines and touches nothing else of a document. The first says by which
    /// command, as it is run where the document is: `<!-- lab2nix graph lab.json --into README.md begin -->`. The second is
    /// `<!-- lab2nix graph end -->`. Both are lines of their own, there is one of each for a command, and those that a fenced block
    /// quotes do not count.
    GraphBlock = "graph-block", Error;
    /// Two labs of one host have one thing that the host has once.
    ///
    /// `lab2nix check` takes the specs of several labs of one host, whose module refuses them too: two with one name, or with the same
    /// bridge, UUID, MAC address, device, storage, file, context id, port, subnet, or name of an object. If each lab has a host of its own, say so with `--several-hosts`.
    HostClash = "host-clash", Error;

    // Warnings.

    /// A section is present and empty, so NixVirt will delete every libvirt object of that kind.
    ///
    /// A missing section leaves the objects of its kind alone; an empty one says that there shall be none. Remove the
    /// section if you did not mean that.
    EmptySection = "empty-section", Warning;
    /// A fixed address lies inside the range that DHCP gives out.
    ///
    /// It works with libvirt's own DHCP server, which keeps reserved addresses for their owners, but a domain that sets
    /// its address by hand can meet a guest that got it first.
    AddressInRange = "address-in-range", Warning;
    /// A volume that the pool does not declare is called almost like one that it declares.
    ///
    /// A disk without a `size` whose `volume` nobody declares is one that exists in the pool already. Here the name is
    /// probably a slip: it differs in one letter, in upper and lower case, in zeros or in its ending. If the pool has both
    /// volumes, name this one as a `file`, and nobody takes one for the other.
    SimilarVolume = "similar-volume", Warning;
    /// An interface is on a bridge that no network of the lab is on.
    ///
    /// The bridge must exist on the host before the domain starts. If it does, name it among the `bridges` of `external`: then
    /// activation looks for it before it changes anything.
    UnmanagedBridge = "unmanaged-bridge", Warning;
    /// A UUID that was copied from an example.
    ///
    /// `cc7439ed-36af-4696-a6f2-1f0c4474d87e` is in NixVirt's README and in many labs, so two of them on one host take each
    /// other's objects for their own. Leave `uuid` out, or use the output of `uuidgen`.
    PlaceholderUuid = "placeholder-uuid", Warning;
    /// The name of a Windows domain is longer than 15 characters, the limit of NetBIOS names.
    ///
    /// The name that libvirt has for the domain is not the name that Windows gives itself. Where both are to be the same, as in
    /// an Active Directory lab, Windows cuts what is longer. Choose a shorter name; `id` with the old one keeps the domain's
    /// identity.
    WindowsNameTooLong = "windows-name-too-long", Warning;
    /// An argument of QEMU sets a property of a device that libvirt describes.
    ///
    /// libvirt describes devices to QEMU as JSON (from QEMU 6.2 on), and `-set device.<id>.<property>=<value>` finds
    /// only those that are arguments of the older form: QEMU says that there is no such device, and the domain does not start.
    /// `qemu-override` in `extra` sets the property ([libvirt](https://libvirt.org/drvqemu.html#overriding-properties-of-qemu-devices)).
    SetDevice = "set-device", Warning;
    /// A windows-11 domain lacks UEFI or a TPM, without which its setup refuses to install.
    ///
    /// See <https://www.microsoft.com/windows/windows-11-specifications>.
    WindowsRequirements = "windows-requirements", Warning;
    /// A domain can write to an image that volumes grow on.
    ///
    /// A volume that grows on an image holds only what is different from it, so a change of the image damages every such
    /// volume. Give the domain a volume that grows on the image too, or make its disk `readonly`.
    BackingInUse = "backing-in-use", Warning;
    /// Two domains have one PCI or mediated device, so only one of them can run at a time.
    ///
    /// The second to start fails with "PCI device is in use". That may be meant: one graphics card for two desktops.
    SharedDevice = "shared-device", Warning;
    /// Domains of two hosts have one MAC address, UUID or address, and both are on a LAN of their hosts.
    ///
    /// `lab2nix check --several-hosts` takes the specs of several hosts. It cannot know which of their bridges and interfaces are on one LAN; where
    /// two are, switches and DHCP servers take the two domains for one. Domains on libvirt's own networks do not meet,
    /// nor do those in different VLANs.
    LanClash = "lan-clash", Warning;
    /// Labs of two hosts have one volume in the storage of one server.
    ///
    /// Both hosts write to it, and neither knows of the other's locks: two domains that run on one image damage it. If the second
    /// host only takes over where the first one fails, that is meant.
    StorageClash = "storage-clash", Warning;
    /// Domains of two hosts have one name, upper and lower case aside.
    ///
    /// libvirt does not mind, but an inventory of both hosts, a monitoring system or a DNS zone takes them for one machine.
    InventoryClash = "inventory-clash", Warning;

    /// An interface through macvtap whose model keeps it from hearing multicast.
    ///
    /// Macvtap passes the multicast packets that its device on the host listens for. A `virtio` interface tells the host what
    /// the guest listens for, and lab2nix has the host go by that. The other models tell nothing: neighbor solicitation of IPv6,
    /// VRRP and mDNS do not arrive. Choose model `virtio`, or a bridge of the host.
    NoMulticast = "no-multicast", Warning;
    /// The name of the file of firmware variables stands for another format than `snapshots` asks for.
    ///
    /// libvirt takes the file for what the definition says: one in the other format ends in "Image is not in qcow2 format", or
    /// the variables are lost. Without `snapshots`, a file that ends in `.fd`, `.raw`, `.bin` or `.img` is raw, one in `.qcow2`
    /// is QCOW2. To have snapshots with a raw file, convert it with `qemu-img convert -O qcow2`, and name the copy.
    NvramFormat = "nvram-format", Warning;
    /// A video device on which the guest shows nothing.
    ///
    /// Windows on Arm draws into the frame buffer of the firmware until it has a driver. `vga`, `bochs` and `cirrus` have none
    /// there, and the screen stays at "Guest has not initialized the display". `ramfb` has one; `virtio` works as soon as its
    /// driver is in.
    NoDisplay = "no-display", Warning;
    /// The serial number of a disk is longer than its bus passes on, and is cut.
    ///
    /// On buses `virtio`, `sata` and `ide` the guest sees the first 20 bytes, so that what looks for the whole one, such as a
    /// path in `/dev/disk/by-id`, does not find it. On `scsi` and `usb` 36 bytes fit; more than a bus takes at all is an error.
    SerialCut = "serial-cut", Warning;
    /// Two disks of a domain have one serial number or one World Wide Name.
    ///
    /// Guests know disks by these: Linux links one of the two in `/dev/disk/by-id`, and multipath takes them for two ways to
    /// one disk.
    DuplicateSerial = "duplicate-serial", Warning;
    /// A hard limit of memory that is no more than the memory of the guest.
    ///
    /// The limit is for QEMU as a whole: beside the memory of the guest, it has that of devices and of its own, a few hundred MiB
    /// or more. When the guest has used all of its memory, the kernel kills QEMU. With devices of the host, all of it is locked
    /// at the start, which fails. Leave `hard` out, or make it larger by a GiB or more.
    TightMemoryLimit = "tight-memory-limit", Warning;
    /// A CPU model or a feature that libvirt does not know, or features that no CPU has together.
    ///
    /// libvirt refuses to start a domain with a CPU model or a feature that it does not know; `virsh cpu-models x86_64` lists
    /// the models. The names are those of libvirt 11.3: a newer libvirt may know more. No CPU has both `vmx`, which is Intel's,
    /// and `svm`, which is AMD's: ask for the host's, or for both as `optional`.
    UnlikelyCpu = "unlikely-cpu", Warning;
    /// A time zone that the tz database does not have.
    ///
    /// QEMU takes an unknown time zone for UTC and says nothing, so that the guest's clock is wrong by hours. `timedatectl
    /// list-timezones` lists the names.
    UnknownTimezone = "unknown-timezone", Warning;
    /// Domains share a wireless interface of the host.
    ///
    /// An access point takes frames of the MAC address that logged in and drops those of others, so neither macvtap nor a bridge
    /// works over Wi-Fi. A network of mode `nat` or `route` does, and so does an interface with a cable.
    WirelessDevice = "wireless-device", Warning;
    /// A path of the Nix store is written in the spec.
    ///
    /// The spec is not Nix code, so the host's configuration does not depend on what is there: it is deleted when garbage is
    /// collected, and after an update it has another path, which changes the domain. For an image there is `"image": { "nix":
    /// … }`; QEMU and its firmware have paths that stay without a word. Anything else gets one by `environment.etc`.
    StorePath = "store-path", Warning;
    /// A subnet of IPv6 in which nobody gives addresses to guests.
    ///
    /// Without DHCPv6, guests make addresses of their own from what the host announces, for which the prefix has to have 64 bits.
    /// Make it a `/64`; a smaller subnet needs `dhcp6`, or addresses that guests set by themselves.
    NoAutoconfiguration = "no-autoconfiguration", Warning;
    /// A domain has an `ip` that nobody gives it.
    ///
    /// `ip` is a DHCP reservation and a name in DNS. On a network whose DHCP is switched off the guest has to set the address
    /// itself: by hand, or with `network` of `cloudInit`.
    AddressNotServed = "address-not-served", Warning;
    /// A subnet that belongs to somebody on the Internet, on a network that hides its addresses.
    ///
    /// Guests there cannot reach the real owner of the addresses. Private ones are in `10.0.0.0/8`, `172.16.0.0/12`,
    /// `192.168.0.0/16` and `fd00::/8`. A subnet of one's own that the world reaches is for mode `route`, which is not warned of.
    PublicSubnet = "public-subnet", Warning;
    /// A set of several CPUs is written for one thread of a domain, and other threads are not pinned.
    ///
    /// `vcpus` of `pinning` has an entry for each virtual CPU: `["2-9"]` lets the first run on eight CPUs of the host, and the
    /// others anywhere. For eight of them write `["2", "3", …, "9"]`, or the same list eight times.
    PartlyPinned = "partly-pinned", Warning;
    /// A domain has less memory than its operating system needs.
    ///
    /// Setup refuses, or the guest does not start. Windows 10 and 11 need 2 GiB, and the setup of Windows 11 asks for 4 GiB;
    /// Windows Server needs 800 MiB to install, and a Linux more than 64 MiB.
    LittleMemory = "little-memory", Warning;
    /// A domain says after which others it starts, and nothing starts it.
    ///
    /// `after` orders the domains that activation starts, those with `"active": true`. Without, the domain is
    /// left as it is, which is off after a boot of the host; `"active": null` says that this is meant.
    OrderWithoutStart = "order-without-start", Warning;
    /// A domain has `cloudInit`, and nothing that runs it.
    ///
    /// cloud-init is a program in the guest, which images for clouds have. A disk that is only made with a `size` is empty: give
    /// it an `image`, make it a `cloneOf` a template, or put an installer that reads cloud-init's files into a drive.
    CloudInitOnNothing = "cloud-init-on-nothing", Warning;
    /// The lab starts a domain in which there is nothing to boot.
    ///
    /// It has no disk, no disc in a drive, no kernel of the host, and no interface that it boots from: the firmware reports that it
    /// finds no bootable device, and waits. Give it a disk that starts from an `image`, or an empty disk and an installer:
    /// `"cdroms": [{ "file": … }]`. A domain that boots over the network says `"boot": ["network"]`. Without `"active": true`,
    /// nothing is started, and nothing is reported: the domain waits for somebody who attaches a disk or inserts a disc.
    NothingToBoot = "nothing-to-boot", Warning;
    /// cloud-init makes a user who cannot log in.
    ///
    /// The user has a home and `sudo`, and neither a key nor a password. Give `sshKeys`, or a `passwordHash` for the console.
    NoLogin = "no-login", Warning;
}
