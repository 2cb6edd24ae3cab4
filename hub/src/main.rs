//! The program `guide-hub`: reads its arguments and hands them to the library.

use clap::Parser;

fn main() -> anyhow::Result<std::process::ExitCode> {
    // customers' data: everything that is made here is its user's alone
    guide_hub::platform::keep_to_its_user();
    let args = guide_hub::cli::Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(guide_hub::cli::run(args)).into())
}
