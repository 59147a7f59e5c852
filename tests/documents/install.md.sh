#!/usr/bin/env bash
# outside
# The commands that install lab2nix.
set -euo pipefail

flakes
page 'nix run github:lab2nix/lab2nix -- --help' 0 'Usage:'
page 'nix profile install github:lab2nix/lab2nix'
git -c init.defaultBranch=main init --quiet lab
cd lab
page 'nix flake init --template github:lab2nix/lab2nix && nix run .#gen'
cd ..

# A release, as .ci/dist packs it, but not built for it.
version=$(lab2nix --version | head -n 1)
version=${version#lab2nix }
release=lab2nix-$version-$(uname -m)-unknown-linux-musl
mkdir -p "releases/$release"/{bin,share/bash-completion/completions}
cp "$(type -P lab2nix)" "releases/$release/bin"
lab2nix man "releases/$release/share/man/man1"
lab2nix completions bash >"releases/$release/share/bash-completion/completions/lab2nix"
(
  cd releases
  tar -czf "$release.tar.gz" "$release"
  sha256sum "$release.tar.gz" >"$release.tar.gz.sha256"
)
stub sudo <<<'exec "$@"'
as 'version=0.1.0' "version=$version"
# shellcheck disable=SC2016 # The shell that it is typed into has them.
{
  page 'file=lab2nix-$version-$(uname -m)-unknown-linux-musl.tar.gz'
  as 'curl --location --remote-name-all https://github.com/lab2nix/lab2nix/releases/download/v$version/$file{,.sha256}' \
    'curl --location --remote-name-all "file://$PWD/releases/"$file{,.sha256}'
  page 'sha256sum --check $file.sha256' 0 'OK'
  mkdir local
  as "sudo tar --extract --file \$file --directory /usr/local --strip-components 1 --no-same-owner --wildcards '*/bin' '*/share'" \
    "sudo tar --extract --file \$file --directory local --strip-components 1 --no-same-owner --wildcards '*/bin' '*/share'"
}
local/bin/lab2nix --version
[[ -e local/share/man/man1/lab2nix.1 && -e local/share/bash-completion/completions/lab2nix ]]

skip 'cargo install --locked lab2nix' 'compiles for minutes, and crates.io has it after the release only'

page 'lab2nix man ~/.local/share/man/man1'
[[ -s ~/.local/share/man/man1/lab2nix-gen.1 ]]
page 'mkdir -p ~/.local/share/bash-completion/completions'
page 'lab2nix completions bash >~/.local/share/bash-completion/completions/lab2nix'
bash -n ~/.local/share/bash-completion/completions/lab2nix
mkdir functions
as 'lab2nix completions zsh >DIR/_lab2nix' 'lab2nix completions zsh >functions/_lab2nix'
page 'mkdir -p ~/.config/fish/completions'
page 'lab2nix completions fish >~/.config/fish/completions/lab2nix.fish'
if command -v zsh >/dev/null; then zsh -n functions/_lab2nix; fi
if command -v fish >/dev/null; then fish --no-execute ~/.config/fish/completions/lab2nix.fish; fi
