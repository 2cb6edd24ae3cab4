//! `guide-hub report`.

use std::fmt::Write as _;

use guide_common::outcome::{OutcomeCode, SkipReason};
use guide_common::report::funnel::{Funnel, Stage};
use guide_common::report::{Figures, Report};
use guide_common::sop::plan::Lang;
use guide_common::time::Period;

use super::Output;
use super::args::ReportArgs;
use super::table::Table;
use crate::clock::Moment;
use crate::db::Db;
use crate::error::HubError;
use crate::report::{ChainReport, ReportRequest, chain_report};

pub(super) async fn run(db: &Db, args: ReportArgs, moment: Moment) -> Result<Output, HubError> {
    let period = Period::new(args.from, args.to).ok_or_else(|| {
        HubError::refused(format!("the period ends on {} before it begins on {}", args.to, args.from))
    })?;
    let request = ReportRequest { period, moment, guide: args.guide, store: args.store, plan: args.plan };
    let report = chain_report(db, &request).await?;
    if args.json {
        return Output::json(report);
    }
    let from_env = || if std::env::var("LANG").is_ok_and(|lang| lang.starts_with("en")) { Lang::En } else { Lang::Zh };
    Ok(Output::done(told(&report, args.lang.unwrap_or_else(from_env))))
}

fn told(chain: &ChainReport, lang: Lang) -> String {
    let say = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let report = &chain.report;
    let mut text = match lang {
        Lang::Zh => format!("{} 至 {}，截至 {} 当天结束\n\n", report.period.from, report.period.to, report.as_of),
        Lang::En => format!("{} to {}, as of the end of {}\n\n", report.period.from, report.period.to, report.as_of),
    };
    let mut table = Table::new(&[
        "",
        say("到期", "due"),
        say("完成", "done"),
        say("按时", "on time"),
        say("跳过", "skipped"),
        say("未联系上", "not reached"),
        say("过期", "expired"),
        say("被取代", "superseded"),
        say("终止", "ended"),
        say("待办", "open"),
    ]);
    let mut row = |name: String, f: &Figures| {
        let numbers = [f.due, f.done, f.on_time, f.skipped, f.not_reached, f.expired, f.superseded, f.ended, f.open];
        table.row(std::iter::once(name).chain(numbers.map(|n| n.to_string())));
    };
    row(say("合计", "total").to_owned(), &report.total);
    for (plan, figures) in &report.by_plan {
        row(format!("{}{plan}", say("方案 ", "plan ")), figures);
    }
    for (store, figures) in &chain.by_store {
        row(format!("{}{store}", say("门店 ", "store ")), figures);
    }
    for (guide, figures) in &chain.by_guide {
        let name = chain.guide_names.get(guide).map(String::as_str).unwrap_or_default();
        row(format!("{}{guide} {name}", say("导购 ", "guide ")), figures);
    }
    text.push_str(&table.text());
    text.push('\n');
    let total = &report.total;
    let outcomes = total.outcomes.iter().map(|(code, n)| format!("{} {n}", outcome_name(*code, lang)));
    line(&mut text, say("跟进结果", "outcomes"), outcomes);
    let skipped = total.skipped_by.iter().map(|(reason, n)| format!("{} {n}", reason_name(*reason, lang)));
    line(&mut text, say("跳过原因", "skipped because"), skipped);
    let scores = total.satisfaction.iter().enumerate().filter(|(_, n)| **n > 0);
    let scores = scores.rev().map(|(idx, n)| format!("{}{} {n}", idx + 1, say("分", "/5")));
    line(&mut text, say("满意度", "satisfaction"), scores);
    line(&mut text, say("其中", "rates"), rates(report, lang).into_iter());
    line(&mut text, say("漏斗", "funnel"), funnel(total.funnel, lang));
    let promises = report.promises;
    let promises = [
        (say("按时兑现", "kept"), promises.kept),
        (say("逾期兑现", "kept late"), promises.kept_late),
        (say("逾期未兑现", "broken"), promises.broken),
        (say("未到期", "open"), promises.open),
    ];
    line(&mut text, say("承诺", "promises"), promises.iter().map(|(name, n)| format!("{name} {n}")));
    let repeat = report.repeat;
    let (days, repeated, cohort) = (repeat.within_days, repeat.repeated, repeat.cohort);
    let _ = match lang {
        Lang::Zh => writeln!(
            text,
            "复购: 首购后第 {days} 天落在本期的 {cohort} 位客户中，{repeated} 位在这 {days} 天内另有一天再次购买"
        ),
        Lang::En => writeln!(
            text,
            "bought again: {repeated} of the {cohort} customers whose day {days} after the first purchase lies in the period \
             bought on another day within these {days} days"
        ),
    };
    if chain.n_unassigned > 0 {
        let _ = match lang {
            Lang::Zh => writeln!(text, "另有 {} 位客户未分配导购，不计入。", chain.n_unassigned),
            Lang::En => writeln!(text, "{} customers have no guide and are not counted.", chain.n_unassigned),
        };
    }
    text
}

/// The shares that have something to be shares of.
fn rates(report: &Report, lang: Lang) -> Vec<String> {
    let say = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let rates = report.rates;
    let mean = rates.mean_score.map(|mean| format!("{} {mean:.2}", say("平均评分", "mean score")));
    let shares = [
        (say("完成率", "completed"), rates.done),
        (say("按时率", "on time"), rates.on_time),
        (say("评分应答率", "scores answered"), rates.answered),
        (say("复购率", "bought again"), rates.repeat),
        (say("老客占比", "returning buyers"), rates.returning),
        (say("承诺按时兑现率", "promises kept in time"), rates.promises_kept),
    ];
    let share = |(name, share): (&str, Option<f64>)| share.map(|share| format!("{name} {:.1}%", share * 100.0));
    mean.into_iter().chain(shares.into_iter().filter_map(share)).collect()
}

fn funnel(funnel: Funnel, lang: Lang) -> impl Iterator<Item = String> {
    let name = move |stage: Stage| match (stage, lang) {
        (Stage::Due, Lang::Zh) => "到期",
        (Stage::Due, Lang::En) => "due",
        (Stage::Contacted, Lang::Zh) => "已联系",
        (Stage::Contacted, Lang::En) => "contacted",
        (Stage::Replied, Lang::Zh) => "已回复",
        (Stage::Replied, Lang::En) => "replied",
        (Stage::Booked, Lang::Zh) => "已约",
        (Stage::Booked, Lang::En) => "booked",
        (Stage::Visited, Lang::Zh) => "到店",
        (Stage::Visited, Lang::En) => "visited",
        (Stage::Bought, Lang::Zh) => "成交",
        (Stage::Bought, Lang::En) => "bought",
    };
    funnel.stages().into_iter().map(move |(stage, n)| format!("{} {n}", name(stage)))
}

fn line(text: &mut String, title: &str, parts: impl Iterator<Item = String>) {
    let parts: Vec<String> = parts.collect();
    if !parts.is_empty() {
        let _ = writeln!(text, "{title}: {}", parts.join(", "));
    }
}

fn outcome_name(code: OutcomeCode, lang: Lang) -> String {
    let zh = match code {
        OutcomeCode::Interested => "有意向",
        OutcomeCode::Appointment => "已约到店",
        OutcomeCode::Visited => "到店未成交",
        OutcomeCode::Bought => "已成交",
        OutcomeCode::NoNeed => "暂无需求",
        OutcomeCode::NoReply => "未接未回",
        OutcomeCode::CallLater => "改日联系",
        OutcomeCode::Complaint => "不满投诉",
        OutcomeCode::DoNotContact => "请勿打扰",
        OutcomeCode::Skipped => "跳过",
        OutcomeCode::Unknown => "其他",
    };
    if lang == Lang::Zh { zh.to_owned() } else { code.names().2.replace('_', " ") }
}

fn reason_name(reason: SkipReason, lang: Lang) -> String {
    let zh = match reason {
        SkipReason::MetToday => "今天已见面",
        SkipReason::Travelling => "客户出差",
        SkipReason::WrongData => "信息有误",
        SkipReason::UnfitContent => "内容不合适",
        SkipReason::StalePrice => "价格已过期",
        SkipReason::ColleagueDid => "已由同事联系",
        SkipReason::Unknown => "其他",
    };
    if lang == Lang::Zh { zh.to_owned() } else { reason.names().1.replace('_', " ") }
}
