//! Prebuilt images as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::pool::ImageFormat;

/// A prebuilt disk image that backs the declared volume, which is an overlay: one of `path` and `nix`. The image must
/// not change while any volume is backed by it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    /// The absolute path of a file, which has to exist on the host when the volume is created.
    #[schemars(example = &"/srv/images/debian-13.qcow2")]
    pub path: Option<String>,
    /// An image that the lab's flake provides: an attribute, or an attribute path, of `services.lab2nix.images`. Names
    /// of attributes consist of letters, digits, `_` and `-`. A volume stays backed by the image that was current when
    /// the volume was created; the host keeps that image when an update brings a newer one. For libvirt without Nix
    /// (`lab2nix xml`), it is the file of this name in `/etc/lab2nix/images`.
    #[schemars(example = &"debian.trixie")]
    pub nix: Option<String>,
    /// The image format. Default: `raw` for a `path` that ends in `.raw`, else `qcow2`.
    pub format: Option<ImageFormat>,
}
