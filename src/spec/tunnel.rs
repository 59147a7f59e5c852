//! A link between QEMU processes, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A direct link between QEMU processes, without encryption or authentication. Addresses are IPv4, because QEMU accepts
/// nothing else here.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tunnel {
    /// The transport. Required.
    pub r#type: Option<TunnelType>,
    /// For `udp` and `client`, the address of the other end; for `mcast`, that of the group, the same for all members;
    /// for `server`, the host's address to listen on. Required except for `server`, where the default is all addresses.
    /// The generated module opens no port in the firewall.
    #[schemars(example = &"192.0.2.7")]
    pub address: Option<String>,
    /// The port at that address. Required. With `replicas` it counts up, except for `mcast`.
    #[schemars(range(min = 1, max = 65535), example = 5558)]
    pub port: Option<u16>,
    /// The host's own end. Required for `udp`, and only there.
    pub local: Option<TunnelEnd>,
}

/// The transport of a tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TunnelType {
    /// UDP between two ends, each of which names the other
    /// ([libvirt](https://libvirt.org/formatdomain.html#udp-unicast-tunnel)). Either may start first.
    Udp,
    /// A multicast group: all its members are on one segment
    /// ([libvirt](https://libvirt.org/formatdomain.html#multicast-tunnel)).
    Mcast,
    /// The listening end of a TCP connection, for one client
    /// ([libvirt](https://libvirt.org/formatdomain.html#tcp-tunnel)).
    Server,
    /// The connecting end. The server has to run when the domain starts.
    Client,
}

/// The host's own end of a tunnel.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TunnelEnd {
    /// The address to listen on. Default: all addresses of the host.
    #[schemars(example = &"127.0.0.1")]
    pub address: Option<String>,
    /// The port, which the other end has to name. Required. With `replicas` it counts up.
    #[schemars(range(min = 1, max = 65535), example = 5557)]
    pub port: Option<u16>,
}

words!(TunnelType);
