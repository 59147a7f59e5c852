//! The arguments of `plan` and `activate`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};

use super::{Planned, complete, spec};
use crate::problem::did_you_mean;

/// The arguments of `plan`.
#[derive(Debug, Default, clap::Args)]
pub struct PlanArguments {
    /// The specs of all labs on the host, in the order in which it imports them.
    #[arg(
        value_name = "SPEC",
        conflicts_with = "settings",
        value_parser = spec::parser(),
        help = "The specs of all labs on the host [default: lab.json]"
    )]
    pub specs: Vec<PathBuf>,
    /// The libvirt to compare with. Default: that of the spec.
    #[arg(long, value_name = "URI", conflicts_with = "from", value_parser = NonEmptyStringValueParser::new())]
    pub connect: Option<String>,
    /// Compares without libvirt, as if everything were running: with another spec, or with the same one at a git
    /// revision, such as `git:HEAD~1`.
    #[arg(long, value_name = "SPEC|git:REV", conflicts_with = "settings")]
    pub from: Option<String>,
    /// The JSON input of NixVirt's helper, instead of specs: for a host that declares its objects in Nix.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// The JSON input of NixVirt's helper at the last switch, to find manual changes since then. Default:
    /// /etc/lab2nix/settings.json, which the host's module writes.
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub applied: Option<PathBuf>,
    /// Who activates: `nixvirt` alone, or `gentle`, with lab2nix's part before and after it; or a file in which the
    /// host's module describes it. Default: /etc/lab2nix/activation.json, which the host's module writes; without it,
    /// `nixvirt`.
    #[arg(long, value_name = "gentle|nixvirt|FILE", value_parser = Activation::parse)]
    #[arg(add = ArgValueCompleter::new(complete::activations))]
    pub activation: Option<Activation>,
    /// Consequences to accept this time, as in /run/lab2nix/accept.
    #[arg(long, value_name = "CONSEQUENCE", value_delimiter = ',', value_parser = Planned::parse)]
    #[arg(add = ArgValueCandidates::new(complete::consequences))]
    pub accept: Vec<Planned>,
    /// The output format.
    #[arg(long, value_enum, default_value_t = PlanFormat::Human)]
    pub format: PlanFormat,
}

/// The arguments of `activate`.
#[derive(Debug, clap::Args)]
pub struct ActivateArguments {
    /// Before NixVirt runs, or after.
    #[arg(value_enum)]
    pub when: When,
    /// The JSON input of NixVirt's helper.
    #[arg(long, value_name = "FILE")]
    pub settings: PathBuf,
    /// The libvirt.
    #[arg(long, value_name = "URI", default_value = "qemu:///system", value_parser = NonEmptyStringValueParser::new())]
    pub connect: String,
    /// The directory that records, between before and after, which domains ran.
    #[arg(long, value_name = "DIR", default_value = "/run/lab2nix/activation")]
    pub state: PathBuf,
    /// A JSON file in which the host's module describes its activations.
    #[arg(long, value_name = "FILE")]
    pub activation: Option<PathBuf>,
    /// Consequences to accept although they lose data or stop the activation half-way.
    #[arg(long, value_name = "CONSEQUENCE", value_delimiter = ',', value_parser = Planned::parse)]
    pub accept: Vec<Planned>,
}

/// Who activates, as a plan takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activation {
    /// NixVirt, with lab2nix's part before and after it.
    Gentle,
    /// NixVirt alone.
    NixVirt,
    /// As this file of the host's module says.
    File(PathBuf),
}

impl Activation {
    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "gentle" => Ok(Self::Gentle),
            "nixvirt" => Ok(Self::NixVirt),
            file if Path::new(file).exists() => Ok(Self::File(PathBuf::from(file))),
            other => Err(format!("there is no such file; {}", did_you_mean(other, ["gentle", "nixvirt"]))),
        }
    }
}

/// When NixVirt runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// It will.
    Before,
    /// It has.
    After,
}

/// The format of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// Paragraphs, for people.
    #[default]
    Human,
    /// One JSON object, for programs; `lab2nix schema --of plan` has its schema.
    Json,
    /// A table, for pull requests.
    Markdown,
}
