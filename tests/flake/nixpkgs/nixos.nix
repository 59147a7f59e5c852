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
        any = lib.mkOption { type = lib.types.anything; };
      in
      {
        imports = [
          {
            options = import ./options.nix {
              inherit lib pkgs;
              libvirt = false;
            };
          }
        ];
        options = {
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
        };
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
