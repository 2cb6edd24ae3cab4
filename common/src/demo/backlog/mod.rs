//! The customers of a guide who comes back from a leave on the first day, all made by hand: what waits for the guide is
//! told to the number, and so nothing of it may be left to chance. Names, and what is bought later on, are drawn.

mod group;
mod pieces;

use chrono::Datelike;

use super::dice::Dice;
use super::shop::Sale;
use super::staff::Staff;
use super::story::Story;
use super::{catalogue, d0, tags};
use crate::customer::{Birthday, Customer};
use crate::sop::plan::Lang;
use crate::wire::hub::GuideProfile;

/// Tells what became of a customer; the number is the place in the group.
type Tell = fn(Story, i64, &GuideProfile) -> Story;

/// How many customers each group has.
const GROUPS: [(usize, Tell); 14] = [
    (9, group::promised),
    (10, group::two_pieces),
    (8, group::uncollected),
    (2, group::cared_for),
    (2, group::wedding_to_come),
    (12, group::sold_in_the_leave),
    (7, group::birthday_to_come),
    (6, group::birthday_over),
    (3, group::newborn),
    (4, group::satisfied),
    (4, group::added_in_the_leave),
    (6, group::last_day_of_care),
    (4, group::last_day_of_knowledge),
    (3, group::last_day_of_preference),
];
/// All of these together.
const N_WAITING: usize = 80;
/// Neighbours in the chain are so far apart in the groups; no divisor but 1 in common with their number.
const STRIDE: usize = 27;
/// Birthdays with a step or a coupon that ends on the first day lie in these days.
const BIRTHDAYS: std::ops::RangeInclusive<i64> = -16..=8;
/// In a thousand, who buys in the months to come: those who bought once, and the others.
const BUYS_AGAIN: (u64, u64) = (120, 700);

/// The story of a guide's `nth` customer; whoever comes after those who wait has nothing open on the first day.
pub(super) fn story(
    dice: &mut Dice,
    (guide, staff): (usize, &Staff),
    (nth, mut customer): (usize, Customer),
    lang: Lang,
) -> Story {
    customer.birthday = customer.birthday.filter(|birthday| !is_near(birthday));
    let story = Story::about(customer, lang).of(guide);
    let mut story = match place(nth) {
        Some((tell, idx)) => tell(story, idx, &staff.profile),
        None => group::caught_up(story, dice),
    };
    let first_on = story.sales.iter().map(|sale| sale.on).min().unwrap_or(-30);
    let known_since = story.customer.lead_on.map_or(first_on, |on| (on - d0()).num_days());
    let tags = tags::draw(dice, &story.customer, -known_since, &story.sales, lang);
    let is_unknown = |group: &str| !story.customer.tags.iter().any(|known| known.group == group);
    let tags: Vec<_> = tags.into_iter().filter(|tag| is_unknown(&tag.group)).collect();
    story.customer.tags.extend(tags);
    let bought_once = story.sales.len() == 1;
    if dice.happens(if bought_once { BUYS_AGAIN.0 } else { BUYS_AGAIN.1 }) {
        let (on, (piece, fen)) = (dice.between(2, 125), catalogue::draw(dice));
        story.sales.push(Sale { on, fen, piece, returned: None });
    }
    story
}

fn is_near(birthday: &Birthday) -> bool {
    let dates = (d0().year() - 1..=d0().year()).filter_map(|year| birthday.date_in(year));
    dates.map(|date| (date - d0()).num_days()).any(|on| BIRTHDAYS.contains(&on))
}

/// The group of one who waits, and the place in it.
fn place(nth: usize) -> Option<(Tell, i64)> {
    let mut left = (nth < N_WAITING).then_some(nth * STRIDE % N_WAITING)?;
    for (n_customers, tell) in GROUPS {
        if left < n_customers {
            return Some((tell, left as i64));
        }
        left -= n_customers;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_every_group_is_taken_once() {
        assert_eq!(GROUPS.iter().map(|(n_customers, _)| n_customers).sum::<usize>(), N_WAITING);
        let mut places: Vec<usize> = (0..N_WAITING).map(|nth| nth * STRIDE % N_WAITING).collect();
        places.sort_unstable();
        assert_eq!(places, (0..N_WAITING).collect::<Vec<_>>());
        assert!(place(N_WAITING).is_none());
    }
}
