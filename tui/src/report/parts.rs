//! The sections of a report, one function each.

use guide_common::report::funnel::CREDIT_DAYS;
use guide_common::report::rates::share;
use guide_common::report::{Figures, Report};
use guide_common::sop::plan::Lang;

use crate::lang::name::{outcome_name, reason_name};
use crate::lang::{Pair, pick};
use crate::report::Figure::{Count, Mean, Share};
use crate::report::words::{column_names, repeat_definition, stage_name, total_name};
use crate::report::{Figure, Section, SectionKind, day_name};
use crate::text;

type Row = (String, Vec<Figure>);

pub(super) fn summary(report: &Report, lang: Lang) -> Section {
    let (total, rates) = (&report.total, report.rates);
    let (repeat, promises) = (report.repeat, report.promises);
    let due = promises.sum() - promises.open;
    let n_scores: u64 = total.satisfaction.iter().sum();
    let row = |name: Pair, rate: Figure, part: u64, whole: u64| {
        (pick(lang, name).to_owned(), vec![rate, Count(part), Count(whole)])
    };
    let rows = vec![
        row(("完成率", "completed"), Share(rates.done), total.done, total.due),
        row(("按时率", "on time, of completed"), Share(rates.on_time), total.on_time, total.done),
        row(("评分应答率", "scores answered"), Share(rates.answered), total.answered, total.asked),
        row(("平均评分", "mean score"), Mean(rates.mean_score), n_scores, n_scores),
        row(("复购率", "bought again"), Share(rates.repeat), repeat.repeated, repeat.cohort),
        row(("老客占比", "returning buyers"), Share(rates.returning), repeat.returning, repeat.buyers),
        row(("承诺按时兑现率", "promises kept in time"), Share(rates.promises_kept), promises.kept, due),
    ];
    let rows = rows.into_iter().filter(|(_, cells)| !matches!(cells[0], Share(None) | Mean(None))).collect();
    section(
        SectionKind::Summary,
        ("概要", "Summary"),
        &[("指标", "Figure"), ("值", "Value"), ("其中", "Part"), ("基数", "Of")],
        rows,
        lang,
    )
}

pub(super) fn plans(report: &Report, lang: Lang) -> Section {
    let row = |name: &str, f: &Figures| {
        let counts = [f.due, f.done, f.on_time, f.skipped, f.not_reached, f.expired, f.superseded, f.ended, f.open];
        (name.to_owned(), counts.map(Count).to_vec())
    };
    let due = report.by_plan.iter().filter(|(_, figures)| figures.due > 0);
    let mut rows: Vec<Row> = due.map(|(plan, figures)| row(plan.as_str(), figures)).collect();
    rows.push(row(total_name(lang), &report.total));
    let mut section = section(SectionKind::Plans, ("按方案", "By plan"), &[("方案", "Plan")], rows, lang);
    section.heads.extend(column_names(lang));
    section
}

pub(super) fn funnel(report: &Report, lang: Lang) -> Section {
    let row = |name: &str, f: &Figures| (name.to_owned(), f.funnel.stages().map(|(_, n)| Count(n)).to_vec());
    let due = report.by_plan.iter().filter(|(_, figures)| figures.funnel.due > 0);
    let mut rows: Vec<Row> = due.map(|(plan, figures)| row(plan.as_str(), figures)).collect();
    if report.total.funnel.due > 0 {
        rows.push(row(total_name(lang), &report.total));
    }
    let mut section =
        section(SectionKind::Funnel, ("漏斗（按方案）", "Funnel by plan"), &[("方案", "Plan")], rows, lang);
    section.heads.extend(report.total.funnel.stages().map(|(stage, _)| stage_name(stage, lang)));
    let days = CREDIT_DAYS;
    section.note = Some(text!(
        lang,
        "单位：到期节点；每一步包含走得更远的；回复后 {days} 天内的到店和成交计入",
        "steps that were due; each stage includes those that came farther; what follows a reply counts for {days} days"
    ));
    section
}

pub(super) fn template_funnel(report: &Report, lang: Lang) -> Section {
    let due = report.by_template.iter().filter(|(_, figures)| figures.funnel.due > 0);
    let rows = due
        .map(|(template, figures)| {
            (template.as_str().to_owned(), figures.funnel.stages().map(|(_, n)| Count(n)).to_vec())
        })
        .collect();
    let title = ("漏斗（按话术）", "Funnel by template");
    let mut section = section(SectionKind::TemplateFunnel, title, &[("话术", "Template")], rows, lang);
    section.heads.extend(report.total.funnel.stages().map(|(stage, _)| stage_name(stage, lang)));
    section
}

pub(super) fn template_use(report: &Report, lang: Lang) -> Section {
    let used = report.by_template.iter().filter(|(_, figures)| figures.usage.n_used > 0);
    let rows = used
        .map(|(template, figures)| {
            let usage = figures.usage;
            let rate = Share(share(usage.n_replied, usage.n_used));
            (template.as_str().to_owned(), vec![Count(usage.n_used), Count(usage.n_replied), rate])
        })
        .collect();
    let heads = [("话术", "Template"), ("使用", "Said"), ("回复", "Replied"), ("回复率", "Reply rate")];
    section(SectionKind::TemplateUse, ("话术使用", "Use of templates"), &heads, rows, lang)
}

pub(super) fn outcomes(report: &Report, lang: Lang) -> Section {
    let outcomes = report.total.outcomes.iter();
    let rows = outcomes.map(|(code, n)| (outcome_name(*code, lang).to_owned(), vec![Count(*n)])).collect();
    let heads = [("联系结果", "Outcome"), ("次数", "Contacts")];
    section(SectionKind::Outcomes, ("联系结果", "Outcomes"), &heads, rows, lang)
}

pub(super) fn skipped(report: &Report, lang: Lang) -> Section {
    let reasons = report.total.skipped_by.iter();
    let rows = reasons.map(|(reason, n)| (reason_name(*reason, lang).to_owned(), vec![Count(*n)])).collect();
    let heads = [("跳过原因", "Reason"), ("节点", "Steps")];
    section(SectionKind::Skipped, ("跳过原因", "Skipped because"), &heads, rows, lang)
}

pub(super) fn satisfaction(report: &Report, lang: Lang) -> Section {
    let total = &report.total;
    let scores = total.satisfaction.iter().zip(1_u8..=5).rev();
    let rows = scores.map(|(n, score)| (text!(lang, "{score}分", "{score}/5"), vec![Count(*n)]));
    let rows = if total.mean_score().is_some() { rows.collect() } else { Vec::new() };
    let heads = [("评分", "Score"), ("次数", "Contacts")];
    let mut section = section(SectionKind::Satisfaction, ("满意度", "Satisfaction"), &heads, rows, lang);
    let (mean, answered) = (Mean(report.rates.mean_score).shown(), Share(report.rates.answered).shown());
    let asked = total.asked;
    section.note = Some(text!(
        lang,
        "平均 {mean}；问过评分并已联系的 {asked} 个节点中 {answered} 得到评分",
        "mean {mean}; {answered} of the {asked} contacted steps that ask for a score brought one"
    ));
    section
}

pub(super) fn repeat(report: &Report, lang: Lang) -> Section {
    let repeat = report.repeat;
    let row = |name: Pair, n| (pick(lang, name).to_owned(), vec![Count(n)]);
    let rows = match repeat.cohort + repeat.buyers {
        0 => Vec::new(),
        _ => vec![
            row(("首购满一年的客户", "first purchase a year ago"), repeat.cohort),
            row(("其中复购", "of those, bought again"), repeat.repeated),
            row(("本期购买的客户", "bought in the period"), repeat.buyers),
            row(("其中老客", "of those, had bought before"), repeat.returning),
        ],
    };
    let mut section = section(
        SectionKind::Repeat,
        ("复购", "Repeat purchases"),
        &[("客户", "Customers"), ("人数", "Number")],
        rows,
        lang,
    );
    section.note = Some(repeat_definition(repeat.within_days, lang));
    section
}

pub(super) fn promises(report: &Report, lang: Lang) -> Section {
    let promises = report.promises;
    let row = |name: Pair, n| (pick(lang, name).to_owned(), vec![Count(n)]);
    let rows = match promises.sum() {
        0 => Vec::new(),
        _ => vec![
            row(("按时兑现", "kept"), promises.kept),
            row(("逾期兑现", "kept late"), promises.kept_late),
            row(("逾期未兑现", "broken"), promises.broken),
            row(("未到期", "open"), promises.open),
        ],
    };
    let heads = [("承诺", "Promises"), ("件数", "Number")];
    section(SectionKind::Promises, ("本期到期的承诺", "Promises due in the period"), &heads, rows, lang)
}

pub(super) fn days(report: &Report, lang: Lang) -> Section {
    let days = report.days.iter();
    let rows = days.map(|day| (day_name(day.on), vec![Count(day.due), Count(day.done), Count(day.contacts)])).collect();
    let heads = [("日期", "Day"), ("到期", "Due"), ("完成", "Done"), ("联系", "Contacts")];
    section(SectionKind::Days, ("逐日", "Day by day"), &heads, rows, lang)
}

fn section(kind: SectionKind, title: Pair, heads: &[Pair], rows: Vec<Row>, lang: Lang) -> Section {
    let heads = heads.iter().map(|head| pick(lang, *head)).collect();
    Section { kind, title: pick(lang, title), note: None, heads, rows }
}
