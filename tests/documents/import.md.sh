# A host that has a network, a pool and VMs, made by virsh and as virt-install makes them.
stub sudo <<'STUB'
exec "$@"
STUB
virsh net-define /usr/share/libvirt/networks/default.xml
virsh net-start default
virsh pool-define-as images dir --target /var/lib/libvirt/images
virsh pool-start images
for name in web DC01 win11; do
  virsh vol-create-as images "$name.qcow2" 1G --format qcow2
  virsh define /dev/stdin <<XML
<domain type='qemu'>
  <name>$name</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/><apic/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='volume' device='disk'>
      <driver name='qemu' type='qcow2'/><source pool='images' volume='$name.qcow2'/><target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'><source network='default'/><model type='virtio'/></interface>
    <console type='pty'/>
    <memballoon model='virtio'/>
  </devices>
</domain>
XML
done
virsh define /dev/stdin <<'XML'
<domain type='qemu'><name>old-router</name><memory unit='MiB'>64</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>
XML
virsh start web
virsh start old-router
ran() {
  virsh list --name | sort | tr '\n' ' '
}
before=$(ran)

mkdir lab
cd lab
page 'lab2nix import' 0 'network default: exact by keys.*pool images: exact by keys.*domain web: exact by.*"domains"'
page 'lab2nix import --into lab.json' 0 'network default: exact by keys.*domain old-router: exact by.*wrote lab.json'
page 'lab2nix gen' 0 'wrote generated/domains.nix'
page 'lab2nix plan' 0 'nothing changes; 6 objects stay as they are'
# Nothing on the host is changed.
as 'lab2nix import' "virsh list --name | sort | tr '\n' ' '" 0 "^$before$"
# An object that the spec has already is an error at its place.
page 'lab2nix import --into lab.json' 1 'lab.json:[0-9]'
as 'lab2nix import --into lab.json' 'lab2nix import DC01 web --into two.json' 0 'wrote two.json'
as 'lab2nix plan' 'lab2nix plan two.json' 0 'old-router'
as 'lab2nix import' 'lab2nix import --format json' 0 '"passedOver"'
as 'lab2nix import --next-start' 'lab2nix import --next-start --into next.json' 0 'wrote next.json'
as 'lab2nix plan' 'lab2nix plan next.json' 0
cd ..

# From files.
mkdir -p files/backup
cd files
virsh dumpxml --inactive win11 >backup/win11.xml
virsh undefine win11
page 'lab2nix import --from /etc/libvirt/qemu --from backup/win11.xml --into lab.json' 0 'domain win11: exact.*wrote lab.json'
as 'virsh dumpxml' 'virsh dumpxml web >backup/web.xml'
cd ..

# The way back.
cd lab
page 'virsh() { command virsh --connect qemu:///system "$@"; }'
page 'mkdir -p before'
page 'for n in $(virsh net-list --all --name); do virsh net-dumpxml --inactive "$n" >"before/network-$n.xml"; done'
page 'for n in $(virsh pool-list --all --name); do virsh pool-dumpxml --inactive "$n" >"before/pool-$n.xml"; done'
page 'for n in $(virsh list --all --name); do virsh dumpxml --inactive "$n" >"before/domain-$n.xml"; done'
# A switch changes a domain.
sed 's/"web": {/"web": { "title": "changed",/' lab.json >changed.json
switch_to changed.json
page 'for f in before/network-*.xml; do virsh net-define "$f"; done' 0 'Network default defined'
page 'for f in before/pool-*.xml; do virsh pool-define "$f"; done' 0 'Pool images defined'
page 'for f in before/domain-*.xml; do virsh define "$f"; done' 0 "Domain 'web' defined"
as 'lab2nix plan' 'lab2nix plan' 0 'stay as they are'
as 'net-destroy' 'virsh net-destroy default'
as 'net-start' 'virsh net-start default'
