//! Runs the plain mode: lines come from standard input one at a time, answers from the daemon, and what is new goes to
//! standard output. A line is read when the one before is done, so that a script is walked in its order.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::mpsc;

use super::front::{Front, PATIENCE_MS};
use super::words;
use crate::hidden_line;
use crate::interface::app::App;
use crate::interface::backend::Backend;
use crate::interface::clipboard::{self, Way};
use crate::interface::effect::{Effect, Request};
use crate::interface::event::{Answer, Event};
use crate::interface::outside::{self, Left};
use crate::interface::settings::{Mouse, Settings};
use crate::interface::theme::Theme;

pub use crate::interface::Options;

/// The longest line that is read, in bytes.
const MAX_LINE_BYTES: u64 = 16 << 10;
/// So long a script waits for what its line has begun.
const SCRIPT_PATIENCE: Duration = Duration::from_secs(60);
/// A pause between two lines counts for so many seconds of a lesson at most.
const MAX_PAUSE_S: u64 = 3_600;
/// What is told before a person types.
const PROMPT: &str = "> ";

/// Who types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typist {
    /// A person at a terminal, who sees a prompt and goes on where something takes long.
    Person,
    /// A script: it starts from the queue, whatever the interface was left with.
    Script,
}

/// Runs until the guide leaves or the input ends.
pub fn run(options: Options) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime of the plain mode")?;
    let ended = runtime.block_on(walk(&options));
    runtime.shutdown_background();
    match ended {
        // whoever closed the pipe does not want the rest
        Err(error) if is_closed(&error) => Ok(()),
        ended => ended,
    }
}

fn is_closed(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

async fn walk(options: &Options) -> anyhow::Result<()> {
    let theme = Theme::built_in("mono").context("the theme without colours")?;
    let settings = Settings {
        keys: options.keys.clone(),
        own_keys: options.home.keys(),
        mouse: Mouse::Free,
        faults: options.faults.clone(),
        ..Settings::default()
    };
    let (backend, events) = Backend::at(&options.socket);
    let typist = if io::stdin().is_terminal() { Typist::Person } else { Typist::Script };
    let mut app = App::new(options.lang, theme, (u16::MAX, u16::MAX)).with_settings(settings);
    if let Some(training) = &options.training {
        app.training = Some(Arc::clone(&training.state.borrow()));
        app.finished = training.finished();
        backend.follow(training.state.clone());
    }
    let mut desk = Desk {
        front: Front::new(app),
        backend,
        events,
        options,
        typist,
        n_copying: 0,
        is_prompted: false,
        last_line: Instant::now(),
    };
    let effects = desk.front.start();
    desk.carry_out(effects).await;
    desk.backend.listen();
    if let Some(lesson) = options.training.as_ref().and_then(|training| training.begin.clone()) {
        let effects = desk.front.app.open_lesson(lesson);
        desk.carry_out(effects).await;
    }
    desk.settle().await;
    desk.tell()?;
    let (asking, mut lines) = reader();
    let mut is_asked = false;
    while !desk.front.has_left {
        // what is being saved belongs to the row before
        if !is_asked && !desk.front.app.is_recording() {
            is_asked = asking.send(desk.front.hides_line()).await.is_ok();
            desk.prompt()?;
        }
        tokio::select! {
            line = lines.recv() => {
                is_asked = false;
                let Some(line) = line else { break };
                desk.is_prompted = false;
                desk.pass_time().await;
                let effects = desk.front.line(&line);
                desk.carry_out(effects).await;
                desk.settle().await;
                desk.tell()?;
            }
            event = desk.events.recv() => {
                let Some(event) = event else { break };
                desk.take(event).await;
                if !desk.front.app.awaits_answer() {
                    desk.tell()?;
                }
            }
        }
    }
    desk.finish().await;
    desk.tell()
}

/// Reads a line from standard input each time when it is asked to, one that is hidden from a terminal too; the end of the
/// input closes the channel.
fn reader() -> (mpsc::Sender<bool>, mpsc::Receiver<String>) {
    // one question, one line: neither channel is ever full
    let ((asking, mut asked), (sender, lines)) = (mpsc::channel(1), mpsc::channel(1));
    std::thread::spawn(move || {
        while let Some(is_hidden) = asked.blocking_recv() {
            if is_hidden && io::stdin().is_terminal() {
                // one that was given up is an empty one
                let line = hidden_line::read().ok().flatten().unwrap_or_default();
                if sender.blocking_send(line).is_err() {
                    return;
                }
                continue;
            }
            let mut line = Vec::new();
            let read = io::stdin().lock().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
            let is_over = !matches!(read, Ok(n) if n > 0);
            if is_over || sender.blocking_send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    (asking, lines)
}

/// The front with its edges.
struct Desk<'o> {
    front: Front,
    backend: Backend,
    events: mpsc::Receiver<Event>,
    options: &'o Options,
    typist: Typist,
    /// How many texts are on their way to the clipboard.
    n_copying: usize,
    is_prompted: bool,
    last_line: Instant,
}

impl Desk<'_> {
    async fn take(&mut self, event: Event) {
        if matches!(event, Event::Copied(_)) {
            self.n_copying = self.n_copying.saturating_sub(1);
        }
        let effects = self.front.event(event);
        self.carry_out(effects).await;
    }

    /// Counts the seconds since the line before, for a lesson.
    async fn pass_time(&mut self) {
        let n = self.last_line.elapsed().as_secs();
        self.last_line += Duration::from_secs(n);
        for _ in 0..n.min(MAX_PAUSE_S) {
            self.take(Event::Second).await;
        }
    }

    /// Takes events until nothing is awaited, or for as long as the typist has patience.
    async fn settle(&mut self) {
        let patience = match self.typist {
            Typist::Person => Duration::from_millis(PATIENCE_MS),
            Typist::Script => SCRIPT_PATIENCE,
        };
        // a limit that has passed is no failure: what comes later is told when it comes
        let _ = tokio::time::timeout(patience, self.drain()).await;
    }

    async fn drain(&mut self) {
        while self.front.app.awaits_answer() || self.front.app.awaits_director() || self.n_copying > 0 {
            let Some(event) = self.events.recv().await else { return };
            self.take(event).await;
        }
    }

    /// Waits for what is being saved.
    async fn finish(&mut self) {
        let saved = async {
            while self.front.app.is_recording() {
                let Some(event) = self.events.recv().await else { return };
                self.take(event).await;
            }
        };
        let _ = tokio::time::timeout(SCRIPT_PATIENCE, saved).await;
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut waiting = std::collections::VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            match effect {
                // a script neither takes up where a person was nor leaves anything to come back to
                Effect::Ask { query, request: Request::Session } if self.typist == Typist::Script => {
                    let answer = Ok(Answer::Session(None));
                    waiting.extend(self.front.event(Event::Answered { query, answer }));
                }
                Effect::Ask { query, request: Request::KeepSession(_) } if self.typist == Typist::Script => {
                    let answer = Ok(Answer::SessionKept);
                    waiting.extend(self.front.event(Event::Answered { query, answer }));
                }
                Effect::Ask { query, request } => self.backend.ask(query, request),
                Effect::Tick => self.backend.tick(),
                Effect::Here => self.backend.here(),
                Effect::Copy(text) => self.copy(text),
                Effect::SaveSetting(setting) => {
                    if let Err(error) = self.options.home.save(&setting) {
                        waiting.extend(self.front.event(Event::NotSaved(error.to_string())));
                    }
                }
                Effect::EditOutside(text) => {
                    let edited = self.edit(&text).await;
                    waiting.extend(edited);
                }
                // the front keeps what is said, and the terminal is not taken
                Effect::KeepResult(running) => {
                    let kept = self.options.training.as_ref().map(|training| training.keep(&running));
                    if let Some(Err(error)) = kept {
                        waiting.extend(self.front.event(Event::NotSaved(error.to_string())));
                    }
                }
                Effect::Train(order) => {
                    if let Some(training) = &self.options.training {
                        let _ = training.orders.send(order);
                    }
                }
                Effect::Print(_)
                | Effect::Ring(_)
                | Effect::Resume
                | Effect::Capture(_)
                | Effect::ExpireToast(..)
                | Effect::Quit => {}
            }
        }
    }

    fn copy(&mut self, text: String) {
        self.n_copying += 1;
        let file = self.options.home.state.join("clipboard.txt");
        let mut ways = clipboard::ways(|name| std::env::var(name).ok());
        // only a terminal understands what asks it to copy
        ways.retain(|way| *way != Way::Terminal || io::stdout().is_terminal());
        self.backend.run(move || Event::Copied(clipboard::copy(&text, &ways, &file)));
    }

    /// Lends the terminal to the user's own editor; nothing is read meanwhile.
    async fn edit(&mut self, text: &str) -> Vec<Effect> {
        if self.typist == Typist::Script || !io::stdout().is_terminal() {
            return self.front.event(Event::Edited(Err(words::no_editor(self.front.app.lang).to_owned())));
        }
        match outside::edit(text).await {
            Left::Editor(edited) => self.front.event(Event::Edited(edited)),
            Left::Signal => {
                self.front.has_left = true;
                Vec::new()
            }
        }
    }

    fn tell(&mut self) -> anyhow::Result<()> {
        let lines = self.front.tell();
        if lines.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        if std::mem::take(&mut self.is_prompted) {
            writeln!(out)?;
            for line in lines {
                writeln!(out, "{line}")?;
            }
            write!(out, "{PROMPT}")?;
            self.is_prompted = true;
        } else {
            for line in lines {
                writeln!(out, "{line}")?;
            }
        }
        Ok(out.flush()?)
    }

    fn prompt(&mut self) -> anyhow::Result<()> {
        if self.typist == Typist::Person {
            let mut out = io::stdout().lock();
            write!(out, "{PROMPT}")?;
            out.flush()?;
            self.is_prompted = true;
        }
        Ok(())
    }
}
