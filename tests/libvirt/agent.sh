#!/bin/bash
# Does what World::output tells a kernel of its own: for each line, which is a number, it runs the command in
# /talk/<number>.command and leaves what that prints beside it.
export LC_ALL=C.UTF-8
mkdir /talk
mount -t hostfs none /talk -o hostfs=/machine/talk
while read -r number; do
  (
    mapfile -d '' -t command <"/talk/$number.command"
    code=0
    "${command[@]}" <"/talk/$number.in" >"/talk/$number.out" 2>"/talk/$number.err" || code=$?
    echo "$code" >"/talk/$number.code"
    # Only now is it complete.
    : >"/talk/$number.done"
  ) &
done
