//! What a plan makes of one customer, when: its runs with the windows of their steps and what became of them, and
//! where none runs, what would happen when if one began today.

use guide_common::id::StepId;
use guide_common::sop::explain::plan::{PlanExplained, RunExplained, Standing};
use guide_common::sop::explain::step::{AttemptState, StepExplained};
use guide_common::sop::plan::Plan;
use ratatui::text::Line;

use super::super::plans_view::nobody;
use crate::interface::app::App;
use crate::interface::text::{fit, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::browser_view::section;
use crate::interface::widgets::paint::piece;
use crate::interface::words::{self, Msg};
use crate::lang::course::{not_due_text, state_text};
use crate::lang::explain::{missing_text, not_started_text, standing_name, trigger_word};
use crate::lang::plan::channels;
use crate::lang::{date, pick};
use crate::text;

/// So many runs are shown, the newest first.
const N_RUNS: usize = 4;

/// The lines.
pub fn lines(app: &App, plan: &Plan, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme) = (app.lang, &app.theme);
    let say = |text: &str, role: Role| -> Vec<Line<'static>> {
        wrapped(text, cols).into_iter().map(|line| Line::from(piece(line, role, theme))).collect()
    };
    let Some(chosen) = &app.chosen else { return say(&nobody(app), Role::Muted) };
    let course = match &app.plans.course {
        Some(Ok(course)) if course.customer == chosen.id => course,
        Some(Err(failure)) => {
            let sentence = words::problem(&failure.code, lang).unwrap_or(&failure.detail);
            return say(&format!("! {sentence}"), Role::Bad);
        }
        _ => return say(Msg::Loading.text(lang), Role::Muted),
    };
    let mut lines = Vec::new();
    let explained = course.plans.iter().find(|explained| explained.plan == plan.id);
    let standing = explained.map_or(Standing::NotTriggered, |explained| explained.standing);
    let role = match standing {
        Standing::Open => Role::Good,
        Standing::Held | Standing::Waiting => Role::Warn,
        _ => Role::Muted,
    };
    lines.push(Line::from(vec![
        piece(chosen.name.clone(), Role::Strong, theme),
        piece(" · ", Role::Muted, theme),
        piece(standing_name(standing, lang), role, theme),
        piece(format!(" · {}", date::day(course.on, lang)), Role::Muted, theme),
    ]));
    if let Some(explained) = explained {
        for reason in reasons(explained, app) {
            lines.extend(say(&reason, Role::Text));
        }
        for run in explained.runs.iter().rev().take(N_RUNS) {
            lines.push(Line::default());
            lines.extend(run_lines(app, plan, run, cols));
        }
        let n_more = explained.n_older + explained.runs.len().saturating_sub(N_RUNS);
        if n_more > 0 {
            lines.extend(say(&text!(lang, "… 更早还有 {n_more} 轮", "… {n_more} earlier"), Role::Muted));
        }
    }
    if explained.is_none_or(|explained| explained.runs.is_empty()) {
        lines.push(Line::default());
        lines.extend(if_today(app, plan, cols));
    }
    lines
}

/// Why nothing runs, and when something will.
fn reasons(explained: &PlanExplained, app: &App) -> Vec<String> {
    let (today, lang) = (app.data.on(), app.lang);
    let mut reasons = Vec::new();
    for trigger in &explained.triggers {
        if let Some(missing) = &trigger.missing {
            let (trigger, missing) = (trigger_word(&trigger.trigger, lang), missing_text(missing, today, lang));
            reasons.push(text!(lang, "{trigger}：{missing}", "{trigger}: {missing}"));
        }
    }
    if let Some(latest) = explained.not_started.last() {
        let (on, why) = (date::short(latest.anchor_on, today, lang), not_started_text(&latest.why, today, lang));
        reasons.push(text!(lang, "{on} 没有开始：{why}", "{on} starts nothing: {why}"));
    }
    if let Some(until) = explained.rests_until.map(|until| date::short(until, today, lang)) {
        reasons.push(text!(lang, "{until} 之前不再开始", "no further run before {until}"));
    }
    if let Some(next) = &explained.next {
        let starts = date::short(next.starts_on, today, lang);
        reasons.push(text!(lang, "下一轮：{starts} 开始", "next run: from {starts}"));
    }
    reasons
}

fn run_lines(app: &App, plan: &Plan, run: &RunExplained, cols: usize) -> Vec<Line<'static>> {
    let (today, lang, theme) = (app.data.on(), app.lang, &app.theme);
    let (trigger, on, version) =
        (trigger_word(&run.trigger, lang), date::short(run.anchor_on, today, lang), run.version);
    let heading = text!(lang, "{trigger} · {on} 起 · v{version}", "{trigger} · from {on} · v{version}");
    let mut lines = vec![section(&heading, cols, theme)];
    let order = |step: &StepExplained| {
        let opens = step.attempts.last().map(|attempt| attempt.opens_on);
        (opens.is_none(), opens, plan.steps.iter().position(|of| of.id == step.step))
    };
    let mut steps: Vec<&StepExplained> = run.steps.iter().collect();
    steps.sort_by_key(|step| order(step));
    let days = |step: &StepExplained| {
        let attempt = step.attempts.last()?;
        Some(date::window(attempt.opens_on, attempt.until_on, today, lang))
    };
    let day_cols = steps.iter().filter_map(|step| days(step)).map(|days| width(&days)).max().unwrap_or(0);
    let name =
        |step: &StepExplained| step.name.as_ref().map_or(step.step.to_string(), |name| name.in_lang(lang).to_owned());
    let name_cols = steps.iter().map(|step| width(&name(step))).max().unwrap_or(0).min(cols / 3);
    for step in steps {
        let (mark, role) = mark(step);
        let what = match (step.attempts.last(), &step.not_due) {
            (Some(attempt), _) => state_text(attempt, today, lang),
            (None, Some(not_due)) => {
                let named = |id: &StepId| plan.steps.iter().find(|of| of.id == *id).map_or("", |of| of.title(lang));
                not_due_text(not_due, named, today, lang)
            }
            (None, None) => String::new(),
        };
        let days = fit(&days(step).unwrap_or_default(), day_cols);
        let head = vec![
            piece(format!("{mark} "), role, theme),
            piece(format!("{days}  "), Role::Muted, theme),
            piece(fit(&name(step), name_cols), Role::Strong, theme),
        ];
        let used = 2 + day_cols + 2 + name_cols + 2;
        if used + width(&what) <= cols {
            let mut line = Line::from(head);
            line.spans.push(piece(format!("  {what}"), role, theme));
            lines.push(line);
        } else {
            lines.push(Line::from(head));
            let indented = wrapped(&what, cols.saturating_sub(4));
            lines.extend(indented.into_iter().map(|what| Line::from(piece(format!("    {what}"), role, theme))));
        }
    }
    lines
}

/// What became of a step, as a sign.
fn mark(step: &StepExplained) -> (&'static str, Role) {
    match step.attempts.last().map(|attempt| &attempt.state) {
        Some(AttemptState::Done { .. }) => ("√", Role::Good),
        Some(AttemptState::Open) => ("●", Role::Accent),
        Some(AttemptState::Held { .. } | AttemptState::WithOwner) => ("!", Role::Warn),
        Some(AttemptState::Upcoming | AttemptState::Postponed { .. }) => ("○", Role::Text),
        Some(_) => ("×", Role::Muted),
        None => ("·", Role::Muted),
    }
}

/// The days of the steps of a run that would begin today.
fn if_today(app: &App, plan: &Plan, cols: usize) -> Vec<Line<'static>> {
    let (today, lang, theme) = (app.data.on(), app.lang, &app.theme);
    let on = date::short(today, today, lang);
    let heading = text!(lang, "如果 {on} 触发", "If it started on {on}");
    let mut lines = vec![section(&heading, cols, theme)];
    for step in &plan.steps {
        let (from, until) = (step.offset.from(today), step.until.from(today));
        let days = match (step.from, from, until) {
            (None, Some(first), Some(last)) => date::window(first, last, today, lang),
            // that date is not known yet
            _ => super::timeline_view::window(step, lang),
        };
        lines.push(Line::from(vec![
            piece(if step.from.is_some() { "· " } else { "○ " }, Role::Muted, theme),
            piece(format!("{}  ", fit(&days, 18.min(cols / 2))), Role::Muted, theme),
            piece(step.title(lang).to_owned(), Role::Text, theme),
            piece(format!("  {}", channels(&step.channels, lang)), Role::Muted, theme),
        ]));
    }
    let by_dates =
        pick(lang, ("节点只按日期推算；条件和暂缓到时才知道", "by the dates alone: conditions and holds show in time"));
    lines.extend(wrapped(by_dates, cols).into_iter().map(|line| Line::from(piece(line, Role::Muted, theme))));
    lines
}
