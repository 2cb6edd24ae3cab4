//! Who is close to the customers, what they celebrate, and how the shop came to know them.

use super::dice::Dice;
use super::people::yearly;
use super::{day, in_lang};
use crate::customer::{Anniversary, Calendar, Customer, Link};
use crate::names;
use crate::sop::plan::Lang;

/// Fills in partners, relatives, anniversaries and the day of a wedding to come.
pub(super) fn fill(dice: &mut Dice, customer: &mut Customer, lang: Lang) {
    let relation = *dice.weighted(&[
        (640, None),
        (200, Some("spouse")),
        (80, Some("partner")),
        (50, Some("mother")),
        (30, Some("friend")),
    ]);
    let name = names::from_number(dice.next());
    let consented = dice.happens(550);
    if let Some(relation) = relation {
        let name = Some(in_lang((&name.0, &name.1), lang));
        customer.links.push(Link { relation: relation.to_owned(), person: None, name, consented });
    }
    let (year, on) = (dice.between(1_992, 2_025) as i32, day(dice.between(0, 364)));
    let calendar = if dice.happens(150) { Calendar::Lunar } else { Calendar::Solar };
    let year = dice.happens(800).then_some(year);
    let is_celebrated = dice.happens(700);
    let kind = match relation {
        Some("spouse") => "wedding",
        Some("partner") => "first_met",
        _ => return,
    };
    if let Some(date) = yearly(year, on, calendar).filter(|_| is_celebrated) {
        customer.anniversaries.push(Anniversary { kind: kind.to_owned(), date });
    }
}

/// The day of a wedding to come, of some of those who look for wedding rings or are leads.
pub(super) fn wedding(dice: &mut Dice, customer: &mut Customer) {
    let looks_for_rings = customer.tags.iter().any(|tag| ["婚嫁", "wedding"].contains(&tag.value.as_str()));
    let in_days = dice.between(-30, 240);
    let is_known = dice.happens(if looks_for_rings { 450 } else { 120 });
    if is_known && (looks_for_rings || customer.lead_on.is_some()) {
        customer.wedding_on = Some(day(in_days));
    }
}
