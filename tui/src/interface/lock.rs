//! The lock: while nobody is at the terminal, or while it is chosen who is, nothing else is held or shown. What belonged
//! to a guide goes from memory with the turn.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::sop::plan::Lang;
use guide_common::wire::seat::{Seat, Seats};

use super::app::{App, ToastKind, Trouble};
use super::effect::{Effect, Request};
use super::event::Failure;
use super::keymap::fold;
use super::privacy::Privacy;
use super::queries::Slot;
use super::words::Msg;

/// The most characters that are taken for a PIN.
const MAX_PIN_CHARS: usize = 12;

/// The screen of a locked terminal.
#[derive(Clone, Default)]
pub struct Lock {
    /// The guides; empty until they were asked for.
    pub seats: Vec<Seat>,
    /// The selected one.
    pub selected: usize,
    /// What was typed of the PIN.
    pin: String,
    /// What came of the last try.
    pub failure: Option<Failure>,
    /// Whether an unlocking is under way.
    pub is_trying: bool,
    /// Whether the guide in front still is at the terminal, and may go back.
    pub may_go_back: bool,
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lock").field("selected", &self.selected).finish_non_exhaustive()
    }
}

impl Lock {
    fn new(seats: Seats, may_go_back: bool) -> Self {
        let selected = seats.seats.iter().position(|seat| seat.in_front).unwrap_or_default();
        Self { seats: seats.seats, selected, may_go_back, ..Self::default() }
    }

    /// The selected guide.
    pub fn seat(&self) -> Option<&Seat> {
        self.seats.get(self.selected)
    }

    /// How many characters of the PIN were typed.
    pub fn n_typed(&self) -> usize {
        self.pin.chars().count()
    }

    fn forget_pin(&mut self) {
        // its bytes are overwritten before they are given back
        let n_bytes = self.pin.len();
        self.pin.replace_range(.., &"0".repeat(n_bytes));
        self.pin.clear();
    }

    pub(crate) fn select(&mut self, idx: usize) {
        if idx != self.selected && idx < self.seats.len() {
            self.forget_pin();
            self.failure = None;
            self.selected = idx;
        }
    }
}

impl App {
    /// The turn is over, or begins: nothing stays of whoever was at the terminal, and it is asked who is.
    pub(super) fn turn_over(&mut self) {
        let fresh = Self::new(self.lang, self.theme.clone(), self.size);
        let before = std::mem::replace(self, fresh);
        let Self { settings, keymap, link, mut queries, effects, n_toasts, training, lesson, .. } = before;
        // what was asked in the turn is nobody's any more; what was to be done outside is done
        queries.forget_all();
        let effects = effects.into_iter().filter(|effect| !matches!(effect, Effect::Ask { .. })).collect();
        (self.settings, self.keymap, self.link, self.training) = (settings, keymap, link, training);
        (self.lesson, self.n_ordered, self.goes_back) = (lesson, before.n_ordered, before.goes_back);
        (self.lesson_at, self.finished) = (before.lesson_at, before.finished);
        // who presents goes on presenting, and what was pressed may have been somebody's name
        (self.audience, self.day_ms) = (before.audience.afresh(), before.day_ms);
        if self.audience.presents {
            self.privacy = Privacy::On;
        }
        (self.queries, self.effects, self.n_toasts) = (queries, effects, n_toasts);
        self.lock = Some(Lock::default());
        self.ask(Slot::Seats, Request::Seats { leaves: true });
    }

    /// A turn began or ended somewhere: it is asked whether it is the one that is shown.
    pub(super) fn on_turn(&mut self) {
        match &self.lock {
            // the answer says whose turn it is
            Some(lock) if lock.is_trying => {}
            Some(_) => self.ask(Slot::Seats, Request::Seats { leaves: true }),
            None => self.ask(Slot::Seats, Request::Seats { leaves: false }),
        }
    }

    /// Ends the guide's turn, or has it chosen who is next where anybody could go on.
    pub(super) fn leave_turn(&mut self) {
        self.wants_lock = true;
        self.ask(Slot::Seats, Request::Seats { leaves: false });
    }

    pub(super) fn on_seats(&mut self, seats: Seats) {
        if std::mem::take(&mut self.wants_lock) {
            match seats.front() {
                Some(front) if front.has_pin => self.ask(Slot::Seats, Request::Lock),
                Some(_) if seats.seats.len() > 1 => self.lock = Some(Lock::new(seats, true)),
                _ => self.say(ToastKind::Refused, Msg::NoPin.text(self.lang)),
            }
            return;
        }
        let Some(lock) = &self.lock else {
            let own = self.data.status.as_ref().and_then(|status| status.turn.as_ref());
            if seats.locked || own.is_some_and(|own| seats.turn.as_ref() != Some(own)) {
                self.turn_over();
            }
            return;
        };
        if seats.locked {
            let before = lock.seat().map(|seat| seat.guide.clone());
            let mut lock = Lock::new(seats, false);
            let again = lock.seats.iter().position(|seat| Some(&seat.guide) == before.as_ref());
            lock.selected = again.unwrap_or(lock.selected);
            self.lock = Some(lock);
        } else {
            self.lock = None;
            self.ask_first();
        }
    }

    /// An unlocking, or a look at who is there, has failed.
    pub(super) fn fail_unlocking(&mut self, failure: Failure) {
        self.wants_lock = false;
        match &mut self.lock {
            Some(lock) => {
                lock.is_trying = false;
                lock.forget_pin();
                lock.failure = Some(failure);
            }
            None => self.trouble = Some(Trouble::Reading(failure)),
        }
    }

    pub(super) fn on_lock_key(&mut self, key: &KeyEvent) {
        let Some(lock) = &mut self.lock else { return };
        if lock.is_trying {
            return;
        }
        let has_pin = lock.seat().is_some_and(|seat| seat.has_pin);
        let code = match key.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            code => code,
        };
        match code {
            KeyCode::Up | KeyCode::BackTab | KeyCode::Char('k') => lock.select(lock.selected.wrapping_sub(1)),
            KeyCode::Down | KeyCode::Tab | KeyCode::Char('j') => lock.select(lock.selected + 1),
            KeyCode::Char(c) if c.is_ascii_digit() && has_pin && lock.n_typed() < MAX_PIN_CHARS => {
                lock.failure = None;
                lock.pin.push(c);
            }
            KeyCode::Backspace => drop(lock.pin.pop()),
            KeyCode::Enter if has_pin && lock.pin.is_empty() => {}
            KeyCode::Enter => {
                let Some(guide) = lock.seat().map(|seat| seat.guide.clone()) else {
                    return self.ask(Slot::Seats, Request::Seats { leaves: true });
                };
                let pin = has_pin.then(|| std::mem::take(&mut lock.pin));
                lock.is_trying = true;
                lock.failure = None;
                self.ask(Slot::Seats, Request::Unlock(guide, pin));
            }
            KeyCode::Esc if lock.may_go_back => self.lock = None,
            KeyCode::Esc => lock.forget_pin(),
            KeyCode::Char('q') | KeyCode::F(10) => self.effects.push(Effect::Quit),
            KeyCode::Char('L' | '~') => {
                self.lang = match self.lang {
                    Lang::Zh => Lang::En,
                    Lang::En => Lang::Zh,
                };
            }
            _ => {}
        }
    }
}
