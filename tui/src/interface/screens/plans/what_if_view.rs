//! A what-if: the load of each day as columns with the peak named, what it comes to, and what was held and why.

use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::Plan;
use guide_common::wire::forecast::SimulateResponse;
use ratatui::text::Line;

use super::what_if::Parameters;
use crate::interface::app::App;
use crate::interface::text::{fit, fit_right, is_linear, width, wrapped};
use crate::interface::theme::{Role, Theme};
use crate::interface::widgets::browser_view::section;
use crate::interface::widgets::chart::bar;
use crate::interface::widgets::columns::Columns;
use crate::interface::widgets::paint::piece;
use crate::interface::words::{self, Msg};
use crate::lang::forecast::{assumed, summary};
use crate::lang::name::hold_name;
use crate::lang::{amount, date, pick};
use crate::text;

/// The rows of the chart.
const N_ROWS: usize = 6;
/// The rows of the chart of merges.
const MERGE_ROWS: usize = 3;
/// The moments of the sign that something goes on.
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];

/// The lines.
pub fn lines(app: &App, plan: &Plan, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme) = (app.lang, &app.theme);
    let say = |text: &str, role: Role| -> Vec<Line<'static>> {
        wrapped(text, cols).into_iter().map(|line| Line::from(piece(line, role, theme))).collect()
    };
    let what_if = &app.plans.what_if;
    let mut lines = say(&asked(what_if.parameters(plan), app), Role::Strong);
    // what takes no longer than a moment shows no sign of it
    if let Some(running) = what_if.running.as_ref().filter(|running| running.n_ticks > 0) {
        let sign = SPINNER[running.n_ticks as usize % SPINNER.len()];
        let (plan, seconds) = (&running.plan, running.ms() / 1_000);
        let text = text!(
            lang,
            "{sign} 正在推演 {plan}… {seconds} 秒，Esc 停止",
            "{sign} working {plan} out … {seconds} s, Esc stops"
        );
        lines.extend(say(&text, Role::Accent));
    }
    match what_if.found.get(&plan.id) {
        None if what_if.running.is_some() => {}
        None => {
            lines.push(Line::default());
            lines.extend(say(Msg::WhatIfHint.text(lang), Role::Muted));
        }
        Some(Err(failure)) => {
            let sentence = words::problem(&failure.code, lang).unwrap_or(&failure.detail);
            lines.extend(say(&format!("! {sentence}"), Role::Bad));
        }
        Some(Ok(found)) => lines.extend(found_lines(app, found, cols)),
    }
    lines
}

/// What it is run with.
fn asked(parameters: Parameters, app: &App) -> String {
    let lang = app.lang;
    let Parameters { days, throttle, min_amount_fen } = parameters;
    let throttle = match throttle {
        0 => text!(lang, "不限启动", "no throttle"),
        n => text!(lang, "每天最多启动 {n}", "at most {n} starts a day"),
    };
    let least =
        min_amount_fen.map(amount).map(|least| text!(lang, " · 满 {least}", " · from {least}")).unwrap_or_default();
    text!(lang, "最近 {days} 天 · {throttle}{least}", "the last {days} days · {throttle}{least}")
}

fn found_lines(app: &App, found: &SimulateResponse, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme, simulation) = (app.lang, &app.theme, &found.simulation);
    let (from, to, n) = (simulation.period.from, simulation.period.to, simulation.n_customers);
    let (first, last) = (date::short(from, to, lang), date::short(to, to, lang));
    let period = text!(lang, "{first} 至 {last} · {n} 位客户", "{first} to {last} · {n} customers");
    let mut lines = vec![Line::from(piece(period, Role::Muted, theme)), Line::default()];
    if !is_linear(cols) {
        lines.extend(chart(app, found, cols));
        lines.push(Line::default());
    }
    for line in summary(found, lang).into_iter().chain(per_guide(found, app)).chain([assumed(&found.assume, lang)]) {
        lines.extend(wrapped(&line, cols).into_iter().map(|line| Line::from(piece(line, Role::Text, theme))));
    }
    lines.extend(holds(app, found, cols));
    if !is_linear(cols) {
        lines.extend(merges(app, found, cols));
    }
    lines
}

/// The dues of each day that went along with another one.
fn merges(app: &App, found: &SimulateResponse, cols: usize) -> Vec<Line<'static>> {
    let (theme, total) = (&app.theme, found.simulation.total.merged);
    if total == 0 {
        return Vec::new();
    }
    let values: Vec<u64> = found.simulation.days.iter().map(|day| day.merged).collect();
    let most = values.iter().copied().max().unwrap_or_default();
    let columns = Columns::of(&values, cols.saturating_sub(width(&most.to_string()) + 1));
    let heading = text!(app.lang, "每天并入的节点（共 {total}）", "Dues merged a day ({total} in all)");
    let mut lines = vec![Line::default(), section(&heading, cols, theme)];
    lines.extend(columns.lines(MERGE_ROWS, |_, _| Role::Muted, theme));
    lines
}

/// The contacts of each day; the peak is marked and named.
fn chart(app: &App, found: &SimulateResponse, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme, simulation) = (app.lang, &app.theme, &found.simulation);
    let values: Vec<u64> = simulation.days.iter().map(|day| day.contacts).collect();
    let most = values.iter().copied().max().unwrap_or_default();
    let margin = width(&most.max(1).to_string()) + 1;
    let columns = Columns::of(&values, cols.saturating_sub(margin));
    let limit = u64::from(simulation.tasks_per_day) * simulation.n_guides;
    let role = |_: usize, value: u64| match value {
        value if value > limit => Role::Bad,
        value if value == most => Role::Warn,
        _ => Role::Accent,
    };
    let heading = match columns.n_each {
        1 => text!(lang, "每天接触", "Contacts a day"),
        n => text!(lang, "每天接触（一列 {n} 天，取最高）", "Contacts a day (a column: the most of {n} days)"),
    };
    let mut lines = vec![section(&heading, cols, theme)];
    lines.extend(columns.lines(N_ROWS, role, theme));
    let room = cols.saturating_sub(margin);
    if let Some(peak) = simulation.days.iter().position(|day| Some(day.on) == simulation.peak_on && most > 0) {
        let on = date::day(simulation.days[peak].on, lang);
        let name = text!(lang, "高峰 {on} {most} 次", "peak {on}: {most}");
        let cell = columns.cell_of(peak);
        let text = match cell + 2 + width(&name) <= room {
            true => format!("{}↑ {name}", " ".repeat(cell)),
            false => format!("{}{name} ↑", " ".repeat((cell + 1).saturating_sub(width(&name) + 2))),
        };
        lines.push(Line::from(piece(format!("{}{text}", " ".repeat(margin)), Role::Warn, theme)));
    }
    let (from, to) = (simulation.period.from, simulation.period.to);
    let (first, last) = (date::short(from, to, lang), date::short(to, to, lang));
    let gap = columns.width().max(width(&first) + width(&last) + 1).min(room) - width(&first).min(room);
    let axis = format!("{}{first}{}", " ".repeat(margin), fit_right(&last, gap));
    lines.push(Line::from(piece(axis, Role::Muted, theme)));
    lines
}

/// What it means for a guide.
fn per_guide(found: &SimulateResponse, app: &App) -> Option<String> {
    let simulation = &found.simulation;
    let (n_days, n_guides) = (simulation.days.len() as f64, simulation.n_guides.max(1) as f64);
    let most = simulation.days.iter().map(|day| day.contacts).max()? as f64 / n_guides;
    let mean = simulation.total.contacts as f64 / n_days.max(1.0) / n_guides;
    let limit = simulation.tasks_per_day;
    Some(text!(
        app.lang,
        "每位导购：平均每天 {mean:.1} 次，最多 {most:.0} 次，可做 {limit} 次",
        "a guide: {mean:.1} contacts a day on average, {most:.0} at most, of {limit} that can be made"
    ))
}

fn holds(app: &App, found: &SimulateResponse, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme, total) = (app.lang, &app.theme, &found.simulation.total);
    let mut reasons: Vec<(HoldReason, u64)> = total.held_days.iter().map(|(reason, n)| (*reason, *n)).collect();
    if reasons.is_empty() {
        return Vec::new();
    }
    reasons.sort_by_key(|(_, n_days)| std::cmp::Reverse(*n_days));
    let heading = pick(lang, ("暂缓原因（节点·天）", "Held because (dues × days)"));
    let mut lines = vec![Line::default(), section(heading, cols, theme)];
    let most = reasons.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let name_cols = reasons.iter().map(|(reason, _)| width(hold_name(*reason, lang))).max().unwrap_or(0);
    let n_cols = most.to_string().len();
    let bar_cols = cols.saturating_sub(name_cols + n_cols + 12).min(40);
    for (reason, n_days) in reasons {
        let n_dues = total.held.get(&reason).copied().unwrap_or_default();
        if is_linear(cols) {
            let name = hold_name(reason, lang);
            lines.push(Line::from(text!(
                lang,
                "{name}：{n_days}，{n_dues} 个节点",
                "{name}: {n_days}, of {n_dues} dues"
            )));
            continue;
        }
        lines.push(hold_line(
            hold_name(reason, lang),
            name_cols,
            (n_days, n_cols, n_dues),
            (most, bar_cols),
            lang,
            theme,
        ));
    }
    lines
}

fn hold_line(
    name: &str,
    name_cols: usize,
    (n_days, n_cols, n_dues): (u64, usize, u64),
    (most, bar_cols): (u64, usize),
    lang: guide_common::sop::plan::Lang,
    theme: &Theme,
) -> Line<'static> {
    let dues = text!(lang, "{n_dues} 个节点", "{n_dues} dues");
    Line::from(vec![
        piece(fit(name, name_cols) + " ", Role::Text, theme),
        piece(fit_right(&n_days.to_string(), n_cols) + " ", Role::Strong, theme),
        piece(fit(&bar(n_days, most, bar_cols), bar_cols), Role::Warn, theme),
        piece(format!(" {dues}"), Role::Muted, theme),
    ])
}
