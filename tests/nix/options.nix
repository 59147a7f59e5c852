# The options of NixOS that the host's module and NixVirt's set or read, with the types that they have in 25.11 and
# 26.05. Written for nixpkgs' `lib` and for that of `small-lib.nix`.
{ lib, pkgs }:
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
      bindsTo = strings;
      wants = strings;
      after = strings;
      before = strings;
      path = option (types.listOf (types.either types.package types.str)) [ ];
      script = lines;
      preStart = lines;
      postStart = lines;
      preStop = lines;
      serviceConfig = unitSection;
      unitConfig = unitSection;
      enableStrictShellChecks = option types.bool false;
      startLimitIntervalSec = option (types.nullOr types.int) null;
    };
  };

  socket = types.submodule {
    options = {
      description = option types.str "";
      wantedBy = strings;
      listenStreams = strings;
      socketConfig = unitSection;
    };
  };

  timer = types.submodule {
    options = {
      description = option types.str "";
      wantedBy = strings;
      timerConfig = unitSection;
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
      source = option (types.nullOr types.path) null;
      text = option (types.nullOr types.str) null;
      mode = option types.str "symlink";
    };
  };
in
{
  assertions = option (types.listOf types.raw) [ ];
  boot = {
    kernel.sysctl = option (types.attrsOf types.anything) { };
    kernelParams = strings;
    supportedFilesystems = option (types.attrsOf types.bool) { };
  };
  services.firewalld = {
    enable = option types.bool false;
    packages = option (types.listOf types.package) [ ];
  };
  services.openiscsi = {
    enable = option types.bool false;
    name = mkOption { type = types.str; };
  };
  warnings = strings;
  environment = {
    etc = option (types.attrsOf etcEntry) { };
    systemPackages = option (types.listOf types.package) [ ];
  };
  networking = {
    hosts = option (types.attrsOf (types.listOf types.str)) { };
    hostName = option types.str "host";
    firewall = {
      # From 25.11 on.
      backend = option types.str "iptables";
      interfaces = option (types.attrsOf (
        types.submodule {
          options = {
            allowedTCPPorts = ports;
            allowedUDPPorts = ports;
          };
        }
      )) { };
    };
  };
  # From 25.05 on.
  system.preSwitchChecks = option (types.attrsOf types.str) { };
  systemd = {
    package = option types.package pkgs.systemd;
    services = option (types.attrsOf service) { };
    sockets = option (types.attrsOf socket) { };
    timers = option (types.attrsOf timer) { };
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
  };
}
