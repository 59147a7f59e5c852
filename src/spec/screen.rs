//! The video device of a domain and its displays, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::words;

/// A video device ([libvirt](https://libvirt.org/formatdomain.html#video-devices)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Video {
    /// `VirtIO` GPU, with 3D if `accel3d` is `true`.
    Virtio,
    /// Plain VGA, which every system supports.
    Vga,
    /// QXL, for SPICE. Only for `x86_64`.
    Qxl,
    /// Cirrus, for systems of the last century.
    Cirrus,
    /// Bochs display, for UEFI guests.
    Bochs,
    /// A frame buffer in memory, for firmware without a graphics driver.
    Ramfb,
    /// `VMware` SVGA II, for guests that were migrated from VMware. Only for `x86_64`.
    Vmvga,
    /// No video device.
    None,
}

/// A display of the domain, which QEMU serves by SPICE or VNC
/// ([libvirt](https://libvirt.org/formatdomain.html#graphical-framebuffers)). There is no key for a password: generated
/// files are in the Nix store, which everyone on the host can read. From other machines, use an SSH tunnel to the
/// display on `127.0.0.1`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Graphics {
    /// The protocol. Default: `spice`.
    pub r#type: Option<GraphicsType>,
    /// The address that the display listens on. With `none`, it listens on no address, and only clients that attach
    /// through libvirt can use it (`virt-viewer --attach`, `virt-manager`). Default: `127.0.0.1`.
    #[schemars(example = &"127.0.0.1")]
    pub listen: Option<String>,
    /// The port. No other domain of the lab can listen on it at the same address. With `replicas` it counts up. Not
    /// with `gl`. Default: libvirt assigns a free one.
    #[schemars(range(min = 1, max = 65535), example = 5901)]
    pub port: Option<u16>,
    /// The WebSocket port, for VNC in a browser, at the same address. With `replicas` it counts up. Only for `vnc`.
    /// Default: none.
    #[schemars(range(min = 1, max = 65535), example = 5701)]
    pub websocket: Option<u16>,
    /// The keyboard layout, by QEMU's name, for clients that send characters instead of key codes. Only for `spice` and
    /// `vnc`, which share one layout. Default: none, for clients that send key codes.
    #[schemars(example = &"de-ch")]
    pub keymap: Option<String>,
    /// Whether the host's GPU renders (OpenGL), which works for local SPICE clients only, and for this display only.
    /// Default: `false`.
    pub gl: Option<bool>,
    /// The GPU of the host that renders. Only for `egl-headless` and with `gl`. Default: libvirt chooses one.
    #[schemars(example = &"/dev/dri/renderD128")]
    pub render_node: Option<String>,
}

/// A display protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GraphicsType {
    /// SPICE.
    Spice,
    /// VNC.
    Vnc,
    /// No display of its own: the host's GPU renders for another display. Together with `vnc`, remote clients get 3D.
    #[serde(rename = "egl-headless")]
    EglHeadless,
    /// No display.
    None,
}

words!(Video);
