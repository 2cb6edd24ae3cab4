//! Who the customers are: names, forms of address, phones and birthdays, drawn for one customer at a time.

use chrono::{Datelike, NaiveDate};

use super::dice::Dice;
use super::{day, in_lang};
use crate::customer::{Birthday, Calendar, Customer};
use crate::id::CustomerId;
use crate::names;
use crate::sop::plan::Lang;

/// Three in a hundred are somebody whom the chain knows already under another id.
const DUPLICATE_PER_MILLE: u64 = 30;
/// Where the original of a duplicate stands before it.
const DUPLICATE_DISTANCE: usize = 7;

/// The `idx`th customer of a set, 0 being the first, without shop, rank and history. `first_drawn` is the first one
/// who is drawn and not of the cast.
pub(super) fn person(seed: u64, idx: usize, first_drawn: usize, lang: Lang) -> Option<Customer> {
    let mut dice = Dice::new(seed, "person", idx as u64);
    let is_duplicate = dice.happens(DUPLICATE_PER_MILLE) && idx >= first_drawn + DUPLICATE_DISTANCE;
    let original = if is_duplicate { idx - DUPLICATE_DISTANCE } else { idx };
    let mut face = Dice::new(seed, "face", original as u64);

    let (zh, en) = names::from_number(face.next());
    let (family_zh, family_en) = (zh.chars().next()?, en.split(' ').next()?.to_owned());
    let (zh_title, en_title) = *face.weighted(&[
        (40, ("姐", "Ms")),
        (30, ("女士", "Ms")),
        (6, ("阿姨", "Mrs")),
        (14, ("先生", "Mr")),
        (10, ("哥", "Mr")),
    ]);
    let has_salutation = face.happens(880);
    let mut phone = format!("1001{:07}", original % 10_000_000);
    if face.happens(20) {
        // a wrong number: one digit was lost
        phone.pop();
    }

    let mut customer = Customer::new(customer_id(idx)?, in_lang((&zh, &en), lang));
    let salutation = in_lang((&format!("{family_zh}{zh_title}"), &format!("{en_title} {family_en}")), lang);
    customer.salutation = has_salutation.then_some(salutation);
    customer.phone = Some(phone);
    if !is_duplicate {
        customer.birthday = birthday(&mut dice);
    }
    Some(customer)
}

/// The id of the `idx`th customer.
pub(super) fn customer_id(idx: usize) -> Option<CustomerId> {
    CustomerId::new(&format!("C{:05}", idx + 1)).ok()
}

/// 38 % unknown; of the known ones 31 % are kept in the lunar calendar.
fn birthday(dice: &mut Dice) -> Option<Birthday> {
    if dice.happens(380) {
        return None;
    }
    let year = dice.happens(800).then(|| dice.between(1_955, 2_004) as i32);
    let day_of_year = dice.between(0, 364);
    let calendar = if dice.happens(310) { Calendar::Lunar } else { Calendar::Solar };
    yearly(year, day(day_of_year), calendar)
}

/// A yearly date with the month and day of a date.
pub(super) fn yearly(year: Option<i32>, date: NaiveDate, calendar: Calendar) -> Option<Birthday> {
    let (month, day) = (date.month(), date.day());
    match calendar {
        // every lunar month has 29 days
        Calendar::Lunar => Birthday::lunar(year, month, day.min(29), false),
        _ => Birthday::solar(year, month, day),
    }
}
