# Boots a host with a lab, and looks at what is in libvirt; then activates the lab again, which has
# to change nothing. The lab's domains are emulated, so the host needs no KVM of its own.
{ pkgs, modules }:
pkgs.testers.runNixOSTest {
  name = "lab2nix";

  nodes.host = {
    imports = [ (modules.mkNixosModule { generated = ../tests/flake/lab/generated; }) ];
    virtualisation = {
      cores = 2;
      memorySize = 4096;
      diskSize = 4096;
    };
    # The build of the host then shows that shellcheck has nothing to say of the script.
    systemd.services.nixvirt.enableStrictShellChecks = true;
    services.lab2nix.retry = {
      attempts = 2;
      delay = 1;
    };
  };

  testScript = ''
    import json

    def virsh(command):
        return host.succeed(f"virsh --connect qemu:///system {command}")

    def names(command):
        return sorted(virsh(f"{command} --name").split())

    def state():
        """What an activation of the same lab leaves alone."""
        found = {
            "link": host.succeed("cat /sys/class/net/virbr-lan/ifindex"),
            "net-dumpxml lan": virsh("net-dumpxml --inactive lan"),
            "pool-uuid images": virsh("pool-uuid images"),
            "vol-list images": virsh("vol-list images"),
        }
        for domain in names("list --all"):
            found[f"dumpxml {domain}"] = virsh(f"dumpxml --inactive {domain}")
            found[f"domid {domain}"] = virsh(f"domid {domain}")
        return found

    # The service ends once it is done, so there is no unit to wait for.
    activated = """
        eval "$(systemctl show --property=ActiveState,Result,ExecMainExitTimestampMonotonic nixvirt.service)"
        [[ $ActiveState == inactive && $Result == success && $ExecMainExitTimestampMonotonic != 0 ]]
    """

    host.start()
    host.wait_for_unit("libvirtd.service")

    with subtest("the lab is activated at boot"):
        host.wait_until_succeeds(activated)
        assert names("net-list") == ["lan"], names("net-list")
        assert names("pool-list") == ["images"], names("pool-list")
        assert names("list --all") == ["bios", "uefi"], names("list --all")
        assert names("list") == ["bios", "uefi"], names("list")
        assert "bios.qcow2" in virsh("vol-list images")

    with subtest("activating it again changes nothing"):
        before = state()
        host.succeed("systemctl restart nixvirt.service")
        after = state()
        changed = [what for what in before if before[what] != after.get(what)]
        assert before == after, json.dumps(changed)

    with subtest("guests are resumed after it, and a failure is a failed unit"):
        assert "libvirt-guests.service" in host.succeed("systemctl show --property=Before --value nixvirt.service")
        host.succeed("cp --remove-destination $(realpath /etc/fstab) /etc/fstab")
        host.succeed("echo '/dev/none /var/lib/libvirt none noauto' >>/etc/fstab")
        host.fail("systemctl start nixvirt.service")
        host.succeed("systemctl is-failed nixvirt.service")
        host.succeed("sed --in-place /none/d /etc/fstab")
        host.succeed("systemctl start nixvirt.service")
        assert names("list") == ["bios", "uefi"], names("list")

    with subtest("the host lets the guests ask for addresses and names"):
        host.succeed("ss --udp --listening --numeric | grep ':67 '")
        host.succeed("ss --tcp --listening --numeric | grep '10.77.0.1:53 '")
  '';
}
