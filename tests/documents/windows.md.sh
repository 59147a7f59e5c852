#!/usr/bin/env bash
# The commands of the page on Windows. A small Linux stands in for Windows, and for PowerShell a program in it that says what
# it has been asked for: Windows itself is not free, and far too slow without KVM.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"
patience=1000

small_windows
small_image /guests/small.qcow2 agent=1 seedless=1
windows_media

mkdir /lab
cd /lab
plain "$checkout/lab.json" | jq '.domains |= { DC01, pc: (.DC01 | .interfaces[0].ip = "192.168.56.21" | del(.uuid)) }
  | .domains.CLIENT01 = (.domains.pc | .interfaces[0].ip = "192.168.56.22")
  | .domains[].disks = [{ name: "system" }]' | small DC01 pc CLIENT01 | installing DC01 CLIENT01 |
  jq '.profiles.server.cdroms = []' >lab.json
lab2nix gen
switch_to lab.json
installed DC01 CLIENT01
page 'lab2nix up' 0 'DC01: ready'

# A viewer that says what it shows.
stub virt-viewer <<<'echo "virt-viewer $*"'
stub remote-viewer <<<'echo "remote-viewer $*"'
page 'lab2nix view pc' 0 'viewer'

as 'lab2nix view DOMAIN' 'lab2nix view DC01' 0 'viewer'

# tests/libvirt/install.rs has what installs itself.
page 'lab2nix install' 0 'DC01: ready.*2 domains are ready'
page 'lab2nix install CLIENT01' 0 'CLIENT01: ready'
page "lab2nix run DC01 -- 'Get-Content C:\\ProgramData\\lab2nix\\log'" 0 'PowerShell: .*Get-Content C:.ProgramData.lab2nix.log'
page "lab2nix run DC01 -- 'Get-Service NTDS'" 0 'PowerShell: .*Get-Service NTDS'
page 'lab2nix save clean'
typing='sleep 5; echo y' page 'lab2nix restore clean'
# shellcheck disable=SC2016
page "lab2nix run DC01 -- \"Set-ItemProperty 'HKLM:/System/CurrentControlSet/Control/Terminal Server' fDenyTSConnections 0; Enable-NetFirewallRule -Group '@FirewallAPI.dll,-28752'\"" \
  0 "PowerShell: .*Set-ItemProperty 'HKLM:/System/CurrentControlSet/Control/Terminal Server' fDenyTSConnections 0"
page 'lab2nix inventory --format rdp --only DC01 > DC01.rdp'
as 'lab2nix inventory --format rdp --only DC01 > DC01.rdp' 'cat DC01.rdp' 0 'full address:s:192\.168\.56\.10'

# A domain with snapshots, which is no longer in the lab.
jq 'del(.domains.pc)' lab.json >new
mv new lab.json
page 'lab2nix plan' 0 'stops-half-way|snapshot'
