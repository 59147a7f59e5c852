#!/usr/bin/env bash
# The commands of the page on the host's module that a host without NixOS has.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"

# Two labs of one host.
mkdir -p /labs/web /labs/mail
cd /labs
for name in web mail; do
  plain "$checkout/templates/default/lab.json" | jq --arg name "$name" '.lab = $name | .domains |= { ($name): .web }' \
    >"$name/lab.json"
done
page 'lab2nix check web/lab.json mail/lab.json' 1 'host-clash'
as 'lab2nix check web/lab.json mail/lab.json' 'lab2nix check --several-hosts web/lab.json mail/lab.json' 0
jq '.networks = { lan: { subnet: "10.21.0.0/24" } } | .networks |= { lan2: .lan } | .domains.mail.interfaces = [{ network: "lan2" }]
  | .pools = { post: { path: "/srv/mail" } } | .domains.mail.disks[0].pool = "post"' mail/lab.json >new
mv new mail/lab.json
page 'lab2nix check web/lab.json mail/lab.json' 0

stub sudo <<<'exec "$@"'
mkdir -p /run/lab2nix
page 'echo volume-deleted | sudo tee /run/lab2nix/accept' 0 'volume-deleted'

skip 'journalctl --unit nixvirt.service --boot' 'needs a NixOS host; tests/libvirt runs the service on a systemd'
skip 'nixos-rebuild switch --flake .#my-host' 'needs a NixOS host'
skip 'systemctl start nixvirt.service' 'needs a NixOS host; tests/libvirt runs the service on a systemd'
skip 'systemctl stop nixvirt.service' 'needs a NixOS host; tests/libvirt runs the service on a systemd'
skip 'systemctl kill --kill-whom=main libvirtd.service' 'needs a NixOS host; nix/host/prepare.sh does it, too'
skip 'nixos-rebuild switch --rollback' 'needs a NixOS host'

# Volumes that have grown on images, and the links that keep those.
mkdir -p /nix/store /nix/var/nix/gcroots/lab2nix /var/lib/libvirt/images/my-lab
for image in old new; do
  qemu-img create -q -f qcow2 "/nix/store/$image.qcow2" 1M
  ln -s "/nix/store/$image.qcow2" "/nix/var/nix/gcroots/lab2nix/$image"
done
qemu-img create -q -f qcow2 -b /nix/store/new.qcow2 -F qcow2 /var/lib/libvirt/images/my-lab/web.qcow2
qemu-img create -q -f qcow2 /var/lib/libvirt/images/my-lab/web-data.qcow2 1M
page 'cd /var/lib/libvirt/images/my-lab'
cd /var/lib/libvirt/images/my-lab
page "for volume in *.qcow2; do qemu-img info --force-share --backing-chain \"\$volume\"; done | grep '^backing file:' | sort --unique" \
  0 'backing file: /nix/store/new\.qcow2'
page 'ls -l /nix/var/nix/gcroots/lab2nix' 0 'old -> /nix/store/old.qcow2'
as 'rm /nix/var/nix/gcroots/lab2nix/<image without overlays>' 'rm /nix/var/nix/gcroots/lab2nix/old'

mkdir /hosts
cd /hosts
plain "$checkout/lab.json" | jq '.defaults.virtualization = "emulated"' >lab.json
page 'lab2nix inventory --format hosts' 0 '192\.168\.56\.10[[:space:]]+DC01'
page 'lab2nix explain' 0 'volume-deleted'
page 'lab2nix xml' 0 '<name>DC01</name>'
switch_to lab.json
page 'virsh snapshot-create-as DC01 before-update' 0 'before-update created'
page 'virsh snapshot-revert DC01 before-update'
virsh --quiet snapshot-delete DC01 before-update

mkdir /taken
cd /taken
page 'lab2nix import --into lab.json'
page 'lab2nix plan' 0 'nothing changes'
as 'virsh domid' 'virsh domid DC01'
