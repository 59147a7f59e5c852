# A lab of six small guests runs, in the order of the page's.
patience=900
lab_of_four
jq 'del(.domains.CLIENT02) | .domains += {
  "web": { "cloudInit": { "user": "me", "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFA7JfpviAXQ86WTYMgEz2SMOIhvgv2dRSH77rGPzDOB me"] }, "interfaces": [{ "network": "lab-net", "ip": "192.168.56.31" }] },
  "web-1": { "interfaces": [{ "network": "lab-net", "ip": "192.168.56.32" }] },
  "web-2": { "interfaces": [{ "network": "lab-net", "ip": "192.168.56.33" }] }
}' lab.json >with-web.json
mv with-web.json lab.json
switch_to lab.json

page 'lab2nix status' 0 'NAME +STATE +READY +ADDRESS +SAVES +DUE.*DC01 +shut off +no +192.168.56.10 +- +-'
page 'lab2nix up DC01' 0 'DC01: started.*DC01: ready after [0-9]+ (s|min)'
page 'lab2nix up' 0 'SCCM01: started.*SCCM01: ready.*CLIENT01: started.*CLIENT01: ready'
has_powershell
page "lab2nix run DC01 -- 'Get-Service NTDS'" 0 'Running NTDS'
page 'lab2nix save clean' 0 'saved `clean`: 6 domains'
page 'lab2nix saves' 0 'clean'
typing='sleep 5; echo y; sleep 200' page 'lab2nix restore clean' 0 'y/N.*restored `clean`: 6 domains'
page 'lab2nix restore clean' 2 'lab2nix restore clean --force'
lab2nix wait

as 'lab2nix status [GLOB…] [--watch] [--format table|json]' "lab2nix status 'web*' DC01 @server --format json" 0 '"saves"'
as 'lab2nix status [GLOB…] [--watch] [--format table|json]' 'timeout 8 lab2nix status --watch --format table' 124 'DC01.*DC01'
as 'lab2nix up [GLOB…] [--timeout T] [--force]' "lab2nix up '@server' --timeout 10m --force" 0 'ready'
as 'lab2nix wait [GLOB…] [--timeout T]' 'lab2nix wait --timeout 10m' 0 'ready'
as 'lab2nix run GLOB… [--timeout T] -- COMMAND' "lab2nix run 'web-*' DC01 --timeout 30s -- echo here" 0 'web-1\| here'
as 'lab2nix run GLOB… [--timeout T] -- COMMAND' 'lab2nix run DC01 --timeout 2s -- sleep 60' 124
typing='sleep 10; printf "\r"; sleep 3; printf "\035"; sleep 5' as 'lab2nix console NAME' 'lab2nix console DC01' 0 'Escape character is \^\]'
stub ssh <<'STUB'
echo "ssh $*"
STUB
stub virt-viewer <<'STUB'
echo "virt-viewer $*"
STUB
page 'lab2nix ssh web' 0 'ssh .*-l me 192\.168\.56\.31'
page 'lab2nix view DC01' 0 'virt-viewer --connect qemu:///system --wait'
as 'lab2nix save NAME' 'lab2nix save later' 0 'saved `later`'
page 'lab2nix forget clean' 0 'forgot `clean`'
lab2nix forget later
as 'lab2nix completions SHELL' 'lab2nix completions bash' 0 'complete .*lab2nix'

stub nix <<'STUB'
# `.#lab` of a lab's flake is lab2nix (nix/apps.nix).
shift 3
exec lab2nix "$@"
STUB
page 'nix run .#lab -- up' 0 'ready'

# A guest that has what the page asks for, by the names of Windows and of systemd.
lab2nix run DC01 -- 'printf "#!/bin/sh\necho Name\n" >/usr/bin/Get-ADUser; chmod +x /usr/bin/Get-ADUser
  printf "#!/bin/sh\ncat\n" >/usr/bin/Select-Object; chmod +x /usr/bin/Select-Object'
lab2nix run 'web-*' -- 'printf "#!/bin/sh\necho \$*\n" >/usr/bin/systemctl; chmod +x /usr/bin/systemctl'
page "lab2nix run DC01 -- 'Get-ADUser -Filter * | Select-Object Name'" 0 'Name'
page "lab2nix run 'web-*' -- systemctl restart nginx" 0 'web-1\| restart nginx'
page 'lab2nix run web -- uptime' 0 'load average'

as 'lab2nix install [GLOB…] [--timeout T] [--force]' 'lab2nix install web --timeout 1m --force' 2 'none of the domains installs itself.*lab2nix up'

page 'lab2nix plan' 0 'nothing changes'
page 'lab2nix schema --of status' 0 '"title": "lab2nix status"'
page 'lab2nix gen' 0 'wrote generated/domains.nix'
# These guests are Linux, and those of the repository's lab are Windows.
mkdir repository
cp "$checkout/lab.json" repository/
cd repository
page 'lab2nix inventory --format rdp --only DC01 > DC01.rdp'
cd ..
page 'lab2nix restart SCCM01' 0 'SCCM01: off.*SCCM01: ready'
page 'lab2nix down --force --timeout 1s CLIENT01' 0 'CLIENT01: .*off'
as 'lab2nix restart [GLOB…] [--timeout T] [--force]' "lab2nix restart 'CLIENT*' --timeout 5m --force" 0 'CLIENT01: ready'
as 'lab2nix down [GLOB…] [--timeout T] [--force]' "lab2nix down 'web*' --timeout 5m --force" 0 'web: off'
page 'lab2nix down' 0 'CLIENT01: off.*SCCM01: off.*DC01: off'

skip 'vagrant up' 'is what people come from'
skip 'vagrant up DC01' 'is what people come from'
skip 'vagrant status' 'is what people come from'
skip 'vagrant halt' 'is what people come from'
skip 'vagrant halt --force CLIENT01' 'is what people come from'
skip 'vagrant reload SCCM01' 'is what people come from'
skip "vagrant winrm DC01 --command 'Get-Service NTDS'" 'is what people come from'
skip 'vagrant ssh web' 'is what people come from'
skip "vagrant ssh web --command 'uptime'" 'is what people come from'
skip 'vagrant rdp DC01' 'is what people come from'
skip 'vagrant snapshot save clean' 'is what people come from'
skip 'vagrant snapshot restore clean' 'is what people come from'
skip 'vagrant snapshot list' 'is what people come from'
skip 'vagrant snapshot delete clean' 'is what people come from'
skip 'vagrant destroy' 'is what people come from'
