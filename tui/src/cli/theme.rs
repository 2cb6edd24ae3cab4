//! `guide theme`: the themes that there are, built in and own, and what is wrong with an own one.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use guide_common::sop::plan::Lang;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::interface::home::{Home, Keeping};
use crate::interface::theme::{BUILT_IN, Depth, Library, MIN_CONTRAST, Role, Theme};
use crate::lang::{fault, pick};
use crate::text;

/// Arguments of `guide theme`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the themes, the own ones of the folder themes/ too
    List,
    /// Check a theme's file: whether it can be read, and whether every text stands out enough
    Check {
        /// The file
        file: PathBuf,
    },
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> Answer<()> {
    let home =
        Home { config: context.paths.config.clone(), state: context.paths.state.clone(), keeping: Keeping::Kept };
    match args.command.unwrap_or(Command::List) {
        Command::List => list(&Library { own: home.themes() }, context),
        Command::Check { file } => check(&file, home.themes(), context),
    }
}

fn list(themes: &Library, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let rows: Vec<_> = themes.names().into_iter().map(|name| (name, themes.theme(name, Depth::TrueColor))).collect();
    let is_own = |name: &str| themes.own.iter().any(|(own, _)| own == name);
    let json: Vec<_> = rows
        .iter()
        .map(|(name, theme)| match theme {
            Ok(theme) => json!({ "name": name, "title": theme.name, "own": is_own(name) }),
            Err(error) => json!({ "name": name, "own": is_own(name), "fault": error.to_string() }),
        })
        .collect();
    context.show(&json!({ "themes": json }), |context| {
        let mut table = Table::new([
            (pick(lang, ("名称", "Name")), Side::Left),
            (pick(lang, ("说明", "What it is")), Side::Left),
            (pick(lang, ("来自", "From")), Side::Left),
        ])
        .uncut();
        for (name, theme) in &rows {
            let title =
                theme.as_ref().map_or_else(|error| format!("! {error}"), |theme| theme.name.in_lang(lang).into());
            let from = if is_own(name) { ("自己的", "own") } else { ("自带", "built in") };
            table.row([(*name).to_owned(), title, pick(lang, from).to_owned()]);
        }
        table.render(context.style)
    })
}

fn check(file: &std::path::Path, mut own: Vec<(String, String)>, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| Failure::Failed(fault::file(&shown, &error, lang)))?;
    let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("theme").to_owned();
    own.retain(|(known, _)| *known != name);
    own.push((name.clone(), text));
    let theme = Library { own }.theme(&name, Depth::TrueColor).map_err(|error| Failure::Failed(error.to_string()))?;
    let faint = faint(&theme);
    let json: Vec<_> = faint.iter().map(|(role, ratio)| json!({ "role": role.name(), "contrast": ratio })).collect();
    context.show(&json!({ "name": name, "faint": json }), |_| page(&name, &faint, lang))?;
    if faint.is_empty() { Ok(()) } else { Err(Failure::Reported) }
}

/// The roles whose text does not stand out enough from its ground.
fn faint(theme: &Theme) -> Vec<(Role, f64)> {
    let ratio = |role: &Role| Some((*role, theme.contrast(*role)?));
    Role::ALL
        .iter()
        .filter(|role| role.is_text())
        .filter_map(ratio)
        .filter(|(_, ratio)| *ratio < MIN_CONTRAST)
        .collect()
}

fn page(name: &str, faint: &[(Role, f64)], lang: Lang) -> String {
    if faint.is_empty() {
        let built_in = BUILT_IN.iter().any(|(known, _)| *known == name);
        let over = if built_in {
            pick(lang, ("（会代替自带的同名配色）", " (it takes the built-in one's place)"))
        } else {
            ""
        };
        return text!(
            lang,
            "√ {name} 可用：每个角色的对比度都不低于 {MIN_CONTRAST}{over}\n",
            "√ {name} can be used: the contrast of every role is {MIN_CONTRAST} at least{over}\n"
        );
    }
    let line = |(role, ratio): &(Role, f64)| {
        let role = role.name();
        text!(
            lang,
            "! {role} 对比度 {ratio:.1}，至少要 {MIN_CONTRAST}\n",
            "! {role} has a contrast of {ratio:.1}; {MIN_CONTRAST} is the least\n"
        )
    };
    faint.iter().map(line).collect()
}
