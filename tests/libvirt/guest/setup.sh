#!/bin/sh
# The first process of what stands in for Windows Setup. Started from its ISO, it waits for a key as Microsoft's ISOs do, and without
# one starts the machine again. With one, it reads the answer file of the disc beside it, copies a system to the first disk, and starts
# that.
/bin/busybox mkdir -p /dev /disc /iso /proc /sbin /sys /tmp /usr/sbin
/bin/busybox --install -s
export PATH=/usr/bin:/bin:/usr/sbin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
for module in /modules/*.ko; do
  insmod "$module"
done
sleep 2

end() {
  echo "setup: $*"
  sync
  sleep 1
  reboot -f
}

echo "setup: press any key"
for name in /sys/class/input/event*/device/name; do
  case $(cat "$name") in
  *eyboard*)
    event=${name%/device/name}
    { head -c 24 "/dev/input/${event##*/}" >/dev/null && : >/tmp/pressed; } &
    ;;
  esac
done
for _ in $(seq 20); do
  if [ -e /tmp/pressed ]; then
    break
  fi
  sleep 1
done
if [ ! -e /tmp/pressed ]; then
  end "no key"
fi

for drive in /dev/sr*; do
  mount -t iso9660 -o ro "$drive" /disc || continue
  if [ -e /disc/autounattend.xml ]; then
    cp /disc/autounattend.xml /tmp
  elif [ -e /disc/system.img ]; then
    mount -t iso9660 -o ro "$drive" /iso
  fi
  umount /disc
done
if [ ! -e /tmp/autounattend.xml ]; then
  end "no answer file"
fi
if grep -q '@password' /tmp/autounattend.xml || ! grep -q '<Value>/IMAGE/NAME\|<Key>/IMAGE/NAME' /tmp/autounattend.xml; then
  end "an answer file without a password, or without an image"
fi
echo "setup: copies"
cat /iso/system.img >/dev/sda
end "done"
