//! `guide enroll URL`: the one-time code is asked for or read from standard input, never an argument: those stand in
//! the list of processes and in the shell's history.

use std::io::{BufRead, IsTerminal, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use guide_common::wire::local::EnrollLocalRequest;

use crate::cli::context::{Context, note};
use crate::cli::failure::{Answer, Failure};
use crate::cli::status;
use crate::lang::{fault, pick};
use crate::text;

/// The longest line that is read for a code.
const MAX_CODE_BYTES: u64 = 256;

/// Arguments of `guide enroll`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The hub's address, such as https://hub.example
    #[arg(value_name = "URL")]
    url: String,
    /// Certificates of the authorities that alone are trusted for this hub, in PEM, where it has one of its own
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Allow plain HTTP to another machine: everybody on the way can read along
    #[arg(long)]
    plain_http: bool,
    /// Enrol another guide at a terminal that has one already
    #[arg(long)]
    another: bool,
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
    if !args.plain_http && is_plain_to_others(&args.url) {
        let message = (
            "http:// 只能连本机，途中的人都能看到；改用 https://，网络是自己的就加 --plain-http",
            "plain http reaches this machine only, as everybody on the way can read along: write https://, or add \
             --plain-http where the network is your own",
        );
        return Err(Failure::Usage(pick(context.lang, message).to_owned()));
    }
    let ca_pem = args.ca.as_deref().map(|file| certificates(file, context)).transpose()?;
    let client = context.client().await?;
    let code = read_code(context)?;
    let Args { url, plain_http, another, .. } = args;
    client.enroll(&EnrollLocalRequest { url, code, ca_pem, plain_http, another }).await?;
    // the terminal is enrolled whatever becomes of its first sync, and the status says what did
    let _ = client.sync_now().await;
    let status = client.status().await?;
    context.show(&status, |context| status::page(&status, context))
}

/// Whether an address is plain HTTP to another machine.
fn is_plain_to_others(url: &str) -> bool {
    let uri: Option<hyper::Uri> = url.parse().ok();
    let Some(host) = uri.as_ref().filter(|uri| uri.scheme_str() == Some("http")).and_then(hyper::Uri::host) else {
        return false;
    };
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host != "localhost" && !ip.is_some_and(|ip| ip.is_loopback())
}

/// The certificates in a file.
fn certificates(file: &Path, context: &Context) -> Answer<String> {
    let (lang, shown) = (context.lang, file.display().to_string());
    let text = std::fs::read_to_string(file).map_err(|error| Failure::Failed(fault::file(&shown, &error, lang)))?;
    match text.contains("-----BEGIN CERTIFICATE-----") {
        true => Ok(text),
        false => Err(Failure::Usage(text!(
            lang,
            "{shown} 里没有 PEM 证书（-----BEGIN CERTIFICATE-----）",
            "{shown} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
        ))),
    }
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
        "" => {
            let message = (
                "没有输入登记码：向总部要一个（总部运行 guide-hub device code 导购编号），十分钟内输入",
                "no code was given: ask headquarters for one (guide-hub device code GUIDE), and type it within ten minutes",
            );
            Err(Failure::Usage(pick(context.lang, message).to_owned()))
        }
        code => Ok(code.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_to_another_machine_is_told_from_what_needs_no_leave() {
        for url in ["http://127.0.0.1:7600", "http://localhost:1/", "http://[::1]:7600", "https://hub.example"] {
            assert!(!is_plain_to_others(url), "{url}");
        }
        for url in ["http://hub.example", "http://10.0.0.3:7600/x", "http://127.0.0.1.evil.example"] {
            assert!(is_plain_to_others(url), "{url}");
        }
    }
}
