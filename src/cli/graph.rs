//! The arguments of `graph`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::spec;

pub(super) const HELP: &str = "Exit status: 0 success; 1 a spec or the document needs attention, or `--check` found it out of date; \
                               2 wrong usage, or another failure.";

/// The arguments of `graph`.
#[derive(Debug, clap::Args)]
pub struct GraphArguments {
    /// The specs.
    #[arg(value_name = "SPEC", default_value = "lab.json", value_parser = spec::parser())]
    pub specs: Vec<PathBuf>,
    /// The format of the graph.
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub format: GraphFormat,
    /// A Markdown document, in which the graph replaces the lines between its two comment lines: Mermaid or DOT.
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,
    /// Writes nothing; exits 1 with the difference when the document is not up to date.
    #[arg(long, requires = "into")]
    pub check: bool,
    /// Each spec is for its own host, so labs share nothing.
    #[arg(long)]
    pub several_hosts: bool,
}

/// The format of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A flowchart of Mermaid, which GitHub and many editors show in Markdown.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
    /// A picture.
    Svg,
    /// A page with the picture, to search and to follow domains: one file for the browser.
    Html,
}
