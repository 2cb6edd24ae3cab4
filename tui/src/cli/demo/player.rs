//! Plays lessons without a terminal: the interface's own app, keys for it, and the real programs behind it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::Notice;
use tokio::sync::mpsc;

use crate::cli::demo::cast::Cast;
use crate::cli::demo::director::Director;
use crate::cli::failure::{Answer, Failure};
use crate::interface::app::App;
use crate::interface::backend::Backend;
use crate::interface::clipboard::Copied;
use crate::interface::effect::Effect;
use crate::interface::event::Event;
use crate::interface::svg;
use crate::interface::theme::Theme;
use crate::interface::typed::parse_keys;
use crate::lesson::Lesson;
use crate::lesson::run::Running;
use crate::text;
use crate::training::Link;

/// How long a step may take to be done once its keys were pressed.
const STEP_PATIENCE: Duration = Duration::from_secs(30);
/// How long everything may take to come to rest.
const REST_PATIENCE: Duration = Duration::from_secs(30);
/// How long a record may take to reach headquarters in a film.
const SENT_PATIENCE: Duration = Duration::from_secs(3);
/// Rest is when nothing has come for so long.
const QUIET: Duration = Duration::from_millis(30);

/// How long a key is looked at in a recording, and the end of it.
const KEY_MS: u64 = 450;
const END_MS: u64 = 3_000;
/// How long a step's text is read: from the beginning, and each character.
const READ_MS: u64 = 800;
const MS_A_CHARACTER: u64 = 25;

/// The interface without a terminal.
pub(super) struct Player {
    /// Its app.
    pub app: App,
    backend: Backend,
    events: mpsc::Receiver<Event>,
    link: Link,
    film: Option<Film>,
    /// The lesson that came to its end: the next key closes it.
    ended: Option<Box<Running>>,
}

/// What a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilmKind {
    /// For asciinema.
    Cast,
    /// An animated picture.
    Picture,
}

impl FilmKind {
    /// As the file's name says; none where it names another kind.
    pub(super) fn of(file: &Path) -> Option<Self> {
        let Some(ending) = file.extension() else { return Some(Self::Cast) };
        match ending.to_ascii_lowercase().to_str()? {
            "svg" => Some(Self::Picture),
            "cast" | "json" => Some(Self::Cast),
            _ => None,
        }
    }
}

/// A recording that is being made.
enum Film {
    Cast(Cast),
    Picture(svg::film::Film),
}

/// How a solution came out.
#[derive(Debug)]
pub(super) struct Played {
    /// The lesson as it ended.
    pub running: Running,
    /// Why it did not come to its end.
    pub fault: Option<String>,
}

impl Player {
    /// An interface of this language at a demo, of a terminal of this size.
    pub(super) fn new(director: &Director, link: Link, lang: Lang, size: (u16, u16)) -> Answer<Self> {
        let (backend, events) = Backend::at(director.socket());
        let theme = Theme::built_in("night").map_err(|error| Failure::Failed(error.to_string()))?;
        let mut app = App::new(lang, theme, size);
        app.training = Some(Arc::clone(&link.state.borrow()));
        backend.follow(link.state.clone());
        backend.listen();
        Ok(Self { app, backend, events, link, film: None, ended: None })
    }

    /// Plays a lesson's solution at the pace of somebody who reads it, and returns the recording.
    pub(super) async fn record(&mut self, lesson: &Arc<Lesson>, kind: FilmKind) -> Answer<(Played, String)> {
        let title = lesson.name.in_lang(self.app.lang);
        // whoever looks on sees what was pressed
        self.app.audience.casts = true;
        self.film = Some(match kind {
            FilmKind::Cast => Film::Cast(Cast::new(title, self.app.size)),
            FilmKind::Picture => Film::Picture(svg::film::Film::default()),
        });
        let played = self.play(lesson, None).await?;
        // what the last step led to, and how it went
        self.film_screen(END_MS);
        self.app.show_result();
        self.film_screen(END_MS);
        let film = match self.film.take() {
            Some(Film::Cast(cast)) => cast.into_text(),
            Some(Film::Picture(film)) => film.into_svg(&svg::Palette::DARK),
            None => String::new(),
        };
        Ok((played, film))
    }

    /// Takes a picture, which is looked at for a while.
    fn film_screen(&mut self, ms: u64) {
        if self.film.is_none() {
            return;
        }
        let screen = svg::render(&mut self.app);
        match &mut self.film {
            Some(Film::Cast(cast)) => {
                cast.show(screen);
                cast.wait(ms);
            }
            Some(Film::Picture(film)) => {
                film.show(screen);
                film.wait(ms);
            }
            None => {}
        }
    }

    /// Plays a lesson's solution, but for the keys of one step where that is to be left out.
    pub(super) async fn play(&mut self, lesson: &Arc<Lesson>, left_out: Option<usize>) -> Answer<Played> {
        self.ended = None;
        let effects = self.app.start();
        self.carry_out(effects);
        self.begin(lesson).await?;
        let mut fault = None;
        for (idx, step) in lesson.steps.iter().enumerate() {
            let lang = self.app.lang;
            let at = self.step();
            if left_out.is_none() && at != idx {
                let n = idx + 1;
                fault = Some(match at > idx {
                    true => text!(lang, "第 {n} 步不用按键就完成了", "step {n} is done before its keys are pressed"),
                    false => self.not_done(at),
                });
                break;
            }
            if left_out == Some(idx) {
                continue;
            }
            let text = step.text.in_lang(self.app.lang);
            self.film_screen(READ_MS + text.chars().count() as u64 * MS_A_CHARACTER);
            for key in parse_keys(&step.solution).map_err(Failure::Failed)? {
                self.press(key).await;
            }
            if left_out.is_none() {
                self.wait(STEP_PATIENCE, |app| app.lesson.as_ref().is_none_or(|running| running.step > idx)).await;
            }
        }
        let running = self.ended.take().or_else(|| self.app.lesson.clone());
        let Some(running) = running.map(|running| *running) else {
            return Err(Failure::Failed("the lesson was left".to_owned()));
        };
        if fault.is_none() && !running.is_over() {
            fault = Some(self.not_done(running.step));
        }
        Ok(Played { running, fault })
    }

    /// Has a lesson's scene set, and waits until its first step is shown.
    async fn begin(&mut self, lesson: &Arc<Lesson>) -> Answer<()> {
        let n_before = self.app.training.as_ref().and_then(|state| state.lesson.as_ref().map(|(n, _)| *n));
        let effects = self.app.open_lesson(Arc::clone(lesson));
        self.carry_out(effects);
        let has_begun = |app: &App| {
            let n = app.training.as_ref().and_then(|state| state.lesson.as_ref().map(|(n, _)| *n));
            n != n_before && app.lesson.is_some()
        };
        let begun = self.wait(STEP_PATIENCE, has_begun).await;
        self.rest().await;
        let failure = self.app.training.as_ref().and_then(|state| state.failure.clone());
        match (begun, failure) {
            (true, _) => Ok(()),
            (false, Some((_, why))) => Err(Failure::Failed(why)),
            (false, None) => Err(Failure::Failed("the scene was not set".to_owned())),
        }
    }

    /// Which step was not done, with what the interface said last.
    fn not_done(&self, idx: usize) -> String {
        let n = idx + 1;
        let said = self.app.messages.back().map(|message| format!(" · {}", message.text)).unwrap_or_default();
        text!(self.app.lang, "第 {n} 步没有完成{said}", "step {n} is not done{said}")
    }

    fn step(&self) -> usize {
        self.app.lesson.as_ref().map_or(usize::MAX, |running| running.step)
    }

    /// Presses a key and waits until everything has come to rest.
    async fn press(&mut self, key: KeyEvent) {
        let effects = self.app.update(Event::Key(key));
        self.carry_out(effects);
        self.rest().await;
        self.rest_for_film().await;
        self.film_screen(KEY_MS);
    }

    /// Waits until what was recorded has reached headquarters, where it can: the film must not show how fast that was.
    async fn rest_for_film(&mut self) {
        if self.film.is_none() {
            return;
        }
        let is_sent = |app: &App| {
            app.data.has_faults
                || app.data.status.as_ref().is_none_or(|status| status.sync.n_unsent == 0 && !app.is_syncing)
        };
        if !is_sent(&self.app) {
            self.wait(SENT_PATIENCE, is_sent).await;
            self.rest().await;
        }
    }

    /// Gives the app an event. In a film no reminder comes: it would come when the machine gets to it.
    fn take(&mut self, event: Event) {
        if self.film.is_some() && matches!(event, Event::Noticed(Notice::Reminder { .. })) {
            return;
        }
        let effects = self.app.update(event);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask { query, request } => self.backend.ask(query, request),
                Effect::Train(order) => {
                    // the director lives as long as this
                    let _ = self.link.orders.send(order);
                }
                Effect::Tick => self.backend.tick(),
                Effect::Copy(_) => {
                    let effects = self.app.update(Event::Copied(Copied::Asked));
                    self.carry_out(effects);
                }
                Effect::KeepResult(running) => self.ended = Some(running),
                // there is no terminal, nothing is kept, and nobody leaves
                _ => {}
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        !self.app.awaits_director() && !self.app.awaits_answer() && !self.app.is_recording()
    }

    /// Waits until nothing is under way and nothing comes.
    async fn rest(&mut self) {
        let until = Instant::now() + REST_PATIENCE;
        while Instant::now() < until {
            match tokio::time::timeout(QUIET, self.events.recv()).await {
                Ok(Some(event)) => self.take(event),
                Ok(None) => return,
                Err(_) if self.is_at_rest() => return,
                Err(_) => {}
            }
        }
    }

    /// Takes events until something is so; false where that takes too long.
    async fn wait(&mut self, patience: Duration, is_so: impl Fn(&App) -> bool) -> bool {
        let until = Instant::now() + patience;
        while !is_so(&self.app) {
            let left = until.saturating_duration_since(Instant::now());
            match tokio::time::timeout(left, self.events.recv()).await {
                Ok(Some(event)) => self.take(event),
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }
}
