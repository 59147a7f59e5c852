# Packages for a system. One that is not here is missing by its name.
{ system, ... }:
let
  lib = import ./lib.nix;
  # `lab2nix`: the program that this repository makes; `bash`: what builds; `validates`: whether the
  # machine's libvirt is new enough for the definitions.
  here = import ./here.nix;

  build =
    name: env: script:
    derivation (
      {
        name = lib.strings.sanitizeDerivationName name;
        inherit system;
        builder = here.bash;
        args = [
          "-euc"
          ''
            PATH=${lib.makeBinPath (env.nativeBuildInputs or [ ])}:/usr/local/bin:/usr/bin:/bin
            ${script}
            # A last command would take bash's place, and Nix kill it once it has closed its output.
            exit 0
          ''
        ];
      }
      // env
    );
  # A package with programs of the machine, or with programs that do nothing.
  with' =
    link: name: programs:
    build name { } ''
      mkdir -p "$out/bin"
      ${lib.concatMapStrings (program: "${link program} \"$out/bin/${program}\"\n") programs}
    '';
  of = with' (program: "ln -s \"$(type -P ${program})\"");
  idle = with' (_: "ln -s \"$(type -P true)\"");
  text =
    name: contents:
    build name {
      text = contents;
      passAsFile = [ "text" ];
    } ''cp "$textPath" "$out"'';

  platform = lib.systems.elaborate system;
  nixos = import ./nixos.nix { inherit lib; };

  pkgs =
    lib.mapAttrs idle {
      alejandra = [ "alejandra" ];
      cargo = [ "cargo" ];
      cdrtools = [ "mkisofs" ];
      coreutils = [ "timeout" ];
      clippy = [ "cargo-clippy" ];
      deadnix = [ "deadnix" ];
      nixfmt = [ "nixfmt" ];
      iproute2 = [ "ip" ];
      passt = [ "passt" ];
      qemu = [ "qemu-system-x86_64" ];
      qemu_kvm = [ "qemu-system-x86_64" ];
      qemu-utils = [ "qemu-img" ];
      rustc = [ "rustc" ];
      rustfmt = [ "rustfmt" ];
      shellcheck = [ "shellcheck" ];
      statix = [ "statix" ];
      swtpm = [ "swtpm" ];
      virt-manager = [ "virt-manager" ];
      virtio-win = [ ];
      virtiofsd = [ "virtiofsd" ];
      installShellFiles = [ ];
    }
    // lib.mapAttrs of {
      jq = [ "jq" ];
      xorriso = [ "xorriso" ];
    }
    // lib.mapAttrs (if here.validates then of else idle) {
      libvirt = [
        "virsh"
        "virt-xml-validate"
      ];
      libxml2 = [ "xmllint" ];
    }
    // {
      inherit lib;
      OVMFFull.fd = idle "OVMF-fd" [ ];
      nixfmt-tree = idle "nixfmt-tree" [ "treefmt" ] // {
        meta.mainProgram = "treefmt";
      };
      callPackage = lib.callPackageWith pkgs;
      stdenv = {
        buildPlatform = platform;
        hostPlatform = platform;
      };

      runCommand = build;
      writeText = text;
      writeTextFile = { name, text }: pkgs.writeText name text;
      writeShellScript =
        name: script:
        build name {
          text = "#!${here.bash}\n${script}";
          passAsFile = [ "text" ];
        } ''install -m 755 "$textPath" "$out"'';
      linkFarm =
        name: entries:
        build name { } (
          "mkdir \"$out\"\n"
          + lib.concatMapStrings (
            { name, path }:
            ''
              mkdir -p "$out/${dirOf name}"
              ln -s ${path} "$out/${name}"
            ''
          ) entries
        );

      mkShell =
        { packages, shellHook }:
        build "shell" {
          nativeBuildInputs = packages;
          inherit shellHook;
          outputs = [ "out" ];
          # What `nix develop` reads to know the environment.
          stdenv = build "stdenv" { } ''
            mkdir "$out"
            echo 'for package in $nativeBuildInputs; do PATH=$package/bin:$PATH; done' >"$out/setup"
          '';
        } ''touch "$out"'';

      python311.withPackages =
        choose:
        build "python3" {
          modules = choose {
            libvirt.override = { libvirt }: libvirt;
            lxml = idle "lxml" [ ];
            xmldiff = idle "xmldiff" [ ];
          };
        } ''mkdir -p "$out/bin"; ln -s "$(type -P python3)" "$out/bin/python3"'';

      rustPlatform.buildRustPackage =
        {
          pname,
          version,
          src,
          cargoLock,
          doCheck,
          nativeBuildInputs,
          postInstall,
          meta,
        }@arguments:
        assert builtins.pathExists cargoLock.lockFile;
        # Whoever runs it waits for no tests.
        assert !doCheck;
        build "${pname}-${version}" { inherit nativeBuildInputs src; } ''
          installManPage() { install -Dm 644 -t "$out/share/man" "$@"; }
          installShellCompletion() { install -Dm 644 -t "$out/share/completions" "$@"; }
          ls "$src/Cargo.toml" "$src/src/main.rs"
          install -Dm 755 ${here.lab2nix} "$out/bin/lab2nix"
          ${postInstall}
        ''
        // {
          inherit
            meta
            pname
            src
            version
            ;
          overrideAttrs =
            changed:
            build changed.name (
              removeAttrs arguments [
                "cargoLock"
                "doCheck"
                "meta"
              ]
              // changed
            ) "touch \"$out\"";
        };

      # Evaluates the nodes, and looks whether the script is Python.
      testers.runNixOSTest =
        {
          name,
          nodes,
          testScript,
        }:
        build name
          {
            inherit testScript;
            passAsFile = [ "testScript" ];
            nodes = builtins.toJSON (
              lib.mapAttrs (
                _: node:
                let
                  inherit
                    (nixos {
                      modules = [
                        node
                        { nixpkgs = { inherit pkgs; }; }
                      ];
                    })
                    config
                    ;
                in
                {
                  inherit (config) assertions;
                  inherit (config.virtualisation) libvirt;
                  inherit (config.systemd.services) nixvirt;
                }
              ) nodes
            );
          }
          ''python3 -c 'import sys; compile(open(sys.argv[1]).read(), "testScript", "exec")' "$testScriptPath"; touch "$out"'';
    };
in
pkgs
