//! `guide` without a command: the interface, and giving the terminal back when a signal ends it.

use std::io::{IsTerminal, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use guide_common::config::Config;
use tokio::sync::{Notify, oneshot};

use crate::cli::context::{Context, note};
use crate::cli::failure::{Answer, Failure};
use crate::cli::signal::Signals;
use crate::interface::home::{Home, Keeping};
use crate::interface::settings::{Glyphs, Mouse};
use crate::interface::theme::{Depth, Library};
use crate::interface::{Options, give_back, run};
use crate::plain;
use crate::text;
use crate::training::Link;

/// How long a signal waits for the interface to keep what is half typed.
const GRACE: Duration = Duration::from_millis(500);

/// How the interface shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It draws screens.
    Drawn,
    /// It tells lines.
    Plain,
}

impl Mode {
    /// Plain where the command line or the settings say so.
    pub fn of(is_asked: bool, config: &Config) -> Self {
        if is_asked || config.flag("plain") == Some(true) { Self::Plain } else { Self::Drawn }
    }
}

/// How the interface is to look.
#[derive(Clone, Debug)]
pub struct Look {
    /// Screens or lines.
    pub mode: Mode,
    /// A theme named on the command line.
    pub theme_flag: Option<String>,
    /// The settings.
    pub config: Config,
    /// What is wrong with their file.
    pub faults: Vec<String>,
}

/// Where the interface is shown.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where the daemon serves.
    pub socket: PathBuf,
    /// Holds what may be lost.
    pub state: PathBuf,
    /// Whether anything is written down.
    pub keeping: Keeping,
    /// Whoever moves the training clock, in a demo.
    pub training: Option<Link>,
}

/// Opens the interface; the daemon is started where none serves.
pub async fn open(context: &Context, look: Look) -> Answer<()> {
    needs_terminal(look.mode, context)?;
    let mode = look.mode;
    let client = context.client().await?;
    let signals = Signals::new()?;
    let leave = Arc::new(Notify::new());
    let place = Place {
        socket: client.socket().to_owned(),
        state: context.paths.state.clone(),
        keeping: Keeping::Kept,
        training: None,
    };
    let shown = show(place, context, look, Arc::clone(&leave));
    let mut shown = std::pin::pin!(shown);
    tokio::select! {
        answer = &mut shown => answer,
        signal = signals.first() => {
            if mode == Mode::Drawn {
                leave.notify_one();
                let _ = tokio::time::timeout(GRACE, shown).await;
                give_back();
            }
            Err(Failure::Signal(signal))
        }
    }
}

/// Shows the interface until the guide leaves it. It has a thread and a runtime of its own, so that a signal is heard
/// whatever it does.
pub async fn show(place: Place, context: &Context, look: Look, leave: Arc<Notify>) -> Answer<()> {
    let Place { socket, state, keeping, training } = place;
    let home = Home { config: context.paths.config.clone(), state, keeping };
    let themes = Library { own: home.themes() };
    let mode = look.mode;
    let known = |name: &String| is_theme(name, &themes, context);
    let options = Options {
        socket,
        lang: context.lang,
        theme_flag: look.theme_flag.filter(known),
        theme: look.config.text("theme").map(str::to_owned).filter(known),
        keys: look.config.text("keys").map(str::to_owned),
        glyphs: look.config.text("glyphs").and_then(Glyphs::named).unwrap_or_default(),
        mouse: if look.config.flag("mouse") == Some(false) { Mouse::Free } else { Mouse::Captured },
        faults: look.faults,
        home,
        leave,
        training,
    };
    let (end, ended) = oneshot::channel();
    let failed = |error: String| Failure::Failed(error);
    std::thread::Builder::new()
        .name("interface".to_owned())
        // nobody waits any more where a signal came first
        .spawn(move || {
            let ended = match mode {
                Mode::Drawn => run(options),
                Mode::Plain => plain::run(options),
            };
            drop(end.send(ended));
        })
        .map_err(|error| failed(format!("starting the interface: {error}")))?;
    match ended.await {
        Ok(answer) => answer.map_err(|error| failed(format!("{error:#}"))),
        // it panicked, and its own hook has said why
        Err(_) => Err(Failure::Reported),
    }
}

/// Refuses to draw where nobody can see it, and where nothing can be drawn.
pub fn needs_terminal(mode: Mode, context: &Context) -> Answer<()> {
    if mode == Mode::Plain {
        return Ok(());
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(Failure::Usage(text!(
            context.lang,
            "这个终端（TERM=dumb）画不了界面；guide --plain 一行一行地用",
            "this terminal (TERM=dumb) cannot draw the interface; guide --plain goes line by line"
        )));
    }
    if std::io::stdin().is_terminal() && stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(text!(
        context.lang,
        "这里没有终端；guide --plain 逐行使用，guide --help 列出可在脚本里用的命令",
        "there is no terminal here; guide --plain goes line by line, guide --help lists the commands for scripts"
    )))
}

/// A theme that cannot be read is warned of and passed over.
fn is_theme(name: &str, themes: &Library, context: &Context) -> bool {
    let chosen = themes.theme(name, Depth::TrueColor);
    if let Err(error) = &chosen {
        note(&text!(context.lang, "guide: 没有这个配色，已忽略：{error}", "guide: the theme is passed over: {error}"));
    }
    chosen.is_ok()
}
