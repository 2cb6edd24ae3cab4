//! The groups, each with what waits for the guide and what becomes of it in the amnesty (`docs/amnesty.md`). Sales that
//! are there only to have a customer lie on days from which nothing is open on the first day.

use chrono::{Datelike, Months};

use super::pieces::{grand, plain, small};
use crate::customer::{Birthday, Tag};
use crate::demo::dice::Dice;
use crate::demo::story::{RunOf, Said, Story};
use crate::demo::words::{NOTES, PROMISES, WORKS};
use crate::demo::{Both, catalogue, d0, day, in_lang, record};
use crate::fact::FactBody;
use crate::outcome::OutcomeCode::{Interested, NoNeed};
use crate::record::Ticket;
use crate::wire::hub::GuideProfile;

/// What is asked after three days is answered on the fourth.
const ANSWERED_AFTER: i64 = 4;
/// A piece of knowledge is sent so many days after the purchase.
const TAUGHT_AFTER: i64 = 24;
/// Care after a purchase is offered so many days after it.
const CARED_AFTER: i64 = 98;

/// An overdue promise and a piece to care for: the promise is kept, its report to the manager and the care merged. Of
/// three the tier earns an invitation whose moment passed.
pub(super) fn promised(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let story = match idx {
        0 => buys(story, -300, ("翡翠圆条手镯", 86_000)),
        1 => buys(story, -300, ("六爪钻石戒指", 32_800)),
        2 => buys(story, -260, ("排钻对戒", 24_600)),
        _ => story,
    };
    let (text, item) = PROMISES[idx as usize % PROMISES.len()];
    buys(story, care_turn(idx - 4), grand(idx)).promised(-16, -8 + idx % 6, text, item)
}

/// Two pieces of one day to care for, and another sale of five weeks ago whose knowledge closes today or tomorrow: that
/// is kept, the care of both merged.
pub(super) fn two_pieces(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let (turn, sale_on) = (care_turn(idx % 7 - 3), -35 + idx % 2);
    let story = buys(buys(story, turn, grand(idx)), turn, small(idx));
    answered(buys(story, sale_on, plain(idx)).thanked(sale_on), sale_on, 4)
}

/// A repaired piece that waits for two weeks, the care of three months and that of another piece: the piece that waits
/// is kept, both cares merged.
pub(super) fn uncollected(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let (piece, yuan, work) = [
        ("铂金对戒", 6_800, WORKS[0]),
        ("18K金锁骨链", 5_200, WORKS[5]),
        ("淡水珍珠项链", 5_880, WORKS[3]),
        ("足金龙凤对戒", 8_260, WORKS[4]),
        ("18K金满天星手链", 5_460, WORKS[2]),
        ("六爪钻石戒指", 12_600, WORKS[0]),
        ("和田玉手串", 6_380, WORKS[3]),
        ("足金绞丝手链", 7_150, WORKS[1]),
    ][idx as usize % 8];
    let sale_on = months_before(3, -21);
    let stone = if idx % 2 == 0 { "蓝宝石吊坠" } else { "红宝石戒指" };
    let story = buys(story, care_turn(idx % 6 - 2), (stone, 2_600 + 140 * idx));
    let story = answered(buys(story, sale_on, (piece, yuan)).thanked(sale_on), sale_on, 4);
    left_for_work(story, (-25, -14 + idx % 2), (piece, work))
}

/// The care of three months, on its last day or in its middle, and that of a piece: one is kept, one merged.
pub(super) fn cared_for(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let sale_on = if idx == 0 { months_before(4, 0) } else { months_before(3, -5) };
    let story = buys(story, care_turn(5), ("碎钻耳钉", 1_900));
    answered(buys(story, sale_on, ("淡水珍珠项链", 4_280)).thanked(sale_on), sale_on, 4)
}

/// A lead of two months with a wedding in two more: the countdown is kept and overtakes the closing of the lead, the
/// piece of knowledge for a WeCom contact of twelve days is merged.
pub(super) fn wedding_to_come(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let lead_on = -68;
    let mut story = story.lead(lead_on, 63 + idx);
    for (group, value) in [("BUD", ("8千–2万", "8,000–20,000")), ("OCC", ("婚嫁", "wedding"))] {
        let (group, value) = (group.to_owned(), in_lang(value, story.lang()));
        story.customer.tags.push(Tag { group, value, on: Some(day(lead_on)), source: Some("guide".to_owned()) });
    }
    let asked = |on: i64, step| Said::new(on, Interested).closing("P05", step, RunOf::Day(lead_on));
    let compared = asked(-63, "comparison").noting("两款都喜欢，等家人一起定", "likes both, the family will decide");
    let story = story.said(asked(-67, "day_after")).said(compared);
    met_on_wecom(story, -12)
}

/// Bought while the guide was away: the moment for asking after three days passed.
pub(super) fn sold_in_the_leave(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let story = if idx % 2 == 0 { story.on_wecom(-45 - idx) } else { story };
    let (piece, yuan) = plain(idx);
    story.bought(-7 + idx % 4, piece, yuan)
}

/// A birthday in the days to come: the moment to announce its treat passed.
pub(super) fn birthday_to_come(story: Story, idx: i64, _: &GuideProfile) -> Story {
    member(story, idx, 2 + idx % 5)
}

/// A birthday during the leave: the reminder of its coupon is a promotion that passed.
pub(super) fn birthday_over(story: Story, idx: i64, _: &GuideProfile) -> Story {
    member(story, idx + 3, -10 + idx % 5)
}

/// A child born two weeks ago: the offer for its first month is a promotion that passed.
pub(super) fn newborn(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let born_on = -18 + idx;
    let event = record::life_event(&story.id(), "birth", born_on + 2, born_on);
    customer_since(story, -76 + idx, plain(idx + 5)).recorded(event)
}

/// Five points a month ago: asking for a word to a friend is a promotion that passed.
pub(super) fn satisfied(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let sale_on = -39 + idx % 3;
    let story = buys(story, sale_on, plain(idx + 1)).thanked(sale_on).scored(sale_on, -33, 5);
    let thanked = Said::new(-32, Interested).closing("P01", "full_marks", RunOf::Day(sale_on));
    taught(story.said(thanked), sale_on)
}

/// Became a WeCom contact during the leave: the moment for the first five tags passed.
pub(super) fn added_in_the_leave(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let (piece, yuan) = plain(idx + 2);
    story.bought(-80 + 4 * idx, piece, yuan).on_wecom(-3 + idx % 2)
}

/// Care of a piece on its last day, of a customer who bought little: handed over.
pub(super) fn last_day_of_care(story: Story, idx: i64, _: &GuideProfile) -> Story {
    buys(story, care_turn(-7), small(idx))
}

/// The first piece of knowledge on its last day: handed over.
pub(super) fn last_day_of_knowledge(story: Story, idx: i64, _: &GuideProfile) -> Story {
    let (piece, yuan) = small(idx + 1);
    met_on_wecom(story.bought(-85 + 5 * idx, piece, yuan), -14)
}

/// Taken over from a colleague: the question for preferences on its last day, handed over.
pub(super) fn last_day_of_preference(story: Story, idx: i64, guide: &GuideProfile) -> Story {
    let changed = record::taken_over(&story.id(), day(-14), guide);
    let story = buys(story, -150 - 6 * idx, small(idx)).recorded(changed);
    story.said(Said::new(-13, Interested).closing("P11", "introduction", RunOf::Record(0)))
}

/// Everything that came due was done before the leave.
pub(super) fn caught_up(story: Story, dice: &mut Dice) -> Story {
    let (first, last) = *dice.pick(&[(-88, -62), (-165, -140), (-268, -206)]);
    let (sale_on, piece_idx) = (dice.between(first, last), dice.between(0, 11));
    let story = match dice.happens(280) {
        true => buys(story, dice.between(-690, -580), plain(dice.between(0, 11))),
        false => story,
    };
    let story = customer_since(story, sale_on, if dice.happens(300) { grand(piece_idx) } else { plain(piece_idx) });
    let was_offered = CARED_AFTER <= -sale_on && sale_on >= -180;
    let (code, note) = (*dice.pick(&[Interested, NoNeed]), *dice.pick(&NOTES));
    let cared = Said::new(sale_on + CARED_AFTER, code).closing("P01", "care", RunOf::Day(sale_on));
    if was_offered { story.said(cared.noting(note.0, note.1)) } else { story }
}

/// A member from silver on, with a birthday so many days from the first day.
fn member(mut story: Story, idx: i64, birthday: i64) -> Story {
    let on = day(birthday);
    story.customer.birthday = Birthday::solar(Some(1_974 + 3 * idx as i32), on.month(), on.day());
    customer_since(story, [-64, -146, -210, -72, -152, -230][idx as usize % 6], grand(idx))
}

/// A purchase with everything that was asked about it in the weeks after.
fn customer_since(story: Story, sale_on: i64, piece: (&'static str, i64)) -> Story {
    let story = buys(story, sale_on, piece);
    // contacts of longer ago are in nobody's records
    if sale_on < -180 { story } else { taught(answered(story.thanked(sale_on), sale_on, 5), sale_on) }
}

/// A purchase; with the first one the customer became a WeCom contact.
fn buys(story: Story, on: i64, (piece, yuan): (&'static str, i64)) -> Story {
    let story = if story.sales.is_empty() { story.on_wecom(on) } else { story };
    story.bought(on, piece, yuan)
}

fn answered(story: Story, sale_on: i64, score: u8) -> Story {
    story.scored(sale_on, sale_on + ANSWERED_AFTER, score)
}

fn taught(story: Story, sale_on: i64) -> Story {
    let said = Said::new(sale_on + TAUGHT_AFTER, Interested);
    story.said(said.closing("P01", "knowledge", RunOf::Day(sale_on)))
}

/// A WeCom contact whom the guide told who she is, and asked for five tags.
fn met_on_wecom(story: Story, on: i64) -> Story {
    let said = |on: i64, step, added_on| Said::new(on, Interested).closing("P13", step, RunOf::Day(added_on));
    story.on_wecom(on).said(said(on, "introduction", on)).said(said(on + 1, "tags", on))
}

/// A piece left for work, of which the guide told that it was received and that it is ready.
fn left_for_work(story: Story, (on, ready_on): (i64, i64), (piece, work): (&'static str, Both)) -> Story {
    let no = format!("W{}", story.customer.id.as_str().trim_start_matches('C'));
    let name = catalogue::named(piece).map(|piece| in_lang(piece.name, story.lang()));
    let ticket = Ticket {
        no: no.clone(),
        work: in_lang(work, story.lang()),
        item: name,
        on: day(on),
        promised_on: Some(day(ready_on + 1)),
        ready_on: Some(day(ready_on)),
        collected_on: None,
    };
    let said = |on: i64, plan, step| Said::new(on, Interested).closing(plan, step, RunOf::Record(0));
    let story = story.noted(&no, FactBody::Ticket(ticket));
    story.said(said(on, "P12", "received")).said(said(ready_on, "P12b", "ready"))
}

/// The day of a sale whose piece's turn of care, half a year later, lies so many days from the first day.
fn care_turn(offset: i64) -> i64 {
    months_before(6, offset)
}

fn months_before(months: u32, offset: i64) -> i64 {
    day(offset).checked_sub_months(Months::new(months)).map_or(offset, |on| (on - d0()).num_days())
}
