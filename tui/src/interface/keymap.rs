//! From keys to actions. Full-width characters of an input method count as the ASCII keys that they stand for.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Place, registry};

/// A key with its modifiers, as the registry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// Whether Ctrl is held.
    pub ctrl: bool,
}

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false }
    }

    /// A character.
    pub const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// A character with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self { code: KeyCode::Char(c), ctrl: true }
    }

    /// The key of an event, folded; none where Alt or another modifier makes it nobody's.
    pub fn of(event: &KeyEvent) -> Option<Self> {
        if event.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META) {
            return None;
        }
        let code = match event.code {
            KeyCode::Char(c) => KeyCode::Char(fold(c)),
            KeyCode::BackTab => KeyCode::Tab,
            code => code,
        };
        Some(Self { code, ctrl: event.modifiers.contains(KeyModifiers::CONTROL) })
    }

    /// How the key is written in hints.
    pub fn label(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(c) => c.to_string(),
            KeyCode::F(n) => format!("F{n}"),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            code => format!("{code:?}"),
        };
        if self.ctrl { format!("Ctrl-{}", name.to_uppercase()) } else { name }
    }

    /// Whether the key reaches the program while a Chinese input method is on: punctuation and digits come full-width
    /// and are folded, letters do not come at all.
    pub fn passes_input_method(self) -> bool {
        match self.code {
            KeyCode::Char(c) => self.ctrl || !c.is_ascii_alphabetic(),
            _ => true,
        }
    }
}

/// The action of a key in a place; a place's own keys come before those that work everywhere.
pub fn action(place: Place, key: Key) -> Option<Action> {
    let find = |wanted: &dyn Fn(Place) -> bool| {
        registry().iter().find(|spec| wanted(spec.place) && spec.keys.contains(&key)).map(|spec| spec.action)
    };
    find(&|own| own == place).or_else(|| find(&|shared| shared != place && shared.covers(place)))
}

/// The ASCII character that a full-width one stands for; any other character is itself.
pub fn fold(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '。' => '.',
        '、' => '/',
        '【' => '[',
        '】' => ']',
        '《' => '<',
        '》' => '>',
        '「' => '{',
        '」' => '}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_keys_are_the_keys_that_they_stand_for() {
        for (wide, narrow) in "：？／１０；！　ｊ】｝）、。＋".chars().zip(":?/10;! j]})/.+".chars()) {
            assert_eq!(fold(wide), narrow);
        }
        assert_eq!(fold('王'), '王');
    }

    #[test]
    fn a_full_width_digit_logs_the_same_outcome() {
        let wide = Key::of(&KeyEvent::new(KeyCode::Char('４'), KeyModifiers::NONE)).unwrap();
        assert_eq!(action(Place::Today, wide), action(Place::Today, Key::char('4')));
        assert!(action(Place::Today, wide).is_some());
    }

    #[test]
    fn keys_with_alt_are_nobody_s() {
        assert_eq!(Key::of(&KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT)), None);
    }
}
