#!/bin/sh
# What udhcpc calls with a lease in the environment.
# shellcheck disable=SC2154 # udhcpc sets them.
case $1 in
bound | renew)
  ip address replace "$ip/$mask" dev "$interface"
  for gateway in $router; do
    ip route replace default via "$gateway" dev "$interface"
  done
  for server in $dns; do
    echo "nameserver $server"
  done >/etc/resolv.conf
  ;;
esac
