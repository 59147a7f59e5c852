# What hosts and homes get of this flake's modules, and of a lab's that was made from a template.
#
#   flake      this flake
#   nixpkgs    its nixpkgs
#   lab        a lab's flake
#   another    the generated files of another lab
#   images     the directory of a lab with an image of the flake, and its generated files
#   imported   the generated files of a lab with a domain that stays as it is
#   demanding  the directory of a lab that asks something of its host, and its generated files
#
# The value is what each has in libvirt, by the names of the definitions.
{
  flake,
  nixpkgs,
  lab,
  another,
  images,
  imported,
  demanding,
}:
let
  inherit (nixpkgs) lib;
  pkgs = nixpkgs.legacyPackages.x86_64-linux;

  nameOf = definition: builtins.substring 33 (-1) (baseNameOf (toString definition));
  names = lib.mapAttrs (
    _: list:
    if list == null then
      null
    else
      map (object: builtins.unsafeDiscardStringContext (nameOf object.definition)) list
  );
  connections = config: lib.mapAttrs (_: names) config.virtualisation.libvirt.connections;

  host =
    pkgs: modules: specialArgs:
    let
      inherit
        (lib.nixosSystem {
          inherit specialArgs;
          modules = modules ++ [ { nixpkgs = { inherit pkgs; }; } ];
        })
        config
        ;
      inherit (config.services.lab2nix) package;
      inherit (config.systemd) services;
      text = builtins.unsafeDiscardStringContext;
    in
    {
      libvirt = connections config;
      inherit (config) warnings;
      # lab2nix for the host's system, if its service calls it.
      package =
        if package == null then
          null
        else if lib.hasInfix (text "=${package}/bin/lab2nix\n") (text services.nixvirt.script) then
          package.system
        else
          "it is not called";
      failed = map (failed: failed.message) (lib.filter (entry: !entry.assertion) config.assertions);
      kept = lib.mapAttrsToList (_: root: root."L+".argument) (
        config.systemd.tmpfiles.settings.lab2nix-images or { }
      );
    };
  home =
    modules:
    connections
      (lib.evalModules {
        class = "homeManager";
        specialArgs = {
          inherit pkgs;
          lib = lib // {
            hm.dag.entryAfter = after: data: { inherit after data; };
          };
        };
        modules = modules ++ [
          {
            options.home = {
              packages = lib.mkOption { type = lib.types.listOf lib.types.package; };
              activation = lib.mkOption { type = lib.types.anything; };
            };
          }
        ];
      }).config;
  other = flake.lib.mkNixosModule { generated = another; };
  debian = builtins.toFile "debian.qcow2" "not much of an image";
  handed = {
    images.debian.trixie = debian;
  };
  withImages = flake.lib.mkNixosModule ({ generated = images + "/generated"; } // handed);
in
{
  # No host needs special arguments; one that has `NixVirt` keeps it.
  own = host pkgs [ flake.nixosModules.default ] { };
  special = host pkgs [ flake.nixosModules.default ] { inherit (flake.inputs) NixVirt; };
  lab = host pkgs [ lab.nixosModules.default ] { };
  two = host pkgs [
    lab.nixosModules.default
    other
  ] { };
  arm = host nixpkgs.legacyPackages.aarch64-linux [ lab.nixosModules.default ] { };
  # One that this flake has no package for.
  riscv = host (import nixpkgs { system = "riscv64-linux"; }) [ lab.nixosModules.default ] { };
  withoutPackage = host pkgs [
    lab.nixosModules.default
    { services.lab2nix.package = null; }
  ] { };
  home = home [ flake.homeModules.default ];
  # What is handed to two labs is the same for both. Checks need nothing of it.
  images = host pkgs [
    withImages
    (flake.lib.mkNixosModule ({ generated = another; } // handed))
  ] { };
  imageIsKept = [ (builtins.unsafeDiscardStringContext debian) ];
  checks =
    builtins.unsafeDiscardStringContext
      (flake.lib.mkChecks {
        system = "x86_64-linux";
        spec = images + "/lab.json";
        generated = images + "/generated";
      }).xml.drvPath;
  demandingChecks =
    builtins.unsafeDiscardStringContext
      (flake.lib.mkChecks {
        system = "x86_64-linux";
        spec = demanding + "/lab.json";
        generated = demanding + "/generated";
      }).xml.drvPath;
  demandingHost =
    (host pkgs [ (flake.lib.mkNixosModule { generated = demanding + "/generated"; }) ] { }).failed;
  imageHome = home [ (flake.lib.mkHomeModule ({ generated = images + "/generated"; } // handed)) ];
  importedHost = host pkgs [ (flake.lib.mkNixosModule { generated = imported; }) ] { };
  importedHome =
    (builtins.tryEval (
      builtins.deepSeq (home [ (flake.lib.mkHomeModule { generated = imported; }) ]) true
    )).success;
  homes = home [
    flake.homeModules.default
    (flake.lib.mkHomeModule { generated = another; })
  ];
}
