# The checks of a lab: what its repository's `checks.<system>` are made of.
#
#   system      what builds the checks: x86_64-linux or aarch64-linux
#   pkgs        nixpkgs for that system; this flake's unless given
#   lab2nix     the tool; this flake's unless given
#   spec        the lab's JSON; what it includes is found from there
#   generated   the directory that `lab2nix gen` wrote
#
# The value is a set of derivations:
#
#   fresh         the files are what the spec makes
#   definitions   the module evaluates under NixOS and NixVirt; the definitions that NixVirt writes
#   xml           libvirt's schemas take the definitions
#   format        the files are as the formatter of the spec's target would have them
{
  nixpkgs,
  NixVirt,
  packageOf,
}:
{
  system ? pkgs.stdenv.hostPlatform.system,
  pkgs ? nixpkgs.legacyPackages.${system},
  lab2nix ? packageOf system,
  spec,
  generated,
}:
let
  inherit (nixpkgs) lib;
  orMissing = import ./generated.nix;

  # NixVirt's own set writes definitions with x86_64-linux's tools, whatever the system is.
  nixvirt = NixVirt // {
    lib = import "${NixVirt}/lib.nix" { packages = pkgs; };
  };
  # Definitions are the same whichever image is meant, so none has to be built.
  standIns =
    { config, ... }:
    let
      names = lib.concatMap (lab: builtins.attrNames lab.images) config.services.lab2nix.labs;
      standIn = name: lib.setAttrByPath (lib.splitString "." name) "/etc/lab2nix/images/${name}";
    in
    {
      services.lab2nix.images = lib.foldl' lib.recursiveUpdate { } (map standIn names);
    };
  inherit
    (lib.nixosSystem {
      specialArgs.NixVirt = nixvirt;
      modules = [
        NixVirt.nixosModules.default
        (orMissing generated)
        standIns
        {
          nixpkgs.pkgs = pkgs;
          # A host without disks and a boot loader.
          boot.isContainer = true;
          security.polkit.enable = true;
          # What labs ask of a host that is somebody's.
          boot.kernel.sysctl."vm.nr_hugepages" = 1;
          services.openiscsi.name = "iqn.2026-01.org.example:check";
          system.stateVersion = lib.trivial.release;
        }
      ];
    })
    config
    ;
  failed = map ({ message, ... }: message) (
    builtins.filter ({ assertion, ... }: !assertion) config.assertions
  );
  connections = lib.throwIf (failed != [ ]) (lib.concatLines failed) (
    builtins.attrValues config.virtualisation.libvirt.connections
  );

  objects = section: lib.concatMap (connection: orNone connection.${section}) connections;
  orNone = list: if list == null then [ ] else list;
  # What libvirt has already, nobody writes.
  isWritten = definition: !(lib.hasPrefix "/run/lab2nix/" "${definition}");
  written = objects: builtins.filter isWritten (map (object: object.definition) objects);
  volumes = builtins.filter (volume: volume.definition != null) (
    lib.concatMap (pool: pool.volumes) (objects "pools")
  );
  # By what `virt-xml-validate` calls their schemas.
  definitionsOf = {
    network = written (objects "networks");
    storagepool = written (objects "pools");
    storagevol = written volumes;
    domain = written (objects "domains");
  };
  # What follows the hash of a store path.
  nameOf =
    path:
    builtins.unsafeDiscardStringContext (
      builtins.substring 33 (-1) (baseNameOf (builtins.unsafeDiscardStringContext "${path}"))
    );
  entry = schema: index: definition: {
    name = "${schema}/${toString index}-${nameOf definition}";
    path = definition;
  };
  definitions = pkgs.linkFarm "lab2nix-definitions" (
    lib.concatLists (lib.mapAttrsToList (schema: lib.imap0 (entry schema)) definitionsOf)
  );

  formatters = {
    nixfmt = {
      package = pkgs.nixfmt;
      command = "nixfmt --check";
    };
    alejandra = {
      package = pkgs.alejandra;
      command = "alejandra --check";
    };
  };
  # What `gen` wrote, file by file: where several labs share the module of the host, it is behind a link.
  filesIn =
    prefix: directory:
    map (name: {
      name = prefix + name;
      path = builtins.toFile "lab2nix-${name}" (builtins.readFile (directory + "/${name}"));
    }) (builtins.filter isOurs (builtins.attrNames (builtins.readDir directory)));
  isOurs =
    name:
    lib.hasSuffix ".nix" name
    || lib.hasSuffix ".sh" name
    || lib.hasSuffix ".ps1" name
    || name == "schema.json";
  files = pkgs.linkFarm "lab2nix-generated" (
    filesIn "" (orMissing generated) ++ filesIn "host/" (generated + "/host")
  );

  # The spec and what it includes, and the definitions that they name.
  specs = import ./spec.nix spec;
  definitionFiles = map (path: { inherit path; }) (lib.concatMap (file: file.definitions) specs);
  parts = specs ++ definitionFiles;
  formats = lib.concatMap (file: lib.catAttrs "format" [ (file.value.target or { }) ]) specs;
  formatter = formatters.${lib.head (formats ++ [ "nixfmt" ])};

  # Files keep their names, which the first line of each generated file tells, and where they are from each other. The
  # check does not depend on where all of them are.
  partsOf = file: lib.splitString "/" (toString file.path);
  shared = lib.foldl' lib.lists.commonPrefix (lib.init (partsOf (lib.head specs))) (
    map partsOf parts
  );
  placeOf = file: lib.concatStringsSep "/" (lib.drop (lib.length shared) (partsOf file));
  copyOf =
    file:
    builtins.path {
      name = "lab2nix-spec";
      inherit (file) path;
    };
  put = file: ''
    install -D -m 644 ${copyOf file} ${lib.escapeShellArg (placeOf file)}
  '';
  main = placeOf (lib.head specs);
in
{
  fresh = pkgs.runCommand "lab2nix-fresh" { nativeBuildInputs = [ lab2nix ]; } ''
    ${lib.concatMapStrings put parts}
    cd ${lib.escapeShellArg (dirOf main)}
    cp -rL ${files} generated
    lab2nix gen --check --diff ${lib.escapeShellArg (baseNameOf main)}
    touch "$out"
  '';

  inherit definitions;

  xml =
    pkgs.runCommand "lab2nix-xml"
      {
        nativeBuildInputs = [
          pkgs.libvirt
          pkgs.libxml2
        ];
      }
      ''
        for schema in ${toString (builtins.attrNames definitionsOf)}; do
          for file in ${definitions}/"$schema"/*; do
            if [[ -e $file ]]; then
              virt-xml-validate "$file" "$schema"
            fi
          done
        done
        touch "$out"
      '';

  format = pkgs.runCommand "lab2nix-format" { nativeBuildInputs = [ formatter.package ]; } ''
    ${formatter.command} ${files}/*.nix ${files}/host/*.nix
    touch "$out"
  '';
}
