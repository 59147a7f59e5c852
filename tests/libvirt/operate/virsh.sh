#!/bin/bash
# Does with the third snapshot what /run/virsh says, or waits with what that names until there is a /run/go.
what=$(cat /run/virsh 2>/dev/null)
if [[ $what == "third "* && $* == *"snapshot-create "* ]]; then
  number=1
  until mkdir "/run/snapshot-$number" 2>/dev/null; do number=$((number + 1)); done
  case "$what $number" in
  "third fails 3") exec /usr/bin/virsh --connect qemu:///system snapshot-create nobody ;;
  "third is late 3") sleep 3 ;;
  esac
elif [[ -n $what && $* == *"$what "* ]]; then
  touch /run/waits
  until [[ -e /run/go ]]; do sleep 0.1; done
fi
exec /usr/bin/virsh "$@"
