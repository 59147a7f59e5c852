#!/usr/bin/env bash
# The commands of the page of problems: all of them are explained, and a consequence is undone as its page says.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"

page 'lab2nix explain --markdown' 0 '# Problems'
as 'lab2nix explain --markdown' 'lab2nix explain --markdown | cmp - "$checkout/docs/problems.md"'
as 'lab2nix explain NAME' 'for name in $(sed -n "s/^### //p" "$checkout/docs/problems.md"); do lab2nix explain "$name" || exit; done' 0

mkdir /lab
cd /lab
qemu-img create -q -f qcow2 /guests/empty.qcow2 1G
cat >lab.json <<'END'
{
  "lab": "my-lab",
  "networks": { "lan": { "subnet": "10.20.0.0/24" } },
  "pools": { "images": { "path": "/var/lib/libvirt/images/my-lab" } },
  "defaults": { "virtualization": "emulated", "memory": "128MiB" },
  "domains": {
    "web": {
      "disks": [{ "pool": "images", "size": "1GiB", "image": { "path": "/guests/empty.qcow2" } }],
      "interfaces": [{ "network": "lan" }],
      "ready": { "running": true }
    }
  }
}
END
printf '# My lab\n\n<!-- lab2nix graph lab.json --into README.md begin -->\n<!-- lab2nix graph end -->\n' >README.md
as 'lab2nix graph --into' 'lab2nix graph lab.json --into README.md'
grep -q mermaid README.md
page 'lab2nix check' 0
page 'lab2nix install' 2 'none of the domains installs itself'
sed 's/my-lab/other-lab/' lab.json >other.json
as 'lab2nix check --several-hosts' 'lab2nix check --several-hosts lab.json other.json'

lab2nix gen
switch_to lab.json
lab2nix up
# disk-reverted
virsh --quiet snapshot-create-as web first --disk-only --diskspec vda,file=/var/lib/libvirt/images/my-lab/web.first.qcow2
lab2nix plan | grep -E 'disk-reverted|goes back'
as 'virsh blockcommit NAME TARGET --base FILE --active --pivot' \
  'virsh blockcommit web vda --base /var/lib/libvirt/images/my-lab/web.qcow2 --active --pivot' 0 'Successfully pivoted'
as 'lab2nix save' 'lab2nix save clean' 1 'snapshot'
as 'virsh snapshot-delete NAME SNAPSHOT --metadata' 'virsh snapshot-delete web first --metadata' 0 'deleted'
as 'lab2nix save' 'lab2nix save clean'
lab2nix forget clean
lab2nix plan
as 'virsh blockresize' 'virsh blockresize web vda 2G' 0 'resized'
as 'virsh desc' 'virsh desc web "A server"' 0 'updated'
as 'virsh net-update' "virsh net-update lan add ip-dhcp-host \"<host mac='52:54:00:00:00:01' ip='10.20.0.9'/>\" --live" 0 'Updated network lan'
as 'virsh managedsave' 'virsh managedsave web' 0 'saved by libvirt'
virsh --quiet start web
as 'virsh shutdown NAME' 'virsh shutdown web' 0 'being shutdown'
as 'virsh destroy' 'virsh destroy web' 0 'destroyed'
as 'virsh vol-resize' 'virsh vol-resize web.qcow2 3G --pool images' 0 'changed to 3G'
as 'virsh vol-resize --shrink' 'virsh vol-resize web.qcow2 2G --pool images --shrink' 0 'changed to 2G'
as 'qemu-img convert -O qcow2' 'qemu-img convert -O qcow2 /var/lib/libvirt/images/my-lab/web.qcow2 copy.qcow2'
page 'virsh cpu-models x86_64' 0 'Skylake'

mkdir /taken
cd /taken
as 'lab2nix import --into' 'lab2nix import --into lab.json'
as 'virsh net-dumpxml --inactive' 'virsh net-dumpxml --inactive lan' 0 '<network'
as 'pool-dumpxml --inactive' 'virsh pool-dumpxml --inactive images' 0 '<pool'
as 'dumpxml --inactive' 'virsh dumpxml --inactive web' 0 '<domain'
skip 'lspci -D' 'the root of the tests has no pciutils'
skip 'mdevctl list' 'needs a GPU'
skip 'timedatectl list-timezones' 'needs a systemd that runs'
