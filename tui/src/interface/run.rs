//! Runs the interface: one loop takes events, drains what waits, and draws once when something changed.

use std::path::PathBuf;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use anyhow::Context;
use crossterm::event::{
    Event as TerminalEvent, EventStream, KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind,
};
use futures_util::StreamExt;
use guide_common::sop::plan::Lang;
use tokio::sync::{Notify, mpsc};

use super::app::App;
use super::backend::Backend;
use super::clipboard;
use super::effect::Effect;
use super::event::Event;
use super::home::Home;
use super::outside::{self, Left};
use super::probe::Probe;
use super::ring;
use super::settings::{Glyphs, Mouse, Settings};
use super::terminal::Session;
use super::theme::{ColorEnv, Library, Theme};
use super::words::Msg;
use crate::training::Link;

/// How long the first frame waits for the queue and the first script.
const FIRST_FRAME_PATIENCE: Duration = Duration::from_millis(100);

/// Turns of the runtime that it takes to connect and to send what was asked; they cost next to nothing.
const TURNS_TO_SEND: usize = 4;

/// How long leaving waits until what is half typed is kept.
const LAST_WORD: Duration = Duration::from_millis(300);

/// A click so soon after the terminal got the focus was meant for its window.
const FOCUS_CLICK: Duration = Duration::from_millis(200);

/// How the interface starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the daemon serves.
    pub socket: PathBuf,
    /// The language shown at first.
    pub lang: Lang,
    /// A theme named on the command line, which counts more than `NO_COLOR`.
    pub theme_flag: Option<String>,
    /// The theme of the settings.
    pub theme: Option<String>,
    /// The keymap preset of the settings.
    pub keys: Option<String>,
    /// The glyphs of the settings.
    pub glyphs: Glyphs,
    /// Who gets the mouse.
    pub mouse: Mouse,
    /// What is wrong with the file of settings.
    pub faults: Vec<String>,
    /// The guide's own files.
    pub home: Home,
    /// Tells the interface to leave: what is half typed is kept first.
    pub leave: Arc<Notify>,
    /// Whoever moves the training clock, in a demo.
    pub training: Option<Link>,
}

/// Runs until the guide leaves or the terminal is gone.
pub fn run(options: Options) -> anyhow::Result<()> {
    let colors = ColorEnv::of(env);
    let settings = Settings {
        colors,
        themes: Library { own: options.home.themes() },
        keys: options.keys.clone(),
        own_keys: options.home.keys(),
        glyphs: options.glyphs,
        mouse: options.mouse,
        faults: options.faults.clone(),
        ..Settings::default()
    };
    let theme = settings.themes.choose(options.theme_flag.as_deref(), options.theme.as_deref(), colors)?;
    if theme.id == "mono" {
        // else crossterm leaves the parameters of a colour empty, which resets the reversal that marks a selection
        crossterm::style::force_color_output(true);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime of the interface")?;
    let ended = runtime.block_on(walk(&options, theme, settings));
    runtime.shutdown_background();
    ended
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn walk(options: &Options, theme: Theme, settings: Settings) -> anyhow::Result<()> {
    let (backend, mut events) = Backend::at(&options.socket);
    let size = crossterm::terminal::size().context("asking for the terminal's size")?;
    let asks = options.glyphs == Glyphs::Auto;
    let mut app = App::new(options.lang, theme, size).with_settings(settings);
    if let Some(training) = &options.training {
        app.training = Some(Arc::clone(&training.state.borrow()));
        app.finished = training.finished();
        backend.follow(training.state.clone());
    }
    for effect in app.start() {
        // the daemon works while the terminal is set up; at the start there are only requests
        if let Effect::Ask { query, request } = effect {
            backend.ask(query, request);
        }
    }
    for _ in 0..TURNS_TO_SEND {
        tokio::task::yield_now().await;
    }
    let session = Session::open().context("taking the terminal")?;
    let probe = if asks { Some(Probe::ask(&options.home, env).context("asking the terminal")?) } else { None };
    let mut screen = Screen {
        session,
        backend,
        leaving: false,
        home: &options.home,
        focused_at: None,
        outside: None,
        training: options.training.as_ref(),
    };
    screen.session.capture(options.mouse).context("taking the mouse")?;
    let first_frame = screen.first_answers(&mut app, &mut events);
    // without an answer in time the first frame says what it waits for
    let _ = tokio::time::timeout(FIRST_FRAME_PATIENCE, first_frame).await;
    let found = probe.map(|probe| probe.found(&options.home)).unwrap_or_default();
    app.settings.found_glyphs = found.glyphs;
    screen.session.draw(&mut app).context("drawing the first frame")?;
    for c in found.typed.chars() {
        let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        screen.apply(&mut app, Some(Event::Key(key)))?;
    }
    screen.backend.listen();
    if let Some(training) = &options.training {
        let effects = match &training.begin {
            Some(lesson) => app.open_lesson(Arc::clone(lesson)),
            None if training.is_new() => app.welcome(),
            None => Vec::new(),
        };
        screen.carry_out(&mut app, effects)?;
        screen.session.draw(&mut app).context("drawing the first frame")?;
    }
    let mut input = EventStream::new();
    while !screen.leaving {
        let event = tokio::select! {
            event = input.next() => screen.terminal_event(event),
            event = events.recv() => event,
            () = options.leave.notified() => Some(Event::InputEnded),
        };
        let Some(event) = event else { continue };
        screen.apply(&mut app, Some(event))?;
        // a frame shows all that has come so far
        while let Some(event) = waiting(&mut input).await.filter(|_| !screen.leaving) {
            let event = screen.terminal_event(event);
            screen.apply(&mut app, event)?;
        }
        while let Ok(event) = events.try_recv() {
            screen.apply(&mut app, Some(event))?;
        }
        if screen.leaving {
            // the terminal may be gone
            break;
        }
        if app.is_recording() {
            // what is to be saved goes out before the frame, so that the daemon works while it is drawn
            tokio::task::yield_now().await;
        }
        if !app.is_printing {
            screen.session.draw(&mut app).context("drawing")?;
        }
        if let Some(text) = screen.outside.take() {
            // what reads the terminal's input must be gone before another program does
            drop(input);
            screen.edit_outside(&mut app, &text).await?;
            input = EventStream::new();
            screen.session.draw(&mut app).context("drawing")?;
        }
    }
    // the daemon may be away: then it is as it was kept last
    let kept = screen.last_kept(&mut app, &mut events);
    let _ = tokio::time::timeout(LAST_WORD, kept).await;
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
struct Screen<'o> {
    session: Session,
    backend: Backend,
    leaving: bool,
    home: &'o Home,
    focused_at: Option<Instant>,
    /// What the user's own editor is to change.
    outside: Option<String>,
    training: Option<&'o Link>,
}

impl Screen<'_> {
    async fn first_answers(&mut self, app: &mut App, events: &mut mpsc::Receiver<Event>) -> anyhow::Result<()> {
        while !app.is_ready() {
            let event = events.recv().await;
            self.apply(app, event)?;
        }
        Ok(())
    }

    /// Waits until the daemon has what is half typed.
    async fn last_kept(&mut self, app: &mut App, events: &mut mpsc::Receiver<Event>) -> anyhow::Result<()> {
        while app.is_unkept() {
            let event = events.recv().await;
            self.apply(app, event)?;
        }
        Ok(())
    }

    /// Lends the terminal to the user's own editor, and takes it again on every way out of that.
    async fn edit_outside(&mut self, app: &mut App, text: &str) -> anyhow::Result<()> {
        self.session.lend();
        let left = outside::edit(text).await;
        self.session.take_again(app.settings.mouse).context("taking the terminal again")?;
        match left {
            Left::Editor(edited) => self.apply(app, Some(Event::Edited(edited))),
            Left::Signal => {
                self.leaving = true;
                Ok(())
            }
        }
    }

    fn apply(&mut self, app: &mut App, event: Option<Event>) -> anyhow::Result<()> {
        let Some(event) = event else { return Ok(()) };
        let effects = app.update(event);
        self.carry_out(app, effects)
    }

    fn carry_out(&mut self, app: &mut App, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match effect {
                Effect::Ask { query, request } => self.backend.ask(query, request),
                Effect::ExpireToast(id, linger) => self.backend.expire(id, linger),
                Effect::Copy(text) => {
                    let file = self.home.state.join("clipboard.txt");
                    self.backend.run(move || Event::Copied(clipboard::copy(&text, &clipboard::ways(env), &file)));
                }
                Effect::Print(text) => {
                    let back = Msg::PrintedBack.text(app.lang);
                    self.session.print(&text, back).context("printing")?;
                }
                Effect::Ring(title) => self.session.write(&ring::bytes(&title, env)).context("ringing")?,
                Effect::Resume => self.session.resume(app.settings.mouse).context("taking the terminal again")?,
                Effect::Capture(mouse) => self.session.capture(mouse).context("taking the mouse")?,
                Effect::SaveSetting(setting) => {
                    if let Err(error) = self.home.save(&setting) {
                        let more = app.update(Event::NotSaved(error.to_string()));
                        self.carry_out(app, more)?;
                    }
                }
                Effect::Tick => self.backend.tick(),
                Effect::Here => self.backend.here(),
                Effect::EditOutside(text) => self.outside = Some(text),
                Effect::KeepResult(running) => {
                    let kept = self.training.map(|training| training.keep(&running));
                    if let Some(Err(error)) = kept {
                        let more = app.update(Event::NotSaved(error.to_string()));
                        self.carry_out(app, more)?;
                    }
                }
                Effect::Train(order) => {
                    if let Some(training) = self.training {
                        // who has left takes no orders, and the demo is over
                        let _ = training.orders.send(order);
                    }
                }
                Effect::Quit => self.leaving = true,
            }
        }
        Ok(())
    }

    /// What the terminal says; the end of its input and an error of it both mean that it is gone.
    fn terminal_event(&mut self, event: Option<std::io::Result<TerminalEvent>>) -> Option<Event> {
        match event {
            None | Some(Err(_)) => Some(Event::InputEnded),
            Some(Ok(TerminalEvent::Key(key))) => Some(Event::Key(key)),
            Some(Ok(TerminalEvent::Paste(text))) => Some(Event::Paste(text)),
            Some(Ok(TerminalEvent::Resize(cols, rows))) => Some(Event::Resized(cols, rows)),
            Some(Ok(TerminalEvent::Mouse(mouse))) => self.mouse_event(mouse),
            Some(Ok(TerminalEvent::FocusGained)) => {
                self.focused_at = Some(Instant::now());
                None
            }
            Some(Ok(TerminalEvent::FocusLost)) => None,
        }
    }

    /// Presses and turns of the wheel; the press that brought the window to the front does nothing else.
    fn mouse_event(&mut self, mouse: MouseEvent) -> Option<Event> {
        let is_press = matches!(mouse.kind, MouseEventKind::Down(_));
        let focused_at = if is_press { self.focused_at.take() } else { None };
        if focused_at.is_some_and(|at| at.elapsed() < FOCUS_CLICK) {
            return None;
        }
        let counts = is_press || matches!(mouse.kind, MouseEventKind::ScrollDown | MouseEventKind::ScrollUp);
        counts.then_some(Event::Mouse(mouse))
    }
}
