//! The `lab2nix` command.

use std::process::ExitCode;

use clap::Parser;
use lab2nix::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(&Cli::parse())
}
