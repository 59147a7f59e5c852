#!/usr/bin/env bash
# The commands that the reference of the language names.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"

page 'lab2nix schema --markdown' 0 '# The spec language'
as 'lab2nix schema --markdown' 'lab2nix schema --markdown | cmp - "$checkout/docs/spec.md"'

mkdir /lab
cd /lab
plain "$checkout/templates/default/lab.json" | jq '.defaults.virtualization = "emulated" | .defaults.memory = "256MiB" | del(.domains[].memory)' >lab.json
qemu-img create -q -f qcow2 /guests/empty.qcow2 1G
jq '.domains.web.disks[0] |= (.size = "1GiB" | .image.path = "/guests/empty.qcow2")' lab.json >new
mv new lab.json
page 'lab2nix gen'
as 'lab2nix inventory' 'lab2nix inventory --format hosts' 0 '10\.20\.0\.10[[:space:]]+web'
page 'lab2nix xml' 0 '<name>web</name>'
switch_to lab.json
jq '.domains.web.ready = { running: true }' lab.json >new
mv new lab.json
page 'lab2nix up' 0 'web: ready'
page 'lab2nix install' 2 'none of the domains installs itself'
as 'virsh net-dumpxml --inactive' 'virsh net-dumpxml --inactive lan' 0 '<network'
as 'virsh pool-dumpxml --inactive' 'virsh pool-dumpxml --inactive images' 0 '<pool'
as 'virsh dumpxml --inactive' 'virsh dumpxml --inactive web' 0 '<domain'
page 'virsh cpu-models x86_64' 0 'Skylake'
mkdir /imported
cd /imported
as 'lab2nix import' 'lab2nix import web' 0 '"web"'
