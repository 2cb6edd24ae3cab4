//! From keys to actions: what the presets and the guide's own file say. Full-width characters of an input method count
//! as the ASCII keys that they stand for.

use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, ActionSpec, registry};
use super::screens::Screen;

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
            code => code,
        };
        Some(Self { code, ctrl: event.modifiers.contains(KeyModifiers::CONTROL) })
    }

    /// How the key is written in hints and in key files.
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
            KeyCode::BackTab => "Shift-Tab".to_owned(),
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

impl FromStr for Key {
    type Err = String;

    /// Reads what [`Self::label`] writes, and the names of the arrows.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no key; write a character, F1 to F12, Ctrl-X or a name such as Enter");
        let (name, ctrl) = match text.strip_prefix("Ctrl-").or_else(|| text.strip_prefix("C-")) {
            Some(name) if !name.is_empty() => (name, true),
            _ => (text, false),
        };
        let mut chars = name.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if ctrl => KeyCode::Char(fold(c).to_ascii_lowercase()),
            (Some(c), None) => KeyCode::Char(fold(c)),
            _ => named(name).ok_or_else(wrong)?,
        };
        Ok(Self { code, ctrl })
    }
}

fn named(name: &str) -> Option<KeyCode> {
    if let Some(n) = name.strip_prefix('F').and_then(|n| n.parse().ok()) {
        return (1..=12).contains(&n).then_some(KeyCode::F(n));
    }
    let names = [
        ("Enter", KeyCode::Enter),
        ("Esc", KeyCode::Esc),
        ("Tab", KeyCode::Tab),
        ("Shift-Tab", KeyCode::BackTab),
        ("Space", KeyCode::Char(' ')),
        ("Backspace", KeyCode::Backspace),
        ("Delete", KeyCode::Delete),
        ("Insert", KeyCode::Insert),
        ("Up", KeyCode::Up),
        ("Down", KeyCode::Down),
        ("Left", KeyCode::Left),
        ("Right", KeyCode::Right),
        ("Home", KeyCode::Home),
        ("End", KeyCode::End),
        ("PgUp", KeyCode::PageUp),
        ("PgDn", KeyCode::PageDown),
    ];
    names.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, code)| code)
}

/// What is pressed for an action: one key, or a prefix and a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// The key, or the prefix.
    pub first: Key,
    /// The key after the prefix.
    pub second: Option<Key>,
}

impl Chord {
    /// A key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Self { first: Key::plain(code), second: None }
    }

    /// A character.
    pub const fn char(c: char) -> Self {
        Self { first: Key::char(c), second: None }
    }

    /// A character with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self { first: Key::ctrl(c), second: None }
    }

    /// Two characters, one after the other.
    pub const fn pair(first: char, second: char) -> Self {
        Self { first: Key::char(first), second: Some(Key::char(second)) }
    }

    /// How it is written in hints and in key files.
    pub fn label(self) -> String {
        match self.second {
            Some(second) => format!("{} {}", self.first.label(), second.label()),
            None => self.first.label(),
        }
    }

    /// Whether it reaches the program while a Chinese input method is on.
    pub fn passes_input_method(self) -> bool {
        self.first.passes_input_method() && self.second.is_none_or(Key::passes_input_method)
    }

    /// Whether one of two could never be pressed beside the other.
    pub(super) fn hides(self, other: Self) -> bool {
        self.first == other.first && (self.second == other.second || self.second.is_none() || other.second.is_none())
    }
}

impl FromStr for Chord {
    type Err = String;

    /// Reads one key, or two with a space between them.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut keys = text.split_whitespace().map(Key::from_str);
        let (first, second) = (keys.next().ok_or("an empty text is no key")??, keys.next().transpose()?);
        match keys.next() {
            Some(_) => Err(format!("{text:?}: at most two keys, one after the other")),
            None => Ok(Self { first, second }),
        }
    }
}

/// Which keys mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// The keys of each action, in the order of the registry.
    pub(super) chords: Vec<Vec<Chord>>,
}

/// What keys mean on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// An action.
    Action(Action),
    /// The first of two keys.
    Prefix,
    /// Nothing here, but something on another screen.
    Elsewhere,
    /// Nothing.
    Nothing,
}

impl Default for Keymap {
    /// The registry's own keys.
    fn default() -> Self {
        Self { chords: registry().iter().map(|spec| spec.keys.clone()).collect() }
    }
}

impl Keymap {
    /// The keys of an action; the first is the one shown.
    pub fn chords(&self, action: Action) -> &[Chord] {
        let idx = registry().iter().position(|spec| spec.action == action);
        idx.and_then(|idx| self.chords.get(idx)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The key shown for an action.
    pub fn label(&self, action: Action) -> String {
        self.chords(action).first().map(|chord| chord.label()).unwrap_or_default()
    }

    /// Every action with its keys.
    pub fn rows(&self) -> impl Iterator<Item = (&'static ActionSpec, &[Chord])> {
        registry().iter().zip(&self.chords).map(|(spec, chords)| (spec, chords.as_slice()))
    }

    /// What a key means on a screen, after a prefix or alone.
    pub fn meaning(&self, screen: Screen, prefix: Option<Key>, key: Key) -> Meaning {
        let wanted = match prefix {
            Some(prefix) => Chord { first: prefix, second: Some(key) },
            None => Chord { first: key, second: None },
        };
        let here = || self.rows().filter(|(spec, _)| spec.reaches(screen));
        if let Some((spec, _)) = here().find(|(_, chords)| chords.contains(&wanted)) {
            return Meaning::Action(spec.action);
        }
        let begins = |chord: &Chord| prefix.is_none() && chord.first == key && chord.second.is_some();
        if here().any(|(_, chords)| chords.iter().any(begins)) {
            return Meaning::Prefix;
        }
        let elsewhere = self.rows().any(|(_, chords)| chords.contains(&wanted));
        if elsewhere { Meaning::Elsewhere } else { Meaning::Nothing }
    }

    /// What may follow a prefix on a screen: the first key of each action.
    pub fn continuations(&self, screen: Screen, prefix: Key) -> Vec<(Key, &'static ActionSpec)> {
        let second =
            |chords: &[Chord]| chords.iter().filter(|chord| chord.first == prefix).find_map(|chord| chord.second);
        let here = self.rows().filter(|(spec, _)| spec.reaches(screen));
        here.filter_map(|(spec, chords)| Some((second(chords)?, spec))).collect()
    }
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
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '—' => '_',
        '…' => '^',
        '·' => '`',
        '￥' => '$',
        '「' => '{',
        '」' => '}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::action::When;

    #[test]
    fn full_width_keys_are_the_keys_that_they_stand_for() {
        for (wide, ascii) in [('？', '?'), ('：', ':'), ('／', '/'), ('、', '/'), ('１', '1'), ('ｊ', 'j'), ('　', ' ')]
        {
            assert_eq!(fold(wide), ascii);
        }
        assert_eq!(fold('王'), '王');
    }

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for (_, chords) in Keymap::default().rows() {
            for chord in chords {
                // an arrow is written as one
                let is_arrow = chord.label().chars().any(|c| "↑↓←→".contains(c));
                assert!(is_arrow || chord.label().parse() == Ok(*chord), "{chord:?}");
            }
        }
        assert_eq!("Ctrl-X".parse(), Ok(Chord::ctrl('x')));
        assert_eq!("g t".parse(), Ok(Chord::pair('g', 't')));
        for wrong in ["", "F13", "Entr", "a b c", "Ctrl-"] {
            assert!(wrong.parse::<Chord>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_offers_what_may_follow() {
        let keymap = Keymap::default();
        let g = Key::char('g');
        assert_eq!(keymap.meaning(Screen::Today, None, g), Meaning::Prefix);
        assert_eq!(
            keymap.meaning(Screen::Today, Some(g), Key::char('c')),
            Meaning::Action(Action::Goto(Screen::Customers))
        );
        assert_eq!(keymap.meaning(Screen::Today, Some(g), Key::char('y')), Meaning::Nothing);
        assert_eq!(keymap.meaning(Screen::Reports, None, Key::char('9')), Meaning::Elsewhere);
        assert!(keymap.continuations(Screen::Plans, g).len() >= Screen::ALL.len());
    }

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        let keymap = Keymap::default();
        for screen in Screen::ALL {
            let here: Vec<_> = keymap.rows().filter(|(spec, _)| spec.reaches(screen)).collect();
            for (idx, (spec, chords)) in here.iter().enumerate() {
                for (other, others) in &here[idx + 1..] {
                    let clash = chords.iter().find(|chord| others.iter().any(|other| chord.hides(*other)));
                    assert_eq!(clash, None, "{:?} and {:?} in {screen:?}", spec.action, other.action);
                }
            }
        }
    }

    #[test]
    fn every_daily_action_has_a_key_that_an_input_method_lets_through() {
        // Enter fills the gaps of the selected task; Tab walks through the screens
        let is_other_way = |action| matches!(action, Action::Fill | Action::Goto(_) | Action::Steps);
        // who learns or presents has the input method off as well
        let is_shown = |action| matches!(action, Action::Learn | Action::CastKeys | Action::Present);
        let is_other_way = |action| is_other_way(action) || is_shown(action);
        // a trainer demonstrates with the input method off
        let is_daily = |spec: &ActionSpec| spec.when == When::Always && !is_other_way(spec.action);
        for (spec, chords) in Keymap::default().rows().filter(|(spec, _)| is_daily(spec)) {
            assert!(chords.iter().any(|chord| chord.passes_input_method()), "{:?}", spec.action);
        }
    }
}
