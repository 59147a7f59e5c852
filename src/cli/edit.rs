//! The arguments of `init`, `add` and `rename`.

use std::path::PathBuf;

use clap_complete::engine::ArgValueCandidates;

use super::{complete, kind, spec};
use crate::edit::template::{TEMPLATES, Template};
use crate::lab::identity::ObjectKind;
use crate::problem::did_you_mean;

/// The arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct InitArguments {
    /// The directory of the lab, which is made if it is not there.
    #[arg(value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
    /// What the lab begins with: `default`, one Linux machine; `cluster`, equal ones that start from one cloud image; `windows`, a server
    /// and a client.
    #[arg(long, value_name = "NAME", value_parser = template, default_value = TEMPLATES[0].name, add = ArgValueCandidates::new(complete::templates))]
    pub template: &'static Template,
    /// Writes the lab's flake too, as `nix flake init --template` does. A lab.json that is there already stays.
    #[arg(long)]
    pub flake: bool,
}

/// The arguments of `add`.
#[derive(Debug, clap::Args)]
pub struct AddArguments {
    /// What it is: `domain`, `network` or `pool`.
    #[arg(value_name = "KIND", value_parser = kind, add = ArgValueCandidates::new(complete::kinds))]
    pub kind: ObjectKind,
    /// Its name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// A profile that the domain takes, of several the strongest last.
    #[arg(long, value_name = "PROFILE", add = ArgValueCandidates::new(complete::profiles))]
    pub from: Vec<String>,
    /// The spec.
    #[command(flatten)]
    pub spec: EditedSpec,
}

/// The arguments of `rename`.
#[derive(Debug, clap::Args)]
pub struct RenameArguments {
    /// The domain, network or pool.
    #[arg(value_name = "OLD", add = ArgValueCandidates::new(complete::names))]
    pub old: String,
    /// Its new name.
    #[arg(value_name = "NEW")]
    pub new: String,
    /// What it is, where several objects have the name: `domain`, `network` or `pool`.
    #[arg(long, value_name = "KIND", value_parser = kind, add = ArgValueCandidates::new(complete::kinds))]
    pub kind: Option<ObjectKind>,
    /// The spec.
    #[command(flatten)]
    pub spec: EditedSpec,
}

/// Which spec is edited, and whether it is.
#[derive(Debug, clap::Args)]
pub struct EditedSpec {
    /// The spec.
    #[arg(long = "spec", value_name = "SPEC", default_value = "lab.json", value_parser = spec::parser())]
    pub path: PathBuf,
    /// Prints what would change, and writes nothing.
    #[arg(long)]
    pub diff: bool,
}

fn template(word: &str) -> Result<&'static Template, String> {
    Template::find(word).ok_or_else(|| {
        let known: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
        let list = TEMPLATES.iter().map(|template| format!("\n  {:<8}  {}", template.name, template.about));
        format!("{}{}", did_you_mean(word, known), list.collect::<String>())
    })
}
