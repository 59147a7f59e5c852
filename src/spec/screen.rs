//! The screen of a domain as written: the video device and the servers that show it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A video device ([libvirt](https://libvirt.org/formatdomain.html#video-devices)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Video {
    /// `VirtIO` GPU, with 3D where `accel3d` says so.
    Virtio,
    /// Plain VGA, which every system can show itself on.
    Vga,
    /// QXL, for SPICE. Only for `x86_64`.
    Qxl,
    /// Cirrus, for systems of the last century.
    Cirrus,
    /// Bochs display, for UEFI guests.
    Bochs,
    /// A frame buffer in memory, for firmware without a graphics driver.
    Ramfb,
    /// `VMware` SVGA II, for guests that come from there. Only for `x86_64`.
    Vmvga,
    /// No screen.
    None,
}

/// A server of the screen ([libvirt](https://libvirt.org/formatdomain.html#graphical-framebuffers)). There is no key for
/// a password: what a generated file holds is in the Nix store, which everyone on the host can read. Who is elsewhere
/// reaches a server on `127.0.0.1` through SSH.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Graphics {
    /// The protocol. Default: `spice`.
    pub r#type: Option<GraphicsType>,
    /// The address that the server listens on, or `none`: no address, only clients that libvirt lets in by a socket of its own
    /// (`virt-viewer --attach`, `virt-manager`). Default: `127.0.0.1`.
    #[schemars(example = &"127.0.0.1")]
    pub listen: Option<String>,
    /// The port, which no other domain of the lab may listen on at the same address. With `replicas` it counts up. Not with
    /// `gl`. Default: libvirt takes a free one.
    #[schemars(range(min = 1, max = 65535), example = 5901)]
    pub port: Option<u16>,
    /// The port for VNC in a browser (`WebSocket`), at the same address. With `replicas` it counts up. Only for `vnc`.
    /// Default: none.
    #[schemars(range(min = 1, max = 65535), example = 5701)]
    pub websocket: Option<u16>,
    /// The layout of the keyboard that keys come from, as QEMU names it, for clients that send characters and no keys.
    /// Only for `spice` and `vnc`, which have one layout between them. Default: the client sends keys.
    #[schemars(example = &"de-ch")]
    pub keymap: Option<String>,
    /// Whether the host's GPU draws (local SPICE clients only), for this server alone. Default: `false`.
    pub gl: Option<bool>,
    /// The GPU of the host that draws. Only for `egl-headless` and with `gl`. Default: libvirt takes one.
    #[schemars(example = &"/dev/dri/renderD128")]
    pub render_node: Option<String>,
}

/// A screen protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GraphicsType {
    /// SPICE.
    Spice,
    /// VNC.
    Vnc,
    /// No server, but the host's GPU draws for another one: with `vnc` it gives 3D to clients elsewhere.
    #[serde(rename = "egl-headless")]
    EglHeadless,
    /// No server.
    None,
}

words!(Video);
