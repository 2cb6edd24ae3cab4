//! The values of a customer's variables for one script, each with the instant at which it was read where it has one,
//! and until when a surprise keeps some of them from the customer.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};

use super::value::Value;
use super::variable::{Kind, Variable};
use crate::text::{Lines, sanitise};

/// The longest words of a value, in characters.
const MAX_VALUE_CHARS: usize = 120;

/// The values of variables; a variable without a value is absent, none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    held: BTreeMap<Variable, Held>,
    secret_until: Option<NaiveDate>,
    coupon_is_void: bool,
}

/// A value and when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: Value,
    /// When it was read, shop-local; none of what has no age.
    pub read_at: Option<NaiveDateTime>,
}

impl Values {
    /// Sets a variable. Words are sanitised, and words of which nothing is left are not set; neither is a value of
    /// another kind than the variable's, nor one that has an age without its instant: a gap is better than nonsense.
    pub fn set(&mut self, variable: Variable, value: Value) {
        if matches!(value.kind(), Kind::Price | Kind::Moment) {
            return;
        }
        self.hold(variable, value, None);
    }

    /// Sets a variable to words.
    pub fn set_text(&mut self, variable: Variable, text: &str) {
        self.set(variable, Value::Text(text.to_owned()));
    }

    /// Sets the gold price with the instant at which it was read.
    pub fn set_gold_price(&mut self, price_fen: i64, at: NaiveDateTime) {
        self.hold(Variable::GoldPrice, Value::Price(price_fen), Some(at));
        self.hold(Variable::GoldPriceAt, Value::Moment(at), Some(at));
    }

    /// Keeps everything that tells of a gift from the customer up to a day; of several days the last one counts.
    pub fn keep_secret_until(&mut self, until_on: NaiveDate) {
        self.secret_until = self.secret_until.max(Some(until_on));
    }

    /// Notes that the coupon of which the values speak can no longer be used.
    pub fn void_coupon(&mut self) {
        self.coupon_is_void = true;
    }

    /// Whether the coupon of which the values speak can no longer be used.
    pub fn coupon_is_void(&self) -> bool {
        self.coupon_is_void
    }

    /// A variable's value.
    pub fn held(&self, variable: Variable) -> Option<&Held> {
        self.held.get(&variable)
    }

    /// A variable's value alone.
    pub fn get(&self, variable: Variable) -> Option<&Value> {
        self.held(variable).map(|held| &held.value)
    }

    /// The last day on which a variable is kept from the customer, where `today` is not after it.
    pub fn kept_until(&self, variable: Variable, today: NaiveDate) -> Option<NaiveDate> {
        self.secret_until.filter(|until_on| variable.tells_of_a_gift() && today <= *until_on)
    }

    fn hold(&mut self, variable: Variable, value: Value, read_at: Option<NaiveDateTime>) {
        if value.kind() != variable.kind() {
            return;
        }
        let value = match value {
            Value::Text(text) => Value::Text(clean(&text)),
            Value::Words(mut words) => {
                words.zh = clean(&words.zh);
                words.en = clean(&words.en);
                Value::Words(words)
            }
            value => value,
        };
        let says_something = match &value {
            Value::Text(text) => !text.is_empty(),
            Value::Words(words) => !words.zh.is_empty() && !words.en.is_empty(),
            _ => true,
        };
        if says_something {
            self.held.insert(variable, Held { value, read_at });
        }
    }
}

fn clean(text: &str) -> String {
    sanitise(text, Lines::One, MAX_VALUE_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_no_value() {
        let mut values = Values::default();
        values.set_text(Variable::Salutation, " \u{200b} ");
        values.set(Variable::Level, Value::words(("银卡", "")));
        assert_eq!(values, Values::default());
    }

    #[test]
    fn words_are_sanitised_to_one_line_of_bounded_length() {
        let mut values = Values::default();
        values.set_text(Variable::Salutation, "王\u{202e}\n姐");
        values.set_text(Variable::Guide, &"长".repeat(500));
        assert_eq!(values.get(Variable::Salutation), Some(&Value::Text("王 姐".to_owned())));
        assert_eq!(values.get(Variable::Guide), Some(&Value::Text("长".repeat(120))));
    }

    #[test]
    fn a_value_of_another_kind_is_not_set() {
        let mut values = Values::default();
        values.set_text(Variable::BoughtOn, "5月12日");
        values.set(Variable::Points, Value::Amount(100));
        values.set(Variable::GoldPrice, Value::Price(100));
        assert_eq!(values, Values::default());
    }

    #[test]
    fn a_surprise_keeps_what_tells_of_a_gift_to_the_end_of_its_last_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut values = Values::default();
        assert_eq!(values.kept_until(Variable::Item, day("2026-08-12")), None);
        values.keep_secret_until(day("2026-08-21"));
        values.keep_secret_until(day("2026-08-15"));
        for variable in Variable::all() {
            let kept = values.kept_until(variable, day("2026-08-21"));
            let tells = matches!(
                variable.zh(),
                "商品" | "材质" | "购买日" | "保养项目" | "上次保养" | "纪念日" | "纪念日期" | "纪念年数"
            );
            assert_eq!(kept.is_some(), tells, "{variable:?}");
            assert_eq!(values.kept_until(variable, day("2026-08-22")), None, "{variable:?}");
        }
    }
}
