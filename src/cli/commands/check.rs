//! `check`: the problems of specs, and of several specs with each other.

use super::{ATTENTION, Failure, look_at_all, report_problems, stops, summary, talk, together};
use crate::cli::{CheckArguments, Cli};
use crate::neighbours::Hosts;
use crate::visible::counted;

pub(super) fn check(cli: &Cli, arguments: &CheckArguments) -> Result<u8, Failure> {
    let hosts = if arguments.several_hosts { Hosts::OneEach } else { Hosts::One };
    let specs = look_at_all(&arguments.specs)?;
    let (joined, problems) = together(&specs, hosts);
    report_problems(cli, &problems, Some(joined.source()));
    if specs.iter().all(|(_, checked)| checked.is_sound()) {
        for (source, checked) in &specs {
            summary::details(cli, source, checked)?;
        }
    }
    if problems.is_empty() {
        let labs = specs.iter().filter_map(|(_, checked)| Some(&checked.built.as_ref()?.0));
        let objects = summary::objects(labs);
        let several = if specs.len() == 1 { String::new() } else { format!("{}: ", counted(specs.len(), "lab")) };
        let allowed: usize = specs.iter().map(|(_, checked)| checked.allowed.len()).sum();
        let allowed = if allowed == 0 { String::new() } else { format!("; {} allowed", counted(allowed, "warning")) };
        talk(cli, &format!("no problems in {several}{objects}{allowed}\n"));
    }
    Ok(if stops(cli, &problems) { ATTENTION } else { 0 })
}
