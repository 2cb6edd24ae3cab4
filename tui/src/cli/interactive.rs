//! `guide` without a command: the interface, and giving the terminal back when a signal ends it.

use std::io::{IsTerminal, stdout};

use tokio::sync::oneshot;

use crate::cli::context::{Context, note};
use crate::cli::failure::{Answer, Failure};
use crate::cli::signal::Signals;
use crate::interface::theme::{ColorEnv, Theme};
use crate::interface::{Options, give_back, run};
use crate::text;

/// Opens the interface; the daemon is started where none serves.
pub async fn open(context: &Context, theme: Option<String>) -> Answer<()> {
    needs_terminal(context)?;
    let client = context.client().await?;
    let signals = Signals::new()?;
    tokio::select! {
        answer = show(client.socket().to_owned(), context, theme) => answer,
        signal = signals.first() => {
            give_back();
            Err(Failure::Signal(signal))
        }
    }
}

/// Shows the interface until the guide leaves it. It has a thread and a runtime of its own, so that a signal is heard
/// whatever it does.
pub async fn show(socket: std::path::PathBuf, context: &Context, theme: Option<String>) -> Answer<()> {
    let options = Options { socket, lang: context.lang, theme: theme.filter(|name| is_theme(name, context)) };
    let (end, ended) = oneshot::channel();
    let failed = |error: String| Failure::Failed(error);
    std::thread::Builder::new()
        .name("interface".to_owned())
        // nobody waits any more where a signal came first
        .spawn(move || drop(end.send(run(options))))
        .map_err(|error| failed(format!("starting the interface: {error}")))?;
    match ended.await {
        Ok(answer) => answer.map_err(|error| failed(format!("{error:#}"))),
        // it panicked, and its own hook has said why
        Err(_) => Err(Failure::Reported),
    }
}

/// Refuses to draw where nobody can see it.
pub fn needs_terminal(context: &Context) -> Answer<()> {
    if std::io::stdin().is_terminal() && stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(text!(
        context.lang,
        "这里没有终端；guide --help 列出可在脚本里用的命令",
        "there is no terminal here; guide --help lists the commands for scripts"
    )))
}

/// A theme that cannot be read is warned of and passed over.
fn is_theme(name: &str, context: &Context) -> bool {
    let chosen = Theme::choose(Some(name), ColorEnv::default());
    if let Err(error) = &chosen {
        note(&text!(context.lang, "guide: 没有这个配色，已忽略：{error}", "guide: the theme is passed over: {error}"));
    }
    chosen.is_ok()
}
