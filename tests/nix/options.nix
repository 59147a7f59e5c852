# The options that a lab's `default.nix` sets, with the types that NixOS (25.11 and 26.05) and
# NixVirt give them. Written for nixpkgs' `lib` and for the few functions of `small-lib.nix`.
#
#   libvirt   whether to declare NixVirt's own options; not when its real module does
{
  lib,
  pkgs,
  libvirt,
}:
let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  strings = option (types.listOf types.str) [ ];
  lines = option types.lines "";
  ports = option (types.listOf types.port) [ ];
  unitSection = option (types.attrsOf types.anything) { };

  service = types.submodule {
    options = {
      description = option types.str "";
      wantedBy = strings;
      requires = strings;
      wants = strings;
      after = strings;
      before = strings;
      path = option (types.listOf (types.either types.package types.str)) [ ];
      script = lines;
      preStart = lines;
      postStart = lines;
      serviceConfig = unitSection;
      unitConfig = unitSection;
      startLimitBurst = option (types.nullOr types.int) null;
      startLimitIntervalSec = option (types.nullOr types.int) null;
    };
  };

  rule = types.submodule {
    options = {
      age = option types.str "-";
      argument = option types.str "";
      group = option types.str "-";
      mode = option types.str "-";
      user = option types.str "-";
    };
  };

  etcEntry = types.submodule {
    options = {
      source = mkOption { type = types.path; };
      mode = option types.str "symlink";
    };
  };

  object = extra: {
    options = {
      definition = mkOption { type = types.path; };
      active = option (types.nullOr types.bool) null;
      restart = option (types.nullOr types.bool) null;
    }
    // extra;
  };
  objects = extra: option (types.nullOr (types.listOf (types.submodule (object extra)))) null;
  volume = types.submodule {
    options = {
      definition = option (types.nullOr types.path) null;
      name = option (types.nullOr types.str) null;
      present = option types.bool true;
    };
  };
  connection = types.submodule {
    options = {
      networks = objects { };
      pools = objects { volumes = option (types.listOf volume) [ ]; };
      domains = objects { };
    };
  };
in
{
  assertions = option (types.listOf types.anything) [ ];
  warnings = strings;
  environment = {
    etc = option (types.attrsOf etcEntry) { };
    systemPackages = option (types.listOf types.package) [ ];
  };
  networking.firewall.interfaces = option (types.attrsOf (
    types.submodule {
      options = {
        allowedTCPPorts = ports;
        allowedUDPPorts = ports;
      };
    }
  )) { };
  systemd = {
    services = option (types.attrsOf service) { };
    tmpfiles = {
      rules = strings;
      settings = option (types.attrsOf (types.attrsOf (types.attrsOf rule))) { };
    };
  };
  virtualisation = {
    vswitch.enable = option types.bool false;
    libvirtd = {
      enable = option types.bool false;
      package = option types.package pkgs.libvirt;
      qemu = {
        package = option types.package pkgs.qemu;
        swtpm = {
          enable = option types.bool false;
          package = option types.package pkgs.swtpm;
        };
        vhostUserPackages = option (types.listOf types.package) [ ];
      };
    };
  }
  // (
    if libvirt then
      {
        libvirt = {
          enable = option types.bool false;
          swtpm.enable = option types.bool false;
          connections = option (types.attrsOf connection) { };
        };
      }
    else
      { }
  );
}
