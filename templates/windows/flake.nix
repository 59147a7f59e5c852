{
  description = "A lab of a Windows server and a Windows client";

  inputs.lab2nix.url = "github:lab2nix/lab2nix";

  outputs =
    { lab2nix, ... }:
    let
      spec = ./lab.json;
      generated = ./generated;
    in
    {
      # For the host: NixVirt, the lab, and what the lab needs of the host.
      nixosModules.default = lab2nix.lib.mkNixosModule { inherit generated; };

      # `nix flake check`
      checks = lab2nix.lib.forLinux (system: lab2nix.lib.mkChecks { inherit system spec generated; });

      # `nix run .#gen`, and `.#check`, `.#plan`, `.#lab`; `nix develop`, `nix fmt`
      inherit (lab2nix) apps devShells formatter;
    };
}
