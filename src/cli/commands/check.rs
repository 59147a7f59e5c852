//! `check`: the problems of specs, and of several specs with each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::{ATTENTION, Failure, look_at, report_problems, stops};
use crate::cli::{CheckArguments, Cli};
use crate::neighbours::Hosts;
use crate::pipeline;

pub(super) fn check(cli: &Cli, arguments: &CheckArguments) -> Result<u8, Failure> {
    let hosts = if arguments.several_hosts { Hosts::OneEach } else { Hosts::One };
    let specs: Vec<_> = different(&arguments.specs).map(|spec| look_at(spec)).collect::<Result<_, _>>()?;
    let (joined, problems) = pipeline::check_together(specs.iter().map(|(source, checked)| (source, checked)), hosts);
    report_problems(cli, &problems, Some(joined.source()));
    Ok(if stops(cli, &problems) { ATTENTION } else { 0 })
}

/// The specs, each once, however often it is named.
fn different(specs: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    let mut known = BTreeSet::new();
    specs.iter().filter(move |spec| known.insert(fs::canonicalize(spec).unwrap_or_else(|_| PathBuf::clone(spec))))
}
