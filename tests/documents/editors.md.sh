#!/usr/bin/env bash
# outside
# The commands of the page on editors.
set -euo pipefail

cat >lab.json <<'END'
{
  "$schema": "./generated/schema.json",
  "lab": "my-lab"
}
END
page 'lab2nix gen'
[[ -e generated/schema.json ]]
page 'lab2nix schema' 0 '"\$schema"'
as 'lab2nix schema' 'lab2nix schema | cmp - generated/schema.json'
page 'lab2nix check'
echo '{}' >generated/schema.json
as 'gen --check' 'lab2nix gen --check' 1 'schema\.json'
skip 'hx --health json' 'needs Helix'
