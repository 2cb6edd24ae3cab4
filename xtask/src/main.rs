//! The project's own chores: `cargo xtask bench` measures, `cargo xtask screenshots` draws the README's pictures.

mod bench;
mod screenshots;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "The project's own chores")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Measures the programs (built with `cargo build --release`) and prints the figures
    Bench {
        /// What to measure; everything where nothing is named
        parts: Vec<bench::Part>,
        /// The shops in which `screens` measures: how many customers.
        #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = bench::SHOPS)]
        customers: Vec<usize>,
    },
    /// Builds programs of a later version, beside which the tests run those of this one
    LaterVersion,
    /// Draws the README's pictures from the interface
    Screenshots {
        /// Only says whether the pictures are what the interface draws
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Args::parse().chore {
        Chore::Bench { parts, customers } => bench::run(&parts, &customers)?,
        Chore::LaterVersion => guide_tests::later::build(),
        Chore::Screenshots { check: true } => screenshots::check()?,
        Chore::Screenshots { check: false } => screenshots::draw()?,
    }
    Ok(())
}
