# From the first switch to the lab of four. Nix is not in this host (start.md.outside.sh has it): what `nix run` does, nix/apps.nix
# says. The first guest is a Debian with cloud-init, whose agent cannot be installed from here, so it is ready when its SSH
# answers; the others are small guests.
# brings git ssh ssh-keygen
patience=900
export USER=root
git config --global user.name Me
git config --global user.email me@example.org
git config --global init.defaultBranch main

# This host runs one VM that the lab does not list.
cat >old-router.xml <<'XML'
<domain type='qemu'><name>old-router</name><memory unit='MiB'>64</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>
XML
virsh define old-router.xml
virsh start old-router
mkdir hello
cd hello
sed '0,/{/s//{ "defaults": { "virtualization": "emulated" },/' "$checkout/examples/hello/lab.json" >lab.json
page 'lab2nix gen' 0 '^wrote generated/networks.nix.wrote generated/pools.nix.wrote generated/domains.nix.wrote generated/default.nix.wrote generated/host.1 domain, 1 network, 1 pool; 4 files and host/ written to generated; next: write your SSH key for `web`'
page 'lab2nix plan --activation gentle' 0 '▲ shut-down +domain old-router.*\+ created +volume /var/lib/libvirt/images/hello/web.qcow2.*1 shut-down \(1 deleted\), 4 created\.'
page 'lab2nix plan' 0 '▲ cut-off +domain old-router'
page 'lab2nix graph' 0 'n0 ---\|"10.20.0.10"\| n1'
cd ..
mkdir taken-over
cd taken-over
page 'lab2nix import --into lab.json' 0 'domain old-router: exact.*wrote lab.json'
cd ..

# Start.
stub sudo <<'STUB'
exec "$@"
STUB
stub nix <<'STUB'
case $* in
"flake init --template github:lab2nix/lab2nix") exec lab2nix init . --flake ;;
"run .#gen" | "run .#plan" | "run .#plan -- "* | "run .#lab -- "*)
  export LAB2NIX_FLAKE=.
  word=${2#.#}
  shift 2
  if [[ ${1-} == -- ]]; then shift; fi
  if [[ $word == lab ]]; then exec lab2nix "$@"; else exec lab2nix "$word" "$@"; fi
  ;;
"flake update lab") ;;
*) exit 3 ;;
esac
STUB
stub nixos-rebuild <<'STUB'
# What the service of the host's module does first, and what NixVirt does.
"$checkout/tests/documents/switch" /srv/my-lab/lab.json web
STUB
mkdir -p ~/.ssh /etc/nixos
ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519
echo 'StrictHostKeyChecking accept-new' >~/.ssh/config
# Nobody serves packages here.
stub editor <<'STUB'
key=$(cat ~/.ssh/id_ed25519.pub)
sed -i -e 's/"lab": "my-lab",/"lab": "home", "defaults": { "virtualization": "emulated", "firmware": "uefi" },/' \
  -e 's/"memory": "2GiB"/"memory": "1GiB", "cpus": 1, "ready": { "ssh": true, "timeout": "15m" }/' \
  -e "s|\"ssh-ed25519 .*\"|\"$key\"|" -e '/"packages"/d' -e '/"runcmd"/d' "$1"
STUB
export EDITOR=editor

page 'sudo install -d -o "$USER" /srv/my-lab && cd /srv/my-lab'
page 'nix flake init --template github:lab2nix/lab2nix' 0 'flake.nix'
page 'git init && git add .'
page '$EDITOR lab.json'
stub curl <<'STUB'
# -Lo FILE URL: the image is in the root.
exec cp --sparse=always /guests/debian.qcow2 "$2"
STUB
page 'sudo install -d /srv/images'
page 'sudo curl -Lo /srv/images/debian-13-generic-amd64.qcow2 https://cloud.debian.org/images/cloud/trixie/latest/debian-13-generic-amd64.qcow2'
page 'nix run .#lab -- import --into lab.json' 0 'domain old-router: exact'
page 'nix run .#gen && git add . && git commit -m "The lab"' 0 'wrote generated/domains.nix'
page 'nix run .#plan -- --activation gentle' 0 'created +domain web.*4 created; 1 object stays as it is'
page 'cd /etc/nixos && sudo nix flake update lab'
page 'sudo nixos-rebuild switch --flake .#my-host'
page 'cd /srv/my-lab && nix run .#lab -- up' 0 'web: ready'
page 'nix run .#plan' 0 'nothing changes'
typing='sleep 30; echo "hostname; exit"; sleep 30' page 'ssh me@10.20.0.10' 0 'web'
typing='sleep 30; echo "hostname; exit"; sleep 30' page 'lab2nix ssh web' 0 'web'
as 'nix run .#lab -- COMMAND' 'nix run .#lab -- status' 0 'web +running +yes +10.20.0.10'
as 'lab2nix COMMAND' 'lab2nix status' 0 'web +running +yes +10.20.0.10'
virsh destroy web
virsh destroy old-router

# If you come from Vagrant.
mkdir ~/directory
cd ~/directory
lab_of_four
switch_to lab.json
page 'lab2nix up' 0 'DC01: ready.*SCCM01: started.*SCCM01: ready.*CLIENT0[12]: started.*CLIENT0[12]: started'
page 'lab2nix status' 0 'NAME +STATE +READY +ADDRESS +SAVES +DUE'
has_powershell
page "lab2nix run DC01 -- 'Get-Service NTDS'" 0 'Running NTDS'
page 'lab2nix save clean' 0 'saved `clean`: 4 domains'
typing='sleep 5; echo y; sleep 200' page 'lab2nix restore clean' 0 'restored `clean`: 4 domains'
page 'lab2nix restore clean' 2 'lab2nix restore clean --force'
lab2nix wait
page 'lab2nix down' 0 'CLIENT0[12]: off.*SCCM01: off.*DC01: off'
page 'lab2nix explain' 0 'cut-off'

skip 'vagrant up' 'is what people come from'
skip 'vagrant ssh web' 'is what people come from'
skip 'vagrant destroy' 'is what people come from'
skip 'vagrant status' 'is what people come from'
skip "vagrant winrm DC01 --command 'Get-Service NTDS'" 'is what people come from'
skip 'vagrant snapshot save clean' 'is what people come from'
skip 'vagrant snapshot restore clean' 'is what people come from'
skip 'vagrant halt' 'is what people come from'
skip 'cargo test' 'is what CI does'
