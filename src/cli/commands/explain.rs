//! `explain`: what the names of problems and consequences mean.

use super::{Failure, print};
use crate::cli::ExplainArguments;
use crate::explain;
use crate::problem::did_you_mean;

pub(super) fn explain(arguments: &ExplainArguments) -> Result<(), Failure> {
    let text = match &arguments.problem {
        _ if arguments.markdown => explain::page(),
        None => explain::list(),
        Some(name) => explain::of(name).ok_or_else(|| Failure::UnknownProblem {
            name: name.clone(),
            help: did_you_mean(name, explain::names()),
        })?,
    };
    print(&text)
}
