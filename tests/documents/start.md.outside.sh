# The lab's own flake, by real Nix.
# outside
flakes
git config --global user.name Me
git config --global user.email me@example.org
# The owner gives the lab a name.
stub editor <<'STUB'
sed -i 's/"lab": "my-lab"/"lab": "office"/' "$1"
STUB
export EDITOR=editor

page 'mkdir my-lab && cd my-lab'
page 'nix flake init --template github:lab2nix/lab2nix#default' 0 'wrote: .*flake.nix'
# What the template has, where there is no Nix.
if [[ ! -e lab.json ]]; then
  cp "$checkout"/templates/default/* .
fi
page 'git init && git add .'
page '$EDITOR lab.json'
page 'nix run .#gen' 0 'wrote generated/domains.nix'
page 'git add .'
page 'nix flake check'
page 'git commit -m "The lab"' 0 'The lab'
as 'nix develop' 'nix develop --command lab2nix --version' 0 'lab2nix [0-9]'
as 'nix run github:lab2nix/lab2nix -- gen' 'nix run github:lab2nix/lab2nix -- gen --check'
