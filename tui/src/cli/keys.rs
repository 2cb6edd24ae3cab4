//! `guide keys`: every action of the interface with its keys as they are in force, and what is wrong with `keys.toml`.

use clap::Args as ClapArgs;
use guide_common::config::Config;
use guide_common::file_error::FileError;
use guide_common::sop::plan::Lang;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::interface::action::{ActionSpec, When};
use crate::interface::home::{Home, Keeping};
use crate::interface::keyfile::{self, Read, presets};
use crate::interface::keymap::Chord;
use crate::interface::screens::Screen;
use crate::lang::pick;
use crate::text;

/// Arguments of `guide keys`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The keys of a preset, without the own file
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Only the actions whose name, key or help has this in it
    #[arg(value_name = "WORD")]
    word: Option<String>,
}

/// Runs the command. A key file with a fault is told of and the exit code is 1.
pub fn run(args: Args, config: &Config, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let name = args.preset.as_deref().or(config.text("keys")).unwrap_or("default");
    let base = keyfile::preset(name).ok_or_else(|| {
        let known = presets().collect::<Vec<_>>().join(pick(lang, ("、", ", ")));
        Failure::Usage(text!(lang, "没有“{name}”这套按键；有 {known}", "there are no keys {name:?}; there are {known}"))
    })?;
    let home =
        Home { config: context.paths.config.clone(), state: context.paths.state.clone(), keeping: Keeping::Kept };
    let own = if args.preset.is_some() { String::new() } else { home.keys() };
    let read = keyfile::over(base, &own);
    let wanted = args.word.unwrap_or_default();
    let rows: Vec<_> = read.keymap.rows().filter(|(spec, chords)| is_wanted(spec, chords, &wanted, lang)).collect();
    context.show(&as_json(&rows, &read), |context| match rows.is_empty() {
        true => text!(lang, "没有这样的操作；guide keys 列出全部\n", "no action is like that; guide keys lists all\n"),
        false => page(&rows, context),
    })?;
    if read.faults.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(read.faults.iter().map(|fault| at(fault, lang)).collect::<Vec<_>>().join("\n")))
}

fn is_wanted(spec: &ActionSpec, chords: &[Chord], wanted: &str, lang: Lang) -> bool {
    let is_key = chords.iter().any(|chord| chord.label() == wanted);
    is_key || crate::interface::text::matches_any(wanted, [spec.name, spec.label(lang), spec.help(lang)])
}

fn page(rows: &[(&ActionSpec, &[Chord])], context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("按键", "Keys")), Side::Left),
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("界面", "Screens")), Side::Left),
        (pick(lang, ("作用", "What it does")), Side::Left),
    ])
    .uncut();
    for (spec, chords) in rows {
        table.row([labels(chords), spec.name.to_owned(), places(spec, lang), spec.help(lang).to_owned()]);
    }
    table.render(context.style)
}

fn as_json(rows: &[(&ActionSpec, &[Chord])], read: &Read) -> Value {
    let row = |(spec, chords): &(&ActionSpec, &[Chord])| -> Value {
        let screens = Screen::ALL.iter().filter(|screen| spec.reaches(**screen));
        let screens: Vec<&str> = screens.map(|screen| screen.tab().text(Lang::En)).collect();
        let keys: Vec<String> = chords.iter().map(|chord| chord.label()).collect();
        json!({
            "name": spec.name, "keys": keys, "screens": screens, "training": spec.when == When::Training,
            "label": { "zh": spec.label(Lang::Zh), "en": spec.label(Lang::En) },
            "help": { "zh": spec.help(Lang::Zh), "en": spec.help(Lang::En) },
        })
    };
    let fault = |fault: &FileError| json!({ "line": fault.line, "message": fault.message });
    json!({
        "actions": rows.iter().map(row).collect::<Vec<_>>(),
        "faults": read.faults.iter().map(fault).collect::<Vec<_>>(),
        "taken": read.taken.iter().map(fault).collect::<Vec<_>>(),
    })
}

/// The keys of an action, beside each other.
pub(crate) fn labels(chords: &[Chord]) -> String {
    chords.iter().map(|chord| chord.label()).collect::<Vec<_>>().join("  ")
}

/// On which screens an action works.
pub(crate) fn places(spec: &ActionSpec, lang: Lang) -> String {
    let reached: Vec<&Screen> = Screen::ALL.iter().filter(|screen| spec.reaches(**screen)).collect();
    if reached.len() == Screen::ALL.len() {
        return pick(lang, ("全部", "all")).to_owned();
    }
    let names: Vec<&str> = reached.into_iter().map(|screen| screen.tab().text(lang)).collect();
    names.join(pick(lang, ("、", ", ")))
}

fn at(fault: &FileError, lang: Lang) -> String {
    crate::interface::words::key_fault(fault.line, &fault.message, lang)
}
