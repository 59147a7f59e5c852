#!/usr/bin/env bash
# outside
# The commands of the example `edge-cluster`: its files are those that it is generated from.
set -euo pipefail

cp -r "$checkout" checkout
cd checkout
page 'lab2nix gen examples/edge-cluster/vlans/lab.json'
diff -r "$checkout/examples" examples
skip 'cloud-init clean --reboot' 'needs a guest of a distribution'
