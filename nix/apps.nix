# `nix run`, for the lab in the current directory.
{ pkgs, lab2nix }:
let
  inherit (pkgs) lib;
  app = program: description: {
    type = "app";
    inherit program;
    meta = { inherit description; };
  };
  # A script, so that what follows `--` comes after the command's own arguments. Messages then name these apps.
  command =
    name: arguments:
    "${pkgs.writeShellScript "lab2nix-${name}" ''
      export LAB2NIX_FLAKE=.
      exec ${lib.getExe lab2nix} ${arguments} "$@"
    ''}";
in
{
  default = app (lib.getExe lab2nix) "lab2nix itself";
  gen = app (command "gen" "gen") "Writes generated/ from lab.json, or from the given spec";
  plan = app (command "plan" "plan") "Shows what a switch will do to this host's libvirt, and changes nothing";
  lab = app (command "lab" "") "Runs the lab: `nix run .#lab -- up`, `status`, `save`, and the other commands";
  check = app (command "check" "gen --check") "Checks that generated/ is up to date with lab.json, and writes nothing";
}
