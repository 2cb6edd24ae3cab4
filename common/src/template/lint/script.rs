//! What only shows when a script is rendered: days that have passed, void coupons, old prices, numbers and names that
//! came in with the values, and what a linked person bought.

use chrono::NaiveDateTime;

use super::plain::{Plain, Span};
use super::words::LintWords;
use super::{Finding, LintRule, Page, Place, is_public};
use crate::sop::plan::{Lang, Text};
use crate::template::compiled::CompiledTemplate;
use crate::template::value::Value;
use crate::template::values::Values;
use crate::template::variable::Variable;
use crate::template::{Piece, Script};

/// To whom and when a script is said.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'d> {
    /// Where it is checked.
    pub place: Place,
    /// The shop-local time.
    pub now: NaiveDateTime,
    /// The script's language.
    pub lang: Lang,
    /// Names of other people.
    pub names: &'d [&'d str],
    /// The pieces that people linked with the customer bought.
    pub linked_items: &'d [&'d str],
}

/// Checks a rendered script and the values that it says.
pub fn lint_script(
    script: &Script,
    template: &CompiledTemplate,
    values: &Values,
    words: &LintWords,
    delivery: &Delivery<'_>,
) -> Vec<Finding> {
    let text = shown(script);
    let plain = Plain::new(&text);
    let says_rules = template.says(Variable::Rules, delivery.lang)
        || (is_public(script.channel) && words.says_where_rules_are(&plain));
    let mut page = Page { text: &text, lang: delivery.lang, place: delivery.place, findings: Vec::new() };
    page.words(&plain, 0, words, |rule| rule != LintRule::BlindBox || !says_rules);
    let own_phone = match values.get(Variable::Phone) {
        Some(Value::Text(phone)) => Some(phone.as_str()),
        _ => None,
    };
    page.privacy(&plain, 0, delivery.names, own_phone.as_slice());
    let own_item = match values.get(Variable::Item) {
        Some(Value::Text(item)) => Some(item.as_str()),
        _ => None,
    };
    let linked = delivery.linked_items.iter().filter(|item| own_item != Some(**item));
    for item in linked.map(|item| Plain::new(item)).filter(|item| item.n_letters() > 1) {
        for span in plain.find(&item) {
            let fix =
                fix("不说别人买过什么，哪怕是家人", "never speak of what somebody else bought, not even of family");
            page.find(LintRule::Privacy, span, 0, fix);
        }
    }
    for (variable, fix) in expired(script, template, values, delivery) {
        let said = values.get(variable).map(|value| value.write(delivery.lang, delivery.now.date()));
        let start = said.as_deref().and_then(|said| text.find(said));
        let n_bytes = said.as_deref().map_or(0, str::len);
        let span = Span { start: start.unwrap_or_default(), end: start.map_or(0, |start| start + n_bytes) };
        page.find(LintRule::Expired, span, 0, fix);
    }
    page.done()
}

/// The script as it is shown, with what is missing in braces.
fn shown(script: &Script) -> String {
    let mut text = String::new();
    for piece in &script.pieces {
        match piece {
            Piece::Text(said) => text.push_str(said),
            Piece::Gap(name) | Piece::Stale { name, .. } | Piece::Blocked { name, .. } => {
                text.push_str(&format!("{{{name}}}"));
            }
            Piece::CutOff => {}
        }
    }
    text
}

/// The variables whose values must not be said any more.
fn expired(
    script: &Script,
    template: &CompiledTemplate,
    values: &Values,
    delivery: &Delivery<'_>,
) -> Vec<(Variable, Text)> {
    let today = delivery.now.date();
    let says = |variable| template.says(variable, delivery.lang);
    let is_past = |variable| matches!(values.get(variable), Some(Value::Date(day)) if *day < today);
    let mut expired = Vec::new();
    if says(Variable::Deadline) && is_past(Variable::Deadline) {
        let fix = fix("截止日已过：不要再发", "the last day has passed: do not send it");
        expired.push((Variable::Deadline, fix));
    }
    let coupon = [Variable::Coupon, Variable::CouponCode, Variable::FaceValue, Variable::CouponUntil];
    if let Some(said) = coupon.into_iter().find(|variable| says(*variable))
        && (values.coupon_is_void() || is_past(Variable::CouponUntil))
    {
        let fix =
            fix("这张券已用、已作废或已过期：不要再提", "this coupon is used, void or expired: do not mention it");
        expired.push((said, fix));
    }
    if script.pieces.iter().any(|piece| matches!(piece, Piece::Stale { .. })) {
        let fix = fix("金价已过时限：先取得最新的", "the price is too old: get a fresh one first");
        expired.push((Variable::GoldPrice, fix));
    }
    expired
}

fn fix(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}
