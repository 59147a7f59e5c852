# The checks of this repository.
{
  pkgs,
  system,
  lab2nix,
  mkChecks,
  modules,
}:
let
  inherit (pkgs) lib;

  # Those below a directory that have a `lab.json`.
  directories =
    prefix: parent:
    lib.concatMapAttrs (name: _: directory (prefix + name) (parent + "/${name}")) (
      lib.filterAttrs (_: type: type == "directory") (builtins.readDir parent)
    );
  directory =
    name: path:
    lib.optionalAttrs (builtins.pathExists (path + "/lab.json")) { ${name} = path; }
    // directories "${name}-" path;
  # Templates have no generated files: CI makes labs of them.
  labs = {
    lab = ../.;
    test = ../tests/flake/lab;
  }
  // directories "example-" ../examples;
  ofLab =
    name: directory:
    lib.mapAttrs' (check: lib.nameValuePair "${name}-${check}") (mkChecks {
      inherit pkgs system lab2nix;
      spec = directory + "/lab.json";
      generated = directory + "/generated";
    });

  nixFiles = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.fileFilter (file: file.hasExt "nix") ../.;
  };
  lint =
    name: package: command:
    pkgs.runCommand "lab2nix-${name}" { nativeBuildInputs = [ package ]; } ''
      cd ${nixFiles}
      ${command}
      touch "$out"
    '';
in
lib.concatMapAttrs ofLab labs
// {
  package = lab2nix;
  # Those that find their tools; .ci/run has all of them.
  tests = lab2nix.overrideAttrs {
    name = "lab2nix-tests";
    doCheck = true;
    nativeCheckInputs = [ pkgs.shellcheck ];
  };
  # The generated files have checks of their own.
  nixfmt = lint "nixfmt" pkgs.nixfmt ''
    find flake.nix nix templates/*/flake.nix tests/flake/*.nix tests/flake/*/*.nix tests/nix \
      -name '*.nix' -exec nixfmt --check {} +
  '';
  deadnix = lint "deadnix" pkgs.deadnix "deadnix --fail .";
  # In the file that is left out, statix would have `inherit` in place of `set.key or default`.
  statix = lint "statix" pkgs.statix "statix check --ignore tests/nix/small-lib.nix -- .";
}
# A NixVirt host is an x86_64-linux one.
// lib.optionalAttrs (system == "x86_64-linux") {
  nixos = import ./nixos-test.nix { inherit pkgs modules; };
}
