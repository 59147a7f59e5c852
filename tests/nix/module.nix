# Evaluates a lab's `default.nix` as the NixOS module that it is.
#
#   NIXPKGS_LIB=<nixpkgs.lib> NIXVIRT_SRC=<checkout> nix-instantiate --eval --strict --json \
#     tests/nix/module.nix --arg generated ./generated --arg table ./schema/nixvirt/0.6.0.json
#
#   generated    the lab's folder; or a list of folders: labs that share one host
#   table        what the lab's NixVirt writes: schema/nixvirt/<version>.json
#   nixpkgsLib   a checkout of nixpkgs or nixpkgs.lib, or its lib/ folder: the module is evaluated
#                by `lib.evalModules`. Null: by small-lib.nix, one lab at a time
#   nixvirt      a checkout of NixVirt: its library, and with nixpkgsLib its module too. Null: the
#                stand-ins
#
# The value is what the host gets: libvirt (NixVirt's options), libvirtd, firewall, tmpfiles, etc
# (name to source), service (nixvirt.service), path (of libvirtd.service), vswitch. Packages are shown
# as their paths.
{
  generated,
  table,
  nixpkgsLib ?
    if builtins.getEnv "NIXPKGS_LIB" == "" then null else /. + builtins.getEnv "NIXPKGS_LIB",
  nixvirt ? if builtins.getEnv "NIXVIRT_SRC" == "" then null else /. + builtins.getEnv "NIXVIRT_SRC",
}:
let
  standIn = import ./stand-in.nix { inherit table nixvirt; };
  inherit (standIn) NixVirt pkgs;
  labs = if builtins.isList generated then generated else [ generated ];

  small = import ./small-lib.nix;
  lib = import (
    if builtins.pathExists (nixpkgsLib + "/lib/default.nix") then nixpkgsLib + "/lib" else nixpkgsLib
  );
  realModule = nixpkgsLib != null && nixvirt != null;
  options = import ./options.nix {
    inherit pkgs;
    lib = if nixpkgsLib == null then small.lib else lib;
    libvirt = !realModule;
  };
  nixvirtModules = import (nixvirt + "/modules.nix") {
    packages = pkgs;
    moduleHelperFile = libvirt: "${libvirt}/nixvirt-module-helper";
  };

  config =
    if nixpkgsLib == null then
      let
        arguments = {
          inherit NixVirt pkgs;
          inherit (small) lib;
        };
        module = import (builtins.head labs + "/default.nix");
      in
      if builtins.length labs == 1 then
        (small.eval options module arguments).result
      else
        throw "several labs on one host need nixpkgsLib"
    else
      (lib.evalModules {
        specialArgs = { inherit NixVirt pkgs; };
        modules = [
          { inherit options; }
        ]
        ++ (if realModule then [ nixvirtModules.nixosModule ] else [ ])
        ++ map (lab: lab + "/default.nix") labs;
      }).config;
in
{
  inherit (config.virtualisation) libvirt libvirtd;
  firewall = config.networking.firewall.interfaces;
  tmpfiles = config.systemd.tmpfiles.settings;
  etc = builtins.mapAttrs (_: entry: "${entry.source}") config.environment.etc;
  service = config.systemd.services.nixvirt;
  path = config.systemd.services.libvirtd.path or [ ];
  inherit (config.virtualisation) vswitch;
}
