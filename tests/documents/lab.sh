# shellcheck shell=bash
# What scripts of several pages do to a spec before they type commands with it. They source this.

# A spec without its comments, which stand on lines of their own: plain SPEC.
plain() {
  sed 's,^ *//.*,,' "$1"
}

# Makes small guests of domains: reads a spec, writes it, small NAME... Their first disk grows on the image of a small guest,
# which `small_image /guests/small.qcow2` puts there; they need no KVM, and nothing that only a large guest has.
small() {
  # shellcheck disable=SC2016 # They are variables of jq.
  jq '
    def small:
      .virtualization = "emulated" | .memory = "256MiB" | .cpus = 1 | .firmware = "uefi" | .cdroms = [] | .tpm = false
      | .ready = { agent: true, timeout: "15m" }
      | del(.cloudInit) | .disks[0] += { size: "1GiB", image: { path: "/guests/small.qcow2" } };
    reduce $ARGS.positional[] as $name (.; .domains[$name] |= small)
  ' --args "$@"
}

# Small guests in place of Windows that has installed itself. `small_windows`, before `small_image`, puts something called
# powershell.exe into them, which decodes its last argument as PowerShell does with -EncodedCommand, and succeeds: also when it is
# asked whether all is done.
small_windows() {
  cat >/guests/x86_64/root/usr/bin/powershell.exe <<'END'
#!/bin/sh
while [ $# -gt 1 ]; do shift; done
echo "PowerShell: $(echo "$1" | base64 -d | tr -d '\0')"
END
  chmod +x /guests/x86_64/root/usr/bin/powershell.exe
}

# What is in the drives of those that install themselves.
windows_media() {
  mkdir -p /etc/lab2nix
  : >/etc/lab2nix/virtio-win.iso
  : >/guests/windows.iso
}

# Makes small guests install themselves: reads a spec, writes it, installing NAME...
installing() {
  # shellcheck disable=SC2016 # They are variables of jq.
  jq '
    def installing:
      .cdroms = [{ file: "/guests/windows.iso" }] | .disks[0] |= del(.image) | .agent = true | del(.ready)
      | .unattended += { passwordFile: "/run/secrets/lab-admin" };
    reduce $ARGS.positional[] as $name (.; .domains[$name] |= installing)
  ' --args "$@"
}

# Puts the small guest where Windows would be, once the switch has made the disks: installed NAME...
installed() {
  local name
  for name in "$@"; do
    cp /guests/small.qcow2 "$(virsh --connect qemu:///system vol-path --pool homelab "${name,,}.qcow2")"
  done
}
