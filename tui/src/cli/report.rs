//! `guide report`: what was due in a period and what became of it.

use chrono::{Datelike, NaiveDate};
use clap::Args as ClapArgs;
use guide_common::id::PlanId;
use guide_common::report::{Figures, Report};
use guide_common::sop::plan::Lang;
use guide_common::time::Period;

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::day;
use crate::cli::table::{Side, Table};
use crate::lang::name::{outcome_name, reason_name};
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide report`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The first day; the first of this month where it is missing
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    from: Option<DateWord>,
    /// The last day; today where it is missing
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    to: Option<DateWord>,
    /// Only this plan
    #[arg(long, value_name = "ID")]
    plan: Option<PlanId>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let (client, status) = context.client_and_status().await?;
    let period = period(&args, today(&status), context)?;
    let report = client.report(period, args.plan.as_ref()).await?;
    context.show(&report, |context| page(&report, context))
}

fn period(args: &Args, today: NaiveDate, context: &Context) -> Answer<Period> {
    let to = args.to.map_or(Ok(today), |word| day(word, today, context))?;
    let from = args.from.map_or(Ok(to.with_day(1).unwrap_or(to)), |word| day(word, today, context))?;
    Period::new(from, to).ok_or_else(|| {
        Failure::Usage(text!(
            context.lang,
            "开始日 {from} 晚于结束日 {to}",
            "the first day, {from}, lies after the last, {to}"
        ))
    })
}

pub(crate) fn page(report: &Report, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let (from, to) = (date::full(report.period.from, lang), date::full(report.period.to, lang));
    let mut page = style.bold(&text!(lang, "{from} 至 {to}", "{from} to {to}")) + "\n\n";
    page.push_str(&dues(report, context));
    let total = &report.total;
    page.push_str(&counts(pick(lang, ("联系结果", "Outcomes")), outcomes(total, lang)));
    page.push_str(&counts(pick(lang, ("跳过原因", "Skipped because")), reasons(total, lang)));
    page.push_str(&counts(pick(lang, ("满意度", "Satisfaction")), scores(total)));
    page
}

fn dues(report: &Report, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("方案", "Plan")), Side::Left),
        (pick(lang, ("到期", "Due")), Side::Right),
        (pick(lang, ("完成", "Done")), Side::Right),
        (pick(lang, ("按时", "On time")), Side::Right),
        (pick(lang, ("跳过", "Skipped")), Side::Right),
        (pick(lang, ("未联系上", "Not reached")), Side::Right),
        (pick(lang, ("过期", "Expired")), Side::Right),
        (pick(lang, ("被取代", "Superseded")), Side::Right),
        (pick(lang, ("终止", "Ended")), Side::Right),
        (pick(lang, ("待办", "Open")), Side::Right),
    ]);
    let row = |name: &str, figures: &Figures| {
        let counts = [
            figures.due,
            figures.done,
            figures.on_time,
            figures.skipped,
            figures.not_reached,
            figures.expired,
            figures.superseded,
            figures.ended,
            figures.open,
        ];
        std::iter::once(name.to_owned()).chain(counts.map(|count| count.to_string())).collect::<Vec<_>>()
    };
    for (plan, figures) in &report.by_plan {
        table.row(row(plan.as_str(), figures));
    }
    table.row(row(pick(lang, ("合计", "Total")), &report.total));
    table.render(context.style)
}

fn outcomes(figures: &Figures, lang: Lang) -> Vec<(String, u64)> {
    figures.outcomes.iter().map(|(code, count)| (outcome_name(*code, lang).to_owned(), *count)).collect()
}

fn reasons(figures: &Figures, lang: Lang) -> Vec<(String, u64)> {
    figures.skipped_by.iter().map(|(reason, count)| (reason_name(*reason, lang).to_owned(), *count)).collect()
}

fn scores(figures: &Figures) -> Vec<(String, u64)> {
    figures.satisfaction.iter().zip(1..).filter(|(count, _)| **count > 0).map(|(n, s)| (s.to_string(), *n)).collect()
}

fn counts(title: &str, rows: Vec<(String, u64)>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new([("", Side::Left), ("", Side::Right)]);
    for (name, count) in rows {
        table.row([name, count.to_string()]);
    }
    format!("\n{title}\n{}", table.render_bare())
}
