//! Serial ports and channels of a domain as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A serial port: one of `pty`, `file`, `tcp` and `unix`
/// ([libvirt](https://libvirt.org/formatdomain.html#consoles-serial-parallel-channel-devices)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Serial {
    /// `true`: a pseudo terminal of the host, as for `serial`.
    pub pty: Option<bool>,
    /// The absolute path of a file that the output is written to. Its directory has to exist.
    #[schemars(example = &"/var/log/libvirt/qemu/web.kernel.log")]
    pub file: Option<String>,
    /// An address and a port. QEMU connects to it when the domain starts, or listens on it with `listen`. With
    /// `replicas` the port counts up.
    #[schemars(example = &"127.0.0.1:4555")]
    pub tcp: Option<String>,
    /// The absolute path of a Unix socket. QEMU connects to it when the domain starts, or listens on it with `listen`.
    /// Its directory has to exist.
    #[schemars(example = &"/run/lab/web.sock")]
    pub unix: Option<String>,
    /// Whether QEMU listens. For `tcp` and `unix`. Default: `false`.
    pub listen: Option<bool>,
    /// The protocol. For `tcp`. Default: `raw`.
    pub protocol: Option<SerialProtocol>,
}

/// The protocol of a serial port over TCP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SerialProtocol {
    /// Plain bytes.
    #[default]
    Raw,
    /// Telnet.
    Telnet,
}

/// A channel between a program in the guest and one on the host, which the guest finds as
/// `/dev/virtio-ports/<name>` ([libvirt](https://libvirt.org/formatdomain.html#channel)).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Channel {
    /// Its name, at most 50 bytes.
    #[schemars(required, example = &"org.spice-space.webdav.0")]
    pub name: Option<String>,
    /// Its end on the host. Default: `unix`.
    pub r#type: Option<ChannelType>,
}

/// The host's end of a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChannelType {
    /// A Unix socket, which libvirt creates at each start, below `/run/libvirt/qemu/channel`.
    #[default]
    Unix,
    /// The SPICE client, by the channel's name: its shared folder with `org.spice-space.webdav.0`.
    Spiceport,
}

words!(SerialProtocol);
