{
  description = "Generates NixVirt networks, pools and domains from a JSON lab spec, and proves what it wrote";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    NixVirt = {
      url = "https://flakehub.com/f/AshleyYakeley/NixVirt/*.tar.gz";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      NixVirt,
    }:
    let
      inherit (nixpkgs) lib;
      linux = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      darwin = [
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      each = lib.genAttrs;
      packageOf = system: self.packages.${system}.default;

      modules = import ./nix/modules.nix {
        inherit lib NixVirt;
        packageOf = system: self.packages.${system}.default or null;
      };
      mkChecks = import ./nix/checks.nix { inherit nixpkgs NixVirt packageOf; };
    in
    {
      packages = each (linux ++ darwin) (system: rec {
        lab2nix = nixpkgs.legacyPackages.${system}.callPackage ./nix/package.nix { };
        default = lab2nix;
      });

      overlays.default = final: _prev: { lab2nix = final.callPackage ./nix/package.nix { }; };

      apps = each (linux ++ darwin) (
        system:
        import ./nix/apps.nix {
          pkgs = nixpkgs.legacyPackages.${system};
          lab2nix = packageOf system;
        }
      );

      lib = {
        inherit (modules) mkNixosModule mkHomeModule;
        inherit mkChecks;
        # A set with a value for each system that a lab can be checked on.
        forLinux = each linux;
      };

      flakeModules.default = import ./nix/flake-module.nix {
        inherit nixpkgs;
        lab2nix = self;
      };

      # The lab of this repository.
      nixosModules.default = modules.mkNixosModule { generated = ./generated; };
      homeModules.default = modules.mkHomeModule { generated = ./generated; };

      checks = each linux (
        system:
        import ./nix/own-checks.nix {
          inherit
            mkChecks
            modules
            system
            ;
          pkgs = nixpkgs.legacyPackages.${system};
          lab2nix = packageOf system;
        }
      );

      templates = {
        default = {
          path = ./templates/default;
          description = "A lab of one network, one pool and one Linux machine";
          welcomeText = ''
            Change `lab.json`, then run `nix run .#gen`. `README.md` has the rest.
          '';
        };
        windows = {
          path = ./templates/windows;
          description = "A lab of a Windows server and a Windows client on their own network";
        };
        cluster = {
          path = ./templates/cluster;
          description = "A lab of identical Linux machines backed by one image";
        };
      };

      # The default is for labs, whose flakes hand these on; `lab2nix` is for lab2nix itself.
      devShells = each (linux ++ darwin) (
        system:
        import ./nix/shell.nix {
          pkgs = nixpkgs.legacyPackages.${system};
          lab2nix = packageOf system;
        }
      );

      # `nix fmt` names no files, with which nixfmt itself would wait for its input.
      formatter = each (linux ++ darwin) (system: nixpkgs.legacyPackages.${system}.nixfmt-tree);
    };
}
