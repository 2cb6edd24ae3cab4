//! The program `guide`.

use std::process::ExitCode;

fn main() -> ExitCode {
    guide::cli::main()
}
