//! The arguments of `save`, `restore`, `saves` and `forget`.

use clap::ValueEnum;
use clap_complete::engine::ArgValueCandidates;

use super::complete;
use super::operate::LabArguments;
use crate::operate::save;

/// The arguments of `save`.
#[derive(Debug, clap::Args)]
pub struct SaveArguments {
    /// The name of the save: letters, digits, `-`, `_` and `.`.
    #[arg(value_name = "NAME", value_parser = save::name)]
    pub name: String,
    /// A description.
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = save::description, hide_default_value = true)]
    pub description: String,
    /// Only domains whose names match. Default: all except templates and imported domains.
    #[arg(long, value_name = "GLOB", add = ArgValueCandidates::new(complete::globs))]
    pub only: Vec<String>,
    /// The labs.
    #[command(flatten)]
    pub lab: LabArguments,
}

/// The arguments of `restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreArguments {
    /// The save.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Only domains whose names match. Default: all that `save` includes, and all that the save has.
    #[arg(long, value_name = "GLOB", add = ArgValueCandidates::new(complete::globs))]
    pub only: Vec<String>,
    /// Does not ask whether the current state of the domains may be lost. Needed where there is no terminal to ask on.
    #[arg(long, visible_alias = "yes")]
    pub force: bool,
    /// The labs.
    #[command(flatten)]
    pub lab: LabArguments,
}

/// The arguments of `forget`.
#[derive(Debug, clap::Args)]
pub struct ForgetArguments {
    /// The save, complete or not.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Only domains whose names match. Default: all that have a part of it, also those that are no longer in the spec.
    #[arg(long, value_name = "GLOB", add = ArgValueCandidates::new(complete::domains))]
    pub only: Vec<String>,
    /// The labs.
    #[command(flatten)]
    pub lab: LabArguments,
}

/// The arguments of `saves`.
#[derive(Debug, clap::Args)]
pub struct SavesArguments {
    /// The output format.
    #[arg(long, value_enum, default_value_t = SavesFormat::Table)]
    pub format: SavesFormat,
    /// The labs.
    #[command(flatten)]
    pub lab: LabArguments,
}

/// The format of the saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SavesFormat {
    /// A line for each, for people.
    Table,
    /// One JSON object, for programs.
    Json,
}
