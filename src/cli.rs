//! The command line: what clap reads, and what each command does with the library.

mod call;
mod commands;
mod complete;
pub mod edit;
mod graph;
mod help;
mod import;
mod man;
pub mod operate;
mod outputs;
mod plan;
mod refused;
pub mod save;
mod spec;
mod version;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{FromArgMatches as _, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCandidates;
use clap_complete::{CompleteEnv, Shell};

use crate::lab::identity::ObjectKind;
use crate::plan::consequence::{Consequence, Harm};
use crate::problem::{did_you_mean, did_you_mean_or};
use crate::report::Format;

pub use commands::run;
pub use edit::{AddArguments, InitArguments, RenameArguments};
pub use graph::{GraphArguments, GraphFormat};
pub use import::{ImportArguments, ImportFormat};
pub use outputs::{InspectArguments, InventoryArguments, InventoryFormat, SchemaArguments, SchemaOf, TableFormat, Xml};
pub use plan::{ActivateArguments, Activation, PlanArguments, PlanFormat, When};

use self::operate::{
    DownArguments, InstallArguments, OneArguments, RestartArguments, RunArguments, StatusArguments, UpArguments,
    WaitArguments,
};

/// Runs what the arguments of this process ask for.
#[must_use]
pub fn main() -> ExitCode {
    // A shell asks for what it offers, and nothing else is done.
    CompleteEnv::with_factory(help::command).complete();
    let arguments = as_options(std::env::args_os().collect());
    match help::command().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => run(&cli),
        Err(error) => commands::refuse(&error, &arguments, asked_format(std::env::args_os())),
    }
}

/// Arguments in which `help` and `version`, as commands of other programs are called, are the options that lab2nix has for them.
fn as_options(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let option = match arguments.get(1).and_then(|word| word.to_str()) {
        Some("help") => "--help",
        Some("version") if arguments.len() == 2 => "--version",
        _ => return arguments,
    };
    arguments.remove(1);
    arguments.push(option.into());
    arguments
}

/// The format of messages that arguments ask for, also where the rest of them makes no sense.
fn asked_format(arguments: impl Iterator<Item = OsString>) -> Format {
    const NAME: &str = "--message-format";
    let arguments: Vec<OsString> = arguments.take_while(|argument| argument != "--").collect();
    let beside = arguments.windows(2).filter(|pair| pair[0] == NAME).filter_map(|pair| pair[1].to_str());
    let joined = arguments.iter().filter_map(|argument| argument.to_str()?.strip_prefix(NAME)?.strip_prefix('='));
    let mut asked = beside.chain(joined).filter_map(|word| Format::from_str(word, false).ok());
    asked.next().unwrap_or_default()
}

/// Generates `NixVirt` networks, pools and domains from a JSON lab spec, and proves what it wrote.
#[derive(Debug, Parser)]
#[command(name = "lab2nix", version, long_version = version::long(), max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit status: 0 success; 1 the spec or the files need attention; 2 wrong usage, or something outside the spec failed."
)]
pub struct Cli {
    /// The format of messages.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub message_format: Format,
    /// What counts as an error: `warnings`; for `plan` also a consequence, or `data-lost` for all that lose data.
    #[arg(long, global = true, value_name = "WHAT", value_delimiter = ',', value_parser = Deny::parse)]
    #[arg(add = ArgValueCandidates::new(complete::denied))]
    pub deny: Vec<Deny>,
    /// Says problems and results only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Says more: every file, also those that are up to date, the profiles of each domain, and the warnings that the spec allows.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `--deny` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deny {
    /// Warnings.
    Warnings,
    /// What a plan has.
    Planned(Planned),
}

/// What a plan can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// All consequences that lose data.
    DataLost,
    /// A consequence.
    Consequence(Consequence),
}

impl Deny {
    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "warnings" => Ok(Self::Warnings),
            _ => Planned::find(word).map(Self::Planned).ok_or_else(|| {
                let words: Vec<&str> = ["warnings"].into_iter().chain(Planned::words()).collect();
                let all = "write `warnings`, or for `plan` a consequence, which `lab2nix explain` lists";
                did_you_mean_or(word, &words, all)
            }),
        }
    }
}

impl Planned {
    fn parse(word: &str) -> Result<Self, String> {
        Self::find(word).ok_or_else(|| did_you_mean(word, Self::words()))
    }

    fn find(word: &str) -> Option<Self> {
        match word {
            Harm::DATA_LOST => Some(Self::DataLost),
            _ => Consequence::from_name(word).map(Self::Consequence),
        }
    }

    fn words() -> impl Iterator<Item = &'static str> {
        [Harm::DATA_LOST].into_iter().chain(Consequence::ALL.iter().map(|consequence| consequence.name()))
    }

    /// Whether a consequence is one of these.
    fn has(self, consequence: Consequence) -> bool {
        match self {
            Self::DataLost => consequence.harm() == Harm::DataLost,
            Self::Consequence(one) => one == consequence,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begins a lab: writes a commented lab.json, and with `--flake` its flake.
    ///
    /// The files are those of a template. All of them are written or none, and nothing is overwritten.
    Init(InitArguments),
    /// Adds a domain, a network or a pool to a spec, and keeps its comments and its layout.
    ///
    /// The entry says what it cannot do without: a free subnet, a directory, memory, a disk on the first pool, an interface on the first
    /// network; of a domain nothing that `defaults` and its profiles say. Nothing is written if the spec would have an error.
    Add(AddArguments),
    /// Renames a domain, a network or a pool in a spec, with every reference to it.
    ///
    /// All UUIDs, MAC addresses, volumes and paths of disks stay what they are: the entry gets an `id`, and what else keeps them. Nothing is
    /// written if more than the name would change.
    Rename(RenameArguments),
    /// Generates the Nix files of a lab.
    ///
    /// Writes networks.nix, pools.nix, domains.nix, default.nix and the directory host, all of them or none. Does not
    /// touch files that are up to date, and never overwrites a file that lab2nix did not generate.
    Gen(Gen),
    /// Shows what a switch will do to the libvirt objects of this host, and changes nothing.
    ///
    /// Compares the objects that libvirt has with those of the spec, by NixVirt's rules, and lists what happens and
    /// why, the most harmful first: lost data, a failure half-way, guests that are forced off.
    #[command(after_help = PLAN_HELP)]
    Plan(PlanArguments),
    /// Writes a spec of libvirt's existing objects, or of XML files, and does not change them.
    ///
    /// Each entry is made from a definition, generated again, and compared with it as libvirt normalizes both: it
    /// either matches exactly, or is left out, with the reason. A few settings without a key go into `extra`. If only
    /// the PCI addresses of devices differ, the entry refers to a file with the definition as `plugged`; otherwise as
    /// `base`. Without `--into`, the spec goes to standard output. The result for each object goes to standard error.
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArguments),
    /// Runs before and after NixVirt in an activation, so that no domain is forced off. The host's service calls
    /// it.
    #[command(hide = true)]
    Activate(ActivateArguments),
    /// Saves the state of the whole lab at one point in time.
    ///
    /// Suspends all running domains, takes a snapshot of each domain, and resumes them: all of it or nothing. First
    /// checks for everything that libvirt would refuse, and reports it together.
    #[command(after_help = SAVE_HELP)]
    Save(save::SaveArguments),
    /// Restores all domains to a save, and resumes them together. Their current state is lost.
    #[command(after_help = SAVE_HELP)]
    Restore(save::RestoreArguments),
    /// Lists the saves.
    Saves(save::SavesArguments),
    /// Deletes a save, complete or not.
    #[command(after_help = SAVE_HELP)]
    Forget(save::ForgetArguments),
    /// Checks for problems, and writes nothing.
    ///
    /// Several specs are also compared with each other, as labs of one host: it is an error if two of them use
    /// something that the host has only once, such as a port. With `--several-hosts`, clashes on one LAN, in the
    /// storage of one server or in one inventory are warnings.
    Check(CheckArguments),
    /// Prints definitions as libvirt's XML, for any libvirt without Nix.
    ///
    /// The order is the one in which libvirt can define them: networks, pools, volumes, domains. Files of the host have
    /// the paths that the generated module gives them on NixOS; with `--host`, those of another system, whose libvirt
    /// chooses QEMU and the firmware itself.
    ///
    /// With `--out`, domains with `unattended` get what is on their disc for Windows Setup, in `DIR/unattended/NAME`: without the
    /// passwords, which the module puts in at activation. Domains with `cloudInit` also get the files of their NoCloud seed, in `DIR/seeds/NAME`. Without
    /// Nix, build the seed ISO with
    /// `xorriso -as mkisofs -volid cidata -joliet -rational-rock -output NAME.iso DIR/seeds/NAME`, at the path in the
    /// domain's XML.
    Xml(Xml),
    /// Shows whether the domains run, are ready, and need a restart. Changes nothing.
    Status(StatusArguments),
    /// Starts domains in the order of `after`, and waits until they are ready.
    ///
    /// Starts all domains of a level at once, and the next level when they are ready. Also starts the domains that the
    /// selected ones start after, and first the networks and pools that they need. If a domain is not ready in time,
    /// nothing is stopped again, and the domains after it are not started. Without names, leaves out domains with
    /// `"active": false`, templates, imported domains, and additional variants of a machine.
    #[command(after_help = RUN_HELP)]
    Up(UpArguments),
    /// Installs Windows in the domains with `unattended`, in the order of `after`.
    ///
    /// Starts domains as `up` does, presses the key that Windows ISOs wait for before they boot, and waits until each guest
    /// reports that it has installed and set up everything. A domain that is installed already is only started.
    #[command(after_help = RUN_HELP)]
    Install(InstallArguments),
    /// Shuts domains down, in reverse start order.
    ///
    /// Asks the guests of a level to shut down, by their agents or by ACPI, until all of them are off. A domain that
    /// does not shut down in time stays on, and so do the domains that it starts after, unless you choose to force it
    /// off.
    #[command(after_help = RUN_HELP)]
    Down(DownArguments),
    /// Shuts domains down, and starts them again.
    #[command(after_help = RUN_HELP)]
    Restart(RestartArguments),
    /// Waits until domains are ready, and reports what the others lack.
    #[command(after_help = RUN_HELP)]
    Wait(WaitArguments),
    /// Runs a command in guests, through their QEMU agents.
    ///
    /// Passes on its output and exit status. With several guests, each line begins with the guest's name.
    #[command(after_help = RUN_COMMAND_HELP)]
    Run(RunArguments),
    /// Opens the serial console of a domain; `Ctrl-]` leaves it.
    Console(OneArguments),
    /// Opens a shell in a guest by SSH, at the address that the spec gives it.
    Ssh(OneArguments),
    /// Opens the display of a domain.
    View(OneArguments),
    /// Prints resolved labs: every domain with its IP addresses, MAC addresses and disks, and its place in the spec.
    Inspect(InspectArguments),
    /// Prints an inventory of labs, for Ansible, ssh, the hosts file or remote desktops, or as JSON.
    ///
    /// The address of a domain is that of the interface in `manage`, else the first one in the spec; without any, ports
    /// of the host that are forwarded to the guest. It never contains a password: Ansible reads it from the file that
    /// the spec refers to.
    Inventory(InventoryArguments),
    /// Draws labs: networks, bridges, domains and their addresses.
    ///
    /// Several specs are labs of one host, which share its bridges and networks. With `--into`, the graph is written
    /// into a Markdown document, between two comment lines, the first of which contains the command; `--check` reports
    /// whether it is up to date.
    #[command(after_help = graph::HELP)]
    Graph(GraphArguments),
    /// Prints the JSON Schema of specs.
    Schema(SchemaArguments),
    /// Explains a problem or a consequence, or lists all.
    Explain(ExplainArguments),
    /// Prints completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_name = "SHELL", value_enum)]
        shell: Shell,
    },
    /// Prints the manual page, or writes the pages of all commands.
    Man {
        /// Where they go: `DIR/lab2nix.1`, `DIR/lab2nix-gen.1` and so on. Default: the page of lab2nix itself is printed.
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
    },
}

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArguments {
    /// The name of a problem, in brackets in a report, or of a consequence in a plan.
    #[arg(value_name = "PROBLEM", add = ArgValueCandidates::new(complete::problems))]
    pub problem: Option<String>,
    /// Print all of them as the page `problems.md` of the documentation.
    #[arg(long, conflicts_with = "problem")]
    pub markdown: bool,
}

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// The specs: files, directories with a lab.json, or `-` for standard input.
    #[arg(value_name = "SPEC", default_value = "lab.json", value_parser = spec::parser())]
    pub specs: Vec<PathBuf>,
    /// Each spec is for its own host.
    #[arg(long)]
    pub several_hosts: bool,
}

/// The arguments of `gen`.
#[derive(Debug, clap::Args)]
pub struct Gen {
    /// The spec: a file, a directory with a lab.json, or `-` for standard input, which takes `--out`.
    #[arg(value_name = "SPEC", default_value = "lab.json", value_parser = spec::parser())]
    pub spec: PathBuf,
    /// The output directory. Default: `generated` beside the spec.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Writes nothing; exits 1 with the differences when the files are not up to date.
    #[arg(long)]
    pub check: bool,
    /// Also prints how the files change; with `--check`, nothing is written.
    #[arg(long)]
    pub diff: bool,
}

fn kind(word: &str) -> Result<ObjectKind, String> {
    let kinds = [ObjectKind::Domain, ObjectKind::Network, ObjectKind::Pool];
    let found = kinds.into_iter().find(|kind| kind.name() == word);
    found.ok_or_else(|| did_you_mean(word, kinds.map(ObjectKind::name)))
}

const RUN_HELP: &str = "Exit status: 0 success for all domains; 1 not for some, as reported; 2 it could not try.";

const RUN_COMMAND_HELP: &str = "Exit status: that of the command; 124 if it was killed because of `--timeout`; with several guests, 1 if it failed in one; 2 if it could not be run.";

const IMPORT_HELP: &str =
    "Exit status: 0 all objects are in the spec; 1 some are not, for the reported reasons; 2 it could not read them.";

const SAVE_HELP: &str =
    "Exit status: 0 success; 1 an obstacle, and nothing was changed; 2 wrong usage, or a failure half-way.";

const PLAN_HELP: &str = "Exit status: 0 success; 1 a consequence that `--deny` lists, or the spec needs attention; 2 it could not ask libvirt.";
