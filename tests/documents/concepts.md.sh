# The table of commands, on a host with a small guest that is called as in the page.
patience=900
small_image /srv/images/small.qcow2 agent=1 seedless=1
cat >lab.json <<JSON
{
  "lab": "sccm",
  "networks": { "lab-net": { "bridge": "virbr56", "subnet": "192.168.56.0/24" } },
  "pools": { "homelab": { "path": "/var/lib/libvirt/images/homelab" } },
  "defaults": $(small_defaults),
  "domains": {
    "DC01": { "ready": { "agent": true, "timeout": "15m" }, "interfaces": [{ "network": "lab-net", "ip": "192.168.56.10" }] }
  }
}
JSON
switch_to lab.json
page 'lab2nix plan' 0 'nothing changes'
page 'virsh list --all' 0 'DC01'
page 'virsh net-list --all' 0 'lab-net'
page 'virsh pool-list --all' 0 'homelab'
page 'virsh vol-list homelab' 0 'dc01.qcow2'
page 'virsh dumpxml --inactive DC01' 0 '<name>DC01</name>'
page 'virsh vol-resize dc01.qcow2 80GiB --pool homelab' 0 'changed to 80GiB'
as 'lab2nix plan' 'lab2nix plan' 0 'stay'
page 'virsh start DC01' 0 'started'
page 'virsh dumpxml DC01' 0 "<domain type='qemu' id="
page 'lab2nix up' 0 'DC01: ready'
page 'virsh net-dhcp-leases lab-net' 0 '192.168.56.10/24'
mkdir taken-over
cd taken-over
page 'lab2nix import DC01 --into lab.json' 0 'domain DC01: exact'
cd ..
as 'virsh snapshot-create-as DC01 <snapshot>' 'virsh snapshot-create-as DC01 first' 0 'first created'
as 'virsh snapshot-create-as DC01 before-update' 'virsh snapshot-create-as DC01 before-update'
as 'virsh snapshot-revert DC01 <snapshot>' 'virsh snapshot-revert DC01 first'
page 'virsh snapshot-list DC01 --name' 0 'first'
as 'virsh snapshot-delete DC01 <snapshot>' 'virsh snapshot-delete DC01 first' 0 'first deleted'
as 'virsh snapshot-delete DC01 <snapshot>' 'virsh snapshot-delete DC01 before-update'
page 'virsh shutdown DC01' 0 'being shutdown'
lab2nix down
page 'virsh start DC01 --reset-nvram' 0 'started'
stub editor <<'STUB'
sed -i 's|<on_crash>.*|<on_crash>restart</on_crash>|' "$1"
STUB
export EDITOR=editor
as 'virsh edit' 'virsh edit DC01' 0 'edited'
as 'lab2nix plan' 'lab2nix plan' 0 'DC01.*on_crash'
skip 'lab2nix activate' 'nixvirt.service runs it at a switch; the live tests do, too'
skip 'journalctl --unit nixvirt' 'needs NixOS'
skip 'systemctl restart nixvirt' 'needs NixOS'
