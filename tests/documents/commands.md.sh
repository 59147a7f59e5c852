# Each command with what its line of the table names, on a host with one small guest.
# brings git
patience=900
git config --global user.name Me
git config --global user.email me@example.org
small_image /srv/images/small.qcow2 agent=1 seedless=1
as 'lab2nix init [DIR] [--template NAME] [--flake]' 'lab2nix init other --template cluster --flake' 0 'other/flake.nix'
mkdir office
cd office
cat >lab.json <<JSON
{
  "lab": "office",
  // A comment, which stays.
  "networks": { "lan": { "subnet": "10.20.0.0/24" } },
  "pools": { "homelab": { "path": "/var/lib/libvirt/images/homelab" } },
  "defaults": $(small_defaults),
  "profiles": { "server": { "ready": { "agent": true, "timeout": "15m" } } },
  "domains": {
    "web": { "profiles": ["server"], "interfaces": [{ "network": "lan", "ip": "10.20.0.10" }] }
  }
}
JSON
lab2nix gen
git init
git add .
git commit --message 'The lab'

as 'lab2nix add domain|network|pool NAME [--from PROFILE] [--spec SPEC] [--diff]' 'lab2nix add domain db --from server --spec lab.json' 0 'db'
as 'lab2nix add domain|network|pool NAME [--from PROFILE] [--spec SPEC] [--diff]' 'lab2nix add pool fast --diff' 0 '\+.*"fast"'
as 'lab2nix rename OLD NEW [--kind K] [--spec SPEC] [--diff]' 'lab2nix rename db database --kind domain --spec lab.json' 0 'database'
as 'lab2nix rename OLD NEW [--kind K] [--spec SPEC] [--diff]' 'grep comment lab.json' 0 'A comment, which stays'
as 'lab2nix gen [SPEC] [--out DIR] [--check] [--diff]' 'lab2nix gen lab.json --check --diff' 1 'database'
as 'lab2nix gen [SPEC] [--out DIR] [--check] [--diff]' 'lab2nix gen' 0 'wrote generated/domains.nix'
as 'lab2nix gen [SPEC] [--out DIR] [--check] [--diff]' 'lab2nix gen . --out elsewhere' 0 'written to elsewhere'
as 'gen -' 'lab2nix gen - --out third <lab.json' 0 'written to third'
as 'lab2nix check [SPEC…] [--several-hosts]' 'lab2nix check lab.json ../other --several-hosts'
as 'lab2nix plan [SPEC…] [--from SPEC|git:REV] [--settings FILE] [--format F]' 'lab2nix plan --format json' 0 '"created"'
as 'lab2nix plan [SPEC…] [--from SPEC|git:REV] [--settings FILE] [--format F]' 'lab2nix plan --from git:HEAD' 0 'created +domain database'
as 'data-lost' 'lab2nix plan --deny created' 1 'created'
switch_to lab.json
as 'lab2nix install [GLOB…] [--timeout T] [--force]' 'lab2nix install web --timeout 1m --force' 2 'none of the domains installs itself'
as 'lab2nix plan [SPEC…] [--from SPEC|git:REV] [--settings FILE] [--format F]' 'lab2nix plan' 0 'nothing changes'
as 'lab2nix import [NAME…] [--from FILE|DIR] [--into SPEC] [--kind K] [--next-start] [--format F]' \
  'lab2nix import web --from /etc/libvirt/qemu --kind domain --into ../imported.json' 0 'wrote ../imported.json'
as 'lab2nix import [NAME…] [--from FILE|DIR] [--into SPEC] [--kind K] [--next-start] [--format F]' \
  'lab2nix import --next-start --format json' 0 '"spec"'
as 'lab2nix xml [SPEC] [NAME…] [--host H] [--out DIR] [--force]' 'lab2nix xml lab.json web --host debian' 0 '<name>web</name>'
as 'lab2nix xml [SPEC] [NAME…] [--host H] [--out DIR] [--force]' 'lab2nix xml --host fedora --out xml --force && ls xml' 0 'domains'
as 'lab2nix inspect [SPEC…] [--format F]' 'lab2nix inspect lab.json ../other --format json' 0 '"web"'
as 'lab2nix inventory [SPEC…] --format F [--only GLOB|@PROFILE]' 'lab2nix inventory lab.json --format hosts --only @server' 0 '10.20.0.10'
as 'lab2nix status [GLOB…] [--watch] [--format F]' 'lab2nix status --format json web' 0 '"shut off"'
as 'lab2nix status [GLOB…] [--watch] [--format F]' 'timeout 8 lab2nix status --watch' 124 'web'
as 'lab2nix up' 'lab2nix up web --timeout 10m --force' 0 'web: ready'
as 'lab2nix run GLOB… [--timeout T] -- COMMAND' "lab2nix run 'w*' --timeout 1m -- hostname" 0 '.'
typing='sleep 10; printf "\r"; sleep 3; printf "\035"; sleep 5' as 'lab2nix console NAME' 'lab2nix console web' 0 'Escape character is \^\]'
as 'lab2nix save NAME' 'lab2nix save first --only web' 0 'saved `first`: 1 domain'
as 'lab2nix graph [SPEC…] [--format F] [--into FILE [--check]]' 'lab2nix graph lab.json ../other --several-hosts --format svg' 0 '<svg'
printf '<!-- lab2nix graph lab.json --into page.md begin -->\n<!-- lab2nix graph end -->\n' >page.md
as 'lab2nix graph [SPEC…] [--format F] [--into FILE [--check]]' 'lab2nix graph lab.json --into page.md && lab2nix graph lab.json --into page.md --check'
as 'lab2nix explain [PROBLEM] [--markdown]' 'lab2nix explain unknown-field' 0 'unknown-field'
as 'lab2nix explain [PROBLEM] [--markdown]' 'lab2nix explain --markdown | cmp - "$checkout/docs/problems.md"'
as 'lab2nix schema [--markdown|--of WHAT]' 'lab2nix schema | cmp - "$checkout/schema/lab.schema.json"'
as 'lab2nix schema [--markdown|--of WHAT]' 'lab2nix schema --markdown | cmp - "$checkout/docs/spec.md"'
as 'lab2nix schema [--markdown|--of WHAT]' 'lab2nix schema --of saves' 0 '"title": "lab2nix saves"'
as 'lab2nix completions SHELL' 'lab2nix completions zsh' 0 '#compdef lab2nix'
as 'lab2nix man [DIR]' 'lab2nix man pages && ls pages' 0 'lab2nix-gen.1'
as '-v' 'lab2nix -v gen' 0 'generated/domains.nix'
as '-q' 'lab2nix -q gen' 0 '^$'
sed -i 's/"10.20.0.10"/"10.30.0.10"/' lab.json
as '--message-format json' 'lab2nix check --message-format json' 1 '"address-outside-subnet"'
as 'github' 'lab2nix check --message-format github' 1 '::error'
# Exit status 2: usage.
as '--check' 'lab2nix gen --chek' 2
