# The host's part of the start: a switch, and the first guest. It is a small one with an agent, and Nix is not in this host
# (start.md.outside.sh has it).
patience=900
mkdir -p /srv/my-lab /etc/nixos
cd /srv/my-lab
small_image /srv/images/debian-13-generic-amd64.qcow2 agent=1
virsh define /dev/stdin <<'XML'
<domain type='qemu'><name>old-router</name><memory unit='MiB'>64</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>
XML

page 'lab2nix init' 0 'wrote lab.json'
# The machine is emulated, and one with several processors is not always, where this one has much to do.
sed -i 's/"lab": "my-lab",/"lab": "office", "defaults": { "virtualization": "emulated", "firmware": "uefi", "cpus": 1 },/' lab.json
page 'lab2nix import --into lab.json' 0 'domain old-router: exact'
page 'lab2nix xml' 0 '<name>web</name>'
stub nix <<'STUB'
# What nix/apps.nix says of `.#plan` and `.#lab`, and nothing of the update of an input.
case $* in
"run .#plan") exec lab2nix plan ;;
"run .#lab -- up") exec lab2nix up ;;
"flake update lab") ;;
*) exit 3 ;;
esac
STUB
# In the template, web is `"active": true`.
stub nixos-rebuild <<'STUB'
exec "$checkout/tests/documents/switch" /srv/my-lab/lab.json web
STUB
page 'nix run .#plan' 0 'created +domain web'
cd /etc/nixos
page 'nix flake update lab'
page 'nixos-rebuild switch --flake .#my-host'
page 'virsh --connect qemu:///system list --all' 0 'web +running'
page 'cd /srv/my-lab && nix run .#lab -- up' 0 'web: ready'
page 'lab2nix up' 0 'web: ready|are ready'
as 'run' 'lab2nix run web -- hostname' 0 'web'
