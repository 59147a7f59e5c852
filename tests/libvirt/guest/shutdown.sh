#!/bin/sh
# Shuts the guest down: shutdown WHO. The first disk, if there is one, then has a line more, with who has asked for it.
if [ -b /dev/vda ]; then
  {
    tr -d '\0' </dev/vda
    echo "shut down: $1"
  } >/tmp/marks
  dd if=/tmp/marks of=/dev/vda conv=notrunc,fsync 2>/dev/null
fi
poweroff -f
