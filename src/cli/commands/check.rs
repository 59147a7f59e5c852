//! `check`: the problems of specs, and of several specs with each other.

use super::{ATTENTION, Failure, look_at_all, report_problems, stops, together};
use crate::cli::{CheckArguments, Cli};
use crate::neighbours::Hosts;

pub(super) fn check(cli: &Cli, arguments: &CheckArguments) -> Result<u8, Failure> {
    let hosts = if arguments.several_hosts { Hosts::OneEach } else { Hosts::One };
    let specs = look_at_all(&arguments.specs)?;
    let (joined, problems) = together(&specs, hosts);
    report_problems(cli, &problems, Some(joined.source()));
    Ok(if stops(cli, &problems) { ATTENTION } else { 0 })
}
