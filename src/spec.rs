//! The spec as written: the JSON of a lab, field by field, with nothing resolved and nothing checked beyond its schema.
//!
//! The doc comments of this module and its children are the descriptions in `schema/lab.schema.json` and the text of
//! `docs/spec.md`. Every field is optional here, whatever the schema says, because [`validate::check`] has already
//! reported what is missing and the rest of the spec still wants to be read.

pub mod allow;
pub mod bandwidth;
pub mod clock;
pub mod cloud_init;
pub mod cpu;
pub mod device;
pub mod domain;
pub mod drive;
pub mod external;
pub mod firmware;
pub mod guest;
pub mod hostdev;
pub mod image;
pub mod input;
pub mod interface;
pub mod key;
pub mod layer;
pub mod lifecycle;
pub mod link;
pub mod macvtap;
pub mod memory;
pub mod names;
pub mod network;
pub mod pool;
pub mod pool_source;
pub mod ready;
pub mod reference;
pub mod route;
pub mod schema;
pub mod screen;
pub mod serial;
pub mod share;
pub mod smbios;
pub mod sound;
pub mod srv;
pub mod tunnel;
pub mod unattended;
pub mod validate;
pub mod version;
pub mod vlan;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::names::words;

pub use allow::Allow;
pub use domain::{Domain, DomainFields, Profile};
pub use external::External;
pub use link::LinkProfile;
pub use network::Network;
pub use pool::Pool;

/// A JSON object in NixVirt's own shape, merged into the definition last.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A lab: networks, storage pools and domains of one libvirt connection.
///
/// A section that is absent leaves libvirt's objects of its kind alone. A section that is present lists all objects of
/// its kind: NixVirt deletes those that are not in it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// Where editors find the schema of this file, for completion and checks: an address, or a path from the directory of this
    /// file. `./generated/schema.json` is that of the lab2nix which is used: `lab2nix gen` writes it there beside the lab's files,
    /// wherever a path ends in `schema.json`.
    #[serde(rename = "$schema")]
    #[schemars(example = &"./generated/schema.json")]
    pub schema: Option<String>,
    /// The version of the language that this file is written in: 1. A lab2nix that does not read it says so. Default: the newest
    /// that lab2nix reads.
    #[schemars(range(min = 1, max = 1), example = 1)]
    pub version: Option<u32>,
    /// The lab's name: lower case letters, digits and `-`. Every UUID that is not written out is derived from it, so
    /// renaming the lab replaces every such object: domains are shut down and made anew. Keep the name after the first
    /// switch, or give the objects their old `uuid`. Each lab has one name, in this file or in one that it includes.
    #[schemars(example = &"sccm")]
    pub lab: Option<String>,
    /// Other specs that are merged into this one, so that labs can share profiles, networks and domains. Each is an
    /// absolute path, or one relative to the directory of this file. They are merged before this file, in this order,
    /// each after the files that it includes itself. A file that is included twice is merged once.
    ///
    /// Objects merge key by key. It is an error when two files give one key a string, a number or a list, even the same
    /// one. Each file has its own `$schema`, `version` and `description`; the lab's are those of the outermost file.
    /// Default: none.
    #[schemars(example = &["../nodes.json"])]
    pub include: Option<Vec<String>>,
    /// A description of the lab, for people. Default: none.
    #[schemars(example = &"The machines of the office")]
    pub description: Option<String>,
    /// Warnings that are fine here, each with the reason: they are not reported, and `--deny warnings` does not count them. An
    /// entry that silences nothing is a warning. Default: none.
    #[schemars(example = [serde_json::json!({ "warning": "unmanaged-bridge", "at": "domains.web", "reason": "the host makes br0" })])]
    pub allow: Option<Vec<Allow>>,
    /// What is generated, and for which host.
    pub target: Option<Target>,
    /// Networks, storage pools and bridges that already exist on the host and that the lab does not manage. Default:
    /// none.
    pub external: Option<External>,
    /// The networks, by name. Absent: libvirt's networks are left alone.
    pub networks: Option<IndexMap<String, Network>>,
    /// The storage pools, by name. Absent: libvirt's pools are left alone.
    pub pools: Option<IndexMap<String, Pool>>,
    /// Link profiles (rate, delay, packet loss), by the names that interfaces select with `link.profile`. Default:
    /// none.
    pub links: Option<IndexMap<String, LinkProfile>>,
    /// The settings of every domain of the lab, unless a profile or the domain itself overrides them.
    pub defaults: Option<DomainFields>,
    /// Named settings that domains select with `profiles`. One that no domain selects is fine, as included files may share
    /// it, and is checked like the others.
    pub profiles: Option<IndexMap<String, Profile>>,
    /// The domains, by name. Absent: libvirt's domains are left alone.
    pub domains: Option<IndexMap<String, Domain>>,
}

/// What is generated, and for which host.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// The NixVirt version on the host. It decides which attributes can be written as Nix: NixVirt silently drops all
    /// others. Default: `0.6.0`.
    pub nixvirt: Option<NixVirtVersion>,
    /// The libvirt connection whose objects these are. Default: `qemu:///system`, the only one today.
    #[schemars(example = &"qemu:///system")]
    pub connection: Option<String>,
    /// How definitions name files of the host (QEMU, firmware, the virtio-win ISO, NoCloud seed ISOs). Default:
    /// `stable`.
    pub paths: Option<Paths>,
    /// The formatter whose style the generated files follow. Default: `nixfmt`.
    pub format: Option<Formatter>,
}

/// A version of NixVirt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
pub enum NixVirtVersion {
    /// NixVirt 0.6.0, the newest release.
    #[default]
    #[serde(rename = "0.6.0")]
    V0_6_0,
    /// NixVirt's master branch after 0.6.0.
    #[serde(rename = "unreleased")]
    Unreleased,
}

words!(NixVirtVersion);

/// How files of the host are named in definitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Paths {
    /// By fixed paths that the generated module provides. An update of nixpkgs then changes no definition and restarts
    /// no domain.
    #[default]
    Stable,
    /// By paths in the Nix store. Each definition names the exact QEMU and firmware, so every update changes it; a
    /// definition with `cloudInit` also changes whenever `cloudInit` does.
    Store,
}

/// A formatter of Nix files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Formatter {
    /// nixfmt, the official style.
    #[default]
    Nixfmt,
    /// Alejandra.
    Alejandra,
}

/// Whether an object runs: a boolean, or `null` to leave it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    /// Started at activation when it does not run.
    Running,
    /// Stopped at activation when it runs.
    Stopped,
    /// Neither started nor stopped.
    AsItIs,
}

impl<'de> Deserialize<'de> for Active {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<bool>::deserialize(deserializer)? {
            Some(true) => Self::Running,
            Some(false) => Self::Stopped,
            None => Self::AsItIs,
        })
    }
}

impl JsonSchema for Active {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Active".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Whether an object runs: `true`, `false`, or `null` to leave it as it is.",
            "enum": [true, false, null]
        })
    }
}

/// Deserializes a field that tells `null` apart from absence.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
