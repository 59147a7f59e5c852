#!/usr/bin/env bash
# The commands of the cookbook, with the lab of the page and the fragments of its recipes. That each fragment makes a sound
# lab, tests/suite/cookbook.rs says; that libvirt takes it, tests/libvirt.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"
patience=1000

# The blocks of JSON under a heading of the page, merged; with a number, only that one: recipe HEADING [NUMBER].
recipe() {
  awk -v heading="$1" -v wanted="${2-}" '
    /^#/ && !inside { found = substr($0, index($0, " ") + 1) == heading }
    /^```/ { inside = !inside; if (inside) { json = $0 == "```json" && found && (wanted == "" || wanted == ++number) } else json = 0; next }
    json
  ' "$checkout/docs/cookbook.md"
}
# The lab of the page with some fragments.
lab() {
  recipe Cookbook 1 >fragments
  local heading
  for heading in "$@"; do
    recipe "${heading%%|*}" "$(cut -s -d '|' -f 2 <<<"$heading")" >>fragments
  done
  # Objects are merged key by key; a list replaces a list.
  jq --slurp 'reduce .[] as $fragment ({}; . * $fragment)' fragments
}

small_image /guests/small.qcow2 agent=1 seedless=1
mkdir -p /srv/images /srv/files /lab
cp /guests/small.qcow2 /srv/images/debian-13-generic-amd64.qcow2
echo hello >/srv/files/greeting
cd /lab

# The lab, with a guest that is run, and the desktop without KVM.
small_lab() {
  lab "Run a lab where there is no KVM" "$@" | small web
}
small_lab "Give a domain a static address|1" "Take snapshots of a domain with UEFI" "Name an interface on the host" \
  "Make a link slow and lossy" >lab.json
page 'lab2nix gen' 0 'generated'
page 'lab2nix plan'
switch_to lab.json
# The traffic of a link needs a kernel that shapes it, and the page's own service does that.
small_lab "Give a domain a static address|1" "Name an interface on the host" >lab.json
switch_to lab.json
as 'lab2nix up' 'lab2nix up web' 0 'web: ready'
ip link show tap-web
mac=$(virsh --quiet domiflist web | awk '{ print $NF }')
as 'virsh domif-setlink web <mac> up' "virsh domif-setlink web $mac up"
page 'tc qdisc show'
as 'virsh blkdeviotune' 'virsh blkdeviotune web vda --total-iops-sec 2000 --live && virsh blkdeviotune web vda' 0 'total_iops_sec *: 2000'
as 'virsh setmem web 4G --live' 'virsh setmem web 200M --live'
page 'virsh dump web /var/tmp/web.core --memory-only' 0 'dumped to /var/tmp/web.core'
rm /var/tmp/web.core
mkdir -p /run/lock
typing='sleep 5; printf "\035"; sleep 1' page 'virsh console web' 0 "Connected to domain 'web'"
page 'virsh snapshot-create-as web before-update' 0 'before-update created'
virsh snapshot-delete web before-update
as 'virsh domuuid' 'virsh domuuid web' 0 '[0-9a-f-]{36}'
as 'virsh domiflist' 'virsh domiflist web' 0 "$mac"
as 'virsh dumpxml' 'virsh dumpxml web' 0 '<nvram'
lab2nix down --force web

# A share: the guest mounts it by its tag.
small_lab "Share a directory of the host" >lab.json
switch_to lab.json
lab2nix up web
as 'mount -t virtiofs files /mnt' "lab2nix run web -- 'mount -t virtiofs files /mnt && cat /mnt/greeting'" 0 hello
lab2nix down --force web
small_lab "Share a directory with a guest that has no virtiofs (9p)" >lab.json
switch_to lab.json
virsh start web
virsh destroy web
skip 'mount -t 9p -o trans=virtio files /mnt' 'the kernel of the small guests has no 9p; QEMU starts with the share'

# A template, and its clones.
virsh undefine web --nvram
virsh vol-delete web.qcow2 --pool images
lab "Run a lab where there is no KVM" "Clone domains from a template" | jq '.domains |= (del(.pc) | .golden.memory = "256MiB")' >lab.json
switch_to lab.json
page 'virsh start golden' 0 "'golden' started"
page 'lab2nix plan'
virsh destroy golden
for domain in golden web db pc; do
  virsh undefine "$domain" --nvram
done
virsh pool-destroy fast
virsh pool-undefine fast

# A secret of the host's libvirt, for Ceph.
printf '<secret ephemeral="no" private="yes"><usage type="ceph"><name>ceph-libvirt</name></usage></secret>' >secret.xml
as 'virsh secret-define' 'virsh secret-define secret.xml' 0 'created'
uuid=$(virsh --quiet secret-list | awk '{ print $1 }')
base64 <<<"a key" >key
as 'virsh secret-set-value' "virsh secret-set-value $uuid --file key" 0 'set'
virsh secret-undefine "$uuid"

truncate --size 1M old.raw
qemu-img convert -O vmdk old.raw old.vmdk
page 'qemu-img convert -O qcow2 old.vmdk old.qcow2'

# An address of two, for Ansible.
lab "Choose the address for ssh and Ansible" >lab.json
page 'lab2nix inventory --format ansible' 0 '10\.99\.0\.10'

# A new name. A domain of the old one is there, and stays what it is.
mkdir /renamed
cd /renamed
lab "Run a lab where there is no KVM" | jq '.domains |= { www: .web }' >lab.json
switch_to lab.json
before=$(virsh domuuid www)
page 'lab2nix rename www web'
grep -q '"id": *"www"' lab.json
lab2nix inspect --format json | grep -q "$before"
page 'lab2nix plan' 0 'www'
virsh undefine www --nvram

# A domain that somebody has made: its entry is written, and nothing changes with it.
mkdir /taken
cd /taken
lab "Run a lab where there is no KVM" "Take over an existing domain" | jq 'del(.domains.pc)' >made.json
switch_to made.json
lab | jq '.domains = {}' >lab.json
page 'lab2nix import web --into lab.json'
page 'lab2nix plan' 0 'nothing changes'

page 'lscpu --extended' 0 CORE
skip 'tcpdump --interface tap-web' 'the root of the tests has no tcpdump; that the interface has the name has been looked at'
skip 'virsh vol-list portal' 'needs an iSCSI target'
skip 'vgcreate vg0 /dev/…' 'needs a disk'
skip 'zfs snapshot tank/vms/web' 'needs ZFS'
skip 'virsh attach-device' 'needs a USB device'
skip "ssh -o ProxyCommand='socat - VSOCK-CONNECT:42:22' web" 'needs vsock, and a guest with systemd 256'
skip 'virt-viewer --connect qemu+ssh://root@host/system web' 'needs a screen and another host'
skip 'mdevctl define --auto --uuid UUID --parent PCI-ADDRESS --type TYPE' 'needs a GPU'
skip 'mdevctl types' 'needs a GPU'
skip 'numactl --hardware' 'the root of the tests has no numactl'
skip 'sbctl enroll-keys' 'needs a guest with NixOS'
skip 'cloud-init clean' 'needs a guest of a distribution'
skip 'cloud-init status --long' 'needs a guest of a distribution'
skip "systemctl status 'lab2nix-link-*'" 'needs a NixOS host; tests/libvirt has the service'
skip 'nixos-rebuild switch' 'needs a NixOS host'
