//! `guide man`: the manual in roff, one page, or one a command into a folder.

use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory};

use crate::cli::Cli;
use crate::cli::context::{Context, print};
use crate::cli::failure::{Answer, Failure};
use crate::lang::fault;

/// Arguments of `guide man`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Write a page for every command into this folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> Answer<()> {
    let mut command = Cli::command();
    command.build();
    if let Some(folder) = args.dir {
        let failed =
            |error: std::io::Error| Failure::Failed(fault::file(&folder.display().to_string(), &error, context.lang));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        return clap_mangen::generate_to(command, &folder).map_err(failed);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::Failed(error.to_string()))?;
    print(&String::from_utf8(page).map_err(|error| Failure::Failed(error.to_string()))?)
}
