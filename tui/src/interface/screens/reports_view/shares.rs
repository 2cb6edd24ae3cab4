//! Satisfaction, who bought again, and what became of promises: each with its figure, its bars and its definition.

use ratatui::text::Line;

use super::{bars, heading};
use crate::interface::app::App;
use crate::interface::screens::reports::report;
use crate::interface::theme::Role;
use crate::interface::widgets::panes_view::texts;
use crate::lang::pick;
use crate::report::Figure;
use crate::report::words::repeat_definition;
use crate::text;

/// Scores with their mean, and how many of those who were asked gave one.
pub(super) fn satisfaction(app: &App, cols: usize) -> Vec<Line<'static>> {
    let Some(report) = report(app) else { return Vec::new() };
    let (lang, total, rates) = (app.lang, &report.total, report.rates);
    let n_scores: u64 = total.satisfaction.iter().sum();
    let mean = Figure::Mean(rates.mean_score).shown();
    let said = match n_scores {
        0 => pick(lang, ("这段时间没有收到评分", "No score came in these days")).to_owned(),
        n => text!(lang, "平均 {mean} 分（{n} 个评分）", "{mean} on average (scores: {n})"),
    };
    let mut lines = texts(app, &said, Role::Strong, cols);
    lines.push(Line::default());
    let role = |score| match score {
        4.. => Role::Good,
        3 => Role::Warn,
        _ => Role::Bad,
    };
    let name = |score: usize| match (score, lang) {
        (5, guide_common::sop::plan::Lang::Zh) => "5 满意".to_owned(),
        (1, guide_common::sop::plan::Lang::Zh) => "1 不满".to_owned(),
        (5, _) => "5 best".to_owned(),
        (1, _) => "1 worst".to_owned(),
        (score, _) => score.to_string(),
    };
    let scores: Vec<(String, u64, Role)> =
        (1..=5).rev().map(|score| (name(score), total.satisfaction[score - 1], role(score))).collect();
    lines.extend(bars(app, &scores, n_scores, cols));
    lines.push(Line::default());
    lines.push(heading(app, pick(lang, ("问了多少，答了多少", "Asked and answered"))));
    let asked = [
        (pick(lang, ("问过", "asked")).to_owned(), total.asked, Role::Accent),
        (pick(lang, ("给了评分", "answered")).to_owned(), total.answered, Role::Good),
    ];
    lines.extend(bars(app, &asked, total.asked, cols));
    let note = (
        "问过：要评分的节点里联系过的；3 分及以下会启动 24 小时挽回方案。",
        "Asked: steps that want a score and were contacted. A score of 3 or less starts the recovery plan.",
    );
    lines.extend(texts(app, pick(lang, note), Role::Muted, cols));
    lines
}

/// Who bought again, with the definition.
pub(super) fn repeat(app: &App, cols: usize) -> Vec<Line<'static>> {
    let Some(report) = report(app) else { return Vec::new() };
    let (lang, repeat, rates) = (app.lang, report.repeat, report.rates);
    let said = match repeat.cohort {
        0 => pick(
            lang,
            ("这段时间没有到期可算复购的客户", "No customer's year after the first purchase ends in these days"),
        )
        .to_owned(),
        _ => text!(lang, "复购率 {}", "Bought again: {}", Figure::Share(rates.repeat).shown()),
    };
    let mut lines = texts(app, &said, Role::Strong, cols);
    lines.push(Line::default());
    let cohort = [
        (pick(lang, ("可算的客户", "customers")).to_owned(), repeat.cohort, Role::Accent),
        (pick(lang, ("其中复购", "bought again")).to_owned(), repeat.repeated, Role::Good),
    ];
    lines.extend(bars(app, &cohort, repeat.cohort, cols));
    lines.extend(texts(app, &repeat_definition(repeat.within_days, lang), Role::Muted, cols));
    lines.push(Line::default());
    let returning = Figure::Share(rates.returning).shown();
    let title = text!(lang, "本期消费的客户：老客占 {returning}", "Buyers of these days: returning {returning}");
    lines.push(heading(app, &title));
    let buyers = [
        (pick(lang, ("消费的客户", "buyers")).to_owned(), repeat.buyers, Role::Accent),
        (pick(lang, ("其中老客", "returning")).to_owned(), repeat.returning, Role::Good),
    ];
    lines.extend(bars(app, &buyers, repeat.buyers, cols));
    let note = (
        "老客：在本期第一次消费之前已经买过的。算的是名下所有客户。",
        "Returning: had bought before their first purchase of the period. Of all your customers.",
    );
    lines.extend(texts(app, pick(lang, note), Role::Muted, cols));
    lines
}

/// What became of promises that fell due.
pub(super) fn promises(app: &App, cols: usize) -> Vec<Line<'static>> {
    let Some(report) = report(app) else { return Vec::new() };
    let (lang, promises) = (app.lang, report.promises);
    let sum = promises.sum();
    let kept = Figure::Share(report.rates.promises_kept).shown();
    let said = match sum {
        0 => pick(lang, ("这段时间没有到期的承诺", "No promise fell due in these days")).to_owned(),
        n => text!(lang, "到期 {n} 个承诺，按时兑现 {kept}", "Promises due: {n}, kept in time: {kept}"),
    };
    let mut lines = texts(app, &said, Role::Strong, cols);
    lines.push(Line::default());
    let rows = [
        (pick(lang, ("按时兑现", "kept")).to_owned(), promises.kept, Role::Good),
        (pick(lang, ("晚了才兑现", "kept late")).to_owned(), promises.kept_late, Role::Warn),
        (pick(lang, ("没有兑现", "broken")).to_owned(), promises.broken, Role::Bad),
        (pick(lang, ("还没到期", "still open")).to_owned(), promises.open, Role::Accent),
    ];
    lines.extend(bars(app, &rows, sum, cols));
    let note = (
        "一个承诺算在它到期的那段时间，只算一次；兑现率不算还没到期的。算的是名下所有客户。",
        "A promise counts where it falls due, once; the rate leaves out what is still open. Of all your customers.",
    );
    lines.extend(texts(app, pick(lang, note), Role::Muted, cols));
    lines
}
