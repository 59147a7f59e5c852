//! Prebuilt images as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::pool::ImageFormat;

/// A prebuilt image of a disk, which the declared volume grows on: one of `path` and `nix`. It must not change while
/// anything grows on it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    /// A file, absolute, which has to be on the host when the volume is created.
    #[schemars(example = &"/srv/images/debian-13.qcow2")]
    pub path: Option<String>,
    /// An image of the flake that imports the lab: an attribute of what it hands over as `images`
    /// (`services.lab2nix.images`), or a path of attributes. Names of attributes are letters, digits, `_` and `-`. A volume
    /// grows on the image of the day it is created; the host keeps that one when an update brings another. For libvirt
    /// without Nix (`lab2nix xml`), it is the file of its name in `/etc/lab2nix/images`.
    #[schemars(example = &"debian.trixie")]
    pub nix: Option<String>,
    /// The image format. Default: `raw` for a `path` that ends with `.raw`, else `qcow2`.
    pub format: Option<ImageFormat>,
}
