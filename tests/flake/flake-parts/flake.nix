# Stands in for flake-parts where it cannot be had: as much of it as modules like ours see.
{
  outputs =
    { nixpkgs-lib, ... }:
    let
      inherit (nixpkgs-lib) lib;
      inherit (lib) mkOption types;
      ofSystems = [
        "apps"
        "checks"
        "devShells"
        "packages"
      ];
      values = mkOption {
        type = types.lazyAttrsOf types.raw;
        default = { };
      };
      outputsOf =
        module: system:
        (lib.evalModules {
          class = "perSystem";
          specialArgs = { inherit system; };
          modules = [
            module
            { options = lib.genAttrs ofSystems (_: values); }
          ];
        }).config;
      base.options = {
        systems = mkOption { type = types.listOf types.str; };
        perSystem = mkOption { type = types.deferredModule; };
        flake.nixosModules = mkOption {
          type = types.lazyAttrsOf types.deferredModule;
          default = { };
        };
      };
    in
    {
      lib.mkFlake =
        { inputs }:
        module:
        let
          inherit
            (lib.evalModules {
              class = "flake";
              specialArgs = {
                inherit inputs;
                inherit (inputs) self;
              };
              modules = [
                base
                module
              ];
            })
            config
            ;
          systems = lib.genAttrs config.systems (outputsOf config.perSystem);
        in
        config.flake // lib.genAttrs ofSystems (name: lib.mapAttrs (_: outputs: outputs.${name}) systems);
    };
}
