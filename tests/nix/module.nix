# Evaluates a lab's `default.nix` as the NixOS module that it is.
#
#   NIXPKGS_LIB=<nixpkgs.lib> NIXVIRT_SRC=<checkout> nix-instantiate --eval --strict --json \
#     tests/nix/module.nix --arg generated ./generated --arg table ./schema/nixvirt/0.6.0.json
#
#   generated    the lab's folder; or a list of folders: labs that share one host
#   table        what the lab's NixVirt writes: schema/nixvirt/<version>.json
#   nixpkgsLib   a checkout of nixpkgs or nixpkgs.lib, or its lib/ folder. Null: small-lib.nix
#   nixvirt      a checkout of NixVirt: its library and its module. Null: the stand-ins
#   force        settings of the host that count more than the labs', by path:
#                { "services.lab2nix.enable" = false; }
#   qemu         the package of the host's QEMU, by its name
#   without      "NixVirt": a host without NixVirt's module; "images": one without images for the
#                labs; "equipment": one that nobody has prepared for huge pages, iSCSI and devices
#                that guests get; "preSwitchChecks": one whose nixpkgs has none; "package": one whose
#                owner has not said anything of lab2nix's part; null: a whole host
#
# The value is what the host gets: libvirt (NixVirt's options; null without them), libvirtd, hosts, firewall,
# tmpfiles, etc (name to source), texts (name to text, in etc), services (nixvirt and libvirtd), packages, vswitch, filesystems,
# openiscsi (whether it is enabled), preSwitchChecks, warnings, zones (the packages with zones of firewalld), seeds (the
# texts of the discs for cloud-init), seedPaths and secretSeedPaths (where they are), and failures: the messages of the
# assertions that fail. Packages are shown as their paths.
{
  generated,
  table,
  nixpkgsLib ?
    if builtins.getEnv "NIXPKGS_LIB" == "" then null else /. + builtins.getEnv "NIXPKGS_LIB",
  nixvirt ? if builtins.getEnv "NIXVIRT_SRC" == "" then null else /. + builtins.getEnv "NIXVIRT_SRC",
  force ? { },
  qemu ? "qemu",
  without ? null,
}:
let
  standIn = import ./stand-in.nix { inherit table nixvirt; };
  inherit (standIn) NixVirt pkgs;
  labs = if builtins.isList generated then generated else [ generated ];

  small = import ./small-lib.nix;
  lib =
    if nixpkgsLib == null then
      small.lib
    else
      import (
        if builtins.pathExists (nixpkgsLib + "/lib/default.nix") then nixpkgsLib + "/lib" else nixpkgsLib
      );
  evalModules =
    if nixpkgsLib == null then
      small.evalModules
    else
      arguments: lib.evalModules (arguments // { class = "nixos"; });

  nixvirtModule =
    if nixvirt == null then
      import ./nixvirt.nix
    else
      (import (nixvirt + "/modules.nix") {
        packages = pkgs;
        moduleHelperFile = libvirt: "${libvirt}/nixvirt-module-helper";
      }).nixosModule;
  forced = map (
    path:
    lib.setAttrByPath (builtins.filter builtins.isString (builtins.split "[.]" path)) (
      lib.mkForce force.${path}
    )
  ) (builtins.attrNames force);

  inherit
    (evalModules {
      specialArgs = {
        inherit NixVirt pkgs;
      }
      // (if nixpkgsLib == null then { inherit lib; } else { });
      modules = [
        {
          options =
            let
              all = import ./options.nix { inherit lib pkgs; };
            in
            if without == "preSwitchChecks" then removeAttrs all [ "system" ] else all;
        }
      ]
      ++ (if without == "NixVirt" then [ ] else [ nixvirtModule ])
      ++ map (lab: lab + "/default.nix") labs
      ++ (if without == "images" then [ ] else [ { services.lab2nix = { inherit (standIn) images; }; } ])
      ++ (if without == "package" then [ ] else [ { services.lab2nix.package = lib.mkDefault null; } ])
      ++ (
        if without == "equipment" then
          [ ]
        else
          [
            {
              boot.kernel.sysctl."vm.nr_hugepages" = 64;
              boot.kernelParams = [ "intel_iommu=on" ];
              services.openiscsi.name = "iqn.2026-01.org.example:host";
            }
          ]
      )
      ++ (if qemu == "qemu" then [ ] else [ { virtualisation.libvirtd.qemu.package = pkgs.${qemu}; } ])
      ++ forced;
    })
    config
    ;
  failing = builtins.filter (one: !one.assertion) config.assertions;
  # Of the labs that the host runs, those that have any.
  ofRunning =
    seeds: if config.services.lab2nix.enable then lib.filterAttrs (_: of: of != { }) seeds else { };
in
{
  libvirt = config.virtualisation.libvirt or null;
  inherit (config.virtualisation) libvirtd vswitch;
  inherit (config.networking) hosts;
  firewall = config.networking.firewall.interfaces;
  tmpfiles = config.systemd.tmpfiles.settings;
  etc = builtins.mapAttrs (_: entry: "${entry.source}") (
    lib.filterAttrs (_: entry: entry.source != null) config.environment.etc
  );
  texts = builtins.mapAttrs (_: entry: entry.text) (
    lib.filterAttrs (_: entry: entry.text != null) config.environment.etc
  );
  inherit (config.systemd) services sockets timers;
  packages = config.environment.systemPackages;
  filesystems = config.boot.supportedFilesystems;
  openiscsi = {
    inherit (config.services.openiscsi) enable;
  };
  preSwitchChecks = config.system.preSwitchChecks or null;
  inherit (config) warnings;
  zones = config.services.firewalld.packages;
  seeds = ofRunning (
    builtins.listToAttrs (
      map (lab: {
        inherit (lab) name;
        value = builtins.mapAttrs (
          _: seed:
          builtins.mapAttrs (_: file: if file == null then null else file.text) (
            removeAttrs seed [ "secrets" ]
          )
        ) lab.seeds;
      }) config.services.lab2nix.labs
    )
  );
  seedPaths = ofRunning config.services.lab2nix.hostFiles.seeds;
  secretSeedPaths = ofRunning config.services.lab2nix.hostFiles.secretSeeds;
  failures = map (one: one.message) failing;
}
