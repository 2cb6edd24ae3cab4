//! `guide completions SHELL`.

use clap::{Args as ClapArgs, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::cli::context::{Context, print};
use crate::cli::failure::{Answer, Failure};
use crate::lang::help;

/// Arguments of `guide completions`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> Answer<()> {
    let mut script = Vec::new();
    let mut command = help::in_lang(Cli::command(), context.lang);
    clap_complete::generate(args.shell, &mut command, "guide", &mut script);
    print(&String::from_utf8(script).map_err(|error| Failure::Failed(error.to_string()))?)
}
