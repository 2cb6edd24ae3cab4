//! Findings of the lint in words.

use guide_common::sop::plan::Lang;
use guide_common::template::lint::{Finding, LintRule, Place, Severity};

use crate::lang::pick;

/// What a finding means here, and what it would mean at headquarters.
pub fn weight(finding: &Finding, lang: Lang) -> &'static str {
    let pair = match (finding.severity, finding.rule.severity(Place::Headquarters)) {
        (Severity::Block, _) => ("禁止", "blocks"),
        (Severity::Warn, Severity::Block) => ("提醒，总部会退回", "warns; headquarters refuses"),
        (Severity::Warn, Severity::Warn) => ("提醒", "warns"),
    };
    pick(lang, pair)
}

/// A rule of the lint.
pub fn rule_name(rule: LintRule, lang: Lang) -> &'static str {
    let pair = match rule {
        LintRule::AbsoluteClaim => ("绝对化", "absolute claim"),
        LintRule::InvestmentPromise => ("投资承诺", "promise of returns"),
        LintRule::OutdatedMaterial => ("过时材质名", "outdated material"),
        LintRule::Pressure => ("紧迫施压", "pressure"),
        LintRule::BlindBox => ("盲盒", "blind box"),
        LintRule::TextMessage => ("短信", "text message"),
        LintRule::Privacy => ("隐私", "privacy"),
        LintRule::Expired => ("过期", "expired"),
    };
    pick(lang, pair)
}
