//! What differs between two versions of a plan: lines that begin with `+`, `-` or `~`, so that they say the same without
//! colours, and what becomes of runs under way.

use guide_common::id::StepId;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::sop::plan_diff::{Class, RunningDiff, StepChange};
use guide_common::text::{Lines, sanitise};
use guide_common::time::Period;
use guide_common::wire::forecast::DiffResponse;
use ratatui::text::Line;

use crate::interface::app::App;
use crate::interface::library::Version;
use crate::interface::text::{fit, fit_right, is_linear, width, wrapped};
use crate::interface::theme::{Role, Theme};
use crate::interface::widgets::browser_view::section;
use crate::interface::widgets::paint::piece;
use crate::interface::words::{self, Msg};
use crate::lang::change::change_text;
use crate::lang::{date, pick};
use crate::text;

/// So many moved steps are named.
const N_MOVES: usize = 12;

/// The lines.
pub fn lines(app: &App, plan: &Plan, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme) = (app.lang, &app.theme);
    let say = |text: &str, role: Role| -> Vec<Line<'static>> {
        wrapped(text, cols).into_iter().map(|line| Line::from(piece(line, role, theme))).collect()
    };
    let Some(diff) = app.plans.diff.as_ref().filter(|diff| diff.plan == plan.id) else {
        let mut lines = say(Msg::CompareHint.text(lang), Role::Muted);
        let versions: Vec<String> = plan.versions().skip(1).map(|of| format!("v{}", of.version)).collect();
        let here = versions.join(pick(lang, ("、", ", ")));
        let versions = match versions.is_empty() {
            true => text!(lang, "本机只有 v{}", "only v{} is on this terminal", plan.version),
            false => text!(lang, "还有人按 {here} 进行", "runs still follow {here}"),
        };
        lines.extend(say(&versions, Role::Text));
        return lines;
    };
    let with = match &diff.with {
        Version::Earlier(version) => text!(lang, "v{version} → v{}", "v{version} → v{}", plan.version),
        Version::File(path) => format!("v{} → {}", plan.version, sanitise(path, Lines::One, 200)),
    };
    let mut lines = say(&with, Role::Strong);
    match &diff.found {
        None => lines.extend(say(Msg::Comparing.text(lang), Role::Muted)),
        Some(Err(failure)) => {
            let sentence = words::problem(&failure.code, lang).unwrap_or(&failure.detail);
            lines.extend(say(&format!("! {sentence}"), Role::Bad));
            if words::problem(&failure.code, lang).is_some() {
                lines.extend(say(&failure.detail, Role::Muted));
            }
        }
        Some(Ok(found)) => lines.extend(found_lines(app, found, cols)),
    }
    lines
}

fn found_lines(app: &App, found: &DiffResponse, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme, diff) = (app.lang, &app.theme, &found.diff);
    let mut lines = Vec::new();
    let mut push = |sign: &str, text: &str, role: Role| {
        let text = sanitise(text, Lines::One, 600);
        let indent = " ".repeat(width(sign) + 1);
        for (idx, line) in wrapped(&text, cols.saturating_sub(width(&indent))).into_iter().enumerate() {
            let before = if idx == 0 { format!("{sign} ") } else { indent.clone() };
            lines.push(Line::from(piece(format!("{before}{line}"), role, theme)));
        }
    };
    if diff.changes.is_empty() && diff.steps.is_empty() {
        push("=", pick(lang, ("两个版本内容相同", "both versions say the same")), Role::Good);
        return lines;
    }
    for change in &diff.changes {
        push("~", &change_text(change, lang), Role::Warn);
    }
    let named = |step: &StepId| step_name(step, found, lang);
    for step in &diff.steps {
        match step {
            StepChange::Added { step } => push("+", &named(step), Role::Good),
            StepChange::Removed { step } => push("-", &named(step), Role::Bad),
            StepChange::Changed { step, moved, reworded } => {
                push("~", &named(step), Role::Warn);
                for change in moved.iter().chain(reworded) {
                    push("   ", &change_text(change, lang), Role::Text);
                }
            }
        }
    }
    for (running, pair) in [
        (&diff.migrate, ("进行中的改走新版本", "Runs under way move to the edited version")),
        (&diff.keep, ("进行中的照旧走完", "Runs under way keep the version before")),
    ] {
        lines.push(Line::default());
        lines.push(section(pick(lang, pair), cols, theme));
        lines.extend(figures(running, found, cols, lang, theme));
        lines.extend(moves(running, found, lang, theme));
    }
    lines
}

fn step_name(step: &StepId, found: &DiffResponse, lang: Lang) -> String {
    match found.steps.get(step).map(|name| name.in_lang(lang)) {
        Some(name) if name != step.as_str() => format!("{name} ({step})"),
        _ => step.to_string(),
    }
}

/// Of each step how many stay, move, go and come.
fn figures(running: &RunningDiff, found: &DiffResponse, cols: usize, lang: Lang, theme: &Theme) -> Vec<Line<'static>> {
    let (n_customers, n_runs) = (running.n_customers, running.n_runs);
    let head = text!(lang, "{n_customers} 位客户，{n_runs} 轮", "customers {n_customers}, runs {n_runs}");
    let mut lines = vec![Line::from(piece(head, Role::Text, theme))];
    if n_runs == 0 {
        return lines;
    }
    let heads = match lang {
        Lang::Zh => ["不变", "改期", "取消", "新增", "了结"],
        Lang::En => ["kept", "moved", "gone", "new", "done"],
    };
    if is_linear(cols) {
        lines.extend(running.steps.iter().map(|step| {
            let classes = [&step.kept, &step.moved, &step.dropped, &step.added, &step.closed];
            let said = heads.iter().zip(classes).filter(|(_, class)| class.n > 0);
            let said: Vec<String> = said.map(|(head, class)| format!("{head} {}", class.n)).collect();
            let name = found.steps.get(&step.step).map_or(step.step.as_str(), |name| name.in_lang(lang));
            Line::from(format!("{name}  {}", said.join(pick(lang, ("，", ", ")))))
        }));
        return lines;
    }
    let name_cols = cols.saturating_sub(heads.len() * 6).clamp(6, 30);
    let heads: String = heads.iter().map(|head| fit_right(head, 6)).collect();
    lines.push(Line::from(piece(format!("{}{heads}", " ".repeat(name_cols)), Role::Muted, theme)));
    for step in &running.steps {
        let name = found.steps.get(&step.step).map_or(step.step.as_str(), |name| name.in_lang(lang));
        let mut line = Line::from(piece(fit(name, name_cols), Role::Text, theme));
        let classes: [(&Class, Role); 5] = [
            (&step.kept, Role::Text),
            (&step.moved, Role::Warn),
            (&step.dropped, Role::Bad),
            (&step.added, Role::Good),
            (&step.closed, Role::Muted),
        ];
        for (class, role) in classes {
            let n = if class.n == 0 { "·".to_owned() } else { class.n.to_string() };
            line.spans.push(piece(fit_right(&n, 6), if class.n == 0 { Role::Muted } else { role }, theme));
        }
        lines.push(line);
    }
    lines
}

/// The first steps that move, from which days to which.
fn moves(running: &RunningDiff, found: &DiffResponse, lang: Lang, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for moved in running.moves.iter().take(N_MOVES) {
        let step = found.steps.get(&moved.step).map_or(moved.step.as_str(), |name| name.in_lang(lang));
        let customer = found.customers.get(&moved.customer).map_or(moved.customer.as_str(), String::as_str);
        let days = |period: Period| {
            let day = |day| date::short(day, moved.anchor_on, lang);
            let (from, to) = (day(period.from), day(period.to));
            if from == to { from } else { format!("{from}–{to}") }
        };
        lines.push(Line::from(vec![
            piece(format!("{} ", fit(customer, 10)), Role::Strong, theme),
            piece(format!("{step}  "), Role::Text, theme),
            piece(format!("{} → {}", days(moved.from), days(moved.to)), Role::Warn, theme),
        ]));
    }
    lines
}
