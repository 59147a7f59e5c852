#!/usr/bin/env bash
# The commands of the example of development machines.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"

cp -r "$checkout" /repository
cd /repository
page 'lab2nix gen examples/devboxes/lab.json'
qemu-img create -q -f qcow2 /var/lib/libvirt/images/debian-13-generic-amd64.qcow2 1G
cd examples/devboxes
plain lab.json | jq '.defaults.virtualization = "emulated"' >new
mv new lab.json
switch_to lab.json
page 'virsh vol-delete dev-vm.qcow2 --pool devboxes' 0 'dev-vm.qcow2 deleted'
switch_to lab.json
virsh vol-list devboxes
why='needs a guest of a distribution: tests/libvirt/examples.rs boots one, whose SSH server answers'
skip 'ssh -p 2222 dev@localhost' "$why"
skip 'ssh -p 2223 admin@localhost' "$why"
skip 'ssh -p 2224 dev@localhost' "$why"
