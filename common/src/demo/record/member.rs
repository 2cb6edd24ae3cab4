//! Members (会员): the level by what was bought in 24 months, and the points.

use chrono::{Datelike, Months, NaiveDate};

use super::dated;
use crate::customer::Customer;
use crate::demo::shop::Sale;
use crate::demo::{d0, day};
use crate::fact::{Fact, FactBody};
use crate::record::{Level, LevelRecord, PointsRecord};

/// What each level asks for in 24 months, in fen.
const LEVELS: [(Level, i64); 4] =
    [(Level::Regular, 0), (Level::Silver, 500_000), (Level::Gold, 2_000_000), (Level::Diamond, 8_000_000)];
/// How far back records of a level go, in days.
const FIRST_DAY: i64 = -365;
/// How far ahead the records go, as far as the sales.
const LAST_DAY: i64 = 125;
/// A birthday month counts double up to so many points.
const MAX_BIRTHDAY_POINTS: i64 = 2_000;

/// The level after each purchase and at each yearly check, and the points after each purchase.
pub(super) fn records(customer: &Customer, sales: &[Sale]) -> Vec<Fact> {
    let Some(first) = sales.iter().map(|sale| sale.on).min() else { return Vec::new() };
    let checks = (1..).map_while(|year| {
        let on = day(first).checked_add_months(Months::new(12 * year))?;
        Some((on - d0()).num_days()).filter(|on| *on <= LAST_DAY)
    });
    let after_sales: Vec<i64> = sales.iter().map(|sale| sale.on + 1).collect();
    let mut days: Vec<i64> = checks.chain(after_sales.iter().copied()).filter(|on| *on <= LAST_DAY).collect();
    days.sort_unstable();
    days.dedup();
    // of those that lie far back only the last one still says something
    let n_old = days.iter().filter(|on| **on < FIRST_DAY).count();
    let days = days.split_off(n_old.saturating_sub(1));
    let levels = days.iter().map(|on| level(customer, sales, first, *on));
    let points = days.iter().filter(|on| after_sales.contains(on)).map(|on| points(customer, sales, *on));
    levels.chain(points).flatten().collect()
}

/// What was bought in the 24 months up to a day, without what was returned by then.
pub(super) fn spent_fen(sales: &[Sale], on: i64) -> i64 {
    let since = day(on).checked_sub_months(Months::new(24)).unwrap_or(NaiveDate::MIN);
    let counts = |sale: &&Sale| sale.on <= on && since < day(sale.on) && sale.returned.is_none_or(|back| on < back);
    sales.iter().filter(counts).map(|sale| sale.fen).sum()
}

fn level(customer: &Customer, sales: &[Sale], first: i64, on: i64) -> Option<Fact> {
    let spent = spent_fen(sales, on);
    let (level, _) = LEVELS.iter().rfind(|(_, asks)| *asks <= spent)?;
    let next = LEVELS.iter().map(|(_, asks)| *asks).find(|asks| spent < *asks);
    let record = LevelRecord {
        on: day(on),
        level: *level,
        until_on: next_check(day(first), day(on)),
        to_next_fen: next.map(|next| next - spent),
        next_fen: next,
    };
    dated(&customer.id, record.on, FactBody::Level(record))
}

/// Levels are checked once a year, on the day of the first purchase.
fn next_check(first: NaiveDate, after: NaiveDate) -> Option<NaiveDate> {
    (1..).map_while(|year| first.checked_add_months(Months::new(12 * year))).find(|on| after < *on)
}

/// Points are kept for 24 months: one a yuan, a fifth of that for what is sold by weight, twice as much in the month of
/// the birthday.
fn points(customer: &Customer, sales: &[Sale], on: i64) -> Option<Fact> {
    let since = day(on).checked_sub_months(Months::new(24)).unwrap_or(NaiveDate::MIN);
    let kept = sales.iter().filter(|sale| sale.on < on && since < day(sale.on));
    let earned = kept.filter(|sale| sale.returned.is_none_or(|back| on < back)).map(|sale| {
        let plain = sale.fen / if sale.piece.is_by_gram() { 500 } else { 100 };
        let month = day(sale.on).month();
        let is_birthday = customer
            .birthday
            .is_some_and(|birthday| birthday.solar_date_in(2_024).is_some_and(|on| on.month() == month));
        plain + if is_birthday { plain.min(MAX_BIRTHDAY_POINTS) } else { 0 }
    });
    let record = PointsRecord { on: day(on), balance: earned.sum() };
    dated(&customer.id, record.on, FactBody::Points(record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::catalogue;

    fn sale(on: i64, yuan: i64, returned: Option<i64>) -> Sale {
        Sale { on, fen: yuan * 100, piece: catalogue::named("足金素圈戒指").unwrap(), returned }
    }

    #[track_caller]
    fn check(sales: &[Sale], on: i64, expected: (Level, i64)) {
        let customer = Customer::new("C1".parse().unwrap(), "王宁".to_owned());
        let levels: Vec<LevelRecord> = records(&customer, sales)
            .into_iter()
            .filter_map(|fact| match fact.body {
                FactBody::Level(level) if level.on <= day(on) => Some(level),
                _ => None,
            })
            .collect();
        let last = levels.last().unwrap();
        assert_eq!((last.level, last.to_next_fen.unwrap() / 100), expected);
    }

    #[test]
    fn a_level_follows_what_was_bought_in_24_months() {
        check(&[sale(-100, 4_600, None)], 0, (Level::Regular, 400));
        check(&[sale(-100, 4_600, None), sale(-20, 400, None)], 0, (Level::Silver, 15_000));
        check(&[sale(-100, 4_600, None), sale(-20, 400, None)], -30, (Level::Regular, 400));
        check(&[sale(-900, 30_000, None), sale(-100, 300, None)], 0, (Level::Regular, 4_700));
    }
}
