//! A file of settings for ssh ([ssh_config(5)](https://man.openbsd.org/ssh_config.5)): `ssh -F FILE NAME`, or `Include` it.

use std::fmt::Write as _;

use super::made_for;
use super::view::{DomainView, View};

/// The file, with a `Host` for each domain whose SSH is reached.
#[must_use]
pub fn render(view: &View) -> String {
    let mut text = made_for("ssh");
    for domain in &view.domains {
        let Some(ssh) = &domain.ssh else { continue };
        let _ = write!(text, "\nHost {}\n  HostName {}\n", domain.alias, ssh.host);
        if ssh.port != 22 {
            let _ = writeln!(text, "  Port {}", ssh.port);
        }
        if let Some(user) = &domain.user {
            let _ = writeln!(text, "  User {user}");
        }
        // Another lab, or another host's, may have the same address or port.
        if domain.is_forwarded || view.jump.is_some() {
            let _ = writeln!(text, "  HostKeyAlias {}", key_alias(domain));
        }
        if let Some(jump) = &view.jump {
            let _ = writeln!(text, "  ProxyJump {}", jump.text);
        }
    }
    text
}

/// What its key is remembered under.
fn key_alias(domain: &DomainView) -> String {
    format!("{}.{}", domain.name, domain.lab)
}
