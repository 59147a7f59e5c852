#!/usr/bin/env bash
# outside
# The commands of the README of a template, in a repository that begins with it. The scripts of the other templates are links
# to this one.
set -euo pipefail

template=${page_name#templates.}
cp -r "$checkout/templates/${template%.README.md}" lab
cd lab
git -c init.defaultBranch=main init --quiet
git add .
flakes
page 'nix run .#gen' 0 'generated'
page 'git add .'
page 'nix run .#check'
page 'nix flake check'
as 'nix develop' 'nix develop --command lab2nix --version' 0 'lab2nix [0-9]'
# What these do to a libvirt, scripts of pages with a host of their own try.
as 'nix run .#lab -- up' 'nix run .#lab -- up --help' 0 'Usage:'
as 'nix run .#plan' 'nix run .#plan -- --help' 0 'Usage:'

# The flake of a host. Before Nix 2.19, the command was another.
git -c user.name=me -c user.email=me@localhost commit --quiet --message lab
mkdir ../host
cd ../host
cat >flake.nix <<END
{
  inputs.lab.url = "git+file://$(realpath ../lab)";
  outputs = { lab, ... }: { inherit (lab) nixosModules; };
}
END
as 'nix flake update lab' "nix flake lock --update-input lab --override-input lab/lab2nix path:$room/flakes/lab2nix"
skip 'nixos-rebuild switch --flake .' 'needs a NixOS host'
