//! Scripts of Bash, as `NixOS` runs them and as shellcheck sees them.

use std::path::Path;
use std::process::Command;

use super::skip;

/// What scripts of `NixOS` start with where it is as strict as it can be, with `systemd.enableStrictShellChecks`.
pub const STRICT: &str = "#!/bin/bash\nset -o errexit\nset -o nounset\nset -o pipefail\n\n";

/// How NixOS puts together what is checked before a switch: the release, what the script starts with, and what stands before and
/// after each check, whose name is `lab2nix` here.
pub const PRE_SWITCH: [(&str, &str, &str, &str); 3] = [
    (
        "25.05",
        "#!/bin/bash\n\n",
        "(\n",
        "\n)\nif [[ $? != 0 ]]; then\n  echo \"Pre-switch check 'lab2nix' failed\"\n  exit 1\nfi\n",
    ),
    ("25.11", STRICT, "if ! (\n", "\n) >&2 ; then\n  echo \"Pre-switch check 'lab2nix' failed\" >&2\n  exit 1\nfi\n"),
    (
        "26.05",
        STRICT,
        "set +e\n(\n  set -e\n",
        "\n) >&2\n_rc=$?\nset -e\nif [ \"$_rc\" -ne 0 ]; then\n  echo \"Pre-switch check 'lab2nix' failed\" >&2\n  exit 1\nfi\n",
    ),
];

/// Holds that shellcheck has nothing to say of scripts; skips where it is missing.
pub fn shellcheck(scripts: impl IntoIterator<Item = impl AsRef<Path>>) {
    let mut shellcheck = Command::new("shellcheck");
    for script in scripts {
        shellcheck.arg(script.as_ref());
    }
    match shellcheck.output() {
        Err(error) => skip(&format!("shellcheck does not start: {error}")),
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
    }
}
