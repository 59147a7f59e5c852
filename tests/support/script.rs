//! Scripts of Bash, as `NixOS` runs them and as shellcheck sees them.

use std::path::Path;
use std::process::Command;

use super::skip;

/// What scripts of `NixOS` start with where it is as strict as it can be, with `systemd.enableStrictShellChecks`.
pub const STRICT: &str = "#!/bin/bash\nset -o errexit\nset -o nounset\nset -o pipefail\n\n";

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
