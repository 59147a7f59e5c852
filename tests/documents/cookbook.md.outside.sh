#!/usr/bin/env bash
# outside
# The commands of the cookbook that need no libvirt, but tools of this machine.
set -euo pipefail

skip 'lab2nix install' 'needs the ISO of Windows; tests/libvirt/install.rs has what stands in for it'
as 'openssl passwd -6' 'echo secret | openssl passwd -6 -stdin' 0 '\$6\$'
if command -v mkpasswd >/dev/null; then
  as 'mkpasswd --method=yescrypt' 'echo secret | mkpasswd --method=yescrypt --stdin' 0 '\$y\$'
else
  skip 'mkpasswd --method=yescrypt' 'there is no mkpasswd here'
fi
echo image >image.qcow2
flakes
as 'nix store prefetch-file URL' "nix store prefetch-file file://$PWD/image.qcow2" 0 'sha256-'
