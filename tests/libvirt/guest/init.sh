#!/bin/sh
# The first process of a small guest. If a drive has a seed for cloud-init, it does what the seed says about host name and
# network, as far as is needed here; else it takes an address by DHCP. Then it serves a page that says what it found, and
# runs what is sent to /cgi-bin/run. The kernel hands on as environment what it does not know of its command line:
# `resolve`, a name to ask the DNS for, `share`, a share to mount and to quote the file `greeting` of, `seedless`, which says
# that no drive has a seed, `counter`, a device to which it writes ten times a second how long it has been up, as it does to
# /run/counter, `agent`, after how many seconds QEMU's agent answers, and `marks`, for a first disk with marks of shutdowns.
# It shuts down when the agent, or the power button, says so. A drive with the disc for Windows Setup makes it stand in for a Windows.
/bin/busybox mkdir -p /dev /etc /mnt /proc /run /sbin /seed /sys /tmp /usr/sbin
/bin/busybox --install -s
export PATH=/usr/bin:/bin:/usr/sbin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
for module in /modules/*.ko; do
  case $module in
  # Open vSwitch finishes no checksums where the kernel of the host lacks its module.
  *-virtio_net.ko) insmod "$module" csum=0 gso=0 ;;
  *) insmod "$module" ;;
  esac
done
ip link set lo up
# An address answers on its own interface only.
echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore

# The interface with a MAC address.
with_mac() {
  for directory in /sys/class/net/*; do
    if [ "$(cat "$directory/address")" = "$1" ]; then
      basename "$directory"
    fi
  done
}

# The answers to a question about the seed's network, a line each.
ask() {
  jq --raw-output "$@" /seed/network-config
}

configure_network() {
  # Interfaces first: those in a bond have its address afterwards.
  ask '.ethernets // {} | to_entries[] | "\(.key) \(.value.match.macaddress)"' | while read -r id mac; do
    name=$(with_mac "$mac")
    # What the configuration calls it is what it is called.
    ip link set "$name" name "$id"
  done
  ask '.bonds // {} | to_entries[] | "\(.key) \(.value.parameters.mode // "balance-rr") \(.value.interfaces | join(" "))"' |
    while read -r id mode members; do
      echo "+$id" >/sys/class/net/bonding_masters
      echo "$mode" >"/sys/class/net/$id/bonding/mode"
      echo 100 >"/sys/class/net/$id/bonding/miimon"
      for member in $members; do
        echo "+$member" >"/sys/class/net/$id/bonding/slaves"
      done
    done
  ask '.vlans // {} | to_entries[] | "\(.key) \(.value.id) \(.value.link)"' | while read -r id tag link; do
    ip link add link "$link" name "$id" type vlan id "$tag"
  done
  ask '(.ethernets, .bonds, .vlans) // {} | keys[]' | while read -r id; do
    ip link set "$id" up
  done
  ask '(.ethernets, .bonds, .vlans) // {} | to_entries[] | .key as $id | .value.addresses // [] | .[] | "\($id) \(.)"' |
    while read -r id address; do
      ip address add "$address" dev "$id"
    done
  ask '(.ethernets, .bonds, .vlans) // {} | to_entries[] | select(.value.dhcp4) | .key' | while read -r id; do
    udhcpc -i "$id" -s /lease -n -q -t 10 -T 2
  done
}

# Drives come up when they want to.
for _ in 1 2 3 4 5; do
  if [ -e /dev/sr0 ] || [ -n "$seedless" ]; then
    break
  fi
  sleep 1
done
for drive in /dev/sr*; do
  if [ -e "$drive" ] && mount -t iso9660 -o ro "$drive" /seed 2>/dev/null; then
    if [ -e /seed/meta-data ] || [ -e /seed/lab2nix/settings.json ]; then
      break
    fi
    umount /seed
  fi
done
if [ -e /seed/meta-data ]; then
  hostname "$(jq --raw-output '."local-hostname"' /seed/meta-data)"
fi
# In place of a Windows, it does what setup.ps1 would, as far as is seen from outside, and has something in place of PowerShell.
be_windows() {
  ask_settings() {
    jq --raw-output "$@" /seed/lab2nix/settings.json
  }
  hostname "$(ask_settings .computerName)"
  for directory in /sys/class/net/eth*; do
    name=${directory##*/}
    mac=$(tr ':a-f' '-A-F' <"$directory/address")
    ip link set "$name" up
    addresses=$(ask_settings --arg mac "$mac" '.adapters[] | select(.mac == $mac) | .addresses[]')
    for address in $addresses; do
      ip address add "$address" dev "$name"
    done
    if [ -z "$addresses" ]; then
      udhcpc -i "$name" -s /lease -n -q -t 10 -T 2
    fi
  done
  # The agent finds it where it runs, as its name has no directory here.
  printf '#!/bin/sh\ntest -e /C:*done\n' >/usr/bin/powershell.exe
  chmod +x /usr/bin/powershell.exe
  {
    sleep 8
    : >'/C:\ProgramData\lab2nix\done'
  } &
}

if [ -e /seed/lab2nix/settings.json ]; then
  be_windows
elif [ -e /seed/network-config ]; then
  configure_network
elif [ -e /sys/class/net/eth0 ]; then
  ip link set eth0 up
  udhcpc -i eth0 -s /lease -n -q -t 10 -T 2
fi
{
  if [ -e /seed/meta-data ] || [ -e /seed/lab2nix/settings.json ]; then
    echo "host $(hostname)"
  fi
  ip -4 -o address show scope global | awk '{ print "address " $4 }'
  if [ -n "$resolve" ]; then
    echo "$resolve $(nslookup -type=a "$resolve" | awk '/^Name/ { found = 1 } found && /^Address/ { print $2 }')"
  fi
  if [ -n "$share" ]; then
    mount -t virtiofs "$share" /mnt
    echo "$share $(cat /mnt/greeting)"
  fi
} >/www/index.html
cat /www/index.html

# Who may ask for a shutdown is listened to before anybody is told that the guest is up.
for name in /sys/class/input/event*/device/name; do
  if [ "$(cat "$name")" = "Power Button" ]; then
    event=${name%/device/name}
    exec 3<"/dev/input/${event##*/}"
    { head -c 24 <&3 >/dev/null && /shutdown button; } &
  fi
done
# What the agent calls.
printf '#!/bin/sh\nexec /shutdown agent\n' >/sbin/shutdown
chmod +x /sbin/shutdown
for name in /sys/class/virtio-ports/*/name; do
  if [ -n "$agent" ] && [ "$(cat "$name")" = org.qemu.guest_agent.0 ]; then
    port=${name%/name}
    {
      sleep "$agent"
      echo "has an agent after $(cut -d ' ' -f 1 /proc/uptime)"
      exec qemu-ga --method=virtio-serial --path="/dev/${port##*/}" --statedir=/run
    } &
  fi
done
if [ -n "$counter" ]; then
  while read -r seconds _ </proc/uptime; do
    echo "$seconds"
    echo "$seconds" >/run/counter.new
    mv /run/counter.new /run/counter
    sleep 0.1
  done >"/dev/$counter" &
fi
echo "up with $(awk '/^MemTotal/ { print $2 }' /proc/meminfo) KiB"
exec httpd -f -p 80 -h /www
