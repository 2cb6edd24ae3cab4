//! The help: the rules, and the actions of the registry with their names, labels and keys.

use super::command::shortest;
use super::{linear, words};
use crate::interface::action::{Action, ActionSpec, When, registry, spec};
use crate::interface::app::App;
use crate::interface::layers::palette::{Command, Kind, Palette};
use crate::interface::screens::Screen;
use crate::interface::settings::Setting;
use crate::interface::text::matches;
use crate::interface::words::Msg;
use crate::lang::pick;
use crate::text;

/// The rules and what works on the open screen; with a word, whatever has to do with it.
pub fn lines(app: &App, word: &str) -> Vec<String> {
    let lang = app.lang;
    let word: String = word.trim().chars().map(crate::interface::keymap::fold).collect();
    let is_there = |spec: &&ActionSpec| spec.when == When::Always || app.data.is_training();
    let all = registry().iter().filter(is_there).filter(|spec| why_not(app, spec.action).is_none());
    let told: Vec<String> = match word.is_empty() {
        true => all.filter(|spec| spec.reaches(app.screen)).map(|spec| line(app, spec)).collect(),
        false => all.filter(|spec| has(app, spec, &word)).map(|spec| line(app, spec)).collect(),
    };
    let rules = if word.is_empty() { words::rules(lang).map(str::to_owned).to_vec() } else { Vec::new() };
    let none = told.is_empty().then(|| text!(lang, "没有这样的操作：{word}", "no such action: {word}"));
    rules.into_iter().chain(told).chain(none).map(|line| linear::clean(&line)).collect()
}

fn has(app: &App, spec: &ActionSpec, word: &str) -> bool {
    matches(spec.name, word) || matches(spec.help(app.lang), word) || matches(spec.label(app.lang), word)
}

/// Name, label and key of an action, what it does, and where it does not work.
pub fn line(app: &App, spec: &ActionSpec) -> String {
    let lang = app.lang;
    let key = shortest(app, spec.action).unwrap_or_default();
    let label = if matches!(spec.action, Action::Section(_)) { "" } else { spec.label(lang) };
    let name = if label.eq_ignore_ascii_case(spec.name) { "" } else { spec.name };
    let names: Vec<&str> = [key.as_str(), label, name].into_iter().filter(|part| !part.is_empty()).collect();
    let (names, help) = (names.join(pick(lang, ("、", ", "))), spec.help(lang));
    let elsewhere =
        if spec.reaches(app.screen) { "" } else { pick(lang, ("（在别的界面）", " (on another screen)")) };
    text!(lang, "{names}：{help}{elsewhere}", "{names}: {help}{elsewhere}")
}

/// The screens and the choices that mean something here.
pub fn screens(app: &App) -> Vec<String> {
    let lang = app.lang;
    let of_screen = |screen: Screen| {
        let spec = spec(Action::Goto(screen))?;
        let open = if screen == app.screen { pick(lang, ("（现在）", " (open)")) } else { "" };
        Some(format!("{}{open}", line(app, spec)))
    };
    let choices = Palette::new(Kind::Commands, app).rows(app).into_iter().filter_map(|row| match row.command {
        Command::Set(Setting::Lang(_) | Setting::Keys(_)) => Some(format!(":{}, {}", row.name, row.help)),
        _ => None,
    });
    Screen::ALL.into_iter().filter_map(of_screen).chain(choices).map(|line| linear::clean(&line)).collect()
}

/// Why an action of the registry does nothing in the plain mode.
pub fn why_not(app: &App, action: Action) -> Option<&'static str> {
    match action {
        Action::ScrollDown | Action::ScrollUp => Some(words::no_scrolling(app.lang)),
        Action::Mouse => Some(words::no_mouse(app.lang)),
        _ => None,
    }
}

/// Several actions have one label: each with its name.
pub fn several(app: &App, specs: &[&'static ActionSpec]) -> Vec<String> {
    let heading = pick(app.lang, ("有几个意思，请写名称：", "that is the label of several; write the name:"));
    std::iter::once(heading.to_owned()).chain(specs.iter().map(|spec| line(app, spec))).collect()
}

/// A line that nothing answers to.
pub fn unknown(app: &App, line: &str) -> String {
    let line = linear::clean(&line.chars().take(40).collect::<String>());
    text!(app.lang, "没有“{line}”这个操作；? 列出全部，/ 查找", "no such action: {line}; ? lists all, / finds")
}

/// A key that works on another screen.
pub fn elsewhere(app: &App) -> String {
    linear::clean(Msg::OnlyElsewhere.text(app.lang))
}
