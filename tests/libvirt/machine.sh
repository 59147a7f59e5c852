#!/bin/bash
# The first process of a kernel that runs as a process in a world (`user-mode-linux`): a host whose kernel has what the
# real one may lack, such as `sch_netem` and Open vSwitch. It makes the same of it as of a world.
set -euo pipefail

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mkdir -p /usr/lib/modules
ln -sfn "/usr/lib/uml/modules/$(uname -r)" "/usr/lib/modules/$(uname -r)"
modprobe --all overlay tun bridge
stty -echo
exec bash /machine/world.sh / bash /machine/agent.sh
