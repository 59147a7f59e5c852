#!/bin/bash
# The first process of a host of our own: what `unshare` starts in new namespaces of mounts, network, processes and IPC,
# or what a kernel of its own starts (machine.sh). Its first argument is the root that .ci/root made, which stays as it
# is: what is written goes to memory. Then comes, where the host is to do something by itself, a command; or `systemd`, which
# then starts what there is to start. The host ends, with all that runs on it, when nobody holds the other end of this
# process's standard input any more, except where it has a command.
set -euo pipefail

lower=$1
shift
# Which process this is outside.
read -r pid _ </proc/self/stat
echo "process $pid"

mount -t tmpfs -o mode=0755 tmpfs "$lower/mnt"
cd "$lower/mnt"
mkdir upper work root
mount -t overlay -o lowerdir="$lower",upperdir=upper,workdir=work overlay root
cd root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=0755 tmpfs run
mount -t tmpfs tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -sf pts/ptmx dev/ptmx
mkdir -p dev/net
# Those of a host around this one are there already.
device() {
  if [[ ! -e $1 ]]; then
    mknod "$@"
  fi
}
device dev/net/tun c 10 200
if [[ -c /dev/kvm ]]; then
  device dev/kvm c 10 232
fi
if [[ -c /dev/vhost-vsock ]]; then
  device dev/vhost-vsock c 10 241
fi
if [[ -c /dev/loop-control ]]; then
  device dev/loop-control c 10 237
  for number in {0..63}; do
    device "dev/loop$number" b 7 "$number"
  done
fi

# A real change of root: passt and virtiofsd make user namespaces, which Linux refuses to processes in a chroot.
pivot_root . mnt
cd /
umount -l /mnt

ip link set lo up
# The network that the host is on: the bridge that labs expect of it. passt gives its guests the address and the routes
# of the interface that has the default route, and needs one.
ip link add br0 type bridge
ip address add 192.0.2.2/24 dev br0
ip link set br0 up
ip route add default via 192.0.2.1
# libvirtd looks its own name up at each start of a domain.
echo "127.0.0.1 localhost $(uname -n)" >/etc/hosts
: >/etc/resolv.conf

# What NixOS and the module of a lab provide.
for directory in /run/libvirt/nix-emulators /run/current-system/sw/bin; do
  mkdir -p "$directory"
  ln -sf /usr/bin/qemu-system-{x86_64,aarch64} "$directory"
done
firmware() {
  local files=/etc/lab2nix/$1
  mkdir -p "$files"
  ln -sf "$2" "$files/code.fd"
  ln -sf "$3" "$files/vars.fd"
  qemu-img convert -O qcow2 "$3" "$files/vars.qcow2"
}
firmware x86_64 /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_VARS_4M.fd
firmware x86_64-secure /usr/share/OVMF/OVMF_CODE_4M.secboot.fd /usr/share/OVMF/OVMF_VARS_4M.ms.fd
ln -sf /usr/share/OVMF/OVMF_VARS_4M.fd /etc/lab2nix/x86_64-secure/setup-vars.fd
qemu-img convert -O qcow2 /etc/lab2nix/x86_64-secure/setup-vars.{fd,qcow2}
firmware aarch64 /usr/share/AAVMF/AAVMF_CODE.no-secboot.fd /usr/share/AAVMF/AAVMF_VARS.fd
truncate --size 1M /etc/lab2nix/virtio-win.iso

# What udev does about the partitions of the block devices that a test makes, when libvirt waits for it. They have other
# numbers after each change.
cat >/usr/bin/udevadm <<'END'
#!/bin/bash
while read -r loop device; do
  for directory in /sys/class/block/"$loop"p*; do
    if [[ -e $directory/dev ]]; then
      IFS=: read -r major minor <"$directory/dev"
      rm -f "$device${directory##*p}"
      mknod "$device${directory##*p}" b "$major" "$minor"
    fi
  done
done </run/devices
END
chmod +x /usr/bin/udevadm
: >/run/devices

# Everything runs as root, without the help of cgroups, udev and AppArmor, and without limits that only some hosts let
# root raise: sudo and containers lower that of core files.
cat >/etc/libvirt/qemu.conf <<'END'
namespaces = [ ]
cgroup_controllers = [ ]
security_driver = "none"
user = "root"
group = "root"
remember_owner = 0
max_core = 0
swtpm_user = "root"
swtpm_group = "root"
END
# Everybody may look, as polkit lets everybody on a host.
printf '%s\n' 'log_outputs = "3:file:/var/log/libvirt/libvirtd.log"' 'auth_unix_ro = "none"' >/etc/libvirt/libvirtd.conf
# Debian's own network.
rm -f /etc/libvirt/qemu/networks/*.xml /etc/libvirt/qemu/networks/autostart/*
if [[ ${1-} == systemd ]]; then
  # A part of the tree of control groups that no other world has: systemd takes what it sees of it for its own.
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir "/sys/fs/cgroup/world-$pid"
  echo 0 >"/sys/fs/cgroup/world-$pid/cgroup.procs"
  umount /sys/fs/cgroup
  # Only what a test starts, starts, and what that needs.
  printf '[Unit]\nRequires=dbus.socket\nAfter=dbus.socket\n' >/etc/systemd/system/world.target
  # Nothing of the host's own start-up is done again.
  systemctl mask --quiet systemd-{tmpfiles-setup,tmpfiles-setup-dev,tmpfiles-setup-dev-early,sysctl,modules-load,journal-flush,logind,timesyncd,update-utmp,random-seed,binfmt}.service
  exec 9<&0
  { read -r _ <&9 || true; systemctl --force --force poweroff; } &
  echo ready
  export container=world
  exec unshare --cgroup bash -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /lib/systemd/systemd "$@"' \
    systemd --unit=world.target --show-status=no </dev/null >/dev/null 2>&1
fi
virtlogd --daemon
libvirtd --daemon
echo ready
if (($#)); then
  exec "$@"
fi
read -r _ || true
