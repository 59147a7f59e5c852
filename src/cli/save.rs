//! The arguments of `save`, `restore`, `saves` and `forget`.

use clap::ValueEnum;
use clap_complete::engine::ArgValueCandidates;

use super::complete;
use super::operate::LabArguments;
use crate::operate::save;

/// The arguments of `save`.
#[derive(Debug, clap::Args)]
pub struct SaveArguments {
    /// What the save is called: letters, digits, `-`, `_` and `.`.
    #[arg(value_name = "NAME", value_parser = save::name)]
    pub name: String,
    /// What it is for.
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = save::description, hide_default_value = true)]
    pub description: String,
    /// Only domains whose names fit. Without, all but templates and imported ones.
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
    /// Only domains whose names fit. Without, all that `save` takes, and all that the save has.
    #[arg(long, value_name = "GLOB", add = ArgValueCandidates::new(complete::globs))]
    pub only: Vec<String>,
    /// Does not ask whether what the domains are now may be lost.
    #[arg(long, visible_alias = "yes")]
    pub force: bool,
    /// The labs.
    #[command(flatten)]
    pub lab: LabArguments,
}

/// The arguments of `forget`.
#[derive(Debug, clap::Args)]
pub struct ForgetArguments {
    /// The save, whole or not.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Only domains whose names fit. Without, all that have a part of it, also those that the spec does not have any more.
    #[arg(long, value_name = "GLOB", add = ArgValueCandidates::new(complete::domains))]
    pub only: Vec<String>,
    /// The labs.
    #[command(flatten)]
    pub lab: LabArguments,
}

/// The arguments of `saves`.
#[derive(Debug, clap::Args)]
pub struct SavesArguments {
    /// How they are told.
    #[arg(long, value_enum, default_value_t = SavesFormat::Table)]
    pub format: SavesFormat,
    /// The labs.
    #[command(flatten)]
    pub lab: LabArguments,
}

/// How saves are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SavesFormat {
    /// A line for each, for people.
    Table,
    /// One JSON object, for programs.
    Json,
}
