//! The arguments of what prints something of specs and asks nobody else.

use std::path::PathBuf;

use clap::ValueEnum;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};

use super::{complete, spec};
use crate::host_file::HostSystem;

/// The arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub struct InspectArguments {
    /// The specs.
    #[arg(value_name = "SPEC", default_value = "lab.json", value_parser = spec::parser())]
    pub specs: Vec<PathBuf>,
    /// The output format.
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// The format of a table.
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
    #[arg(value_name = "SPEC", default_value = "lab.json", value_parser = spec::parser())]
    pub specs: Vec<PathBuf>,
    /// The format of the inventory.
    #[arg(long, value_enum, value_name = "json|ansible|ssh|hosts|rdp")]
    pub format: InventoryFormat,
    /// Only these domains: globs of names such as `web-*`, or profiles such as `@server`. Default: all but templates.
    #[arg(long, value_name = "GLOB|@PROFILE", add = ArgValueCandidates::new(complete::globs))]
    pub only: Vec<String>,
    /// The libvirt that has them. With `qemu+ssh://`, ssh and Ansible connect through its machine. Default: that of the
    /// spec.
    #[arg(long, value_name = "URI")]
    pub connect: Option<String>,
    /// The directory for the files of `rdp`, one for each domain.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// With `--out`, replaces existing files that differ.
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// The format of an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InventoryFormat {
    /// Programs: one JSON object; `lab2nix schema --of inventory` has its schema.
    Json,
    /// Ansible: an inventory in YAML, with groups by operating system, profile, network and lab.
    Ansible,
    /// ssh: a configuration for `ssh -F FILE NAME`, or to include in `~/.ssh/config`.
    Ssh,
    /// The hosts file: addresses with names.
    Hosts,
    /// Remote desktops: a file for each Windows guest, printed if there is only one.
    Rdp,
}

/// The arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct SchemaArguments {
    /// The schema of specs, or of the output of a command with `--format json`.
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

/// The arguments of `xml`.
#[derive(Debug, clap::Args)]
pub struct Xml {
    /// The spec, if the first argument is `-`, ends in `.json` or `.jsonc`, or is a directory with a lab.json; else lab.json; then the objects: their
    /// names, or if a name is ambiguous, `networks/NAME`, `pools/NAME`, `volumes/POOL/NAME` or `domains/NAME`; also
    /// `seeds/NAME/user-data` and `unattended/NAME/autounattend.xml`. Default: all.
    #[arg(value_name = "[SPEC] [NAME]", add = ArgValueCompleter::new(complete::objects))]
    pub arguments: Vec<String>,
    /// The system of the host that the definitions are for.
    #[arg(long, value_enum, default_value_t = HostSystem::Nixos)]
    pub host: HostSystem,
    /// Writes a file for each: `DIR/networks/NAME.xml` and so on, `DIR/seeds/NAME/user-data` and so on, and
    /// `DIR/unattended/NAME/autounattend.xml` and so on.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// With `--out`, replaces existing files that differ.
    #[arg(long, requires = "out")]
    pub force: bool,
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::cli::help;

    #[test]
    fn the_formats_of_an_inventory_are_all_named() {
        let command = help::command();
        let inventory = command.find_subcommand("inventory").unwrap();
        let format = inventory.get_arguments().find(|argument| argument.get_long() == Some("format")).unwrap();
        let words = InventoryFormat::value_variants().iter().map(|format| format.to_possible_value().unwrap());
        let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
        assert_eq!(format.get_value_names().unwrap(), [words.join("|")]);
    }
}
