//! A report as people get it: its sections with heads, rows and definitions in a language. The page of the command line,
//! the CSV file and the HTML page are all made of these.

pub mod chart;
pub mod html;
mod parts;
pub mod spreadsheet;
pub mod words;

use chrono::NaiveDate;
use guide_common::report::Report;
use guide_common::sop::plan::Lang;

/// One table of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Which one.
    pub kind: SectionKind,
    /// Its title.
    pub title: &'static str,
    /// What its figures mean, where that needs saying.
    pub note: Option<String>,
    /// The heads of its columns; the first is that of the names.
    pub heads: Vec<&'static str>,
    /// Its rows: a name, and a cell for each further head.
    pub rows: Vec<(String, Vec<Figure>)>,
}

/// The sections, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// Shares and means of everything.
    Summary,
    /// The columns of what was due, plan by plan.
    Plans,
    /// How far the steps came, plan by plan.
    Funnel,
    /// How far the steps came, template by template.
    TemplateFunnel,
    /// How often templates were said and answered.
    TemplateUse,
    /// Contacts by what came of them.
    Outcomes,
    /// The skipped ones by reason.
    Skipped,
    /// Scores.
    Satisfaction,
    /// Who bought again.
    Repeat,
    /// What became of promises.
    Promises,
    /// Day by day.
    Days,
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A number of things.
    Count(u64),
    /// A share between 0 and 1; none where there is nothing to divide by.
    Share(Option<f64>),
    /// A mean.
    Mean(Option<f64>),
}

impl Figure {
    /// As people read it: `12`, `41.7%`, `4.2`; `-` where there is none.
    pub fn shown(self) -> String {
        match self {
            Self::Count(n) => n.to_string(),
            Self::Share(Some(share)) => format!("{:.1}%", share * 100.0),
            Self::Mean(Some(mean)) => format!("{mean:.2}"),
            Self::Share(None) | Self::Mean(None) => "-".to_owned(),
        }
    }
}

/// The sections that have something to say.
pub fn sections(report: &Report, lang: Lang) -> Vec<Section> {
    let all = [
        parts::summary(report, lang),
        parts::plans(report, lang),
        parts::funnel(report, lang),
        parts::template_funnel(report, lang),
        parts::template_use(report, lang),
        parts::outcomes(report, lang),
        parts::skipped(report, lang),
        parts::satisfaction(report, lang),
        parts::repeat(report, lang),
        parts::promises(report, lang),
        parts::days(report, lang),
    ];
    all.into_iter().filter(|section| !section.rows.is_empty()).collect()
}

/// A day in a row's name: the same in both languages, and one that a spreadsheet reads as a date.
pub(crate) fn day_name(on: NaiveDate) -> String {
    on.to_string()
}

#[cfg(test)]
pub(crate) mod fixture;
