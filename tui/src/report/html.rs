//! A report as one HTML page that needs nothing else: no script, no font, no address of another place. It names the guide
//! and the shop, and no customer.

use std::fmt::Write as _;

use guide_common::report::Report;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::ClockKind;

use crate::lang::{date, pick};
use crate::report::chart::{bars, escaped, funnel, lines};
use crate::report::words::stage_name;
use crate::report::{Figure, Section, SectionKind, sections};
use crate::text;

/// Of a longer period the days stand in the chart alone.
const MAX_DAY_ROWS: usize = 31;

/// Whose report it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The guide's name.
    pub guide: String,
    /// The shop's name.
    pub store: String,
    /// A virtual clock marks training data.
    pub clock: ClockKind,
}

/// The page in a language.
pub fn page(report: &Report, heading: &Heading, lang: Lang) -> String {
    let title = text!(lang, "服务报表 {}", "Service report {}", report.period.from);
    let title = escaped(&title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{}</style>\n</head>\n<body>\n",
        pick(lang, ("zh-CN", "en")),
        include_str!("page.css")
    );
    html.push_str(&head(report, heading, lang));
    for section in sections(report, lang) {
        html.push_str(&drawn(&section, report, lang));
    }
    html.push_str("</body>\n</html>\n");
    html
}

fn head(report: &Report, heading: &Heading, lang: Lang) -> String {
    let (from, to) = (date::full(report.period.from, lang), date::full(report.period.to, lang));
    let as_of = date::full(report.as_of, lang);
    let mut html = format!("<header>\n<h1>{}</h1>\n", pick(lang, ("服务报表", "Service report")));
    let who = [&heading.store, &heading.guide].map(|name| escaped(name)).join(" · ");
    let when = text!(lang, "{from} 至 {to}，截至 {as_of}", "{from} to {to}, as of the end of {as_of}");
    let _ = write!(html, "<p>{who}</p>\n<p class=\"soft\">{when}</p>\n");
    if heading.clock == ClockKind::Virtual {
        let _ = writeln!(html, "<p class=\"training\">{}</p>", pick(lang, ("演示数据", "Training data")));
    }
    html.push_str("</header>\n");
    html
}

fn drawn(section: &Section, report: &Report, lang: Lang) -> String {
    if section.kind == SectionKind::Summary {
        return tiles(section);
    }
    let mut html = format!("<section>\n<h2>{}</h2>\n", escaped(section.title));
    html.push_str(&chart(section, report, lang));
    if section.kind != SectionKind::Days || section.rows.len() <= MAX_DAY_ROWS {
        html.push_str(&table(section));
    }
    if let Some(note) = &section.note {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", escaped(note));
    }
    html.push_str("</section>\n");
    html
}

fn tiles(section: &Section) -> String {
    let mut html = "<section class=\"tiles\">\n".to_owned();
    for (name, cells) in &section.rows {
        let shown: Vec<String> = cells.iter().map(|cell| cell.shown()).collect();
        let [value, part, whole] = shown.as_slice() else { continue };
        let _ = writeln!(
            html,
            "<div><b>{value}</b><span>{}</span><span class=\"soft\">{part} / {whole}</span></div>",
            escaped(name)
        );
    }
    html.push_str("</section>\n");
    html
}

fn chart(section: &Section, report: &Report, lang: Lang) -> String {
    let first_of = |(name, cells): &(String, Vec<Figure>)| match cells.first() {
        Some(Figure::Count(n)) => (name.clone(), *n),
        _ => (name.clone(), 0),
    };
    match section.kind {
        SectionKind::Funnel => {
            let stages = report.total.funnel.stages();
            let stages: Vec<_> = stages.iter().map(|(stage, n)| (stage_name(*stage, lang).to_owned(), *n)).collect();
            funnel(section.title, &stages)
        }
        SectionKind::Outcomes | SectionKind::Skipped | SectionKind::Satisfaction | SectionKind::Promises => {
            bars(section.title, &section.rows.iter().map(first_of).collect::<Vec<_>>())
        }
        SectionKind::Days => {
            let ends = [report.days.first(), report.days.last()];
            let ends = ends.map(|day| day.map(|day| day.on.to_string()).unwrap_or_default());
            let series: Vec<(String, Vec<u64>)> = vec![
                (section.heads[1].to_owned(), report.days.iter().map(|day| day.due).collect()),
                (section.heads[2].to_owned(), report.days.iter().map(|day| day.done).collect()),
                (section.heads[3].to_owned(), report.days.iter().map(|day| day.contacts).collect()),
            ];
            lines(section.title, (&ends[0], &ends[1]), &series)
        }
        _ => String::new(),
    }
}

fn table(section: &Section) -> String {
    let mut html = "<table>\n<thead><tr>".to_owned();
    for head in &section.heads {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(head));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for (name, cells) in &section.rows {
        let _ = write!(html, "<tr><th scope=\"row\">{}</th>", escaped(name));
        for cell in cells {
            let _ = write!(html, "<td>{}</td>", cell.shown());
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::report;

    fn heading() -> Heading {
        Heading { guide: "顾南星".to_owned(), store: "示范一店".to_owned(), clock: ClockKind::Real }
    }

    #[test]
    fn the_page_needs_nothing_else_and_runs_nothing() {
        for lang in [Lang::Zh, Lang::En] {
            let html = page(&report(), &heading(), lang);
            for foreign in ["<script", "<link", "<img", "src=", "href=", "url(", "@import", "http://", "https://"] {
                let html = html.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
                assert!(!html.contains(foreign), "{foreign}");
            }
            assert!(html.contains("default-src 'none'"));
            assert!(html.contains("prefers-color-scheme: dark") && html.contains("@page"));
        }
    }

    #[test]
    fn it_has_a_funnel_bars_and_lines_with_the_figures_of_the_report() {
        let html = page(&report(), &heading(), Lang::En);
        assert!(html.contains("<html lang=\"en\">") && html.contains("示范一店 · 顾南星"));
        assert!(html.contains(">7 (58%)</text>"), "the funnel");
        assert!(html.contains("<polyline class=\"line s0\" points=\"0.0,46.7 640.0,10.0\"/>"), "due on two days");
        assert!(html.contains("<b>41.7%</b>") && html.contains("5 / 12"), "the summary");
        assert!(html.contains("day 365 after the first purchase"), "the definition");
        assert!(page(&report(), &heading(), Lang::Zh).contains("首购后第 365 天"));
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let hostile = Heading { guide: "<img src=x onerror=alert(1)>".to_owned(), ..heading() };
        let html = page(&report(), &hostile, Lang::Zh);
        assert!(!html.contains("<img") && html.contains("&lt;img src=x onerror=alert(1)&gt;"));
    }

    #[test]
    fn training_data_is_marked() {
        let training = Heading { clock: ClockKind::Virtual, ..heading() };
        assert!(page(&report(), &training, Lang::Zh).contains("演示数据"));
        assert!(!page(&report(), &heading(), Lang::Zh).contains("演示数据"));
    }
}
