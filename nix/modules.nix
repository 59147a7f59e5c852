# Modules from the generated files of a lab.
#
#   packageOf   lab2nix for a system, or null where there is none
{
  lib,
  NixVirt,
  packageOf ? _: null,
}:
let
  # The same for each lab: with a key, it counts once on a host that has several.
  nixvirt = {
    key = "lab2nix#NixVirt";
    _class = "nixos";
    imports = [ NixVirt.nixosModules.default ];
    # A host that has `NixVirt` among its special arguments keeps its own.
    _module.args.NixVirt = lib.mkDefault NixVirt;
  };

  # NixVirt 0.6.0 brings its activation helper and its libvirt for this system only.
  system = "x86_64-linux";
  host =
    {
      config,
      options,
      pkgs,
      ...
    }:
    let
      inherit (config.virtualisation.libvirt) enable;
      found = pkgs.stdenv.hostPlatform.system;
    in
    {
      key = "lab2nix#host";
      assertions = [
        {
          assertion = enable -> found == system;
          message = "NixVirt runs only on ${system}: its programs do not start on this host, which is ${found}.";
        }
      ];
      # Files that an older lab2nix has generated know no part of its own.
      services.lab2nix = lib.optionalAttrs (options.services.lab2nix ? package) {
        package = lib.mkDefault (packageOf found);
      };
      # NixOS takes no libvirtd without it.
      security.polkit.enable = lib.mkIf enable (lib.mkDefault true);
    };

  # Images as strings, whatever they are given as.
  strings = lib.mapAttrsRecursiveCond (image: !(image ? outPath)) (_: image: "${image}");

  sections = [
    "networks"
    "pools"
    "domains"
  ];

  orMissing = import ./generated.nix;

  # What the host part of a lab would provide under store paths. A session has no host part.
  sessionFiles =
    pkgs:
    let
      missing =
        name:
        throw "lab2nix: a user session has no ${name} of the lab; remove `\"paths\": \"store\"` from the spec's target";
      files = arch: {
        emulator = "${pkgs.qemu}/bin/qemu-system-${arch}";
        code = missing "UEFI firmware";
        vars = missing "UEFI firmware";
        rawVars = missing "UEFI firmware";
        setupVars = missing "UEFI firmware";
        rawSetupVars = missing "UEFI firmware";
      };
    in
    {
      aarch64 = files "aarch64";
      x86_64 = files "x86_64";
      x86_64-secure = files "x86_64";
      driverDisc = "${NixVirt.lib.guest-install.virtio-win.iso}";
      seeds = missing "disc for cloud-init";
      secretSeeds = missing "disc for cloud-init";
      unattended = missing "disc for Windows Setup";
    };
in
{
  # A NixOS module: NixVirt, the lab's objects, what they need of the host, and lab2nix's part in activations.
  #
  #   generated   the directory that `lab2nix gen` wrote
  #   images      the prebuilt images that disks name by `image.nix`: derivations, paths or strings, or
  #               sets of them
  mkNixosModule =
    {
      generated,
      images ? { },
    }:
    {
      _class = "nixos";
      imports = [
        nixvirt
        host
        (orMissing generated)
        { services.lab2nix = { inherit images; }; }
      ];
    };

  # A module of home-manager: NixVirt, and the lab's objects in the user's session.
  #
  # The host part is not in it. So a session has no UEFI firmware, driver disc, disc for cloud-init or
  # emulator of the lab's under stable paths unless the host has them; its pools need their directories, its firmware
  # variables a directory that the user can write to; and networks other than the host's own bridges
  # cannot start, because only root makes bridges. Nor does anybody keep the images that volumes grow
  # on from being collected when `images` names others.
  mkHomeModule =
    {
      generated,
      images ? { },
    }:
    { pkgs, ... }:
    let
      list =
        section:
        let
          file = import (orMissing generated + "/${section}.nix");
          all = {
            inherit NixVirt pkgs;
            hostFiles = sessionFiles pkgs;
            images = strings images;
          };
          found = file (builtins.intersectAttrs (builtins.functionArgs file) all);
        in
        if found == null then null else map sound found;
      # A session has no service that would ask libvirt before NixVirt starts.
      sound =
        object:
        let
          path = "${object.definition}";
        in
        if lib.hasPrefix "/run/lab2nix/" path then
          throw "lab2nix: a user session cannot leave the objects in ${path} as they are: `imported` and `external` are for hosts"
        else
          object;
    in
    {
      imports = [
        {
          key = "lab2nix#NixVirt";
          imports = [ NixVirt.homeModules.default ];
        }
      ];
      virtualisation.libvirt = {
        enable = true;
        connections."qemu:///session" = lib.genAttrs sections list;
      };
    };
}
