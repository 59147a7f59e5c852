//! What clap reads of the commands that run a lab.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCandidates;

use super::{complete, spec};
use crate::resolve::parse;

/// Which labs, on which libvirt.
#[derive(Debug, Args)]
pub struct LabArguments {
    /// The specs of the labs.
    #[arg(long = "spec", value_name = "SPEC", default_value = "lab.json", value_parser = spec::parser())]
    pub specs: Vec<PathBuf>,
    /// The libvirt that has their domains, local or remote (`qemu+ssh://user@host/system`). Default: that of the spec.
    #[arg(long, value_name = "URI", value_parser = NonEmptyStringValueParser::new())]
    pub connect: Option<String>,
}

/// Which domains.
#[derive(Debug, Args)]
pub struct Domains {
    /// The domains, by name, as globs such as `web-*`, or by profile as `@server`. Default: all of the lab.
    #[arg(value_name = "GLOB", add = ArgValueCandidates::new(complete::globs))]
    pub globs: Vec<String>,
    #[command(flatten)]
    pub lab: LabArguments,
}

/// The arguments of `status`.
#[derive(Debug, Args)]
pub struct StatusArguments {
    #[command(flatten)]
    pub domains: Domains,
    /// Refreshes every two seconds, until it is interrupted.
    #[arg(short, long)]
    pub watch: bool,
    /// The output format.
    #[arg(long, value_enum, default_value_t = StatusFormat::Table)]
    pub format: StatusFormat,
}

/// The format of the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// A table, for people.
    Table,
    /// One JSON object, for programs; `lab2nix schema --of status` has its schema.
    Json,
}

/// The arguments of `up`.
#[derive(Debug, Args)]
pub struct UpArguments {
    #[command(flatten)]
    pub domains: Domains,
    /// How long each may take to be ready, such as `10m`. Default: its `ready.timeout`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<Duration>,
    /// Also starts the domains after one that is not ready.
    #[arg(long)]
    pub force: bool,
}

/// The arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArguments {
    #[command(flatten)]
    pub domains: Domains,
    /// How long each may take to be installed, such as `5h`. Default: `3h`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<Duration>,
    /// Also starts the domains after one that is not installed in time.
    #[arg(long)]
    pub force: bool,
}

/// The arguments of `down`.
#[derive(Debug, Args)]
pub struct DownArguments {
    #[command(flatten)]
    pub domains: Domains,
    /// How long a guest may take to shut down. Default: `5m`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<Duration>,
    /// Forces off, as in a power failure, what has not shut down by then. On a terminal, asks first.
    #[arg(long)]
    pub force: bool,
}

/// The arguments of `restart`.
#[derive(Debug, Args)]
pub struct RestartArguments {
    #[command(flatten)]
    pub domains: Domains,
    /// How long each may take to shut down, and then to be ready. Default: as for `down` and `up`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<Duration>,
    /// Forces off what has not shut down by then, and starts the domains after one that is not ready.
    #[arg(long)]
    pub force: bool,
}

/// The arguments of `wait`.
#[derive(Debug, Args)]
pub struct WaitArguments {
    #[command(flatten)]
    pub domains: Domains,
    /// How long each may take to be ready. Default: its `ready.timeout`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<Duration>,
}

/// The arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The domains, by name, as globs such as `web-*`, or by profile as `@server`.
    #[arg(value_name = "GLOB", required = true, add = ArgValueCandidates::new(complete::globs))]
    pub globs: Vec<String>,
    #[command(flatten)]
    pub lab: LabArguments,
    /// Kills the command after this time, such as `30s`. Default: no limit.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub timeout: Option<Duration>,
    /// The command: one word is a line for the guest's shell (`sh`, in Windows PowerShell), several are a program and its arguments.
    #[arg(value_name = "COMMAND", last = true, required = true)]
    pub command: Vec<String>,
}

/// The arguments of `console`, `ssh` and `view`.
#[derive(Debug, Args)]
pub struct OneArguments {
    /// The domain.
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(complete::domains))]
    pub name: String,
    #[command(flatten)]
    pub lab: LabArguments,
    /// Prints the command instead of running it.
    #[arg(long)]
    pub print: bool,
    /// Additional arguments for the program.
    #[arg(value_name = "ARGUMENT", last = true)]
    pub further: Vec<String>,
}

/// A time such as `90s`.
fn time(word: &str) -> Result<Duration, String> {
    let seconds = parse::seconds(word).filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or("a time is a whole number and `s`, `m` or `h`, such as `90s`")?;
    Ok(Duration::from_secs(seconds.into()))
}
