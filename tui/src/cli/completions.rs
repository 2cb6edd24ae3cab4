//! `guide completions SHELL`.

use clap::{Args as ClapArgs, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::cli::context::print;
use crate::cli::failure::{Answer, Failure};

/// Arguments of `guide completions`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub fn run(args: Args) -> Answer<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "guide", &mut script);
    print(&String::from_utf8(script).map_err(|error| Failure::Failed(error.to_string()))?)
}
