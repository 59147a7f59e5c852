//! A wire between QEMU processes as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A wire between QEMU processes: what one sends, the other gets. Nothing is encrypted, and nobody has to log in. Addresses are
/// IPv4, which is all that QEMU takes here.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tunnel {
    /// What carries the packets. Required.
    pub r#type: Option<TunnelType>,
    /// For `udp` and `client`, the address of the other end; for `mcast`, that of the group, which all members have; for `server`,
    /// the host's own address to listen on. Required but for `server`. Default there: all of them; the generated module opens no
    /// port in the firewall.
    #[schemars(example = &"192.0.2.7")]
    pub address: Option<String>,
    /// The port there. Required. With `replicas` it counts up, but for `mcast`.
    #[schemars(range(min = 1, max = 65535), example = 5558)]
    pub port: Option<u16>,
    /// The host's own end. Required for `udp`, and only there.
    pub local: Option<TunnelEnd>,
}

/// What carries the packets of a tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TunnelType {
    /// UDP between two ends, each of which names the other
    /// ([libvirt](https://libvirt.org/formatdomain.html#udp-unicast-tunnel)). Either may start first.
    Udp,
    /// A multicast group, which is one segment for all its members
    /// ([libvirt](https://libvirt.org/formatdomain.html#multicast-tunnel)).
    Mcast,
    /// The end of a TCP connection that listens, for one client
    /// ([libvirt](https://libvirt.org/formatdomain.html#tcp-tunnel)).
    Server,
    /// The end that connects. The server has to run when the domain starts.
    Client,
}

/// The host's own end of a tunnel.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TunnelEnd {
    /// The address to listen on. Default: all of the host's.
    #[schemars(example = &"127.0.0.1")]
    pub address: Option<String>,
    /// The port, which the other end names. Required. With `replicas` it counts up.
    #[schemars(range(min = 1, max = 65535), example = 5557)]
    pub port: Option<u16>,
}

words!(TunnelType);
