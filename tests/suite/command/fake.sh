#!/bin/bash
# A virsh of ours, and its libvirt, which is the directory $FAKE: `domains/UUID/` has the files `xml` and `state`, a directory
# `snapshots`, and where they are there, `control`, `managed`, `blocks` and `refuses-COMMAND`, with what is complained of; `pools/UUID` is a pool.
# What changes something is noted in `log`. What virsh reads, bash reads alike.
cd "$FAKE" || exit 1

echo() {
  if [[ $1 == --err ]]; then
    complain "$2"
  else
    builtin echo "$@"
  fi
}

complain() {
  builtin echo "error: $1" >&2
}

# Notes a change of a domain, unless that is refused.
change() {
  local refusal=domains/$2/refuses-$1
  builtin echo "$1 $2" >>log
  if [[ -e $refusal ]]; then
    complain "$(<"$refusal")"
    return 1
  fi
}

list() {
  local domain
  for domain in domains/*; do
    case $* in
    *--with-managed-save*) [[ -e $domain/managed ]] || continue ;;
    *--with-snapshot*) [[ -n $(ls "$domain/snapshots") ]] || continue ;;
    *--all*) ;;
    *) [[ $(<"$domain/state") != "shut off" ]] || continue ;;
    esac
    builtin echo "${domain#*/}"
  done
}

net-list() { :; }
pool-list() { ls pools; }
pool-dumpxml() { cat "pools/${!#}"; }
pool-refresh() { :; }
dumpxml() { cat "domains/${!#}/xml"; }
domstate() { cat "domains/$1/state"; }
domstats() { cat "domains/$2/blocks" 2>/dev/null; }
send-key() { change send-key "$1"; }
snapshot-list() { ls "domains/$2/snapshots"; }

domcontrol() {
  if [[ -e domains/$1/control ]]; then
    cat "domains/$1/control"
  elif [[ $(<"domains/$1/state") == "shut off" ]]; then
    complain "domain is not running"
  else
    builtin echo ok
  fi
}

snapshot-dumpxml() {
  cat "domains/$2/snapshots/$4" 2>/dev/null || complain "no domain snapshot with matching name '$4'"
}

start() {
  if change start "$1"; then
    builtin echo running >"domains/$1/state"
  fi
}

# One that is deaf does not shut down.
shutdown() {
  if change shutdown "$1" && [[ ! -e domains/$1/deaf ]]; then
    builtin echo "shut off" >"domains/$1/state"
  fi
}

destroy() {
  if change destroy "$1"; then
    builtin echo "shut off" >"domains/$1/state"
  fi
}

# A guest whose agent answers a command with the files `out` and `exit`, the latter a number; without, the command does not end.
qemu-agent-command() {
  local domain=domains/$3
  case $5 in
  *guest-ping*) builtin echo '{"return":{}}' ;;
  *guest-exec-status*)
    if [[ -e $domain/exit ]]; then
      builtin echo "{\"return\":{\"exited\":true,\"exitcode\":$(<"$domain/exit"),\"out-data\":\"$(base64 -w 0 "$domain/out")\"}}"
    else
      builtin echo '{"return":{"exited":false}}'
    fi
    ;;
  *guest-exec*)
    builtin echo "$5" >>"$domain/asked"
    case $5 in
    *"kill -KILL"*)
      builtin echo 137 >"$domain/exit"
      : >"$domain/out"
      ;;
    esac
    if [[ $(<"$domain/state") == running ]]; then
      builtin echo '{"return":{"pid":7}}'
    else
      complain "Requested operation is not valid: domain is not running"
    fi
    ;;
  esac
}

suspend() {
  if change suspend "$1"; then
    builtin echo paused >"domains/$1/state"
  fi
}

resume() {
  if change resume "$1"; then
    builtin echo running >"domains/$1/state"
  fi
}

snapshot-create() {
  local name
  name=$(sed -n 's:.*<name>\(.*\)</name>.*:\1:p' "$4")
  if [[ -e interrupts ]]; then
    kill -INT "$PPID"
    sleep 3
  fi
  if change snapshot-create "$2"; then
    {
      sed '$d' "$4"
      builtin echo "<disks>"
      sed -n "s:.*<target dev='\([vs]d[a-z]*\)'.*:<disk name='\1' snapshot='internal'/>:p" "domains/$2/xml"
      builtin echo "</disks>"
      cat "domains/$2/xml"
      builtin echo "</domainsnapshot>"
    } >"domains/$2/snapshots/$name"
    cp "domains/$2/state" "domains/$2/was-$name"
  fi
}

snapshot-delete() {
  if change snapshot-delete "$2"; then
    rm "domains/$2/snapshots/$4"
  fi
}

snapshot-revert() {
  builtin echo "revert $*" >>reverts
  if change snapshot-revert "$2"; then
    cp "domains/$2/was-$4" "domains/$2/state"
  else
    builtin echo "shut off" >"domains/$2/state"
  fi
}

# The mark between answers means something to bash.
mark="<<lab2nix>>"
script=${!#}
eval "${script//"$mark"/"'$mark'"}"
