#!/bin/sh
# The first process of a guest: takes an address by DHCP and serves a page on it that says what the guest found. The
# kernel hands on as environment what it does not know of its command line: `resolve`, a name to ask the DNS for, and
# `share`, a share to mount and to quote the file `greeting` of.
busybox mount -t proc proc /proc
busybox mount -t devtmpfs devtmpfs /dev
for module in /modules/*.ko; do
  busybox insmod "$module"
done
busybox ip link set lo up
busybox ip link set eth0 up
busybox udhcpc -i eth0 -s /lease -n -q -t 10 -T 2
{
  echo "address $(busybox ip -4 -o address show dev eth0 | busybox awk '{ print $4 }')"
  if [ -n "$resolve" ]; then
    echo "$resolve $(busybox nslookup -type=a "$resolve" | busybox awk '/^Name/ { found = 1 } found && /^Address/ { print $2 }')"
  fi
  if [ -n "$share" ]; then
    busybox mount -t virtiofs "$share" /mnt
    echo "$share $(busybox cat /mnt/greeting)"
  fi
} >/www/index.html
busybox cat /www/index.html
exec busybox httpd -f -p 80 -h /www
