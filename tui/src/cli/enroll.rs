//! `guide enroll URL`: the one-time code is asked for or read from standard input, never an argument: those stand in
//! the list of processes and in the shell's history.

use std::io::{BufRead, IsTerminal, Read};

use clap::Args as ClapArgs;
use guide_common::wire::local::EnrollLocalRequest;

use crate::cli::context::{Context, note};
use crate::cli::failure::{Answer, Failure};
use crate::cli::status;
use crate::text;

/// The longest line that is read for a code.
const MAX_CODE_BYTES: u64 = 256;

/// Arguments of `guide enroll`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The hub's address, such as https://hub.example
    #[arg(value_name = "URL")]
    url: String,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    if !(args.url.starts_with("https://") || args.url.starts_with("http://")) {
        let url = args.url;
        return Err(Failure::Usage(text!(
            context.lang,
            "{url:?} 不是网址；写成 https://总部地址",
            "{url:?} is no address; write https://hub.example"
        )));
    }
    let client = context.client().await?;
    let code = read_code(context)?;
    client.enroll(&EnrollLocalRequest::new(&args.url, &code)).await?;
    // the terminal is enrolled whatever becomes of its first sync, and the status says what did
    let _ = client.sync_now().await;
    let status = client.status().await?;
    context.show(&status, |context| status::page(&status, context))
}

fn read_code(context: &Context) -> Answer<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        note(&text!(context.lang, "登记码：", "Code:"));
    }
    let mut line = String::new();
    stdin
        .lock()
        .take(MAX_CODE_BYTES)
        .read_line(&mut line)
        .map_err(|error| Failure::Failed(format!("reading standard input: {error}")))?;
    match line.trim() {
        "" => Err(Failure::Usage(text!(context.lang, "没有读到登记码", "no code was given"))),
        code => Ok(code.to_owned()),
    }
}
