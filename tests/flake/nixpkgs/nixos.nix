# `nixosSystem`, with the options that labs and NixVirt set.
{ lib }:
{
  modules,
  specialArgs ? { },
}:
lib.evalModules {
  class = "nixos";
  inherit specialArgs;
  modules = [
    (
      { config, ... }:
      let
        inherit (config.nixpkgs) pkgs;
        optionsOf = arguments: options (builtins.intersectAttrs (builtins.functionArgs options) arguments);
        options = import ./options.nix;
        any = lib.mkOption { type = lib.types.anything; };
      in
      {
        # Those of the other tests, and those that the flake sets besides.
        options =
          lib.recursiveUpdateUntil
            (
              _: mine: _:
              lib.isOption mine
            )
            {
              boot.isContainer = any;
              nixpkgs.pkgs = lib.mkOption { type = lib.types.raw; };
              security.polkit.enable = lib.mkOption {
                type = lib.types.bool;
                default = false;
              };
              system.stateVersion = any;
              virtualisation = {
                cores = any;
                diskSize = any;
                memorySize = any;
              };
            }
            (optionsOf {
              inherit lib pkgs;
              libvirt = false;
            });
        config = {
          _module.args = { inherit pkgs; };
          assertions = [
            {
              assertion = config.virtualisation.libvirtd.enable -> config.security.polkit.enable;
              message = "libvirtd needs polkit";
            }
          ];
        };
      }
    )
  ]
  ++ modules;
}
