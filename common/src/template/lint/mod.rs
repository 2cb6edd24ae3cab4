//! Lint (话术检查): what a template or a script should not say, with the rule, the place and what to write instead. At
//! headquarters most findings stop a publication; at the shop they warn whoever writes.

mod plain;
mod privacy;
pub mod script;
pub mod source;
pub mod words;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::plain::{Plain, Span};
use self::words::LintWords;
use super::Template;
use super::length::sms_fault;
use super::notation::{Segment, parse_lenient};
use super::variable::Variable;
use crate::outcome::Channel;
use crate::sop::plan::{Lang, Text};

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LintRule {
    /// 绝对化: a superlative that nobody can check.
    AbsoluteClaim,
    /// 投资承诺: a promise of returns.
    InvestmentPromise,
    /// 过时材质名: a name of a material that is out of use.
    OutdatedMaterial,
    /// 紧迫施压: pressing the customer.
    Pressure,
    /// 盲盒: a draw without its published rules.
    BlindBox,
    /// 短信: a text message without its sender or without the way out.
    TextMessage,
    /// 隐私: a phone number, another person's name, or what another person bought.
    Privacy,
    /// 过期: a day that has passed, a coupon that is void, a price that is or can become too old.
    Expired,
}

impl LintRule {
    /// The name in files and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::AbsoluteClaim => "absolute_claim",
            Self::InvestmentPromise => "investment_promise",
            Self::OutdatedMaterial => "outdated_material",
            Self::Pressure => "pressure",
            Self::BlindBox => "blind_box",
            Self::TextMessage => "text_message",
            Self::Privacy => "privacy",
            Self::Expired => "expired",
        }
    }

    /// How much a finding weighs at a place. Names of materials and pressure only warn. Privacy and what has expired
    /// stop a text everywhere: between them and the customer there is nothing else.
    pub fn severity(self, place: Place) -> Severity {
        match (self, place) {
            (Self::OutdatedMaterial | Self::Pressure, _) => Severity::Warn,
            (Self::Privacy | Self::Expired, _) | (_, Place::Headquarters) => Severity::Block,
            (_, Place::Shop) => Severity::Warn,
        }
    }
}

/// Where a text is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Before a publication.
    Headquarters,
    /// On a terminal.
    Shop,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The text is not published, or not sent.
    Block,
    /// Whoever writes is told.
    Warn,
}

/// One thing that is wrong, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub rule: LintRule,
    /// How much it weighs.
    pub severity: Severity,
    /// The language of the text.
    pub lang: Lang,
    /// The line of the text, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
    /// What was found, as it stands there.
    pub found: String,
    /// What to write instead.
    pub fix: Text,
}

/// Checks both texts of a template. `names` are people of whom it must not speak.
pub fn lint(template: &Template, words: &LintWords, place: Place, names: &[&str]) -> Vec<Finding> {
    [Lang::Zh, Lang::En].into_iter().flat_map(|lang| lint_in(template, words, place, names, lang)).collect()
}

/// Checks a text that is no template, such as what was filled in by hand: its words, phone numbers and names.
pub fn lint_text(text: &str, lang: Lang, words: &LintWords, place: Place, names: &[&str]) -> Vec<Finding> {
    let mut page = Page { text, lang, place, findings: Vec::new() };
    page.words(&Plain::new(text), 0, words, |_| true);
    page.privacy(&Plain::new(text), 0, names, &[]);
    page.done()
}

fn lint_in(template: &Template, words: &LintWords, place: Place, names: &[&str], lang: Lang) -> Vec<Finding> {
    let text = template.text.in_lang(lang);
    let segments = parse_lenient(text);
    let says_rules = segments.iter().any(|s| matches!(s, Segment::Variable { variable: Variable::Rules, .. }))
        || (is_public(template.channel) && words.says_where_rules_are(&Plain::new(text)));
    let mut page = Page { text, lang, place, findings: Vec::new() };
    for segment in segments {
        let slice = match segment {
            Segment::Text(slice) | Segment::Variable { fallback: Some(slice), .. } => slice,
            Segment::Variable { variable: Variable::GoldPrice, fallback: None, limit: None } => {
                page.unlimited_price();
                continue;
            }
            Segment::Variable { .. } | Segment::Unknown(_) => continue,
        };
        let (plain, base) = (Plain::new(slice), offset_in(text, slice));
        page.words(&plain, base, words, |rule| rule != LintRule::BlindBox || !says_rules);
        page.privacy(&plain, base, names, &[]);
    }
    if template.channel == Channel::Sms {
        page.sms();
    }
    page.done()
}

/// Whether a message has no one customer whose rules it could name.
fn is_public(channel: Channel) -> bool {
    matches!(channel, Channel::Moments | Channel::Group)
}

/// Where a part of a text begins in it.
fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// A text that is being checked.
struct Page<'t> {
    text: &'t str,
    lang: Lang,
    place: Place,
    findings: Vec<Finding>,
}

impl Page<'_> {
    /// Finds words in a part of the text that begins at `base`.
    fn words(&mut self, part: &Plain, base: usize, words: &LintWords, counts: impl Fn(LintRule) -> bool) {
        for hit in words.hits(part).into_iter().filter(|hit| counts(hit.rule)) {
            self.find(hit.rule, hit.span, base, hit.fix.clone());
        }
    }

    /// Finds phone numbers but those of `own_phones`, and names.
    fn privacy(&mut self, part: &Plain, base: usize, names: &[&str], own_phones: &[&str]) {
        for (span, fix) in privacy::find(part, names, own_phones) {
            self.find(LintRule::Privacy, span, base, fix);
        }
    }

    /// A price without a limit would be said however old it is.
    fn unlimited_price(&mut self) {
        let name = Variable::GoldPrice;
        let start = [name.zh(), name.en()].iter().filter_map(|name| self.text.find(name)).min().unwrap_or_default();
        let n_bytes = self.text.get(start..).and_then(|rest| rest.find('}')).unwrap_or_default();
        let fix = Text {
            zh: "金价要有时限，写成{今日金价!30min}".to_owned(),
            en: "a price needs a limit: write {gold_price!30min}".to_owned(),
        };
        self.find(LintRule::Expired, Span { start, end: start + n_bytes }, 0, fix);
    }

    fn sms(&mut self) {
        if let Some(fault) = sms_fault(self.text, self.lang) {
            let (zh, en) = fault.fix();
            let fix = Text { zh: zh.to_owned(), en: en.to_owned() };
            self.find(LintRule::TextMessage, Span { start: 0, end: 0 }, 0, fix);
        }
    }

    fn find(&mut self, rule: LintRule, span: Span, base: usize, fix: Text) {
        let (start, end) = (base + span.start, base + span.end);
        let before = self.text.get(..start).unwrap_or_default();
        self.findings.push(Finding {
            rule,
            severity: rule.severity(self.place),
            lang: self.lang,
            line: 1 + before.matches('\n').count(),
            column: 1 + before.rsplit('\n').next().unwrap_or_default().chars().count(),
            found: self.text.get(start..end).unwrap_or_default().to_owned(),
            fix,
        });
    }

    fn done(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| (finding.line, finding.column, finding.rule));
        self.findings
    }
}
