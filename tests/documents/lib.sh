# shellcheck shell=bash
# The words of the scripts that type a page's commands. A line of a script is one of these, or plain bash: what a reader has
# done before. `run` sources this, in an empty directory, with the place of the checkout and the name of the page.
#
#   page 'lab2nix up' [STATUS] [REGEX]       types this line of the page; its exit status is STATUS, which is 0 if it is left out,
#                                           and its output, all of it as one text, has REGEX in it: what the page promises
#   as 'lab2nix up NAME' 'lab2nix up web' [STATUS] [REGEX]
#                                           the same, where the page has a placeholder
#   skip 'vagrant up' 'needs Vagrant'       is not run, and why
#   typing='sleep 2; echo y' page ...       types it on a terminal, and what this shell command prints as the answers
#   stub NAME <<'END' ... END               a program that cannot be here, such as nixos-rebuild
#   small_image PATH [WORD...]              puts an image of a small guest there (tests/libvirt/guest/init.sh says what the words
#                                           do); with `agent=1`, QEMU's agent answers
#   small_defaults                          prints the `defaults` of a lab of such guests, whose image is /srv/images/small.qcow2
#   lab_of_four                             writes lab.json, in the shape of the lab in this repository, of such guests
#   has_powershell                          lets Get-Service be a command in those that run
#   switch_to SPEC [DOMAIN...]              what a switch of NixOS would do to libvirt: `switch` says what
#   flakes                                  lets `nix` find lab2nix's flake in the checkout and what that needs on this machine, as
#                                           tests/flake/run does, with NIXPKGS_LIB and NIXVIRT_SRC; without them, what begins with
#                                           `nix` is not run. It is for scripts that run outside.
#
# Lines are typed one after the other: a directory, a variable or a function of one is there in the next. Each has $patience
# seconds. The checkout is $checkout.
set -Eeuo pipefail
trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR

checkout=$1
page_name=$2
patience=300
typing=
without_nix=
room=$(mktemp -d)
bin=$room/bin
mkdir "$bin"
PATH=$bin:$PATH
export LC_ALL=C.UTF-8 checkout

# A shell of its own for each line, which begins where the last one ended.
cat >"$room/type" <<'TYPE'
if [[ -e $1/state ]]; then
  source "$1/state"
fi
type_room=$1 type_line=$2
set --
trap '{ declare -f; declare -p | grep "^declare -- [a-z]" | grep -v "^declare -- type_"; } >"$type_room/state"
  pwd >"$type_room/where"' EXIT
eval "$type_line"
TYPE

result() {
  printf '%-8s %s  %s\n' "$1" "$page_name" "$2" >&4
}

page() {
  as "$1" "$@"
}

as() {
  local text=$1 line=$2 wanted=${3-0} regex=${4-} status=0 said why=''
  if [[ -n $without_nix && $line =~ (^|[\ \;\&])nix\  ]]; then
    skip "$text" "$without_nix"
    return
  fi
  local -a command=(bash "$room/type" "$room" "$line")
  echo "+ $line"
  if [[ -n $typing ]]; then
    timeout --kill-after=10 "$patience" script --quiet --return --command "${command[*]@Q}" /dev/null \
      < <(bash -c "$typing") >"$room/output" 2>&1 || status=$?
  else
    timeout --kill-after=10 "$patience" "${command[@]}" >"$room/output" 2>&1 </dev/null || status=$?
  fi
  if [[ -s $room/where ]]; then
    cd "$(<"$room/where")"
  fi
  said=$(tr -d '\r\0' <"$room/output")
  if ((status != wanted)); then
    why="exit status $status, not $wanted"
  elif [[ ! $said =~ $regex ]]; then
    why="does not print: $regex"
  fi
  if [[ $text != "$line" ]]; then
    text+="  (as: ${line//$'\n'/; })"
  fi
  if [[ -z $why ]]; then
    result OK "$text"
  else
    result DIFFERS "$text"
    {
      echo "    $why"
      tail -n 15 <<<"$said" | sed 's/^/    | /'
    } >&4
  fi
}

skip() {
  result 'NOT RUN' "$1 ($2)"
}

stub() {
  { echo '#!/bin/bash'; cat; } >"$bin/$1"
  chmod +x "$bin/$1"
}

small_image() {
  local path=$1
  shift
  mkdir -p /guests/scripts "$(dirname "$path")"
  cp "$checkout"/tests/libvirt/guest/*.sh /guests/scripts/
  bash /guests/scripts/image.sh x86_64 "$@"
  cp --sparse=always /guests/x86_64/image.qcow2 "$path"
}

small_defaults() {
  cat <<'JSON'
{
    "active": null,
    "virtualization": "emulated",
    "firmware": "uefi",
    "cpus": 1,
    "memory": "256MiB",
    "graphics": { "type": "none" },
    "disks": [{ "name": "system", "pool": "homelab", "size": "1GiB", "image": { "path": "/srv/images/small.qcow2" } }]
  }
JSON
}

lab_of_four() {
  small_image /srv/images/small.qcow2 agent=1 seedless=1
  cat >lab.json <<JSON
{
  "lab": "sccm",
  "networks": {
    "lab-net": {
      "bridge": "virbr56",
      "subnet": "192.168.56.0/24",
      "dhcp": { "range": ["192.168.56.100", "192.168.56.200"] }
    }
  },
  "pools": { "homelab": { "path": "/var/lib/libvirt/images/homelab" } },
  "defaults": $(small_defaults),
  "profiles": { "server": { "ready": { "agent": true, "timeout": "15m" } } },
  "domains": {
    "DC01": {
      "profiles": ["server"],
      "graphics": { "type": "vnc" },
      "interfaces": [{ "network": "lab-net", "ip": "192.168.56.10" }]
    },
    "SCCM01": {
      "profiles": ["server"],
      "ready": { "tcp": 80, "timeout": "15m" },
      "after": ["DC01"],
      "interfaces": [{ "network": "lab-net", "ip": "192.168.56.11" }]
    },
    "CLIENT01": {
      "ready": { "agent": true, "timeout": "15m" },
      "after": ["SCCM01"],
      "interfaces": [{ "network": "lab-net", "ip": "192.168.56.21" }]
    },
    "CLIENT02": {
      "ready": { "agent": true, "timeout": "15m" },
      "after": ["SCCM01"],
      "interfaces": [{ "network": "lab-net", "ip": "192.168.56.22" }]
    }
  }
}
JSON
}

has_powershell() {
  lab2nix run "${1:-*}" -- 'printf "#!/bin/sh\necho Running \$1\n" >/usr/bin/Get-Service; chmod +x /usr/bin/Get-Service'
}

switch_to() {
  "$checkout/tests/documents/switch" "$@"
}

flakes() {
  local there=$room/flakes
  if [[ -z ${NIXPKGS_LIB:-} || -z ${NIXVIRT_SRC:-} ]]; then
    without_nix='needs NIXPKGS_LIB and NIXVIRT_SRC'
    return
  fi
  mkdir -p "$there"/{lab2nix,NixVirt}
  cp -r "$checkout"/. "$there/lab2nix"
  # It names what cannot be fetched here, and is made anew.
  rm -f "$there/lab2nix/flake.lock"
  cp -r "$checkout/tests/flake/nixpkgs" "$there/nixpkgs"
  cp "$checkout/tests/nix/options.nix" "$there/nixpkgs"
  cp -r "$NIXPKGS_LIB/lib" "$there/nixpkgs/lib"
  cp -r "$NIXVIRT_SRC"/{flake.nix,*.nix,generate-xml,templates,tool,checks} "$there/NixVirt"
  printf '{ bash = "%s"; lab2nix = "%s"; validates = false; }\n' "$(type -P bash)" "$(type -P lab2nix)" \
    >"$there/nixpkgs/here.nix"
  export NIX_STORE_DIR=$there/nix/store NIX_STATE_DIR=$there/nix/var NIX_LOG_DIR=$there/nix/log NIX_CONF_DIR=$there/nix/etc
  export NIX_CONFIG="
experimental-features = nix-command flakes
sandbox = false
build-users-group =
substituters =
flake-registry =
"
  unset NIX_REMOTE NIX_PATH
  nix flake lock "path:$there/lab2nix" --override-input nixpkgs "path:$there/nixpkgs" \
    --override-input NixVirt "path:$there/NixVirt"
  {
    printf 'there=%q real=%q\n' "$there" "$(type -P nix)"
    cat <<'NIX'
# The flake on GitHub is the one of the checkout, and the inputs are what this machine has.
arguments=() inputs=()
for argument in "$@"; do
  arguments+=("${argument/#github:lab2nix\/lab2nix/path:$there/lab2nix}")
done
case "$1 ${2-}" in
"flake init"*) ;;
run*github:* | shell*github:* | build*github:*)
  inputs=(--override-input nixpkgs "path:$there/nixpkgs" --override-input NixVirt "path:$there/NixVirt" --no-write-lock-file) ;;
run* | develop* | fmt* | build* | "flake check" | eval*)
  inputs=(--override-input lab2nix "path:$there/lab2nix" --override-input lab2nix/nixpkgs "path:$there/nixpkgs")
  inputs+=(--override-input lab2nix/NixVirt "path:$there/NixVirt" --no-write-lock-file) ;;
esac
words=1
if [[ $1 == flake ]]; then words=2; fi
exec "$real" "${arguments[@]:0:words}" "${inputs[@]}" "${arguments[@]:words}"
NIX
  } | stub nix
}
