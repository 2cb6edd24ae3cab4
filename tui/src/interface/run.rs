//! Runs the interface: one loop takes events, drains what waits, and draws once when something changed.

use std::path::PathBuf;
use std::task::Poll;
use std::time::Duration;

use anyhow::Context;
use crossterm::event::{Event as TerminalEvent, EventStream};
use futures_util::StreamExt;
use guide_common::sop::plan::Lang;
use tokio::sync::mpsc;

use super::app::App;
use super::backend::Backend;
use super::effect::Effect;
use super::event::Event;
use super::terminal::Session;
use super::theme::{ColorEnv, Theme};

/// How long the first frame waits for the queue and the first script.
const FIRST_FRAME_PATIENCE: Duration = Duration::from_millis(100);

/// Turns of the runtime that it takes to connect and to send what was asked; they cost next to nothing.
const TURNS_TO_SEND: usize = 4;

/// How the interface starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the daemon serves.
    pub socket: PathBuf,
    /// The language shown at first.
    pub lang: Lang,
    /// A theme by name; without one the environment decides.
    pub theme: Option<String>,
}

/// Runs until the guide leaves or the terminal is gone.
pub fn run(options: Options) -> anyhow::Result<()> {
    let colors = ColorEnv::of(|name| std::env::var(name).ok());
    let theme = Theme::choose(options.theme.as_deref(), colors)?;
    if colors.no_color {
        // else crossterm leaves the parameters of a colour empty, which resets the reversal that marks a selection
        crossterm::style::force_color_output(true);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime of the interface")?;
    let ended = runtime.block_on(walk(&options, theme));
    runtime.shutdown_background();
    ended
}

async fn walk(options: &Options, theme: Theme) -> anyhow::Result<()> {
    let (backend, mut events) = Backend::at(&options.socket);
    let size = crossterm::terminal::size().context("asking for the terminal's size")?;
    let mut app = App::new(options.lang, theme, size);
    for effect in app.start() {
        // the daemon works while the terminal is set up; at the start there are only requests
        if let Effect::Ask { query, request } = effect {
            backend.ask(query, request);
        }
    }
    for _ in 0..TURNS_TO_SEND {
        tokio::task::yield_now().await;
    }
    let mut screen = Screen { session: Session::open().context("taking the terminal")?, backend, leaving: false };
    let first_frame = screen.first_answers(&mut app, &mut events);
    // without an answer in time the first frame says what it waits for
    let _ = tokio::time::timeout(FIRST_FRAME_PATIENCE, first_frame).await;
    screen.session.draw(&mut app).context("drawing the first frame")?;
    screen.backend.listen();
    let mut input = EventStream::new();
    while !screen.leaving {
        let event = tokio::select! {
            event = input.next() => terminal_event(event),
            event = events.recv() => event,
        };
        let Some(event) = event else { continue };
        screen.apply(&mut app, Some(event))?;
        // a frame shows all that has come so far
        while let Some(event) = waiting(&mut input).await.filter(|_| !screen.leaving) {
            screen.apply(&mut app, terminal_event(event))?;
        }
        while let Ok(event) = events.try_recv() {
            screen.apply(&mut app, Some(event))?;
        }
        if app.is_recording() {
            // what is to be saved goes out before the frame, so that the daemon works while it is drawn
            tokio::task::yield_now().await;
        }
        screen.session.draw(&mut app).context("drawing")?;
    }
    Ok(())
}

/// The next terminal event that is already there. It is polled with the task's own waker: crossterm keeps the first
/// waker that it meets, so that `now_or_never` would lose the wake-up for the event after.
async fn waiting(input: &mut EventStream) -> Option<Option<std::io::Result<TerminalEvent>>> {
    std::future::poll_fn(|context| match input.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(Some(event)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Where effects go.
struct Screen {
    session: Session,
    backend: Backend,
    leaving: bool,
}

impl Screen {
    async fn first_answers(&mut self, app: &mut App, events: &mut mpsc::Receiver<Event>) -> anyhow::Result<()> {
        while !app.is_ready() {
            let event = events.recv().await;
            self.apply(app, event)?;
        }
        Ok(())
    }

    fn apply(&mut self, app: &mut App, event: Option<Event>) -> anyhow::Result<()> {
        let Some(event) = event else { return Ok(()) };
        for effect in app.update(event) {
            match effect {
                Effect::Ask { query, request } => self.backend.ask(query, request),
                Effect::ExpireToast(id) => self.backend.expire(id),
                Effect::Copy(text) => self.session.copy(&text).context("asking the terminal to copy")?,
                Effect::Quit => self.leaving = true,
            }
        }
        Ok(())
    }
}

/// What the terminal says; the end of its input and an error of it both mean that it is gone.
fn terminal_event(event: Option<std::io::Result<TerminalEvent>>) -> Option<Event> {
    match event {
        None | Some(Err(_)) => Some(Event::InputEnded),
        Some(Ok(TerminalEvent::Key(key))) => Some(Event::Key(key)),
        Some(Ok(TerminalEvent::Paste(text))) => Some(Event::Paste(text)),
        Some(Ok(TerminalEvent::Resize(cols, rows))) => Some(Event::Resized(cols, rows)),
        Some(Ok(TerminalEvent::FocusGained | TerminalEvent::FocusLost | TerminalEvent::Mouse(_))) => None,
    }
}
