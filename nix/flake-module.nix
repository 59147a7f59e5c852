# A module of flake-parts: of each lab that a flake has, the module of its host and its checks, and the apps for all of them.
#
#   lab2nix   this flake
#   nixpkgs   its nixpkgs
{ lab2nix, nixpkgs }:
{
  config,
  lib,
  self,
  ...
}:
let
  inherit (config.lab2nix) labs;

  lab =
    { config, ... }:
    {
      options = {
        spec = lib.mkOption {
          type = lib.types.path;
          example = lib.literalExpression "./lab.json";
          description = "The spec.";
        };
        generated = lib.mkOption {
          type = lib.types.path;
          default = dirOf config.spec + "/generated";
          defaultText = lib.literalMD "`generated` beside the spec";
          description = "The directory that `lab2nix gen` writes.";
        };
        images = lib.mkOption {
          type = lib.types.attrsOf lib.types.raw;
          default = { };
          example = lib.literalExpression "{ debian.trixie = ./debian-13.qcow2; }";
          description = "The images that disks name by `image.nix`.";
        };
      };
    };

  # Where a file of this flake is from its root, in which apps are run.
  fromRoot =
    path:
    let
      root = "${toString self}/";
    in
    if lib.hasPrefix root (toString path) then
      lib.removePrefix root (toString path)
    else
      throw "lab2nix: ${toString path} is not in this flake: name it by a path, such as ./lab.json";
  specOf = { spec, ... }: lib.escapeShellArg (fromRoot spec);
  # As a user would say it.
  outOf =
    { spec, generated, ... }:
    lib.optionalString (
      toString generated != "${toString (dirOf spec)}/generated"
    ) "--out ${lib.escapeShellArg (fromRoot generated)} ";

  ofSystem =
    system:
    let
      pkgs = nixpkgs.legacyPackages.${system};
      own = lab2nix.packages.${system};
      program = lib.getExe own.default;
      app = name: description: script: {
        type = "app";
        program = "${pkgs.writeShellScript "lab2nix-${name}" script}";
        meta = { inherit description; };
      };
      # One after the other, whatever becomes of those before.
      each =
        name: description: arguments:
        let
          call = lab: "${program} ${arguments} ${outOf lab}\"$@\" ${specOf lab} || status=$?\n";
        in
        app name description
          "status=0\n${lib.concatMapStrings call (builtins.attrValues labs)}exit $status\n";
      checksOf =
        name:
        { spec, generated, ... }:
        lib.mapAttrs' (check: lib.nameValuePair "${name}-${check}") (
          lab2nix.lib.mkChecks { inherit system spec generated; }
        );
    in
    {
      packages = { inherit (own) lab2nix; };
      apps = {
        gen = each "gen" "Writes the files of all labs" "gen";
        check = each "check" "Tells whether the files of all labs are fresh" "gen --check";
        plan = app "plan" "Tells what a switch will do to this host's libvirt, and changes nothing" ''
          exec ${program} plan "$@" ${lib.concatMapStringsSep " " specOf (builtins.attrValues labs)}
        '';
        inherit (lab2nix.apps.${system}) lab;
      };
      checks = lib.optionalAttrs (lib.hasSuffix "-linux" system) (lib.concatMapAttrs checksOf labs);
      devShells.lab2nix = lab2nix.devShells.${system}.default;
    };
in
{
  _file = ./flake-module.nix;
  key = "lab2nix#flakeModule";

  options.lab2nix.labs = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule lab);
    default = { };
    description = "The labs of this flake, each by the name that its module gets.";
  };

  config = {
    flake.nixosModules = lib.mapAttrs (
      _: { generated, images, ... }: lab2nix.lib.mkNixosModule { inherit generated images; }
    ) labs;
    perSystem = { system, ... }: lib.optionalAttrs (lab2nix.packages ? ${system}) (ofSystem system);
  };
}
