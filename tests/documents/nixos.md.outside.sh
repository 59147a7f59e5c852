#!/usr/bin/env bash
# outside
# The commands of the page on the host's module that are typed in the lab's repository.
set -euo pipefail

cp -r "$checkout/templates/default" lab
cd lab
git -c init.defaultBranch=main init --quiet
git config user.name me
git config user.email me@localhost
lab2nix gen
git add .
git commit --quiet --message lab
flakes
page 'nix run .#gen'
mkdir other
sed 's/my-lab/other-lab/' lab.json >other/lab.json
page 'nix run .#gen -- other/lab.json'
rm -r other
page 'nix run .#check'
page 'nix flake check'
as 'nix develop' 'nix develop --command lab2nix --version' 0 'lab2nix [0-9]'
page 'nix fmt'
as 'nix run .#lab -- up' 'nix run .#lab -- up --help' 0 'Usage:'
as 'nix run .#plan' 'nix run .#plan -- --help' 0 'Usage:'

# A change, and back.
sed -i 's/2GiB/3GiB/' lab.json
lab2nix gen
git commit --quiet --all --message more
as 'git revert HEAD' 'git revert --no-edit HEAD' 0 'Revert'
page 'nix run .#gen'
git diff --exit-code
page 'nix flake check'
