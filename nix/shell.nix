# Shells: `default` is to work on a lab, on Linux with a hypervisor's tools, elsewhere for editing; `lab2nix` is to work on
# lab2nix, and has the same, Rust and linters.
{ pkgs, lab2nix }:
let
  inherit (pkgs) lib stdenv;

  ofLab = [
    lab2nix
    pkgs.nixfmt
  ]
  ++ lib.optionals stdenv.hostPlatform.isLinux [
    pkgs.libvirt
    pkgs.qemu-utils
    pkgs.swtpm
    pkgs.virt-manager
  ];
  ofLab2nix = [
    pkgs.cargo
    pkgs.clippy
    pkgs.deadnix
    pkgs.rustc
    pkgs.rustfmt
    pkgs.shellcheck
    pkgs.statix
  ];

  shell =
    packages:
    pkgs.mkShell {
      inherit packages;

      # Says what is missing, and nothing when all is well.
      shellHook = lib.optionalString stdenv.hostPlatform.isLinux ''
        export LIBVIRT_DEFAULT_URI=''${LIBVIRT_DEFAULT_URI:-qemu:///system}
        if [[ $LIBVIRT_DEFAULT_URI == qemu:///system ]]; then
          if [[ ! -S /run/libvirt/libvirt-sock && ! -S /run/libvirt/virtqemud-sock ]]; then
            echo "lab: libvirtd is not running here" >&2
          elif [[ $(id -u) != 0 && " $(id -nG) " != *" libvirtd "* && " $(id -nG) " != *" libvirt "* ]]; then
            echo "lab: you are not in the group libvirtd, so virsh may refuse access" >&2
          elif ! lab2nixDomains=$(timeout 2 virsh --readonly list --all --name 2>/dev/null); then
            echo "lab: libvirtd does not answer" >&2
          elif [[ -z ''${lab2nixDomains//[[:space:]]/} ]]; then
            echo "lab: libvirt has no domains yet; nixos-rebuild switch defines them" >&2
          fi
          unset lab2nixDomains
        fi
      '';
    };
in
{
  default = shell ofLab;
  lab2nix = shell (ofLab ++ ofLab2nix);
}
