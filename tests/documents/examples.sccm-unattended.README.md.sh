#!/usr/bin/env bash
# The commands of the example that installs itself. A small Linux stands in for Windows, whose ISO is not free.
set -euo pipefail
# shellcheck source=/dev/null
source "$checkout/tests/documents/lab.sh"
patience=1000
small_windows
small_image /guests/small.qcow2 agent=1 seedless=1
windows_media

mkdir /lab
cd /lab
plain "$checkout/examples/sccm-unattended/lab.json" | jq 'del(.domains.SCCM01, .domains.CLIENT02)' |
  small DC01 CLIENT01 | installing DC01 CLIENT01 >lab.json
page 'lab2nix gen && lab2nix plan' 0 'created +domain DC01'
switch_to lab.json
installed DC01 CLIENT01
page 'lab2nix install' 0 'DC01: ready.*CLIENT01: started.*2 domains are ready'
page 'lab2nix inventory --format rdp --out rdp' 0 ''
as 'lab2nix inventory --format rdp --out rdp' 'cat rdp/DC01.rdp' 0 'full address:s:192\.168\.57\.10'
page 'lab2nix save installed' 0 'saved `installed`: 2 domains'
page 'lab2nix install CLIENT01' 0 'CLIENT01: ready'
skip 'virsh vol-delete --pool homelab client01.qcow2' 'its guest has a snapshot here, and no Windows could be installed again'
