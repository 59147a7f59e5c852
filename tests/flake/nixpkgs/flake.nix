# Stands in for nixpkgs where it cannot be had: `lib` is nixpkgs' own, packages are small derivations
# that build with the tools of the machine. tests/flake/run puts beside this file what it takes:
# lib/, options.nix and here.nix.
{
  outputs =
    { self }:
    let
      lib = import ./lib.nix;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
    in
    {
      lib = lib // {
        nixosSystem = import ./nixos.nix { inherit lib; };
      };
      legacyPackages = lib.genAttrs systems (system: import self { inherit system; });
    };
}
