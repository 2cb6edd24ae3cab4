//! Coupons (电子券) and job tickets (维修, 改圈, 定制).

use chrono::Datelike;

use super::fact;
use super::member::spent_fen;
use crate::customer::Customer;
use crate::demo::dice::Dice;
use crate::demo::shop::Sale;
use crate::demo::words::WORKS;
use crate::demo::{Both, d0, day, in_lang};
use crate::fact::{Fact, FactBody};
use crate::id::CustomerId;
use crate::record::{Coupon, Ticket};
use crate::sop::plan::Lang;

/// Kind, name, worth in yuan, by weight.
const COUPONS: [(u64, (&str, Both, i64)); 8] = [
    (30, ("CASH", ("满2000减100代金券", "100 off from 2,000"), 100)),
    (8, ("PCT", ("镶嵌工费九折券", "a tenth off the setting fee"), 0)),
    (14, ("FEE", ("古法金工费减免券", "craft fee coupon for heritage gold"), 200)),
    (12, ("GIFT", ("珠宝清洁套装券", "cleaning kit"), 39)),
    (8, ("EXP", ("膨胀券", "coupon that grows"), 100)),
    (20, ("SVC", ("免费清洗抛光券", "free clean and polish"), 0)),
    (3, ("EVT", ("七夕私享会双人席", "two seats at the Qixi evening"), 0)),
    (5, ("REF", ("老带新礼券", "coupon for bringing a friend"), 100)),
];
/// A birthday's coupon is issued so many days before, and holds so many days after it.
const BIRTHDAY_COUPON: (i64, i64) = (10, 15);

pub(super) fn coupons(dice: &mut Dice, customer: &Customer, lang: Lang) -> Vec<Fact> {
    let n_coupons = *dice.weighted(&[(72, 0), (21, 1), (7, 2)]);
    let number = customer.id.as_str().trim_start_matches('C');
    (0..n_coupons).filter_map(|nth| coupon(dice, &customer.id, &format!("Q{number}{}", nth + 1), lang)).collect()
}

fn coupon(dice: &mut Dice, customer: &CustomerId, no: &str, lang: Lang) -> Option<Fact> {
    let (kind, name, yuan) = *dice.weighted(&COUPONS);
    let on = dice.between(-110, 40);
    let until = on + dice.between(20, 90);
    let redeemed = dice.happens(300).then(|| dice.between(on + 1, until));
    let coupon = Coupon {
        no: no.to_owned(),
        name: in_lang(name, lang),
        kind: kind.to_owned(),
        face_fen: yuan * 100,
        on: day(on),
        until_on: day(until),
        redeemed_on: redeemed.map(day),
        voided_on: None,
    };
    fact(customer, no, FactBody::Coupon(coupon))
}

/// The coupons of the birthdays around the first day, for members from silver on.
pub(super) fn birthdays(customer: &Customer, sales: &[Sale], lang: Lang) -> Vec<Fact> {
    let Some(birthday) = customer.birthday else { return Vec::new() };
    let this_year = d0().year();
    let dates = (this_year - 1..=this_year).filter_map(|year| birthday.date_in(year));
    let days = dates.map(|date| (date - d0()).num_days()).filter(|on| (-60..=125).contains(on));
    let coupons = days.filter_map(|on| {
        let (before, after) = BIRTHDAY_COUPON;
        let yuan = match spent_fen(sales, on - before) {
            2_000_000.. => 200,
            500_000.. => 80,
            _ => return None,
        };
        let no = format!("B{}{}", customer.id.as_str().trim_start_matches('C'), day(on).format("%m%d"));
        let coupon = Coupon {
            no: no.clone(),
            name: in_lang(("生日礼券", "birthday coupon"), lang),
            kind: "CASH".to_owned(),
            face_fen: yuan * 100,
            on: day(on - before),
            until_on: day(on + after),
            redeemed_on: None,
            voided_on: None,
        };
        fact(&customer.id, &no, FactBody::Coupon(coupon))
    });
    coupons.collect()
}

/// One customer in twenty left a piece for work.
pub(super) fn tickets(dice: &mut Dice, customer: &Customer, sales: &[Sale], lang: Lang) -> Vec<Fact> {
    let on = dice.between(-70, 100);
    let promised = on + dice.between(4, 14);
    let ready = promised + dice.between(-2, 2);
    let collected = ready + *dice.weighted(&[(60, 1), (20, 4), (12, 10), (8, 34)]);
    let work = *dice.pick(&WORKS);
    let is_left = dice.happens(50);
    let Some(sale) = sales.iter().filter(|sale| sale.on < on).max_by_key(|sale| sale.on) else { return Vec::new() };
    if !is_left || sale.returned.is_some() {
        return Vec::new();
    }
    let no = format!("W{}", customer.id.as_str().trim_start_matches('C'));
    let ticket = Ticket {
        no: no.clone(),
        work: in_lang(work, lang),
        item: Some(in_lang(sale.piece.name, lang)),
        on: day(on),
        promised_on: Some(day(promised)),
        ready_on: Some(day(ready)),
        collected_on: Some(day(collected)),
    };
    fact(&customer.id, &no, FactBody::Ticket(ticket)).into_iter().collect()
}
