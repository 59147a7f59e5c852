//! `check`: the problems of specs, and of several specs with each other.

use super::{ATTENTION, Failure, different, look_at, report_problems, stops};
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
