//! The arguments of `import`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::{PathBufValueParser, TypedValueParser as _};
use clap_complete::engine::ArgValueCandidates;

use super::{complete, kind, spec};
use crate::files::STANDARD_INPUT;
use crate::lab::identity::ObjectKind;

/// The arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct ImportArguments {
    /// The objects, by name. Default: all.
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(complete::originals))]
    pub names: Vec<String>,
    /// The libvirt that has them. Default: `qemu:///system`.
    #[arg(long, value_name = "URI", conflicts_with = "from")]
    pub connect: Option<String>,
    /// A file with a definition as `virsh dumpxml` prints it, or a directory of such files, instead of a libvirt; or
    /// the JSON input of NixVirt's helper, for all objects in it.
    #[arg(long, value_name = "FILE|DIR")]
    pub from: Vec<PathBuf>,
    /// The spec to add them to: a new file, or an existing one, which is otherwise not changed. Definitions that its
    /// entries refer to are written beside it, into `imported`. Default: the spec is printed, and nothing is written.
    #[arg(long, value_name = "SPEC", value_parser = PathBufValueParser::new().try_map(|path| file(&path)))]
    pub into: Option<PathBuf>,
    /// The name of the lab, unless the spec already has one. Default: `lab`.
    #[arg(long, value_name = "NAME")]
    pub lab: Option<String>,
    /// Only objects of these kinds.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    #[arg(add = ArgValueCandidates::new(complete::kinds))]
    pub kind: Vec<ObjectKind>,
    /// The PCI addresses of devices may change at a domain's next start, if that makes its entry shorter.
    #[arg(long)]
    pub next_start: bool,
    /// The output format.
    #[arg(long, value_enum, default_value_t = ImportFormat::Human)]
    pub format: ImportFormat,
}

/// The file that is meant; refuses what is none.
fn file(path: &Path) -> Result<PathBuf, &'static str> {
    if path == Path::new(STANDARD_INPUT) { Err("without `--into`, the spec is printed") } else { Ok(spec::named(path)) }
}

/// The format of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// The spec, and the result for each object on standard error.
    Human,
    /// One JSON object with the spec, the files that its entries refer to, and the result for each object.
    Json,
}
