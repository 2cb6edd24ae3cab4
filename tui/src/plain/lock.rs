//! The lock line by line: who is here, then the PIN, which is not shown.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::front::{Front, Wish};
use super::{linear, words};
use crate::interface::app::App;
use crate::interface::effect::Effect;
use crate::interface::event::Event;
use crate::lang::seat;
use crate::text;

/// What is asked at a locked terminal.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Whether the next line is a PIN.
    is_for_pin: bool,
    told: Vec<String>,
}

impl Front {
    /// Whether the next line is not to be shown.
    pub fn hides_line(&self) -> bool {
        self.app.lock.is_some() && self.at_lock.is_for_pin
    }

    /// Takes a line at a locked terminal.
    pub(super) fn line_at_lock(&mut self, line: &str) -> Vec<Effect> {
        // whatever comes of it, it is said
        self.at_lock.told.clear();
        let line = line.trim();
        if std::mem::take(&mut self.at_lock.is_for_pin) {
            return self.try_pin(line);
        }
        if matches!(line, "q" | "退出") {
            return vec![Effect::Quit];
        }
        let Some(lock) = &mut self.app.lock else { return Vec::new() };
        let idx = match line {
            "" => Some(lock.selected),
            number => number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)),
        };
        let Some(idx) = idx.filter(|idx| *idx < lock.seats.len() && !lock.is_trying) else {
            return Vec::new();
        };
        lock.select(idx);
        if lock.seat().is_some_and(|seat| seat.has_pin) {
            lock.failure = None;
            self.at_lock.is_for_pin = true;
            return Vec::new();
        }
        self.unlock([KeyCode::Enter])
    }

    fn try_pin(&mut self, pin: &str) -> Vec<Effect> {
        if pin.is_empty() {
            return Vec::new();
        }
        if !pin.chars().all(|c| c.is_ascii_digit()) {
            self.out.push(seat::failure("pin", "", self.app.lang));
            return Vec::new();
        }
        self.unlock(pin.chars().map(KeyCode::Char).chain([KeyCode::Enter]))
    }

    /// Presses what unlocks; then the queue is told.
    fn unlock(&mut self, keys: impl IntoIterator<Item = KeyCode>) -> Vec<Effect> {
        self.wish = Wish::List(None);
        self.press(keys)
    }

    fn press(&mut self, keys: impl IntoIterator<Item = KeyCode>) -> Vec<Effect> {
        let event = |code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        keys.into_iter().flat_map(|code| self.app.update(event(code))).collect()
    }

    /// What is told at a locked terminal: what went wrong, and the question that is open, once.
    pub(super) fn tell_lock(&mut self) -> Vec<String> {
        let mut out = std::mem::take(&mut self.out);
        let asked = if self.app.lock.as_ref().is_some_and(|lock| lock.is_trying) {
            Vec::new()
        } else {
            question(&self.app, self.at_lock.is_for_pin)
        };
        if !asked.is_empty() && asked != self.at_lock.told {
            out.extend(asked.iter().cloned());
            self.at_lock.told = asked;
        }
        out
    }
}

fn question(app: &App, is_for_pin: bool) -> Vec<String> {
    let lang = app.lang;
    let Some(lock) = &app.lock else { return Vec::new() };
    let mut lines = Vec::new();
    if let Some(failure) = &lock.failure {
        lines.push(seat::failure(&failure.code, &failure.detail, lang));
        if failure.code == "wrong_pin" {
            lines.push(seat::forgotten(lang).to_owned());
        }
    }
    match lock.seat() {
        Some(seat) if is_for_pin => {
            let name = &seat.name;
            lines.push(text!(
                lang,
                "{name} 的 PIN？不显示；空行返回",
                "PIN of {name}? It is not shown; an empty line goes back"
            ));
        }
        Some(_) => {
            lines.push(words::locked(lang).to_owned());
            lines.extend(lock.seats.iter().enumerate().map(|(idx, row)| {
                let note = seat::note(row, lang);
                let note = if note.is_empty() { note } else { format!(" · {note}") };
                format!("{}. {} · {}{note}", idx + 1, row.name, row.store)
            }));
        }
        None => {}
    }
    lines.iter().map(|line| linear::clean(line)).collect()
}
