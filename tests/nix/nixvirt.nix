# The module of NixVirt 0.6.0 as far as labs see it: its options, and what it sets of the host. Its
# program is not there: who runs the service puts one into its PATH.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf mkOption types;

  option = type: default: mkOption { inherit type default; };
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
  cfg = config.virtualisation.libvirt;
in
{
  options.virtualisation.libvirt = {
    enable = option types.bool false;
    package = option types.package pkgs.libvirt;
    swtpm.enable = option types.bool false;
    connections = option (types.attrsOf connection) { };
  };

  config = mkIf cfg.enable {
    virtualisation.libvirtd = {
      enable = true;
      package = lib.mkDefault cfg.package;
      qemu.swtpm = mkIf cfg.swtpm.enable {
        enable = true;
        package = pkgs.swtpm;
      };
    };
    systemd.services.nixvirt = {
      description = "Configure libvirt objects";
      wantedBy = [ "multi-user.target" ];
      requires = [ "libvirtd.service" ];
      after = [ "libvirtd.service" ];
      serviceConfig.Type = "oneshot";
      script = "nixvirt-module-helper --connect qemu:///system /etc/nixvirt.json\n";
    };
  };
}
