//! What was due and what became of it, day by day, and what came of the contacts.

use guide_common::outcome::OutcomeCode;
use guide_common::report::{Figures, Report};
use guide_common::sop::plan::Lang;
use ratatui::text::Line;

use super::{bars, heading};
use crate::interface::app::App;
use crate::interface::screens::reports::report;
use crate::interface::text::{fit, is_linear};
use crate::interface::theme::Role;
use crate::interface::widgets::chart::{spark, squeezed};
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::panes_view::texts;
use crate::lang::name::{outcome_name, reason_name};
use crate::lang::{date, pick};
use crate::report::Figure;
use crate::report::words::column_names;
use crate::text;

/// The section.
pub(super) fn lines(app: &App, cols: usize) -> Vec<Line<'static>> {
    let Some(report) = report(app) else { return Vec::new() };
    let (lang, total) = (app.lang, &report.total);
    let mut lines = texts(app, &sentence(report, lang), Role::Strong, cols);
    if report.as_of < report.period.to {
        let as_of = date::day(report.as_of, lang);
        lines.extend(texts(app, &text!(lang, "算到 {as_of} 为止", "as of the end of {as_of}"), Role::Muted, cols));
    }
    lines.push(Line::default());
    lines.extend(bars(app, &columns(total, lang), total.due, cols));
    lines.extend(days(app, report, cols));
    let codes: Vec<(String, u64, Role)> = OutcomeCode::ALL
        .into_iter()
        .filter_map(|code| Some((outcome_name(code, lang).to_owned(), *total.outcomes.get(&code)?, role(code))))
        .collect();
    let n_contacts = codes.iter().map(|(_, n, _)| n).sum();
    lines.extend(section(app, ("联系结果", "Outcomes"), &codes, n_contacts, cols));
    let reasons: Vec<_> =
        total.skipped_by.iter().map(|(reason, n)| (reason_name(*reason, lang).to_owned(), *n, Role::Muted)).collect();
    lines.extend(section(app, ("跳过原因", "Skipped because"), &reasons, total.skipped, cols));
    lines
}

fn section(
    app: &App,
    title: (&'static str, &'static str),
    rows: &[(String, u64, Role)],
    whole: u64,
    cols: usize,
) -> Vec<Line<'static>> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::default(), heading(app, pick(app.lang, title))];
    lines.extend(bars(app, rows, whole, cols));
    lines
}

/// What it comes to, in a sentence.
fn sentence(report: &Report, lang: Lang) -> String {
    let (total, rates) = (&report.total, report.rates);
    let (done, on_time) = (Figure::Share(rates.done).shown(), Figure::Share(rates.on_time).shown());
    match (total.due, total.done) {
        (0, _) => pick(lang, ("这段时间没有到期的节点", "Nothing was due in these days")).to_owned(),
        (due, 0) => text!(lang, "到期 {due}，一个都还没完成", "{due} due, none of them done so far"),
        (due, n) => {
            text!(
                lang,
                "到期 {due}，完成 {n}（{done}），其中按时 {on_time}",
                "{due} due, {n} done ({done}), of which on time {on_time}"
            )
        }
    }
}

/// The columns of what was due, without the sum.
pub(super) fn columns(figures: &Figures, lang: Lang) -> Vec<(String, u64, Role)> {
    let [_, done, on_time, skipped, not_reached, expired, superseded, ended, open] = column_names(lang);
    let rows = [
        (done.to_owned(), figures.done, Role::Good),
        (text!(lang, "  {on_time}", "  {on_time}"), figures.on_time, Role::Good),
        (skipped.to_owned(), figures.skipped, Role::Muted),
        (not_reached.to_owned(), figures.not_reached, Role::Warn),
        (expired.to_owned(), figures.expired, Role::Bad),
        (superseded.to_owned(), figures.superseded, Role::Muted),
        (ended.to_owned(), figures.ended, Role::Muted),
        (open.to_owned(), figures.open, Role::Accent),
    ];
    rows.to_vec()
}

/// What an outcome says of the work, beside its name.
fn role(code: OutcomeCode) -> Role {
    match code {
        OutcomeCode::Interested | OutcomeCode::Appointment | OutcomeCode::Visited | OutcomeCode::Bought => Role::Good,
        OutcomeCode::Complaint | OutcomeCode::DoNotContact => Role::Bad,
        OutcomeCode::NoReply => Role::Warn,
        _ => Role::Accent,
    }
}

/// Day by day in words.
fn told_days(report: &Report, lang: Lang) -> Vec<Line<'static>> {
    let told = report.days.iter().map(|day| {
        let (on, due, done, contacts) = (date::short(day.on, report.period.to, lang), day.due, day.done, day.contacts);
        text!(
            lang,
            "{on}：到期 {due}，完成 {done}，联系 {contacts}",
            "{on}: due {due}, done {done}, contacts {contacts}"
        )
    });
    told.map(Line::from).collect()
}

/// A line a figure, a character a day, or so many days as have room.
fn days(app: &App, report: &Report, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    if report.days.len() < 2 {
        return Vec::new();
    }
    if is_linear(cols) {
        return told_days(report, lang);
    }
    let name_cols = pick(lang, (6, 9));
    let room = cols.saturating_sub(name_cols + 12).max(8);
    let n_days = report.days.len().div_ceil(room);
    let mut lines = vec![
        Line::default(),
        heading(
            app,
            &match n_days {
                1 => pick(lang, ("每天", "Day by day")).to_owned(),
                n => text!(lang, "每格 {n} 天", "{n} days a mark"),
            },
        ),
    ];
    let series = [
        (("到期", "Due"), Role::Accent, report.days.iter().map(|day| day.due).collect::<Vec<u64>>()),
        (("完成", "Done"), Role::Good, report.days.iter().map(|day| day.done).collect()),
        (("联系", "Contacts"), Role::Text, report.days.iter().map(|day| day.contacts).collect()),
    ];
    for (name, role, values) in series {
        let most = text!(lang, "  最多 {}", "  most {}", values.iter().max().copied().unwrap_or(0));
        lines.push(Line::from(vec![
            piece(format!("{} ", fit(pick(lang, name), name_cols)), Role::Text, &app.theme),
            piece(spark(&squeezed(&values, room)), role, &app.theme),
            piece(most, Role::Muted, &app.theme),
        ]));
    }
    lines
}
