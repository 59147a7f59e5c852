//! Tries the product on random labs, and libvirt on what it makes of them: see [`tool`].
//!
//! ```sh
//! LIBVIRT_ROOT=/var/tmp/root cargo run --release --example fuzz -- --seed 1 --runs 20000
//! ```
//!
//! Prints each kind of failure once, with the shortest spec that still has it, and fails if there are any.

#[path = "../suite/language.rs"]
#[allow(dead_code, reason = "this tool uses a part of it")]
mod language;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "this tool uses a part of it")]
mod support;
mod tool;

use std::process::ExitCode;

use clap::Parser;
use tool::{Fuzz, Report};

#[derive(Parser)]
#[command(about = "Tries lab2nix on random labs, and libvirt on what it makes of them")]
struct Arguments {
    /// What the random choices follow from: the same number makes the same labs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many labs are tried
    #[arg(long, default_value_t = 1000)]
    runs: usize,
    /// The number of the first of them, to go on where a run ended
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// Print each lab that is accepted
    #[arg(long)]
    print: bool,
}

fn main() -> ExitCode {
    let Arguments { seed, runs, first, print } = Arguments::parse();
    let fuzz = Fuzz::new();
    let report = fuzz.run(seed, first..first + runs, &|report: &Report| eprintln!("{report}"));
    if print {
        report.accepted.iter().for_each(|spec| println!("{spec}"));
    }
    for failure in &report.failures {
        println!("\n{failure}");
    }
    println!("\nseed {seed}, from {first} on: {report}");
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
