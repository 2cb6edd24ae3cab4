//! Purchases (消费) and returns.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, PurchaseId, StoreId};

/// One sale, or with a negative amount one return.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    /// The hub's id, or the id of the op that reported it.
    pub id: PurchaseId,
    /// Who bought.
    pub customer: CustomerId,
    /// The shop-local day.
    pub bought_on: NaiveDate,
    /// The amount in fen (hundredths of the currency's main unit); negative for a return.
    pub amount_fen: i64,
    /// What was bought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// The till's number of the sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_no: Option<String>,
    /// Of a return, the number of the sale that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns_sale_no: Option<String>,
    /// Where it was bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
}

impl Purchase {
    /// Whether this takes an earlier purchase back.
    pub fn is_return(&self) -> bool {
        self.amount_fen < 0
    }
}

/// One line of a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 款型.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// 材质.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
    /// Pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
}

/// An amount in fen as people write it: `1234567` → `12,345.67`; whole amounts without decimals.
pub fn format_fen(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let (whole, cents) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if cents == 0 { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{cents:02}") }
}

/// Reads a decimal amount as fen, exactly: `29.33`, `-1,200`, `￥88.5`, `８８`. More than two decimals are refused
/// unless they are zeros.
pub fn parse_fen(text: &str) -> Option<i64> {
    use unicode_normalization::UnicodeNormalization;
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let text = text.trim_start_matches(['¥', '￥']).trim_end_matches('元');
    let (negative, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start_matches('¥')),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole = ungroup(whole)?;
    let decimals = decimals.trim_end_matches('0');
    if (whole.is_empty() && decimals.is_empty()) || decimals.len() > 2 {
        return None;
    }
    if !whole.bytes().chain(decimals.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let cents: i64 = format!("{decimals:0<2}").parse().ok()?;
    let fen = whole.checked_mul(100)?.checked_add(cents)?;
    Some(if negative { -fen } else { fen })
}

/// Removes thousands separators, where they stand where they belong.
fn ungroup(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return Some(whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let well_formed = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    well_formed.then(|| whole.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimals_never_floats() {
        for (text, fen) in [
            ("29.33", 2_933),
            ("0.29", 29),
            ("1.1", 110),
            ("-1,200", -120_000),
            ("￥88.50", 8_850),
            ("８８", 8_800),
            ("12.300", 1_230),
            (".5", 50),
            ("90071992547409.93", 9_007_199_254_740_993),
            ("1,234,567.89", 123_456_789),
        ] {
            assert_eq!(parse_fen(text), Some(fen), "{text}");
        }
    }

    #[test]
    fn malformed_amounts_are_refused() {
        for text in ["", ".", "1.234", "1e5", "abc", "--1", "1,2", "12,3456", "NaN", "99999999999999999999"] {
            assert_eq!(parse_fen(text), None, "{text}");
        }
    }

    #[test]
    fn formatted_amounts_are_grouped() {
        assert_eq!(format_fen(1_234_567), "12,345.67");
        assert_eq!(format_fen(-50), "-0.50");
        assert_eq!(format_fen(10_000_000), "100,000");
    }
}
