#!/usr/bin/env bash
# The commands of the page on hosts without NixOS, on Debian, with the lab of the repository.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"

mkdir /lab
cd /lab
# Nothing here has KVM, and the directory of the pool is the reader's to make: `pool-build` does it.
plain "$checkout/lab.json" | jq '.defaults.virtualization = "emulated"' >lab.json
page 'lab2nix xml --host debian --out xml'
page 'for f in xml/networks/*.xml; do virsh net-define "$f"; done' 0 'Network lab-net defined'
page 'for f in xml/pools/*.xml; do virsh pool-define "$f"; done' 0 'Pool homelab defined'
page 'virsh pool-build homelab && virsh pool-start homelab' 0 'Pool homelab started'
page 'for f in xml/volumes/homelab/*.xml; do virsh vol-create homelab "$f"; done' 0 'Vol dc01.qcow2 created'
page 'lab2nix xml --host debian DC01 | virsh define /dev/stdin' 0 "Domain 'DC01' defined"
page 'lab2nix xml' 0 '<volume'
page 'lab2nix plan' 0
page 'lab2nix status' 0 'DC01 +shut off'
# Both list the machines.
page 'virsh capabilities' 0 'pc-q35-9\.1'
page 'qemu-system-x86_64 -machine help' 0 'pc-q35'
# DC01 has UEFI, so that only files can be its snapshots while it runs.
as 'virsh snapshot-create-as NAME first' 'virsh snapshot-create-as DC01 first'
virsh snapshot-delete DC01 first
mkdir -p /var/lib/libvirt/{iso,lab2nix} /srv/vms
truncate --size 1M /var/lib/libvirt/iso/windows-server-2022.iso /var/lib/libvirt/lab2nix/virtio-win.iso
virsh net-start lab-net
virsh net-start default
virsh start DC01
as 'virsh snapshot-create-as NAME first' 'virsh snapshot-create-as DC01 first' 1 'require QCOW2 nvram'
as '--disk-only --diskspec vda,file=/srv/vms/web.first.qcow2' \
  'virsh snapshot-create-as DC01 first --disk-only --diskspec sda,file=/srv/vms/DC01.first.qcow2' 0 'first created'
[[ -s /srv/vms/DC01.first.qcow2 ]]
virsh destroy DC01

# A guest with a seed.
mkdir /seeds
cd /seeds
cp "$checkout/templates/default/lab.json" .
lab2nix xml --host debian --out xml
page 'mkdir -p /var/lib/libvirt/lab2nix/seeds/my-lab'
# genisoimage under the name of xorriso, which the root of the tests lacks.
stub xorriso <<'END'
#!/bin/bash
shift 2
arguments=()
for argument; do
  arguments+=("${argument/#-rational-rock/-rock}")
done
exec genisoimage "${arguments[@]}"
END
page 'xorriso -as mkisofs -volid cidata -joliet -rational-rock -output /var/lib/libvirt/lab2nix/seeds/my-lab/web.iso xml/seeds/web'
isoinfo -R -f -i /var/lib/libvirt/lab2nix/seeds/my-lab/web.iso | grep -q '^/user-data$'
