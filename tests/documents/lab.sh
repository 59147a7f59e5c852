# shellcheck shell=bash
# What scripts of several pages do to a spec before they type commands with it. They source this.

# A spec without its comments, which stand on lines of their own: plain SPEC.
plain() {
  sed 's,^ *//.*,,' "$1"
}

# Makes small guests of domains: reads a spec, writes it, small NAME... Their first disk grows on the image of a small guest,
# which `small_image /guests/small.qcow2` puts there; they need no KVM, and nothing that only a large guest has.
small() {
  # shellcheck disable=SC2016 # They are variables of jq.
  jq '
    def small:
      .virtualization = "emulated" | .memory = "256MiB" | .cpus = 1 | .firmware = "uefi" | .cdroms = [] | .tpm = false
      | .ready = { agent: true, timeout: "15m" }
      | del(.cloudInit) | .disks[0] += { size: "1GiB", image: { path: "/guests/small.qcow2" } };
    reduce $ARGS.positional[] as $name (.; .domains[$name] |= small)
  ' --args "$@"
}
