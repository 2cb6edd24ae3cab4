//! What is shown of a template: filled in for a customer, what lint finds, its text with the variables marked, where it
//! is said, and how often it was answered.

use guide_common::id::TemplateId;
use guide_common::sop::plan::Lang;
use guide_common::template::Template;
use guide_common::template::lint::{Finding, Severity};
use guide_common::template::notation::{Segment, parse_lenient};
use ratatui::text::Line;

use super::rows;
use crate::interface::app::App;
use crate::interface::event::Failure;
use crate::interface::library::Preview;
use crate::interface::text::{wrap, wrapped};
use crate::interface::theme::{Role, Theme};
use crate::interface::widgets::browser_view::section;
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::script::{script_lines, styled};
use crate::interface::words::{self, Msg};
use crate::lang::lint::{rule_name, weight};
use crate::lang::name::purpose_name;
use crate::lang::pick;
use crate::lang::{withheld, word};
use crate::text;

/// The preview of a template as the screen wants it: for whom was chosen, in the language of the texts.
pub fn preview<'a>(app: &'a App, id: &TemplateId) -> Option<Result<&'a Preview, &'a Failure>> {
    let lang = app.templates.lang(app.lang);
    let chosen = app.chosen.as_ref()?;
    let is_it = |preview: &&Preview| preview.template == *id && preview.lang == lang && preview.customer == chosen.id;
    match app.templates.preview.as_ref()? {
        Ok(preview) => Some(preview).filter(is_it).map(Ok),
        Err(failure) => Some(Err(failure)),
    }
}

/// The share of replies of a template over all steps.
pub fn rate(app: &App, id: &TemplateId) -> Option<f64> {
    let stats = app.templates.stats.as_ref()?;
    let usages = stats.rows.iter().filter(|row| row.used.template == *id).map(|row| row.used.usage);
    let (used, replied) =
        usages.fold((0, 0), |(used, replied), usage| (used + usage.n_used, replied + usage.n_replied));
    (used > 0).then(|| replied as f64 / used as f64)
}

/// The lines of the selected template.
pub fn lines(app: &App, cols: usize) -> Vec<Line<'static>> {
    let Some(template) = rows::selected(app) else { return Vec::new() };
    let (theme, lang) = (&app.theme, app.templates.lang(app.lang));
    let draft = app.templates.drafts.get(&template.id);
    let mut lines = preview_lines(app, template, cols);
    lines.push(Line::default());
    lines.push(section(pick(app.lang, ("检查", "Lint")), cols, theme));
    match &app.templates.lint {
        Some((id, found)) if *id == template.id => lines.extend(findings(found, cols, app.lang, theme)),
        _ => lines.push(Line::from(piece(Msg::Loading.text(app.lang), Role::Muted, theme))),
    }
    lines.push(Line::default());
    let shown = pick(lang, ("中文", "English"));
    let heading = text!(app.lang, "原文 · {shown}", "Text · {shown}");
    lines.push(section(&heading, cols, theme));
    lines.extend(marked(template.text.in_lang(lang), cols, theme));
    if let Some(draft) = draft {
        lines.push(Line::default());
        lines.push(section(Msg::Draft.text(app.lang), cols, theme));
        lines.extend(marked(draft.text.in_lang(lang), cols, theme));
    }
    lines.extend(saying(app, template, cols));
    lines.extend(stats(app, &template.id, cols));
    lines
}

fn preview_lines(app: &App, template: &Template, cols: usize) -> Vec<Line<'static>> {
    let (theme, lang) = (&app.theme, app.lang);
    let Some(chosen) = &app.chosen else {
        let text = Msg::PreviewHint.text(lang);
        return wrapped(text, cols).into_iter().map(|line| Line::from(piece(line, Role::Muted, theme))).collect();
    };
    let name = &chosen.name;
    let mut lines = vec![section(&text!(lang, "预览 · {name}", "Preview · {name}"), cols, theme)];
    let say = |text: &str, role: Role| -> Vec<Line<'static>> {
        wrapped(text, cols).into_iter().map(|line| Line::from(piece(line, role, theme))).collect()
    };
    match preview(app, &template.id) {
        Some(Ok(preview)) => {
            lines.extend(script_lines(&preview.view, Some(&app.templates.fills), cols, theme));
            let gaps = preview.view.script.gaps();
            let open: Vec<&str> = gaps.into_iter().filter(|gap| !app.templates.fills.contains_key(*gap)).collect();
            if let Some(why) = preview.view.script.withheld() {
                lines.extend(say(&format!("! {}", withheld::sentence(&why, lang)), Role::Bad));
            } else if !open.is_empty() {
                lines.extend(say(&words::open_gaps(&open, lang), Role::Warn));
            } else {
                lines.extend(say(Msg::LogHint.text(lang), Role::Muted));
            }
        }
        Some(Err(failure)) => {
            let sentence = words::problem(&failure.code, lang).unwrap_or(&failure.detail);
            lines.extend(say(&format!("! {sentence}"), Role::Bad));
        }
        None => lines.extend(say(Msg::Loading.text(lang), Role::Muted)),
    }
    lines
}

/// What lint found, one finding after the other: how much it weighs, the rule, the place, and what to write instead.
pub fn findings(found: &[Finding], cols: usize, lang: Lang, theme: &Theme) -> Vec<Line<'static>> {
    if found.is_empty() {
        return vec![Line::from(piece(format!("√ {}", Msg::NothingFound.text(lang)), Role::Good, theme))];
    }
    let mut lines = Vec::new();
    for finding in found {
        let (role, mark) = match finding.severity {
            Severity::Block => (Role::Bad, "×"),
            Severity::Warn => (Role::Warn, "!"),
        };
        let (rule, weight) = (rule_name(finding.rule, lang), weight(finding, lang));
        let (at, found) = (format!("{}:{}", finding.line, finding.column), &finding.found);
        let of = pick(lang, (pick(finding.lang, ("中文", "英文")), pick(finding.lang, ("Chinese", "English"))));
        let head =
            text!(lang, "{mark} {rule}（{weight}）{of} {at}：{found}", "{mark} {rule} ({weight}) {of} {at}: {found}");
        lines.extend(wrapped(&head, cols).into_iter().map(|line| Line::from(piece(line, role, theme))));
        let fix = format!("  → {}", finding.fix.in_lang(lang));
        lines.extend(wrapped(&fix, cols).into_iter().map(|line| Line::from(piece(line, Role::Text, theme))));
    }
    lines
}

/// A template's text with its variables marked, as it is written.
pub fn marked(text: &str, cols: usize, theme: &Theme) -> Vec<Line<'static>> {
    // everything in braces is a variable, or wants to be one
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let Some(close) = text[open..].find('}').map(|at| open + at + 1) else { break };
        let is_unknown = parse_lenient(&text[open..close]).iter().any(|part| matches!(part, Segment::Unknown(_)));
        ranges.push((open..close, if is_unknown { Role::Gap } else { Role::Fill }));
        from = close;
    }
    wrap(text, cols).into_iter().map(|range| styled(text, range, &ranges, theme)).collect()
}

/// The steps that say it.
fn saying(app: &App, template: &Template, cols: usize) -> Vec<Line<'static>> {
    let (theme, lang) = (&app.theme, app.lang);
    let plans = app.plans.all.as_deref().unwrap_or_default();
    let steps = rows::steps_saying(template, plans);
    let mut lines = vec![Line::default(), section(pick(lang, ("用在", "Said by")), cols, theme)];
    if steps.is_empty() {
        lines.push(Line::from(piece(pick(lang, ("没有方案用它", "no plan says it")), Role::Muted, theme)));
    }
    for (plan, step) in steps {
        let (title, from, until) = (step.title(lang), word::offset(step.offset, lang), word::offset(step.until, lang));
        let days = if from == until { from } else { format!("{from} … {until}") };
        lines.push(Line::from(vec![
            piece(format!("{} ", plan.id), Role::Muted, theme),
            piece(title.to_owned(), Role::Text, theme),
            piece(format!("  {days} · {}", purpose_name(step.purpose, lang)), Role::Muted, theme),
        ]));
    }
    lines
}

/// How often it was said at which step, and answered.
fn stats(app: &App, id: &TemplateId, cols: usize) -> Vec<Line<'static>> {
    let (theme, lang) = (&app.theme, app.lang);
    let Some(stats) = &app.templates.stats else { return Vec::new() };
    let n_days = (stats.period.to - stats.period.from).num_days() + 1;
    let heading = text!(lang, "最近 {n_days} 天的使用", "Use in the last {n_days} days");
    let mut lines = vec![Line::default(), section(&heading, cols, theme)];
    let rows: Vec<_> = stats.rows.iter().filter(|row| row.used.template == *id).collect();
    if rows.is_empty() {
        lines.push(Line::from(piece(pick(lang, ("没有用过", "not said so far")), Role::Muted, theme)));
    }
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    for row in rows {
        let step = row.used.step.as_ref().map(|(plan, step)| format!("{plan}/{step}"));
        let step = step.unwrap_or_else(|| pick(lang, ("任务之外", "beside tasks")).to_owned());
        let (used, replied) = (row.used.usage.n_used, row.used.usage.n_replied);
        let rate = row.rate.map(|rate| {
            let (share, low, high) = (percent(rate.share), percent(rate.low), percent(rate.high));
            text!(lang, "，{share} ({low}–{high})", ", {share} ({low}–{high})")
        });
        let rate = rate.unwrap_or_default();
        let counts = text!(lang, "{used} 次，回复 {replied}{rate}", "said {used}, replies {replied}{rate}");
        for (idx, part) in wrapped(&format!("{step}  {counts}"), cols).into_iter().enumerate() {
            let indent = if idx == 0 { "" } else { "  " };
            lines.push(Line::from(piece(format!("{indent}{part}"), Role::Text, theme)));
        }
    }
    lines
}
