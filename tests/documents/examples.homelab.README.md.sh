#!/usr/bin/env bash
# outside
# The commands of the example `homelab`: its files are those that it is generated from.
set -euo pipefail

cp -r "$checkout" checkout
cd checkout
page 'lab2nix gen examples/homelab/nuc/lab.json'
as 'lab2nix gen examples/homelab/nuc/lab.json' 'lab2nix gen examples/homelab/tower/lab.json'
diff -r "$checkout/examples" examples
skip 'virsh domiflist' 'needs a machine that was made by hand; cookbook.md has the command too'
