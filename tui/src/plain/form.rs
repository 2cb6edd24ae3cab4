//! What lies over a screen as a sequence of questions: what is asked, and what an answer does. An answer goes the way
//! of the keys, so that the same rules hold.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use guide_common::outcome::SkipReason;
use tui_input::Input;

use super::{command, words};
use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::effect::Effect;
use crate::interface::event::Event;
use crate::interface::keymap::fold;
use crate::interface::layers::Layer;
use crate::interface::layers::outcome_form::FieldKind;
use crate::interface::widgets::field;
use crate::interface::words::Msg;

/// What became of an answer.
#[derive(Debug)]
pub enum Answered {
    /// It was taken.
    Taken(Vec<Effect>),
    /// It is no choice that there is.
    NoChoice,
    /// Lines follow, up to one with a dot.
    Writing,
}

/// Answers the question that is open.
pub fn answer(app: &mut App, line: &str) -> Answered {
    let folded: String = line.trim().chars().map(fold).collect();
    let gives_up = folded == "." || folded.eq_ignore_ascii_case("esc");
    if gives_up {
        return press(app, KeyCode::Esc);
    }
    let n = folded.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let enter = |app: &mut App| press(app, KeyCode::Enter);
    let n_training = match &app.layer {
        Some(Layer::Training(sheet)) => sheet.n_rows(app),
        _ => 0,
    };
    match &mut app.layer {
        Some(Layer::Outcome(form)) => {
            let Some(of) = form.fields.get_mut(form.focus) else { return press(app, KeyCode::Esc) };
            let msg = match of.kind {
                _ if folded == "<" => None,
                FieldKind::Reason | FieldKind::Score if folded.is_empty() => None,
                FieldKind::Reason => choose(&mut of.input, reason(&folded), Msg::ErrNeedsReason),
                FieldKind::Score => choose(&mut of.input, score(&folded), Msg::ErrScore),
                _ => write(&mut of.input, line),
            };
            form.error = msg.map(|msg| msg.text(app.lang).to_owned());
            let n_fields = form.fields.len();
            let go = if msg.is_some() { Go::Stay } else { step(&mut form.focus, n_fields, &folded) };
            if go == Go::Save { enter(app) } else { Answered::Taken(Vec::new()) }
        }
        Some(Layer::Text(form)) => {
            if let Some((_, input)) = form.fields.get_mut(form.focus).filter(|_| folded != "<") {
                write(input, line);
            }
            form.error = None;
            let n_fields = form.fields.len();
            let go = step(&mut form.focus, n_fields, &folded);
            if go == Go::Save { enter(app) } else { Answered::Taken(Vec::new()) }
        }
        Some(Layer::Ask(form)) => {
            if let Some(asked) = form.fields.get_mut(form.focus).filter(|_| folded != "<") {
                write(&mut asked.input, line);
            }
            form.error = None;
            let n_fields = form.fields.len();
            let go = step(&mut form.focus, n_fields, &folded);
            if go == Go::Save { enter(app) } else { Answered::Taken(Vec::new()) }
        }
        Some(Layer::NoteFirst) => match command::outcome(app, line) {
            Some(code) => {
                let key = app.keymap.chords(Action::Log(code)).iter().find(|chord| chord.second.is_none());
                match key.map(|chord| chord.first.code) {
                    Some(code) => press(app, code),
                    None => Answered::NoChoice,
                }
            }
            None if folded.is_empty() => press(app, KeyCode::Esc),
            None => Answered::NoChoice,
        },
        Some(Layer::Picker(picker)) => match n.filter(|n| *n < picker.rows().len()) {
            Some(n) => {
                picker.selected = n;
                enter(app)
            }
            None if folded.is_empty() => press(app, KeyCode::Esc),
            None => {
                picker.input = Input::default();
                Answered::Taken(app.update(Event::Paste(line.trim().to_owned())))
            }
        },
        Some(Layer::Editor(_)) => match (n, folded.as_str()) {
            (_, "") => press(app, KeyCode::Esc),
            (Some(0), _) => Answered::Writing,
            (Some(1), _) => press(app, KeyCode::Tab),
            (Some(2), _) => press(app, KeyCode::F(4)),
            (Some(3), _) => press(app, KeyCode::F(5)),
            (Some(4), _) => press(app, KeyCode::F(8)),
            _ => Answered::NoChoice,
        },
        Some(Layer::Confirm(_)) => match n {
            Some(0) => press(app, KeyCode::Char('1')),
            Some(1) => press(app, KeyCode::Char('2')),
            _ if folded.is_empty() => press(app, KeyCode::Esc),
            _ => Answered::NoChoice,
        },
        Some(Layer::Steps(sheet)) if folded == "Z" || n.is_some_and(|n| n < sheet.n_rows()) => {
            sheet.selected = n.unwrap_or(sheet.selected);
            if n.is_some() { enter(app) } else { press(app, KeyCode::Char('Z')) }
        }
        Some(Layer::Lists(sheet)) if n.is_some_and(|n| n < sheet.lists.len()) => {
            sheet.selected = n.unwrap_or_default();
            enter(app)
        }
        Some(Layer::Reminders(sheet)) => {
            // `z 2` puts the second one off
            let put_off = folded.strip_prefix('z').and_then(|rest| rest.trim().parse::<usize>().ok()?.checked_sub(1));
            match put_off.or(n).filter(|n| *n < sheet.rows.len()) {
                Some(idx) => {
                    sheet.selected = idx;
                    if put_off.is_some() { press(app, KeyCode::Char('z')) } else { enter(app) }
                }
                None if folded.is_empty() => press(app, KeyCode::Esc),
                None => Answered::NoChoice,
            }
        }
        Some(Layer::Amnesty(_)) => match folded.as_str() {
            "yes" | "y" => enter(app),
            "" => press(app, KeyCode::Esc),
            _ => Answered::NoChoice,
        },
        Some(Layer::Promise(choice)) if n.is_some_and(|n| n < choice.rows.len()) => {
            choice.selected = n.unwrap_or_default();
            enter(app)
        }
        Some(Layer::Tags(sheet)) if n.is_some_and(|n| n < sheet.rows(app.lang).len()) => {
            sheet.selected = n.unwrap_or_default();
            enter(app)
        }
        Some(Layer::Training(sheet)) if n.is_some_and(|n| n < n_training) => {
            sheet.selected = n.unwrap_or_default();
            enter(app)
        }
        Some(Layer::Settings(sheet)) if n.is_some_and(|n| n < crate::interface::layers::settings_sheet::N_ROWS) => {
            sheet.selected = n.unwrap_or_default();
            enter(app)
        }
        _ if folded.is_empty() => press(app, KeyCode::Esc),
        _ => Answered::NoChoice,
    }
}

/// Puts lines in the place of the text in the editor.
pub fn rewrite(app: &mut App, lines: &[String]) -> Vec<Effect> {
    let Some(Layer::Editor(editor)) = &mut app.layer else { return Vec::new() };
    editor.area.select_all();
    editor.area.cut();
    app.update(Event::Paste(lines.join("\n")))
}

/// Presses a key.
pub fn press(app: &mut App, code: KeyCode) -> Answered {
    Answered::Taken(app.update(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))))
}

/// Where an answer leads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Go {
    Stay,
    Save,
}

/// Goes to the next question, or back to the one before; the last one saves.
fn step(focus: &mut usize, n_fields: usize, folded: &str) -> Go {
    if folded == "<" {
        *focus = focus.saturating_sub(1);
        return Go::Stay;
    }
    if *focus + 1 < n_fields {
        *focus += 1;
        return Go::Stay;
    }
    Go::Save
}

/// Takes what was typed; an empty line keeps what is there.
fn write(input: &mut Input, line: &str) -> Option<Msg> {
    if !line.trim().is_empty() {
        *input = Input::default();
        field::insert(input, line.trim());
    }
    None
}

fn choose(input: &mut Input, chosen: Option<char>, otherwise: Msg) -> Option<Msg> {
    match chosen {
        Some(chosen) => {
            *input = Input::new(chosen.to_string());
            None
        }
        None => Some(otherwise),
    }
}

/// A reason by its number, its letter or its name.
fn reason(folded: &str) -> Option<char> {
    let n = folded.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let by_number = n.and_then(|n| SkipReason::ALL.get(n).copied());
    let by_name = || folded.parse::<SkipReason>().ok().filter(|reason| *reason != SkipReason::Unknown);
    by_number.or_else(by_name).map(|reason| reason.names().0)
}

fn score(folded: &str) -> Option<char> {
    folded.chars().next().filter(|c| folded.len() == 1 && ('1'..='5').contains(c))
}

/// What is said where an answer is no choice.
pub fn no_choice(app: &App) -> String {
    words::no_choice(app.lang).to_owned()
}
