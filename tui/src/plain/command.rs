//! What a typed line means: a row, a digit key, an action by its name, label or key, or a word of the plain mode's own.

use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Lang;

use crate::interface::action::{Action, ActionSpec, named, registry, spec};
use crate::interface::app::App;
use crate::interface::keymap::{Chord, Key, Meaning, fold};
use crate::interface::layers::palette::{Command, Kind, Palette};
use crate::interface::screens::Screen;
use crate::interface::settings::Setting;
use crate::lang::name::outcome_name;

/// A line, understood.
#[derive(Clone, Debug)]
pub enum Said {
    /// Read what is selected again.
    Show,
    /// The row of this number, from 1.
    Row(usize),
    /// Tell the list.
    List,
    /// Tell its next page.
    More,
    /// The actions that have to do with a word, or all.
    Help(String),
    /// The screens and the choices.
    Screens,
    /// Find or filter.
    Find(String),
    /// An action, and what answers its first question.
    Act(Action, String),
    /// A choice.
    Set(Setting),
    /// A label of several actions.
    Several(Vec<&'static ActionSpec>),
    /// What gives a question up, where none is open.
    Dot,
    /// A key of another screen.
    Elsewhere,
    /// Nothing that is known.
    Unknown(String),
}

/// Understands a line.
pub fn parse(app: &App, line: &str) -> Said {
    let line = line.trim();
    let folded: String = line.chars().map(fold).collect();
    // a folded character stands where its full-width one stood
    let rest = |n_chars: usize| line.chars().skip(n_chars).collect::<String>().trim().to_owned();
    let mut chars = folded.chars();
    match (chars.next(), chars.as_str()) {
        (None, _) => return Said::Show,
        (Some('.'), "") => return Said::Dot,
        (Some('/'), _) => return Said::Find(rest(1)),
        (Some('?'), _) => return Said::Help(rest(1)),
        (Some(':' | ';'), "") => return Said::Screens,
        (Some(':' | ';'), name) => return by_word(app, name.trim(), &rest(1)),
        (Some('='), digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            return key(app, digits.chars().next().unwrap_or_default(), rest(2));
        }
        _ => {}
    }
    if folded.bytes().all(|byte| byte.is_ascii_digit()) {
        return folded.parse().map_or_else(|_| Said::Unknown(line.to_owned()), Said::Row);
    }
    by_word(app, &folded, line)
}

/// The outcome that a line names: its digit, with or without `=`, or one of its names.
pub fn outcome(app: &App, line: &str) -> Option<OutcomeCode> {
    let folded: String = line.trim().trim_start_matches(['=', '＝']).chars().map(fold).collect();
    let digit = |code: &OutcomeCode| code.names().0.to_string() == folded;
    OutcomeCode::ALL.into_iter().find(digit).or_else(|| match by_name(app, &folded)? {
        Said::Act(Action::Log(code), _) => Some(code),
        _ => None,
    })
}

/// Words: the whole line as one name, else its first word as one with the rest as an answer.
fn by_word(app: &App, folded: &str, line: &str) -> Said {
    if let Some(said) = by_name(app, folded) {
        return said;
    }
    let chosen = Palette::new(Kind::Commands, app).rows(app).into_iter().find(|row| row.name == folded.to_lowercase());
    if let Some(Command::Set(setting)) = chosen.map(|row| row.command) {
        return Said::Set(setting);
    }
    let first = folded.split_whitespace().next().unwrap_or_default();
    let rest = line.trim().chars().skip(first.chars().count()).collect::<String>().trim().to_owned();
    match by_name(app, first) {
        Some(Said::Act(Action::Help, _)) => Said::Help(rest),
        Some(Said::Act(Action::Filter, _)) => Said::Find(rest),
        Some(Said::Act(action, _)) => Said::Act(action, rest),
        Some(said @ (Said::Several(_) | Said::Elsewhere)) => said,
        _ => Said::Unknown(line.trim().to_owned()),
    }
}

/// A word of the plain mode's own, an action's name or label, or its key.
fn by_name(app: &App, word: &str) -> Option<Said> {
    let act = |action: Action| Some(Said::Act(action, String::new()));
    let lower = word.to_lowercase();
    match lower.as_str() {
        "" => return None,
        "list" | "ls" | "列表" => return Some(Said::List),
        "more" | "下一页" => return Some(Said::More),
        "show" | "再读" => return Some(Said::Show),
        "esc" => return act(Action::Back),
        "enter" | "回车" => return act(Action::Open),
        _ => {}
    }
    if let Some(spec) = named(&lower) {
        return act(spec.action);
    }
    if let Some(code) = OutcomeCode::ALL.into_iter().find(|code| is_outcome(*code, word)) {
        return act(Action::Log(code));
    }
    if let Some(screen) = Screen::ALL.into_iter().find(|screen| is_either(|lang| screen.tab().text(lang), word)) {
        return of_label(app, word).or_else(|| act(Action::Goto(screen)));
    }
    of_label(app, word).or_else(|| of_key(app, word))
}

fn is_outcome(code: OutcomeCode, word: &str) -> bool {
    code.names().1.eq_ignore_ascii_case(word) || is_either(|lang| outcome_name(code, lang), word)
}

fn is_either(text: impl Fn(Lang) -> &'static str, word: &str) -> bool {
    [Lang::Zh, Lang::En].into_iter().any(|lang| text(lang).to_lowercase() == word.to_lowercase())
}

/// The actions of a label: those that work here before the others.
fn of_label(app: &App, word: &str) -> Option<Said> {
    let all: Vec<&'static ActionSpec> =
        registry().iter().filter(|spec| is_either(|lang| spec.label(lang), word)).collect();
    let here: Vec<&'static ActionSpec> = all.iter().copied().filter(|spec| spec.reaches(app.screen)).collect();
    let found = if here.is_empty() { all } else { here };
    match found[..] {
        [] => None,
        [one] => Some(Said::Act(one.action, String::new())),
        _ => Some(Said::Several(found)),
    }
}

/// What a key means, or two that are pressed one after the other, with or without a space between them.
fn of_key(app: &App, word: &str) -> Option<Said> {
    let apart: String = word.chars().flat_map(|c| [c, ' ']).collect();
    let is_pair = word.chars().count() == 2;
    let chord: Chord = word.parse().or_else(|error| if is_pair { apart.trim().parse() } else { Err(error) }).ok()?;
    let meaning = match chord.second {
        None => app.keymap.meaning(app.screen, None, chord.first),
        Some(second) => app.keymap.meaning(app.screen, Some(chord.first), second),
    };
    match meaning {
        Meaning::Action(action) => Some(Said::Act(action, String::new())),
        Meaning::Elsewhere => Some(Said::Elsewhere),
        Meaning::Prefix | Meaning::Nothing => None,
    }
}

/// What a digit key means on the open screen.
fn key(app: &App, digit: char, rest: String) -> Said {
    match app.keymap.meaning(app.screen, None, Key::char(digit)) {
        Meaning::Action(action) => Said::Act(action, rest),
        Meaning::Elsewhere => Said::Elsewhere,
        Meaning::Prefix | Meaning::Nothing => Said::Unknown(format!("={digit}")),
    }
}

/// How an action is typed in the fewest characters; none where only a key that is no character has it.
pub fn shortest(app: &App, action: Action) -> Option<String> {
    let typed = |chord: &Chord| {
        let of = |key: Key| match key.code {
            crossterm::event::KeyCode::Char(c) if !key.ctrl && c != ' ' => Some(c),
            _ => None,
        };
        let first = of(chord.first)?;
        match chord.second {
            None if first.is_ascii_digit() => Some(format!("={first}")),
            // they have a meaning of their own here
            None if matches!(first, '/' | '?' | ':' | ';' | '=' | '.') => None,
            None => Some(first.to_string()),
            Some(second) => Some(format!("{first}{}", of(second)?)),
        }
    };
    app.keymap.chords(action).iter().find_map(typed).filter(|_| spec(action).is_some())
}
