//! What a learner or an audience is shown: what a key will do before it acts, the pressed keys in large letters, and the
//! layout of who presents.

use crossterm::event::KeyEvent;

use super::action::{Action, ActionSpec, spec};
use super::app::{App, ToastKind};
use super::keymap::{Chord, Key, Meaning};
use super::privacy::Privacy;
use super::words::Msg;

/// What is switched on, and the keys that were pressed.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    /// Whether a key says first what it will do.
    pub learns: bool,
    /// Whether the pressed keys are shown large.
    pub casts: bool,
    /// Whether somebody presents: the keys and the day large, and no personal data.
    pub presents: bool,
    /// What a key said that it will do.
    pub held: Option<Action>,
    /// What was pressed last.
    pub pressed: Option<Pressed>,
}

/// A key, or two that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// What is written on it.
    pub keys: String,
    /// What it means here; nothing while it is typed into a field or a sheet.
    pub action: Option<Action>,
    /// How many times in a row.
    pub n: usize,
}

impl Audience {
    /// The same, and nothing of what was pressed.
    pub(super) fn afresh(&self) -> Self {
        Self { held: None, pressed: None, ..*self }
    }

    /// Whether the pressed keys are shown.
    pub fn shows_keys(&self) -> bool {
        self.casts || self.presents
    }

    /// What the held key will do.
    pub fn held(&self) -> Option<&'static ActionSpec> {
        self.held.and_then(spec)
    }
}

/// Whether an action only moves what is looked at, or must not be late.
fn is_harmless(action: Action) -> bool {
    use Action as A;
    let moves = matches!(action, A::Down | A::Up | A::PageDown | A::PageUp | A::First | A::Last | A::Back);
    moves || matches!(action, A::ScrollDown | A::ScrollUp | A::Privacy | A::Learn)
}

impl App {
    /// Does what a key means; where somebody learns, it says so first, and does it when it is pressed again.
    pub(super) fn press(&mut self, action: Action) {
        let held = self.audience.held.take();
        if !self.audience.learns || held == Some(action) || is_harmless(action) {
            return self.act(action);
        }
        self.audience.held = Some(action);
    }

    /// Remembers a key for the audience, before it acts.
    pub(super) fn note_pressed(&mut self, event: &KeyEvent) {
        if !self.audience.shows_keys() {
            return;
        }
        let Some(key) = Key::of(event) else { return };
        let is_command = self.layer.is_none() && self.trouble.is_none() && !self.is_filtering() && !self.is_typing();
        let (keys, action) = match (is_command, self.prefix) {
            (false, _) => (key.label(), None),
            (true, prefix) => {
                let chord = match prefix {
                    Some(prefix) => Chord { first: prefix, second: Some(key) },
                    None => Chord { first: key, second: None },
                };
                let action = match self.keymap.meaning(self.screen, prefix, key) {
                    Meaning::Action(action) => Some(action),
                    Meaning::Prefix | Meaning::Elsewhere | Meaning::Nothing => None,
                };
                (chord.label(), action)
            }
        };
        let before = self.audience.pressed.take();
        let n = before.filter(|before| before.keys == keys).map_or(1, |before| before.n + 1);
        self.audience.pressed = Some(Pressed { keys, action, n });
    }

    /// Switches something of it on or off.
    pub(super) fn act_audience(&mut self, action: Action) {
        let audience = &mut self.audience;
        let msg = match action {
            Action::Learn => {
                audience.learns = !audience.learns;
                if audience.learns { Msg::LearnOn } else { Msg::LearnOff }
            }
            Action::CastKeys => {
                audience.casts = !audience.casts;
                if audience.casts { Msg::CastOn } else { Msg::CastOff }
            }
            _ => {
                audience.presents = !audience.presents;
                // what was hidden stays hidden when it ends: the audience may still be there
                self.privacy = Privacy::On;
                if audience.presents { Msg::PresentOn } else { Msg::PresentOff }
            }
        };
        self.audience.pressed = None;
        self.say(ToastKind::Done, msg.text(self.lang));
    }
}
