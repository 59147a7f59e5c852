# What a NixOS host needs for its labs. Each lab's default.nix imports this file and says in
# `services.lab2nix.labs` what the lab is; because of `key`, a host with several labs has it once.
{
  config,
  lib,
  options,
  pkgs,
  NixVirt,
  ...
}: let
  inherit
    (builtins)
    any
    attrNames
    attrValues
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    fromJSON
    genList
    head
    intersectAttrs
    isAttrs
    listToAttrs
    map
    mapAttrs
    match
    replaceStrings
    sort
    storeDir
    stringLength
    substring
    tail
    unsafeDiscardStringContext
    ;
  inherit
    (lib)
    escapeShellArg
    filterAttrs
    mergeEqualOption
    mkDefault
    mkIf
    mkMerge
    mkOption
    optionalAttrs
    recursiveUpdate
    setAttrByPath
    splitString
    types
    unique
    ;

  cfg = config.services.lab2nix;
  inherit (cfg) labs;
  inherit (config.virtualisation) libvirtd;
  hasNixVirt = options ? virtualisation && options.virtualisation ? libvirt;
  uses = what: any (lab: lab.${what}) labs;
  ofLabs = settings: mkMerge (map settings labs);

  # QEMU's own UEFI images under names that no update changes, found through QEMU's descriptors.
  # libvirt takes snapshots of a UEFI domain only when its variables are QCOW2.
  tools.nativeBuildInputs = [
    pkgs.jq
    pkgs.qemu-utils
  ];
  firmware = name:
    pkgs.runCommand "lab2nix-firmware-${name}" tools ''
      descriptor=$(echo ${libvirtd.qemu.package}/share/qemu/firmware/*-edk2-${name}.json)
      mkdir "$out"
      ln -s "$(jq -r .mapping.executable.filename "$descriptor")" "$out/code.fd"
      ln -s "$(jq -r '.mapping."nvram-template".filename' "$descriptor")" "$out/vars.fd"
      qemu-img convert -f raw -O qcow2 "$out/vars.fd" "$out/vars.qcow2"
    '';
  # UEFI with Secure Boot and Microsoft's keys, which is not among QEMU's own images.
  secureFirmware = pkgs.runCommand "lab2nix-firmware-x86_64-secure" tools ''
    mkdir "$out"
    ln -s ${pkgs.OVMFFull.fd}/FV/OVMF_CODE.fd "$out/code.fd"
    ln -s ${pkgs.OVMFFull.fd}/FV/OVMF_VARS.ms.fd "$out/vars.fd"
    qemu-img convert -f raw -O qcow2 "$out/vars.fd" "$out/vars.qcow2"
    # Without keys, for owners who enroll their own.
    ln -s ${pkgs.OVMFFull.fd}/FV/OVMF_VARS.fd "$out/setup-vars.fd"
    qemu-img convert -f raw -O qcow2 "$out/setup-vars.fd" "$out/setup-vars.qcow2"
  '';
  driverDisc = NixVirt.lib.guest-install.virtio-win.iso;

  # The disc by which cloud-init in the guest of a domain is told what to do. The same files make
  # the same disc: all dates on it are fixed.
  seed = domain: {
    metaData,
    userData,
    networkConfig,
  }: let
    files = filterAttrs (_: file: file != null) {
      meta-data = metaData;
      user-data = userData;
      network-config = networkConfig;
    };
    places = map (name: "${name}=${files.${name}}") (attrNames files);
  in
    pkgs.runCommand "lab2nix-seed-${domain}.iso"
    {
      nativeBuildInputs = [pkgs.xorriso];
      SOURCE_DATE_EPOCH = "315532800";
    }
    ''
      xorriso -as mkisofs -quiet -output "$out" -volid cidata -joliet -rational-rock \
        --set_all_file_dates 1980010100000000 -graft-points ${concatStringsSep " " places}
    '';
  # Attributes that need no quotes, as the files of labs name them.
  seedsOf = lab:
    listToAttrs (
      map (domain: {
        name = "domain-${replaceStrings ["."] ["'"] domain}";
        value = "${seed domain lab.seeds.${domain}}";
      }) (attrNames lab.seeds)
    );

  images = directory: {
    code = "${directory}/code.fd";
    vars = "${directory}/vars.qcow2";
    rawVars = "${directory}/vars.fd";
  };
  files = arch:
    images (firmware arch)
    // {
      emulator = "${libvirtd.qemu.package}/bin/qemu-system-${arch}";
    };

  # The images that labs ask for, as strings, whatever they are given as.
  asked = given: foldl' recursiveUpdate given (concatMap (imagesOf given) labs);
  imagesOf = given: lab:
    attrValues (
      mapAttrs (name: owner: setAttrByPath (splitString "." name) (image given lab name owner)) lab.images
    );
  image = given: lab: name: owner: let
    found = attribute name given;
    isImage = found != null && (isAttrs found -> found ? outPath);
  in
    if isImage
    then "${found}"
    else throw "lab2nix: lab `${lab.name}` asks for the image `${name}` (${owner}), which `services.lab2nix.images` does not have: set it there, or hand it to `mkNixosModule` as `images`";
  attribute = name: set: foldl' (found: step: found.${step} or null) set (splitString "." name);

  # The store paths that images are in. Volumes grow on them, so they stay when the configuration
  # names others: only whoever deletes the volumes knows that nothing needs them any more.
  kept = filter (path: path != null) (
    map storePath (concatMap (lab: map (name: attribute name cfg.images) (attrNames lab.images)) labs)
  );
  storePath = image: let
    start = stringLength storeDir + 1;
    plain = unsafeDiscardStringContext image;
    name = head (splitString "/" (substring start (-1) plain));
  in
    if substring 0 start plain == "${storeDir}/"
    then {
      inherit name;
      path = substring 0 (start + stringLength name) image;
    }
    else null;

  # The start of nixvirt.service: libvirtd can be up before it answers, and before it knows what
  # this host emulates.
  wait = connection: let
    tpm = any (lab: lab.tpm && lab.connection == connection) labs;
    ask = "virsh --connect ${escapeShellArg connection} domcapabilities";
    ready =
      if tpm
      then "[[ $(${ask}) == *\"<value>emulator</value>\"* ]]"
      else "${ask} >/dev/null";
    failure =
      if tpm
      then "libvirtd knows no emulated TPM. If it ran before swtpm was enabled, restart it."
      else "libvirtd does not answer.";
  in ''
    until ${ready}; do
      if ((SECONDS > 30)); then
        echo "${failure}" >&2
        exit 1
      fi
      sleep 1
    done
  '';

  # Before NixVirt reads its lists: what libvirt has of the domains that stay as they are. NixVirt
  # deletes what is not listed, so a domain that is missing stops the start before anything is done.
  # So does one on a network that NixVirt would delete, and the domain's process with it.
  keep = lab: let
    directory = "/run/lab2nix/imported/${lab.name}";
    virsh = "virsh --connect ${escapeShellArg lab.connection}";
    listed = filter (other: other.connection == lab.connection && other.networks != null) labs;
    nameOf = owner: let
      found = match "network (.*)" owner;
    in
      if found == null
      then []
      else found;
    networks = concatMap (other: concatMap nameOf (attrValues other.identities.uuids)) listed;
    fail = name: why: "echo ${escapeShellArg "lab2nix: lab ${lab.name} leaves the domain ${name} as it is, but ${why}. Nothing was changed."} >&2; exit 1";
    one = name: {uuid}: let
      file = escapeShellArg "${directory}/${name}.xml";
      domain = escapeShellArg name;
    in
      ''
        if [[ $known != *$'\n'${domain}$'\n'* ]]; then
          ${fail name "libvirt has no such domain, or only while it runs"}
        fi
        ${virsh} dumpxml --inactive --security-info ${domain} >${file}.new
        if [[ $(<${file}.new) != *"<name>"${domain}"</name>"* ]]; then
          ${fail name "virsh takes the name for the number of another one"}
        fi
      ''
      + (
        if listed == []
        then ""
        else ''
          while read -r _ type source _; do
            if [[ $type == network && " ${toString networks} " != *" $source "* ]]; then
              ${fail name "it is on a network that no lab of this host has, so NixVirt would delete that"}
            fi
          done <<<"$(${virsh} domiflist --inactive ${domain})"
        ''
      )
      + (
        if uuid == null
        then ""
        else ''
          if [[ $(<${file}.new) != *"<uuid>${uuid}</uuid>"* ]]; then
            ${fail name "its UUID is not ${uuid}"}
          fi
        ''
      )
      + ''
        mv ${file}.new ${file}
      '';
  in
    ''
      rm -rf ${directory}
      install -d -m 0700 ${directory}
      known=$'\n'$(${virsh} list --all --persistent --name)$'\n'
    ''
    + concatStringsSep "" (attrValues (mapAttrs one lab.imported));

  # What links are like: a service for each interface, as long as its device is there.
  links = concatMap (lab: attrNames lab.links) labs;
  linkName = device: "lab2nix-link-${device}";
  linkService = device: link: let
    # Of what systemd escapes in names, those of devices have `-` only.
    unit = "sys-subsystem-net-devices-${replaceStrings ["-"] ["\\x2d"] device}.device";
    ofDevice = ''
      device=${escapeShellArg device}
      # Open vSwitch has a class 1:fffe above the class 1:1 that libvirt has alone, and no queue below.
      of_open_vswitch() {
        local found
        found=$(tc class show dev "$device")
        [[ $found == *" 1:fffe "* && $found == *" 1:1 "* ]]
      }
    '';
  in {
    description = "Link of ${device}";
    wantedBy = [unit];
    bindsTo = [unit];
    after = [unit];
    path = [pkgs.iproute2];
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
    };
    # The device is there before libvirt is done with it, and what libvirt does takes netem away or is
    # refused beside it. So netem comes after libvirt's last step, and in its place: the queue below
    # the limits, or, without limits, no queue at all.
    script =
      ofDevice
      + ''
        has_limits=${
          if link.shaped
          then "yes"
          else "no"
        }
        place() {
          local found
          found=$(tc qdisc show dev "$device")
          case $found in
            *"qdisc htb 1: root "*)
              if [[ $found == *" parent 1:1 "* ]] || of_open_vswitch; then
                echo "parent 1:1"
              fi
              ;;
            *"qdisc noqueue "* | *"qdisc netem 10: root "*)
              if [[ $has_limits == no ]]; then
                echo root
              fi
              ;;
          esac
        }
        until at=$(place) && [[ -n $at ]]; do
          if ((SECONDS > 20)); then
            if [[ $has_limits == yes ]]; then
              echo "$device has no limits, though libvirt should have set some." >&2
              exit 1
            fi
            at=root
            break
          fi
          sleep 0.2
        done
        tc qdisc replace dev "$device" $at handle 10: netem ${link.netem}
      '';
    # What was there before; nothing, when the device has gone.
    preStop =
      ofDevice
      + ''
        if [[ -e /sys/class/net/$device ]]; then
          case $(tc qdisc show dev "$device") in
            *"qdisc netem 10: root "*)
              tc qdisc replace dev "$device" root noqueue
              ;;
            *"qdisc netem 10: parent 1:1 "*)
              if of_open_vswitch; then
                tc qdisc del dev "$device" parent 1:1
              else
                tc qdisc replace dev "$device" parent 1:1 handle 2: sfq perturb 10
              fi
              ;;
          esac
        fi
      '';
  };
  linkServices = mkMerge [
    (ofLabs (
      lab:
        listToAttrs (
          map (device: {
            name = linkName device;
            value = linkService device lab.links.${device};
          }) (attrNames lab.links)
        )
    ))
    # systemd starts the service of a new device. At a switch, this starts those of devices that were
    # there before.
    (mkIf (links != []) {
      lab2nix-links = {
        description = "Links of devices that are there";
        wantedBy = ["multi-user.target"];
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
        script = ''
          for device in ${concatStringsSep " " (map escapeShellArg links)}; do
            if [[ -e /sys/class/net/$device ]]; then
              systemctl start --no-block "lab2nix-link-$device.service"
            fi
          done
        '';
      };
    })
  ];

  # What two labs both have, though a host can have it once only.
  pairs = list:
    if list == []
    then []
    else
      map (second: {
        inherit second;
        first = head list;
      }) (tail list)
      ++ pairs (tail list);
  clashes = {
    first,
    second,
  }: let
    one = first.identities;
    other = second.identities;
    both = "labs `${first.name}` and `${second.name}` both have";
    same = what: mine: its:
      attrValues (
        mapAttrs (value: owner: "${both} the ${what} ${value} (${owner}, ${its.${value}})") (
          intersectAttrs its mine
        )
      );

    byOwner = uuids:
      listToAttrs (
        map (uuid: {
          name = uuids.${uuid};
          value = uuid;
        }) (attrNames uuids)
      );
    itsUuids = byOwner other.uuids;
    names = filterAttrs (owner: uuid: itsUuids ? ${owner} && itsUuids.${owner} != uuid) (
      byOwner one.uuids
    );

    subnets = concatMap (mine: map (its: {inherit mine its;}) (attrNames other.subnets)) (
      attrNames one.subnets
    );
    overlapping = filter ({
      mine,
      its,
    }:
      mine != its && overlap (range mine) (range its))
    subnets;
  in
    concatLists [
      (
        if first.name == second.name
        then [
          "two labs have the name `${first.name}`; this host has the labs in ${concatStringsSep ", " options.services.lab2nix.labs.files}"
        ]
        else []
      )
      (same "bridge" one.bridges other.bridges)
      (same "subnet" one.subnets other.subnets)
      (map (
          {
            mine,
            its,
          }: "${both} addresses of a subnet: ${mine} (${one.subnets.${mine}}) and ${its} (${other.subnets.${its}}) overlap"
        )
        overlapping)
      (same "UUID" one.uuids other.uuids)
      (same "MAC address" one.macs other.macs)
      (same "device" one.devices other.devices)
      (same "device" one.devices other.bridges)
      (same "device" one.bridges other.devices)
      (same "storage" one.storage other.storage)
      (same "file" one.files other.files)
      (same "context id" one.cids other.cids)
      (concatLists (
        attrValues (
          mapAttrs (
            port: mine: let
              its = other.ports.${port};
              meeting = filter ({
                address,
                another,
              }:
                listensTwice address another) (
                concatMap (address: map (another: {inherit address another;}) (attrNames its)) (attrNames mine)
              );
            in
              map (
                {
                  address,
                  another,
                }: "${both} the ${port} of the host (${mine.${address}} at ${address}, ${its.${another}} at ${another})"
              )
              meeting
          ) (intersectAttrs other.ports one.ports)
        )
      ))
      (attrValues (
        mapAttrs (
          owner: uuid: "${both} a ${owner}, and libvirt takes a name once (${uuid}, ${itsUuids.${owner}})"
        )
        names
      ))
    ];

  # The first and the last address of an IPv4 subnet, as numbers; null for IPv6, of which only
  # equal subnets are found.
  range = subnet: let
    numbers = map fromJSON (match "([0-9]+)[.]([0-9]+)[.]([0-9]+)[.]([0-9]+)/([0-9]+)" subnet);
    start = foldl' (sum: index: sum * 256 + elemAt numbers index) 0 (genList (index: index) 4);
    size = foldl' (product: _: product * 2) 1 (genList (index: index) (32 - elemAt numbers 4));
  in
    if match "[0-9./]+" subnet == null
    then null
    else {
      inherit start;
      end = start + size - 1;
    };
  overlap = one: other: one != null && other != null && one.start <= other.end && other.start <= one.end;

  # Whether two addresses cannot have one port: `*` is all, `0.0.0.0` and `::` all of a family.
  listensTwice = one: other: let
    isIpv6 = address: match ".*:.*" address != null;
    covers = address: another:
      address
      == "*"
      || elem address [
        "0.0.0.0"
        "::"
      ]
      && another != "*"
      && isIpv6 address == isIpv6 another;
  in
    one == other || covers one other || covers other one;

  switch = description:
    mkOption {
      type = types.bool;
      default = true;
      inherit description;
    };
  internal = type: default: description:
    mkOption {
      inherit type default description;
      internal = true;
      visible = false;
    };
  owners = internal (types.attrsOf types.str) {};
  section = internal (types.nullOr (types.listOf types.raw)) null;
  flag = internal types.bool false;

  lab = types.submodule {
    options = {
      name = mkOption {
        type = types.str;
        description = "The lab's name.";
        internal = true;
        visible = false;
      };
      connection = internal types.str "qemu:///system" "The libvirt connection.";
      networks = section "The networks, for NixVirt; null leaves those of the host alone.";
      pools = section "The storage pools, for NixVirt; null leaves those of the host alone.";
      domains = section "The domains, for NixVirt; null leaves those of the host alone.";
      directories = internal (types.attrsOf (
        types.submodule {
          options = {
            mode = internal types.str "-" "The mode; after a `:`, of directories that are made only.";
            user = internal types.str "-" "The owner.";
            group = internal types.str "-" "The group.";
          };
        }
      )) {} "Directories that have to exist.";
      bridges = internal (types.attrsOf (
        types.submodule {
          options = {
            tcp = internal (types.listOf types.port) [] "TCP ports.";
            udp = internal (types.listOf types.port) [] "UDP ports.";
          };
        }
      )) {} "What libvirt serves on its bridges.";
      images = owners "The images that volumes grow on, each with one such volume.";
      imported = internal (types.attrsOf (
        types.submodule {
          options.uuid = internal (types.nullOr types.str) null "Its UUID, if it is said.";
        }
      )) {} "Domains that libvirt has already and that stay as they are.";
      firmware = internal (types.listOf types.str) [] "Architectures whose UEFI has a stable path.";
      secureBoot = flag "Whether UEFI with Secure Boot has a stable path.";
      driverDisc = flag "Whether the disc of VirtIO drivers has a stable path.";
      tpm = flag "Whether a domain has a TPM.";
      virtiofs = flag "Whether a domain has a share.";
      passt = flag "Whether a domain has port forwards.";
      openVSwitch = flag "Whether a network is on an Open vSwitch bridge.";
      filesystems = internal (types.listOf types.str) [] "What file servers of pools speak.";
      iscsi = flag "Whether a pool is an iSCSI target.";
      rbd = flag "Whether a pool is one of Ceph.";
      seeds = internal (types.attrsOf (
        types.submodule {
          options = {
            metaData = mkOption {
              type = types.path;
              description = "Who the guest is.";
              internal = true;
              visible = false;
            };
            userData = mkOption {
              type = types.path;
              description = "What the guest does.";
              internal = true;
              visible = false;
            };
            networkConfig = internal (types.nullOr types.path) null "How the guest's network is.";
          };
        }
      )) {} "The files of the discs for cloud-init, by domain.";
      links = internal (types.attrsOf (
        types.submodule {
          options = {
            netem = internal types.str "" "What netem is told.";
            shaped = flag "Whether libvirt limits what the guest receives.";
          };
        }
      )) {} "What the links of interfaces are like, by the names of their devices.";
      identities = {
        bridges = owners "The bridges that libvirt makes, each with what it belongs to.";
        subnets = owners "The subnets, each with what it belongs to.";
        uuids = owners "The UUIDs, each with what it belongs to.";
        macs = owners "The MAC addresses, each with what it belongs to.";
        devices = owners "The named devices of interfaces, each with what it belongs to.";
        storage = owners "What pools are, each with the pool.";
        files = owners "What domains write to or listen on, each with what it belongs to.";
        cids = owners "The context ids, each with the domain.";
        ports = internal (types.attrsOf (
          types.attrsOf types.str
        )) {} "The ports that domains listen on, by protocol and number: of each address the domain.";
      };
    };
  };
in {
  _class = "nixos";
  key = "lab2nix";

  options.services.lab2nix = {
    enable = switch ''
      Whether this host runs the labs that it imports: their networks, storage pools and domains,
      through NixVirt, and all that they need of the host. Switch it off where a lab is imported by
      a configuration that several hosts share, and this host is not to run it. The objects that
      libvirt has already stay as they are.
    '';
    firewall.enable = switch ''
      Whether the firewall lets DNS and DHCP through to the bridges on which libvirt serves them,
      by `networking.firewall.interfaces.<bridge>`. Switch it off where other rules do this;
      without any, guests get no addresses and no names.
    '';
    directories.enable = switch ''
      Whether the directories of storage pools and of firmware variables are made, by
      `systemd.tmpfiles.settings.lab2nix`. Switch it off where they are mounted or made otherwise:
      a pool does not start without its directory.
    '';
    stablePaths.enable = switch ''
      Whether UEFI firmware, the disc of VirtIO drivers and the discs for cloud-init are linked
      under `/etc/lab2nix`, by `environment.etc`, so that an update of them changes no domain. Switch
      it off only where the host provides these paths itself: the definitions of domains name them
      all the same.
    '';
    retry = {
      attempts = mkOption {
        type = types.ints.positive;
        default = 6;
        description = ''
          How often `nixvirt.service` is started before it is given up. With 1 it is started once,
          for hosts where something else watches over failed services.
        '';
      };
      delay = mkOption {
        type = types.ints.unsigned;
        default = 10;
        description = ''
          The seconds between two starts of `nixvirt.service`. More suits hosts whose storage comes
          up late.
        '';
      };
    };
    images = mkOption {
      # Several labs may be given the same ones.
      type = types.attrsOf (types.raw // {merge = mergeEqualOption;});
      default = {};
      description = ''
        The prebuilt images that disks of labs name by `image.nix`: derivations, paths or strings, or
        sets of them, which names with dots lead into. A volume grows on the image of the day that
        it is created. Each image that labs name gets a link in `/nix/var/nix/gcroots/lab2nix`, so
        that it is not collected when this option names another; delete the link by hand when no
        volume grows on the image any more.
      '';
      apply = asked;
    };
    labs = internal (types.listOf lab) [] "The labs of this host, as their files describe them.";
    hostFiles = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      visible = false;
      default = {
        aarch64 = files "aarch64";
        x86_64 = files "x86_64";
        x86_64-secure =
          images secureFirmware
          // {
            setupVars = "${secureFirmware}/setup-vars.qcow2";
            rawSetupVars = "${secureFirmware}/setup-vars.fd";
          };
        driverDisc = "${driverDisc}";
        seeds = listToAttrs (
          map (lab: {
            name = "lab-${lab.name}";
            value = seedsOf lab;
          })
          labs
        );
      };
      description = "Store paths of files of the host, for labs that name them so.";
    };
  };

  config = mkIf (cfg.enable && labs != []) {
    assertions =
      [
        {
          assertion = hasNixVirt;
          message = "lab2nix: the module of NixVirt is missing: add `NixVirt.nixosModules.default` to the modules of this host";
        }
        {
          assertion = hasNixVirt -> libvirtd.enable;
          message = "lab2nix: labs run on libvirtd, but `virtualisation.libvirtd.enable` is false";
        }
        {
          assertion = hasNixVirt && uses "tpm" -> libvirtd.qemu.swtpm.enable;
          message = "lab2nix: domains have a TPM, but `virtualisation.libvirtd.qemu.swtpm.enable` is false";
        }
      ]
      ++ map (clash: {
        assertion = false;
        message = "lab2nix: ${clash}";
      }) (concatMap clashes (pairs (sort (one: other: one.name < other.name) labs)));

    virtualisation =
      optionalAttrs hasNixVirt {
        libvirt = {
          enable = true;
          # Without these, nixpkgs builds libvirt without the one and the other.
          package = mkIf (uses "iscsi" || uses "rbd") (
            mkDefault (
              pkgs.libvirt.override {
                enableCeph = uses "rbd";
                enableIscsi = uses "iscsi";
              }
            )
          );
          swtpm.enable = mkIf (uses "tpm") true;
          connections = ofLabs (
            lab: let
              sections = filterAttrs (_: section: section != null) {inherit (lab) networks pools domains;};
            in
              mkIf (sections != {}) {${lab.connection} = sections;}
          );
        };
      }
      // {
        libvirtd.qemu = {
          # QEMU reaches images of Ceph by itself.
          package = mkIf (uses "rbd") (mkDefault pkgs.qemu_full);
          # Shares need virtiofsd.
          vhostUserPackages = mkIf (uses "virtiofs") [pkgs.virtiofsd];
        };
        vswitch.enable = mkIf (uses "openVSwitch") true;
      };

    # What mounts the directories of file servers.
    boot.supportedFilesystems = listToAttrs (
      map (name: {
        inherit name;
        value = true;
      }) (unique (concatMap (lab: lab.filesystems) labs))
    );

    # It has no name for the host: targets know hosts by theirs.
    services.openiscsi.enable = mkIf (uses "iscsi") (mkDefault true);

    systemd.tmpfiles.settings = mkMerge [
      # A pool does not start without its directory.
      (mkIf cfg.directories.enable (
        ofLabs (
          lab:
            mkIf (lab.directories != {}) {
              lab2nix = mapAttrs (_: rule: {d = {inherit (rule) mode user group;};}) lab.directories;
            }
        )
      ))
      (mkIf (kept != []) {
        lab2nix-images = listToAttrs (
          map (
            {
              name,
              path,
            }: {
              name = "/nix/var/nix/gcroots/lab2nix/${name}";
              value."L+".argument = path;
            }
          )
          kept
        );
      })
    ];

    # The firewall drops the DNS and DHCP that libvirt serves on its bridges otherwise.
    networking.firewall.interfaces = mkIf cfg.firewall.enable (
      ofLabs (
        lab:
          mapAttrs (_: ports: {
            allowedTCPPorts = ports.tcp;
            allowedUDPPorts = ports.udp;
          })
          lab.bridges
      )
    );

    environment.etc = mkIf cfg.stablePaths.enable (mkMerge [
      (listToAttrs (
        map (arch: {
          name = "lab2nix/${arch}";
          value.source = firmware arch;
        }) (unique (concatMap (lab: lab.firmware) labs))
      ))
      (mkIf (uses "secureBoot") {"lab2nix/x86_64-secure".source = secureFirmware;})
      (mkIf (uses "driverDisc") {"lab2nix/virtio-win.iso".source = driverDisc;})
      (listToAttrs (
        concatMap (
          lab:
            map (domain: {
              name = "lab2nix/seeds/${lab.name}/${domain}.iso";
              value.source = seed domain lab.seeds.${domain};
            }) (attrNames lab.seeds)
        )
        labs
      ))
    ]);

    systemd.services = mkMerge [
      linkServices
      {
        # Port forwards need passt.
        libvirtd = mkIf (uses "passt") {path = [pkgs.passt];};

        nixvirt = mkMerge [
          {
            path = [libvirtd.package];
            preStart = concatStringsSep "" (
              map wait (unique (map (lab: lab.connection) labs))
              ++ map keep (filter (lab: lab.imported != {}) labs)
            );
          }
          # All attempts are within the interval, in which each may wait for libvirtd.
          (mkIf (cfg.retry.attempts > 1) {
            serviceConfig = {
              Restart = "on-failure";
              RestartSec = cfg.retry.delay;
            };
            startLimitBurst = cfg.retry.attempts;
            startLimitIntervalSec = cfg.retry.attempts * (cfg.retry.delay + 40);
          })
        ];
      }
    ];
  };
}
