//! The arguments of what prints something of specs and asks nobody else.

use std::path::PathBuf;

use clap::ValueEnum;
use clap_complete::engine::ArgValueCandidates;

use super::complete;

/// The arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub struct InspectArguments {
    /// The specs.
    #[arg(value_name = "SPEC", default_value = "lab.json")]
    pub specs: Vec<PathBuf>,
    /// How it is told.
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// How something is told that people see as a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// A table, for people.
    Table,
    /// One JSON object, for programs; `lab2nix schema --of COMMAND` has its schema.
    Json,
}

/// The arguments of `inventory`.
#[derive(Debug, clap::Args)]
pub struct InventoryArguments {
    /// The specs.
    #[arg(value_name = "SPEC", default_value = "lab.json")]
    pub specs: Vec<PathBuf>,
    /// For whom it is.
    #[arg(long, value_enum)]
    pub format: InventoryFormat,
    /// Only these domains: globs of names such as `web-*`, or profiles such as `@server`. Default: all but templates.
    #[arg(long, value_name = "GLOB|@PROFILE", add = ArgValueCandidates::new(complete::globs))]
    pub only: Vec<String>,
    /// The libvirt that has them. By `qemu+ssh://`, ssh and Ansible go through its machine. Default: that of the spec.
    #[arg(long, value_name = "URI")]
    pub connect: Option<String>,
    /// Where the files of `rdp` go, one for each domain.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// With `--out`, replaces files that are there and differ.
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// For whom an inventory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InventoryFormat {
    /// Programs: one JSON object; `lab2nix schema --of inventory` has its schema.
    Json,
    /// Ansible: an inventory in YAML, with groups by operating system, profile, network and lab.
    Ansible,
    /// ssh: settings for `ssh -F FILE NAME`, or to be included in `~/.ssh/config`.
    Ssh,
    /// The hosts file: addresses with names.
    Hosts,
    /// Remote desktops: a file for each Windows, printed if it is one.
    Rdp,
}

/// The arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct SchemaArguments {
    /// Of what: of specs, or of what a command says with `--format json`.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = SchemaOf::Spec, conflicts_with = "markdown")]
    pub of: SchemaOf,
    /// As `--of plan`, which it was before.
    #[arg(long, hide = true, conflicts_with_all = ["markdown", "of"])]
    pub plan: bool,
    /// Prints the reference for people instead, as Markdown.
    #[arg(long)]
    pub markdown: bool,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Specs.
    Spec,
    /// `plan`.
    Plan,
    /// `inspect`.
    Inspect,
    /// `inventory`.
    Inventory,
    /// `status`.
    Status,
    /// `saves`.
    Saves,
}
