{
  inputs = {
    flake-parts.url = "github:hercules-ci/flake-parts";
    lab2nix.url = "github:lab2nix/lab2nix";
  };

  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [ inputs.lab2nix.flakeModules.default ];
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      lab2nix.labs = {
        default.spec = ./lab.json;
        office = {
          spec = ./office/lab.json;
          images.debian.trixie = ./office/debian-13.qcow2;
        };
      };
    };
}
