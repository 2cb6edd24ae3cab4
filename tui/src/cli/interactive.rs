//! `guide` without a command: the interface.

use std::io::IsTerminal;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::text;

/// Opens the interface; the daemon is started where none serves.
pub async fn open(context: &Context, theme: Option<String>) -> Answer<()> {
    needs_terminal(context)?;
    let client = context.client().await?;
    let _ = (client, theme);
    Ok(())
}

/// Opens the interface on the demo's stage.
pub async fn demo(context: &Context, theme: Option<String>) -> Answer<()> {
    open(context, theme).await
}

/// Refuses to draw where nobody can see it.
pub fn needs_terminal(context: &Context) -> Answer<()> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(text!(
        context.lang,
        "这里没有终端；guide --help 列出可在脚本里用的命令",
        "there is no terminal here; guide --help lists the commands for scripts"
    )))
}
