//! `explain`: what the names of problems and consequences mean.

use super::{Failure, print};
use crate::cli::ExplainArguments;
use crate::explain;
use crate::problem::did_you_mean_or;

pub(super) fn explain(arguments: &ExplainArguments) -> Result<(), Failure> {
    let text = match &arguments.problem {
        _ if arguments.markdown => explain::page(),
        None => explain::list(),
        Some(name) => {
            explain::of(name).ok_or_else(|| Failure::UnknownProblem { name: name.clone(), help: help(name) })?
        }
    };
    print(&text)
}

/// What to do about a name that is none. All of them are too many to be listed.
fn help(name: &str) -> String {
    let known: Vec<&str> = explain::names().collect();
    did_you_mean_or(name, &known, "`lab2nix explain` lists all; the keys of a spec are in `lab2nix schema --markdown`")
}
