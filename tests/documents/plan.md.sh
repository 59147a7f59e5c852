# A plan of a host with gentle activation, for the change that the page shows: two domains run, and the memory of both changes.
stub sudo <<'STUB'
exec "$@"
STUB
lab() {
  cat <<JSON
{
  "lab": "office",
  "defaults": { "virtualization": "emulated", "graphics": { "type": "none" } },
  "networks": { "lan": { "subnet": "10.20.0.0/24" } },
  "pools": { "images": { "path": "/var/lib/libvirt/images/office" } },
  "domains": {
    "web": {
      "onChange": "shutdown",
      "memory": "$1",
      $2
      "disks": [{ "pool": "images", "size": "1GiB" }],
      "interfaces": [{ "network": "lan" $3 }]
    },
    "db": {
      "memory": "$1",
      "disks": [{ "pool": "images", "size": "1GiB" }],
      "interfaces": [{ "network": "lan" }]
    }
  }
}
JSON
}
lab 64MiB '' '' >lab.json
switch_to lab.json web db
# What the host's module leaves there.
mkdir -p /etc/lab2nix
cat >/etc/lab2nix/activation.json <<'JSON'
{ "qemu:///system": { "shutdownTimeout": 120, "onTimeout": "fail", "onChange": {}, "directories": ["/var/lib/libvirt/images/office"] } }
JSON
lab2nix xml --out xml
cat >/etc/lab2nix/settings.json <<JSON
{
  "qemu:///system": {
    "networks": [{ "definition": "$PWD/xml/networks/lan.xml", "active": true }],
    "pools": [{ "definition": "$PWD/xml/pools/images.xml", "active": true, "volumes": [] }],
    "domains": [{ "definition": "$PWD/xml/domains/web.xml" }, { "definition": "$PWD/xml/domains/db.xml" }]
  }
}
JSON
cp lab.json before.json

page 'lab2nix plan' 0 '^Against qemu:///system:.*nothing changes; 4 objects stay as they are'
lab 128MiB '' ', "ip": "10.20.0.10"' >lab.json
page 'lab2nix gen' 0 'wrote generated/domains.nix'
page 'lab2nix plan' 0 '▲ restarted +domain web.*shut down cleanly, and started again.*because its definition changes: memory 64 MiB → 128 MiB \(lab.json:[0-9]+:[0-9]+\).*● updated +network lan.*its running DHCP and DNS servers are updated.*because its definition changes: dns added.*○ next-start +domain db.*keeps running unchanged until it is shut down and started.*1 restarted, 1 updated, 1 next-start; 1 object stays as it is'
sed -e 's/office/first/' -e 's/10.20.0/10.21.0/g' -e 's/"lan"/"lan1"/g' -e 's/"images"/"images1"/g' -e 's/"web"/"web1"/; s/"db"/"db1"/' before.json >b.json
cp before.json a.json
page 'lab2nix plan a.json b.json' 0 'created +domain web1'
# One that is left out looks as if it were to go.
as 'lab2nix plan a.json b.json' 'lab2nix plan b.json' 0 'shut-down +domain web'

as '--connect URI' 'lab2nix plan --connect qemu:///system' 0 'restarted'
as '--settings FILE' 'lab2nix plan --settings /etc/lab2nix/settings.json' 0 'nothing changes'
as '--applied FILE' 'jq ".[]" /etc/lab2nix/settings.json >applied.json; lab2nix plan --applied applied.json' 0 'restarted'
as '--activation gentle' 'lab2nix plan --activation gentle' 0 'restarted +domain web'
as '--activation gentle' 'lab2nix plan --activation nixvirt' 0 'power-cycled +domain web'
as '--from SPEC' 'lab2nix plan --from before.json' 0 'power-cycled +domain web'
as '--from SPEC' 'lab2nix plan --from before.json --activation gentle' 0 'restarted +domain web'
as '--format human' 'lab2nix plan --format human' 0 'restarted'
as '--format human' 'lab2nix plan --format json' 0 '"restarted"'
as '--format human' 'lab2nix plan --format markdown' 0 'restarted'
page 'lab2nix schema --of plan' 0 '"title": "lab2nix plan"'
as '--deny power-cycled,data-lost' 'lab2nix plan --activation nixvirt --deny power-cycled,data-lost' 1 'power-cycled'
as '--accept volume-deleted' 'lab2nix plan --activation nixvirt --deny power-cycled --accept power-cycled' 0
# Exit status 2 means that no plan could be made.
as '--connect URI' 'lab2nix plan --connect qemu+unix:///system?socket=/nowhere' 2

# Changes by hand are listed separately.
cp before.json lab.json
virsh dumpxml --inactive db | sed 's|<title>.*||; s|<name>db</name>|&<title>by hand</title>|' >db.xml
virsh define db.xml
as 'lab2nix plan' 'lab2nix plan' 0 'because a manual change is undone: title removed.*Manual changes that the activation undoes:.*domain db: title added'
as 'virsh edit' 'EDITOR="sed -i s/by.hand/again/" virsh edit db' 0 'edited'
mkdir -p /run/lab2nix
page 'echo volume-deleted | sudo tee /run/lab2nix/accept' 0 'volume-deleted'
for name in disk-new cut-off; do
  as 'lab2nix explain NAME' "lab2nix explain $name" 0 "$name"
done
