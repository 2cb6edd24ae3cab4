//! `guide doctor`: looks at everything that can be wrong, from this terminal to the hub, and says what mends it.

use std::time::Instant;

use clap::Args as ClapArgs;
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::support::{Check, CheckState, Doctor};
use unicode_width::UnicodeWidthStr;

use crate::cli::bar::page_columns;
use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::once;
use crate::cli::own_checks::{Surroundings, cannot_be_asked, cannot_be_run, serves, serves_not};
use crate::cli::patience::patiently;
use crate::cli::units::Units;
use crate::interface::text::wrapped;
use crate::lang::pick;
use crate::lang::problem;
use crate::text;

/// Arguments of `guide doctor`.
#[derive(Debug, ClapArgs)]
pub struct Args {}

/// With which signs the state of a check is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signs {
    /// Where the locale has them.
    Drawn,
    /// Everywhere.
    Ascii,
}

/// Runs the command.
pub async fn run(_: Args, context: &Context) -> Answer<()> {
    let surroundings = Surroundings::read();
    let what = pick(context.lang, ("正在检查…", "checking…"));
    let mut checks = surroundings.checks();
    checks.extend(patiently(what, daemon(context)).await);
    checks.extend(Units::read(&context.paths).checks());
    let doctor = Doctor { state: checks.iter().map(|check| check.state).max().unwrap_or_default(), checks };
    let signs = if surroundings.is_utf8() { Signs::Drawn } else { Signs::Ascii };
    context.show(&doctor, |context| page(&doctor, signs, page_columns(), context))?;
    if doctor.state == CheckState::Fail { Err(Failure::Reported) } else { Ok(()) }
}

/// What the daemon finds; where none serves, what it finds when it is run once.
async fn daemon(context: &Context) -> Vec<Check> {
    let Some(client) = once::serving(context).await else {
        let mut checks = vec![serves_not()];
        match once::ask(&["doctor"], context).await.map(|printed| once::read::<Doctor>(&printed)) {
            // how long one that was run for this alone has been up says nothing
            Ok(Ok(doctor)) => checks.extend(doctor.checks.into_iter().filter(|check| check.code != "daemon")),
            Ok(Err(_)) => checks.push(other_version()),
            Err(error) => checks.push(cannot_be_run(&error)),
        }
        return checks;
    };
    let began = Instant::now();
    let mut checks = Vec::new();
    if let Ok(health) = client.health().await {
        checks.push(serves(&health, began.elapsed()));
    }
    match client.doctor().await {
        Ok(doctor) => checks.extend(doctor.checks),
        Err(error) => checks.push(cannot_be_asked(|lang| problem::explain(&error, lang))),
    }
    checks
}

fn other_version() -> Check {
    cannot_be_asked(|lang| problem::Explained {
        what: pick(lang, ("后台程序的回答无法识别", "the daemon's answer is not understood")).to_owned(),
        next: Some(pick(lang, ("guide 与 guided 的版本须一致", "guide and guided must be of one version")).to_owned()),
    })
}

pub(crate) fn page(doctor: &Doctor, signs: Signs, columns: usize, context: &Context) -> String {
    let lang = context.lang;
    let names = doctor.checks.iter().map(|check| check.name.in_lang(lang).width());
    let name_columns = names.max().unwrap_or(0).min(24);
    let mut page = String::new();
    for check in &doctor.checks {
        check_lines(check, signs, name_columns, columns, context, &mut page);
    }
    page.push('\n');
    page.push_str(&sum(doctor, context));
    page.push('\n');
    page
}

fn check_lines(check: &Check, signs: Signs, name_columns: usize, columns: usize, context: &Context, page: &mut String) {
    let (lang, style) = (context.lang, context.style);
    let name = sanitise(check.name.in_lang(lang), Lines::One, 60);
    let found = sanitise(check.found.in_lang(lang), Lines::One, 600);
    let padding = " ".repeat(name_columns.saturating_sub(name.width()));
    let indent = " ".repeat(name_columns + 4);
    let room = columns.saturating_sub(name_columns + 5).max(20);
    let mut found = wrapped(&found, room).into_iter();
    let first = found.next().unwrap_or_default();
    page.push_str(&format!("{} {name}{padding}  {}\n", mark(check.state, signs, context), first.trim_end()));
    found.for_each(|line| page.push_str(&format!("{indent}{}\n", line.trim())));
    if let Some(fix) = check.fix.as_ref().filter(|_| check.state != CheckState::Ok) {
        let arrow = if signs == Signs::Drawn { "→" } else { ">" };
        let fix = sanitise(fix.in_lang(lang), Lines::One, 400);
        for (idx, line) in wrapped(&fix, room.saturating_sub(2)).iter().enumerate() {
            let before = if idx == 0 { arrow } else { " " };
            page.push_str(&format!("{indent}{}\n", style.bold(&format!("{before} {}", line.trim()))));
        }
    }
}

/// A sign for the state, never told by colour alone.
fn mark(state: CheckState, signs: Signs, context: &Context) -> String {
    let style = context.style;
    match (state, signs) {
        (CheckState::Ok, Signs::Drawn) => style.green("✓"),
        (CheckState::Ok, Signs::Ascii) => style.green("+"),
        (CheckState::Warn, _) => style.yellow("!"),
        (CheckState::Fail, Signs::Drawn) => style.red("✗"),
        (CheckState::Fail, Signs::Ascii) => style.red("x"),
    }
}

/// What it comes to, in a sentence.
fn sum(doctor: &Doctor, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let count = |state| doctor.checks.iter().filter(|check| check.state == state).count();
    let (n_all, n_warn, n_fail) = (doctor.checks.len(), count(CheckState::Warn), count(CheckState::Fail));
    match (n_fail, n_warn) {
        (0, 0) => style.green(&text!(lang, "{n_all} 项全部正常", "all {n_all} checks are well")),
        (0, _) => text!(
            lang,
            "没有故障；{n_warn} 项值得看一下",
            "nothing is broken; worth a look: {n_warn} of {n_all} checks"
        ),
        _ => style.red(&match lang {
            Lang::Zh => format!("{n_fail} 项有故障，{n_warn} 项值得看一下；照箭头后面的做。已保存的记录都在本机"),
            Lang::En => {
                format!("{n_fail} broken, {n_warn} worth a look: do what the arrows say. What was saved is safe")
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use guide_common::paths::{Env, Paths};
    use guide_common::sop::plan::Text;

    use super::*;
    use crate::cli::context::{Form, Style};

    fn doctor() -> Doctor {
        let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
        let check =
            |state, name: Text, found: Text, fix: Option<Text>| Check { code: "a".to_owned(), state, name, found, fix };
        let long = text(&"总部应答".repeat(20), &"the hub answers ".repeat(9));
        Doctor {
            state: CheckState::Fail,
            checks: vec![
                check(CheckState::Ok, text("编码", "Encoding"), text("UTF-8", "UTF-8"), None),
                check(CheckState::Fail, text("总部应答", "Hub's answer"), long.clone(), Some(long)),
            ],
        }
    }

    #[track_caller]
    fn fits(lang: Lang, signs: Signs, columns: usize) {
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        let context = Context { lang, form: Form::Text, style: Style::Plain, paths };
        let page = page(&doctor(), signs, columns, &context);
        for line in page.lines().take(page.lines().count() - 1) {
            assert!(line.width() < columns, "{} columns: {line}", line.width());
        }
        let marks: Vec<char> = page.lines().filter_map(|line| line.chars().next()).collect();
        let expected = if signs == Signs::Ascii { ['+', 'x'] } else { ['✓', '✗'] };
        assert!(expected.iter().all(|mark| marks.contains(mark)), "{page}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_each_has_its_mark() {
        for lang in [Lang::Zh, Lang::En] {
            fits(lang, Signs::Drawn, 80);
            fits(lang, Signs::Ascii, 60);
        }
    }
}
