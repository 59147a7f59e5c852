#!/bin/sh
# Shuts the guest down: shutdown WHO. The console, and with `marks` the first disk, then has a line more, with who has asked
# for it.
echo "shut down: $1" >/dev/console
# shellcheck disable=SC2154 # It is of the kernel's command line.
if [ -n "$marks" ] && [ -b /dev/vda ]; then
  {
    tr -d '\0' </dev/vda
    echo "shut down: $1"
  } >/tmp/marks
  dd if=/tmp/marks of=/dev/vda conv=notrunc,fsync 2>/dev/null
fi
# `linger`, for how many seconds it takes its time.
sleep "${linger:-0}"
poweroff -f
