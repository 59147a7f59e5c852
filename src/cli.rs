//! The command line: what clap reads, and what each command does with the library.

mod commands;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::report::Format;

pub use commands::run;

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
    /// Makes warnings count as errors.
    #[arg(long, global = true, value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `--deny` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings.
    Warnings,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Generates the Nix files of a lab.
    ///
    /// Writes networks.nix, pools.nix, domains.nix, default.nix and the directory host, all of them or none. Files that are up
    /// to date are left untouched; a file that lab2nix did not generate is never overwritten.
    Gen(Gen),
    /// Looks for problems, and writes nothing.
    Check {
        /// The spec.
        #[arg(value_name = "SPEC", default_value = "lab.json")]
        spec: PathBuf,
    },
    /// Prints definitions as libvirt's XML, which any libvirt takes without Nix.
    ///
    /// They come in the order in which libvirt can take them: networks, pools, volumes, domains. Files of the host have
    /// the paths that the generated module gives them on NixOS.
    ///
    /// With `--out`, domains with `cloudInit` also get the files of the disc that their guests read at the first boot, in
    /// `DIR/seeds/NAME`. Where Nix does not make the disc, `xorriso -as mkisofs -volid cidata -joliet -rational-rock -output
    /// NAME.iso DIR/seeds/NAME` does; it belongs where the domain's XML says.
    Xml(Xml),
    /// Prints the JSON Schema of specs.
    Schema {
        /// Prints the reference for people instead, as Markdown.
        #[arg(long)]
        markdown: bool,
    },
    /// Tells more about a problem, or lists all problems.
    Explain {
        /// The problem's name, as it stands in brackets in a report.
        #[arg(value_name = "PROBLEM")]
        problem: Option<String>,
    },
    /// Prints completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_name = "SHELL", value_enum)]
        shell: Shell,
    },
    /// Prints the manual page.
    Man,
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

/// The arguments of `xml`.
#[derive(Debug, clap::Args)]
pub struct Xml {
    /// The spec, which is the first argument if that ends in `.json`, else lab.json; then the objects: their names, or
    /// where a name is not enough, `networks/NAME`, `pools/NAME`, `volumes/POOL/NAME` or `domains/NAME`; also
    /// `seeds/NAME/user-data`. Default: all.
    #[arg(value_name = "[SPEC] [NAME]")]
    pub arguments: Vec<String>,
    /// Writes a file for each: `DIR/networks/NAME.xml` and so on, and `DIR/seeds/NAME/user-data` and so on.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// With `--out`, replaces files that are there and differ.
    #[arg(long, requires = "out")]
    pub force: bool,
}
