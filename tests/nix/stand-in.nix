# Stand-ins for the two things that generated files ask of the world: `NixVirt` and `pkgs`.
#
#   table     what one NixVirt version writes: schema/nixvirt/<version>.json
#   nixvirt   a checkout of NixVirt, whose own `lib` then replaces the stand-in's; null for none
#
# The stand-in's `writeXML` accepts a definition only when the table knows every attribute of it
# and every value has the right type, and otherwise throws with the attribute's path. NixVirt
# itself drops what it does not know, and names no place when a type is wrong. It is stricter
# than NixVirt in two points: a path is a string, never a Nix path, and `false` cannot leave out
# an element that NixVirt writes for any value.
#
# What is written is a package-like value that carries its `text`, so nothing reaches the store
# and evaluation can be read-only. A package that is not listed here is missing by its name.
{
  table,
  nixvirt ? null,
}:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    elem
    filter
    fromJSON
    hashString
    isAttrs
    isBool
    isInt
    isList
    isString
    listToAttrs
    mapAttrs
    readFile
    split
    substring
    toJSON
    typeOf
    ;

  vocabulary = fromJSON (readFile table);

  # A derivation as far as a module can see: equal when its contents are equal.
  package =
    name: contents:
    let
      storeName = concatStringsSep "-" (filter isString (split "[^A-Za-z0-9+._?=-]+" name));
    in
    {
      type = "derivation";
      name = storeName;
      outPath = "/nix/store/${substring 0 32 (hashString "sha256" (name + contents))}-${storeName}";
    };
  written = name: text: package name text // { inherit text; };

  pkgs =
    listToAttrs (
      map
        (name: {
          inherit name;
          value = package name "";
        })
        [
          "cdrtools"
          "coreutils"
          "gawk"
          "iproute2"
          "jq"
          "libxml2"
          "passt"
          "qemu"
          "qemu-utils"
          "qemu_full"
          "swtpm"
          "systemd"
          "util-linux"
          "virtio-win"
          "virtiofsd"
          "wimlib"
          "xorriso"
        ]
    )
    // {
      glibc = package "glibc" "" // {
        bin = package "glibc-bin" "";
      };
      qemu_kvm = package "qemu-host-cpu-only" "";
      libvirt = package "libvirt" "" // {
        override = arguments: package "libvirt" (toJSON arguments);
      };
      OVMFFull = package "OVMFFull" "" // {
        fd = package "OVMFFull-fd" "";
      };
      runCommand =
        name: env: script:
        package name (toJSON env + script);
      stdenv.hostPlatform.parsed.cpu.name = "x86_64";
      writeText = written;
      writeTextFile = { name, text }: written name text;
    };

  fits = {
    int = isInt;
    onoff = isBool;
    path = isString;
    string = isString;
    yesno = isBool;
  };

  # Nodes without a key write attributes of the attrset that they stand in.
  inlined = node: filter (child: (child.key or null) == null) (node.children or [ ]);
  entries =
    node:
    map (attribute: {
      inherit (attribute) name;
      value = at: checked at attribute.type;
    }) (filter (attribute: !(attribute ? constant)) (node.attributes or [ ]))
    ++ map (child: {
      name = child.key;
      # A recursive child has the form of the node that it stands in.
      value =
        at: element at (if child.recursive or false then node // { inherit (child) key; } else child);
    }) (filter (child: (child.key or null) != null) (node.children or [ ]))
    ++ (
      if node ? text && node.text ? key then
        [
          {
            name = node.text.key;
            value = at: checked at node.text.type;
          }
        ]
      else
        [ ]
    )
    ++ concatMap entries (inlined node);

  fail = at: message: throw "NixVirt ${vocabulary.nixvirt}: `${at}`: ${message}";
  checked =
    at: type: value:
    if value == null || fits.${type} value then
      value
    else
      fail at "expected ${type}, found ${typeOf value}";

  element =
    at: node: value:
    if value == null then
      null
    else if isList value then
      builtins.genList (index: element "${at}[${toString index}]" node (builtins.elemAt value index)) (
        builtins.length value
      )
    else if node.raw or false then
      checked at "string" value
    else if node ? text && !(node.text ? key) then
      checked at node.text.type value
    else
      let
        known = listToAttrs (entries node);
      in
      if known == { } then
        if
          elem value [
            true
            { }
          ]
        then
          value
        else
          fail at "written whatever its value is: only `true`, or leave it out"
      else if !(isAttrs value) then
        fail at "expected set, found ${typeOf value}"
      else
        mapAttrs (
          name:
          if known ? ${name} then
            known.${name} "${at}.${name}"
          else
            fail "${at}.${name}" "not an attribute that NixVirt writes"
        ) value;

  writer = kind: {
    writeXML =
      definition:
      let
        name =
          if !(isAttrs definition) then
            fail kind "expected set, found ${typeOf definition}"
          else if isString (definition.name or null) then
            definition.name
          else
            fail kind "a definition needs a name";
      in
      written "NixVirt-${kind}-${name}" (
        toJSON (element "${kind} ${name}" vocabulary.${kind} definition)
      );
  };
in
{
  inherit pkgs;
  NixVirt.lib =
    if nixvirt != null then
      import (nixvirt + "/lib.nix") { packages = pkgs; }
    else
      {
        domain = writer "domain";
        network = writer "network";
        pool = writer "pool";
        volume = writer "volume";
        guest-install.virtio-win.iso = pkgs.runCommand "virtio-win.iso" { } "";
      };

  # Images of a flake, as its packages would be: some alone, some in sets.
  images = {
    debian = {
      trixie = package "debian-13.qcow2" "";
      bookworm = "${package "debian-12" ""}/nixos.qcow2";
    };
    nixos = package "nixos.qcow2" "";
    a-b_c.d.e = "/srv/images/elsewhere.raw";
  };

  # What `default.nix` hands to the files of a lab whose host files are store paths.
  hostFiles =
    let
      files = arch: {
        emulator = "${pkgs.qemu}/bin/qemu-system-${arch}";
        code = "${package "lab2nix-firmware-${arch}" ""}/code.fd";
        vars = "${package "lab2nix-firmware-${arch}" ""}/vars.qcow2";
        rawVars = "${package "lab2nix-firmware-${arch}" ""}/vars.fd";
      };
    in
    {
      aarch64 = files "aarch64";
      x86_64 = files "x86_64";
      x86_64-secure = files "x86_64-secure" // {
        setupVars = "${package "lab2nix-firmware-x86_64-secure" ""}/setup-vars.qcow2";
        rawSetupVars = "${package "lab2nix-firmware-x86_64-secure" ""}/setup-vars.fd";
      };
      driverDisc = "${package "virtio-win.iso" ""}";
      # A directory, for what is named after labs and domains.
      seeds = "${package "lab2nix-seeds" ""}";
    };
}
