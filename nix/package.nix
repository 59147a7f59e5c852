# The tool, with its manual pages and shell completions.
{
  lib,
  stdenv,
  rustPlatform,
  installShellFiles,
}:
let
  # The project's name, version, description and home are written in Cargo.toml alone.
  manifest = (lib.importTOML ../Cargo.toml).package;
in
rustPlatform.buildRustPackage {
  pname = manifest.name;
  inherit (manifest) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions (map (path: ../. + "/${path}") (import ./sources.nix));
  };
  cargoLock.lockFile = ../Cargo.lock;

  # A user who says `nix run` waits for no tests: they are a check of the flake.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    "$out/bin/lab2nix" man pages
    installManPage pages/*
    for shell in bash fish zsh; do
      "$out/bin/lab2nix" completions "$shell" >"lab2nix.$shell"
    done
    installShellCompletion lab2nix.{bash,fish,zsh}
  '';

  meta = {
    inherit (manifest) description;
    homepage = manifest.repository;
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = manifest.name;
    platforms = lib.platforms.unix;
  };
}
