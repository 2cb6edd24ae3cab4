//! `guide man`: the manual in roff, one page, or one a command into a folder.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory};
use clap_mangen::roff::{Roff, bold, roman};
use guide_common::sop::plan::Lang;

use crate::cli::Cli;
use crate::cli::context::{Context, print};
use crate::cli::failure::{Answer, Failure};
use crate::cli::keys::{labels, places};
use crate::interface::keymap::Keymap;
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
        clap_mangen::generate_to(command, &folder).map_err(failed)?;
        let mut main = std::fs::OpenOptions::new().append(true).open(folder.join("guide.1")).map_err(failed)?;
        return keys(&mut main).map_err(failed);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::Failed(error.to_string()))?;
    keys(&mut page).map_err(|error| Failure::Failed(error.to_string()))?;
    print(&String::from_utf8(page).map_err(|error| Failure::Failed(error.to_string()))?)
}

/// The interface's actions with their keys, from the registry.
fn keys(page: &mut impl Write) -> io::Result<()> {
    let mut roff = Roff::default();
    roff.control("SH", ["KEYS"]);
    roff.text([roman(
        "Keys of the interface in the preset default; keys.toml in the folder of the settings gives an action others, and \
         guide keys lists those in force.",
    )]);
    for (spec, chords) in Keymap::default().rows() {
        roff.control("TP", []);
        roff.text([bold(labels(chords)), roman(format!(" {} ({})", spec.name, places(spec, Lang::En)))]);
        roff.text([roman(spec.help(Lang::En))]);
    }
    roff.to_writer(page)
}
