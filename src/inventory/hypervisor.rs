//! Where the libvirt is that runs the domains, as seen from whoever reads an inventory.

use std::net::Ipv6Addr;

/// Where the libvirt is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Hypervisor {
    /// On this machine.
    #[default]
    Here,
    /// On one that is reached by SSH, through which its domains are reached too.
    BySsh(Jump),
    /// On another one. Its domains are reached as far as its network lets others through.
    Elsewhere {
        /// Its name or address.
        host: String,
    },
}

/// A machine on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jump {
    /// Who connects, where the URI says.
    pub user: Option<String>,
    /// Its name or address.
    pub host: String,
    /// Its port of SSH, where the URI says.
    pub port: Option<u16>,
}

/// A URI that is not one of libvirt's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the URI of a libvirt: write it as `qemu:///system` or `qemu+ssh://user@host/system`")]
pub struct NotAUri(String);

impl Hypervisor {
    /// Reads a [URI of libvirt](https://libvirt.org/uri.html). One without a host, or an alias of libvirt's own configuration, is taken for this machine.
    ///
    /// # Errors
    ///
    /// [`NotAUri`].
    pub fn parse(uri: &str) -> Result<Self, NotAUri> {
        let wrong = || NotAUri(uri.to_owned());
        let Some((scheme, rest)) = uri.split_once("://") else {
            // An alias may stand for anything; what is no alias has a slash or the like.
            let is_alias = !uri.is_empty() && uri.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
            return if is_alias { Ok(Self::Here) } else { Err(wrong()) };
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return Ok(Self::Here);
        }
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place).ok_or_else(wrong)?;
        if user.is_some_and(|user| !is_plain(user)) {
            return Err(wrong());
        }
        let (host, user) = (host.to_owned(), user.map(str::to_owned));
        let transport = scheme.split_once('+').map(|(_, transport)| transport);
        Ok(match transport {
            Some("ssh" | "libssh" | "libssh2") => Self::BySsh(Jump { user, host, port }),
            _ => Self::Elsewhere { host },
        })
    }

    /// The machine on the way to its domains, if there is one.
    #[must_use]
    pub fn jump(&self) -> Option<&Jump> {
        match self {
            Self::BySsh(jump) => Some(jump),
            Self::Here | Self::Elsewhere { .. } => None,
        }
    }
}

impl Jump {
    /// As `ProxyJump` of ssh has it.
    #[must_use]
    pub fn text(&self) -> String {
        let user = self.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{user}{host}{port}")
    }
}

/// Reads `host`, `host:22` or `[::1]:22`.
fn host_and_port(place: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let port = port.map(str::parse).transpose().ok()?.filter(|port| *port != 0);
    (host.contains(':') || is_plain(host)).then_some((host, port))
}

/// Whether a name has nothing that ssh, its shell or a file of settings would take for something else.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn uris_say_where_it_is() {
        let jump = |uri: &str| Hypervisor::parse(uri).expect("a URI").jump().map(Jump::text);
        for (uri, expected) in [
            ("qemu+ssh://me@host:2222/system", Some("me@host:2222")),
            ("qemu+libssh2://host.example/system?keyfile=/k", Some("host.example")),
            ("qemu+ssh://root@[fd00::1]/system", Some("root@[fd00::1]")),
            ("qemu+ssh://[fd00::1]:22/system", Some("[fd00::1]:22")),
            ("qemu:///system", None),
            ("qemu+unix:///session?socket=/x", None),
            ("alias", None),
        ] {
            assert_eq!(jump(uri).as_deref(), expected, "{uri}");
        }
        assert_eq!(Hypervisor::parse("qemu+tls://far/system"), Ok(Hypervisor::Elsewhere { host: "far".to_owned() }));
        for bad in [
            "",
            "a b",
            "qemu+ssh://-oProxyCommand=x/system",
            "qemu+ssh://a b/system",
            "qemu+ssh://h:x/system",
            "qemu+ssh://u;x@h/system",
            "qemu+ssh://[x]/system",
            "qemu+ssh://h\n/system",
            "qemu+ssh://h:99999/system",
        ] {
            assert!(Hypervisor::parse(bad).is_err(), "{bad}");
        }
    }
}
