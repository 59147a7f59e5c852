//! The command line: what clap reads, and what each command does with the library.

mod commands;
mod complete;
mod graph;
mod help;
mod man;
pub mod operate;
mod outputs;
pub mod save;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap::{FromArgMatches as _, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};
use clap_complete::{CompleteEnv, Shell};

use crate::host_file::HostSystem;
use crate::lab::identity::ObjectKind;
use crate::plan::consequence::{Consequence, Harm};
use crate::problem::did_you_mean;
use crate::report::Format;

pub use commands::run;
pub use graph::{GraphArguments, GraphFormat};
pub use outputs::{InspectArguments, InventoryArguments, InventoryFormat, SchemaArguments, SchemaOf, TableFormat};

use self::operate::{
    DownArguments, OneArguments, RestartArguments, RunArguments, StatusArguments, UpArguments, WaitArguments,
};

/// Runs what the arguments of this process ask for.
#[must_use]
pub fn main() -> ExitCode {
    // A shell asks for what it offers, and nothing else is done.
    CompleteEnv::with_factory(help::command).complete();
    match help::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => run(&cli),
        Err(error) => commands::refuse(&error, asked_format(std::env::args_os())),
    }
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
#[command(name = "lab2nix", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit status: 0 fine; 1 the spec or the files need attention; 2 usage, or something outside the spec failed."
)]
pub struct Cli {
    /// How problems are told.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub message_format: Format,
    /// What counts as an error: `warnings`; of `plan` also a consequence, or `data-lost` for all that lose data.
    #[arg(long, global = true, value_name = "WHAT", value_delimiter = ',', value_parser = Deny::parse)]
    #[arg(add = ArgValueCandidates::new(complete::denied))]
    pub deny: Vec<Deny>,
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
                let words = ["warnings"].into_iter().chain(Planned::words());
                did_you_mean(word, words)
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
    /// Generates the Nix files of a lab.
    ///
    /// Writes networks.nix, pools.nix, domains.nix, default.nix and the directory host, all of them or none. Files that are up
    /// to date are left untouched; a file that lab2nix did not generate is never overwritten.
    Gen(Gen),
    /// Tells what a switch will do to the libvirt objects of this host, and changes nothing.
    ///
    /// It compares what libvirt has with what libvirt would make of the spec, by the rules of NixVirt, and lists what happens, the
    /// most harmful first: what is lost, where it stops half-way, who is cut off, and why.
    #[command(after_help = PLAN_HELP)]
    Plan(PlanArguments),
    /// Writes a spec of what libvirt has, or of what XML files define, and changes nothing of that.
    ///
    /// Each entry is read out of a definition, generated again, and held against it, both as libvirt has them: it says exactly what
    /// the definition says, or it is left out, with the reason. What the language has no key for is in `extra`, where that is little.
    /// Where only the places differ in which devices are plugged in, the entry names a file with the definition as `plugged`, and else
    /// as `base`. Without `--into`, the spec goes to standard output. What became of each object goes to standard error.
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArguments),
    /// Takes an activation's place before and after NixVirt, so that nobody is cut off: the host's service calls it.
    #[command(hide = true)]
    Activate(ActivateArguments),
    /// Saves one point in time of the whole lab.
    ///
    /// All domains that run are suspended, a snapshot is made of each domain, and all go on: all of it or nothing. What libvirt would
    /// refuse is looked for first, and told at once.
    #[command(after_help = SAVE_HELP)]
    Save(save::SaveArguments),
    /// Takes all domains back to a save, which they go on from together; what they are now is lost.
    #[command(after_help = SAVE_HELP)]
    Restore(save::RestoreArguments),
    /// Lists the saves.
    Saves(save::SavesArguments),
    /// Deletes a save, whole or not.
    #[command(after_help = SAVE_HELP)]
    Forget(save::ForgetArguments),
    /// Looks for problems, and writes nothing.
    ///
    /// Several specs are also compared with each other, as labs of one host: what it has once, such as a port, is an error where
    /// two of them have it. With `--several-hosts`, what would clash on one LAN, in the storage of one server or in one inventory
    /// is a warning.
    Check(CheckArguments),
    /// Prints definitions as libvirt's XML, which any libvirt takes without Nix.
    ///
    /// They come in the order in which libvirt can take them: networks, pools, volumes, domains. Files of the host have
    /// the paths that the generated module gives them on NixOS; with `--host`, those of another host, whose libvirt chooses QEMU
    /// and the firmware itself.
    ///
    /// With `--out`, domains with `cloudInit` also get the files of the disc that their guests read at the first boot, in
    /// `DIR/seeds/NAME`. Where Nix does not make the disc, `xorriso -as mkisofs -volid cidata -joliet -rational-rock -output
    /// NAME.iso DIR/seeds/NAME` does; it belongs where the domain's XML says.
    Xml(Xml),
    /// Tells how the domains run, whether they are ready, and whether a restart is due; changes nothing.
    Status(StatusArguments),
    /// Starts domains in the order of `after`, and waits until they are ready.
    ///
    /// Domains of one level start at once, and all of it are ready before the next starts; those that the chosen ones start after
    /// come along. Networks and pools that they need are started first. Where one is not ready in time, nothing is stopped again,
    /// and those after it are left as they are. Without names, domains with `"active": false`, templates, imported ones, and
    /// further forms of a machine are left out.
    #[command(after_help = RUN_HELP)]
    Up(UpArguments),
    /// Shuts domains down, the last that start first.
    ///
    /// Guests are asked, by their agents or by the power button, until all of a level are off. One that does not shut down in time stays on,
    /// and so does what it starts after, unless you say that it is cut off.
    #[command(after_help = RUN_HELP)]
    Down(DownArguments),
    /// Shuts domains down, and starts them.
    #[command(after_help = RUN_HELP)]
    Restart(RestartArguments),
    /// Waits until domains are ready, and says what it last saw of those that are not.
    #[command(after_help = RUN_HELP)]
    Wait(WaitArguments),
    /// Runs a command in guests, by their QEMU agents.
    ///
    /// What it writes and its exit status are passed on; of several guests, each line begins with the guest's name.
    #[command(after_help = RUN_COMMAND_HELP)]
    Run(RunArguments),
    /// Opens the serial console of a domain; `Ctrl-]` leaves it.
    Console(OneArguments),
    /// Opens a shell in a guest by SSH, at the address that the spec gives it.
    Ssh(OneArguments),
    /// Opens the screen of a domain.
    View(OneArguments),
    /// Prints labs as they are resolved: every domain with its addresses, MAC addresses and disks, and where it is written.
    Inspect(InspectArguments),
    /// Prints who is in labs and how they are reached, for Ansible, ssh, the hosts file or remote desktops, or as JSON.
    ///
    /// The address of a domain is that of the interface named by `manage`, else the first that the spec knows; without any, ports of
    /// the host that lead into the guest. There is never a password in it: Ansible is told to look into the file that the spec names.
    Inventory(InventoryArguments),
    /// Draws labs: networks, bridges, domains and their addresses.
    ///
    /// Several specs are labs of one host, which share what is there once. With `--into`, the graph goes into a Markdown document,
    /// between two comment lines, of which the first says by which command; `--check` tells whether it is fresh.
    #[command(after_help = graph::HELP)]
    Graph(GraphArguments),
    /// Prints the JSON Schema of specs.
    Schema(SchemaArguments),
    /// Tells more about a problem or a consequence, or lists all.
    Explain {
        /// The problem's name, as it stands in brackets in a report, or that of a consequence in a plan.
        #[arg(value_name = "PROBLEM", add = ArgValueCandidates::new(complete::problems))]
        problem: Option<String>,
    },
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

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// The specs.
    #[arg(value_name = "SPEC", default_value = "lab.json")]
    pub specs: Vec<PathBuf>,
    /// Each spec is for a host of its own.
    #[arg(long)]
    pub several_hosts: bool,
}

/// The arguments of `gen`.
#[derive(Debug, clap::Args)]
pub struct Gen {
    /// The spec.
    #[arg(value_name = "SPEC", default_value = "lab.json")]
    pub spec: PathBuf,
    /// Where the files go. Default: `generated` beside the spec.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Writes nothing; exits 1 with the differences when the files are not up to date.
    #[arg(long)]
    pub check: bool,
    /// Prints what changes.
    #[arg(long)]
    pub diff: bool,
}

/// The arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct ImportArguments {
    /// The objects, by name. Default: all.
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(complete::originals))]
    pub names: Vec<String>,
    /// The libvirt that has them. Default: `qemu:///system`.
    #[arg(long, value_name = "URI", conflicts_with = "from")]
    pub connect: Option<String>,
    /// A file with a definition, or a directory of such files, instead of a libvirt: what `virsh dumpxml` prints; or the JSON that
    /// NixVirt's helper is given, for all that it names.
    #[arg(long, value_name = "FILE|DIR")]
    pub from: Vec<PathBuf>,
    /// The spec that they become part of: a new file, or one that is there, which stays as it is otherwise. Definitions that its
    /// entries stand on go beside it, into `imported`. Default: the spec is printed, and nothing is written.
    #[arg(long, value_name = "SPEC")]
    pub into: Option<PathBuf>,
    /// The name of the lab, unless the spec is there and has one. Default: `lab`.
    #[arg(long, value_name = "NAME")]
    pub lab: Option<String>,
    /// Only objects of these kinds.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    #[arg(add = ArgValueCandidates::new(complete::kinds))]
    pub kind: Vec<ObjectKind>,
    /// Domains may have their devices plugged in elsewhere from their next start on, where that makes their entries shorter.
    #[arg(long)]
    pub next_start: bool,
    /// How it is told.
    #[arg(long, value_enum, default_value_t = ImportFormat::Human)]
    pub format: ImportFormat,
}

/// How an import is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// The spec, and on standard error what became of each object.
    Human,
    /// One JSON object with the spec, the files that its entries name, and what became of each object.
    Json,
}

fn kind(word: &str) -> Result<ObjectKind, String> {
    let kinds = [ObjectKind::Domain, ObjectKind::Network, ObjectKind::Pool];
    let found = kinds.into_iter().find(|kind| kind.name() == word);
    found.ok_or_else(|| did_you_mean(word, kinds.map(ObjectKind::name)))
}

const RUN_HELP: &str = "Exit status: 0 all are as they shall be; 1 some are not, as told; 2 it could not try.";

const RUN_COMMAND_HELP: &str = "Exit status: that of the command; 124 when it was killed because of `--timeout`; of several guests \
     1 when it failed in one; 2 when it could not be run.";

const IMPORT_HELP: &str =
    "Exit status: 0 all are in the spec; 1 some are not, for the reasons told; 2 it could not look.";

const SAVE_HELP: &str =
    "Exit status: 0 done; 1 something is in the way, and nothing was changed; 2 usage, or something failed meanwhile.";

const PLAN_HELP: &str =
    "Exit status: 0 fine; 1 a consequence that `--deny` names, or the spec needs attention; 2 it could not look.";

/// The arguments of `plan`.
#[derive(Debug, Default, clap::Args)]
pub struct PlanArguments {
    /// The specs of all labs on the host, in the order in which it imports them.
    #[arg(
        value_name = "SPEC",
        conflicts_with = "settings",
        help = "The specs of all labs on the host [default: lab.json]"
    )]
    pub specs: Vec<PathBuf>,
    /// The libvirt to look at. Default: that of the spec.
    #[arg(long, value_name = "URI", conflicts_with = "from", value_parser = NonEmptyStringValueParser::new())]
    pub connect: Option<String>,
    /// Compares without libvirt, as if everything ran: with another spec, or with the same at a revision of git, as
    /// `git:HEAD~1`.
    #[arg(long, value_name = "SPEC|git:REV", conflicts_with = "settings")]
    pub from: Option<String>,
    /// The JSON that NixVirt's helper is given, instead of specs: for a host that says its objects in Nix.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// The JSON that NixVirt's helper was given at the last switch, to tell what was changed by hand since. Default: what the
    /// module of the host keeps in /etc/lab2nix/settings.json.
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub applied: Option<PathBuf>,
    /// Who activates: `nixvirt` alone, or `gentle`, with lab2nix's part before and after it; or a file in which the module of the
    /// host says how. Default: what it keeps in /etc/lab2nix/activation.json; without that, `nixvirt`.
    #[arg(long, value_name = "gentle|nixvirt|FILE", value_parser = Activation::parse)]
    #[arg(add = ArgValueCompleter::new(complete::activations))]
    pub activation: Option<Activation>,
    /// Consequences that are not denied this time, as in /run/lab2nix/accept.
    #[arg(long, value_name = "CONSEQUENCE", value_delimiter = ',', value_parser = Planned::parse)]
    #[arg(add = ArgValueCandidates::new(complete::consequences))]
    pub accept: Vec<Planned>,
    /// How it is told.
    #[arg(long, value_enum, default_value_t = PlanFormat::Human)]
    pub format: PlanFormat,
}

/// The arguments of `activate`.
#[derive(Debug, clap::Args)]
pub struct ActivateArguments {
    /// Before NixVirt runs, or after.
    #[arg(value_enum)]
    pub when: When,
    /// The JSON that NixVirt's helper is given.
    #[arg(long, value_name = "FILE")]
    pub settings: PathBuf,
    /// The libvirt.
    #[arg(long, value_name = "URI", default_value = "qemu:///system", value_parser = NonEmptyStringValueParser::new())]
    pub connect: String,
    /// Where to remember, between before and after, what ran.
    #[arg(long, value_name = "DIR", default_value = "/run/lab2nix/activation")]
    pub state: PathBuf,
    /// What the module of the host says of its activations: JSON.
    #[arg(long, value_name = "FILE")]
    pub activation: Option<PathBuf>,
    /// Consequences that may happen though they lose data or stop the activation half-way.
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

/// How a plan is told.
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

/// The arguments of `xml`.
#[derive(Debug, clap::Args)]
pub struct Xml {
    /// The spec, which is the first argument if that ends in `.json`, else lab.json; then the objects: their names, or
    /// where a name is not enough, `networks/NAME`, `pools/NAME`, `volumes/POOL/NAME` or `domains/NAME`; also
    /// `seeds/NAME/user-data`. Default: all.
    #[arg(value_name = "[SPEC] [NAME]", add = ArgValueCompleter::new(complete::objects))]
    pub arguments: Vec<String>,
    /// What the host runs that the definitions are for.
    #[arg(long, value_enum, default_value_t = HostSystem::Nixos)]
    pub host: HostSystem,
    /// Writes a file for each: `DIR/networks/NAME.xml` and so on, and `DIR/seeds/NAME/user-data` and so on.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// With `--out`, replaces files that are there and differ.
    #[arg(long, requires = "out")]
    pub force: bool,
}
