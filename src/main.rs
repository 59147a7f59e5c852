//! The `lab2nix` command.

use std::process::ExitCode;

use lab2nix::cli;

fn main() -> ExitCode {
    cli::main()
}
