# What is in a lab, and what ansible and ssh read of it. The guests are not there, so nobody is logged in.
# outside
cp "$checkout/lab.json" .
sed -i 's|"./schema/lab.schema.json"|"./lab.schema.json"|' lab.json
cp "$checkout/schema/lab.schema.json" .
cp "$checkout/examples/homelab/nuc/lab.json" nuc.json
sed -i 's|\.\./||g' nuc.json
cp "$checkout/examples/homelab/tower/lab.json" tower.json
sed -i 's|\.\./||g' tower.json
cp "$checkout"/examples/homelab/*.json . 2>/dev/null || true
page 'lab2nix inspect' 0 '^lab sccm \(lab.json\): An Active Directory lab.*DOMAIN +OS +CPUS +MEMORY +NETWORK +ADDRESS +MAC +DISK +PROFILES +AFTER +WHERE.DC01 +windows-server-2022 +2 +2GiB +lab-net \(virbr56\) +192.168.56.10\* +52:54:00:10:ab:09 +homelab/dc01.qcow2 60GiB +server +lab.json:50'
page 'lab2nix inspect nuc.json tower.json' 0 'nuc.*tower'
as 'lab2nix inspect' 'lab2nix inspect --format json' 0 '"DC01"'
page 'lab2nix schema --of inspect' 0 '"title": "lab2nix inspect"'
as 'lab2nix inventory --format ansible > hosts.yml && ansible -i hosts.yml windows -m ansible.windows.win_ping' \
  'lab2nix inventory --format ansible > hosts.yml && ansible -i hosts.yml windows --list-hosts' 0 'DC01'
mkdir linux
(
  cd linux
  cp "$checkout/examples/hello/lab.json" .
)
cd linux
as 'lab2nix inventory --format ssh > lab.ssh && ssh -F lab.ssh web' 'lab2nix inventory --format ssh > lab.ssh && ssh -F lab.ssh -G web' 0 'hostname 10.20.0.10'
page 'lab2nix inventory --format ssh --connect qemu+ssh://me@nuc/system > lab.ssh'
as 'lab2nix inventory --format ssh --connect qemu+ssh://me@nuc/system > lab.ssh' 'ssh -F lab.ssh -G web' 0 'proxyjump me@nuc'
cd ..
page 'lab2nix inventory --format hosts' 0 '192.168.56.10 .*DC01'
page 'lab2nix inventory --format rdp --only DC01 > DC01.rdp'
as 'lab2nix inventory --format rdp --only DC01 > DC01.rdp' 'cat DC01.rdp' 0 'full address:s:192.168.56.10'
page 'lab2nix inventory --format rdp --out desktops' 0
as 'lab2nix inventory --format rdp --out desktops' 'ls desktops' 0 'DC01.*SCCM01'
page 'lab2nix inventory --format json' 0 '"DC01"'
page 'lab2nix schema --of inventory' 0 '"title": "lab2nix inventory"'
skip 'ssh -L 33389:192.168.56.10:3389 me@nuc' 'needs another machine'
