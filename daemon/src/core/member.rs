//! What a card says of a customer beside purchases and contacts. Pure functions of the facts up to a day.

use std::cmp::Reverse;

use chrono::{Datelike, NaiveDate};
use guide_common::customer::{Birthday, Calendar};
use guide_common::fact::{Fact, FactBody};
use guide_common::lead::Lead;
use guide_common::lunar::{self, LunarDate};
use guide_common::outcome::{Channel, OutcomeCode};
use guide_common::record::Coupon;
use guide_common::sop::gate::word_on;
use guide_common::sop::history::History;
use guide_common::sop::plan::{Lang, Text};
use guide_common::wire::member::{ConsentRow, CouponRow, CouponState, LeadRow, LevelRow, Member, YearlyRow};

/// What is known of a customer, by facts as the screen may show them.
pub fn member(history: &History<'_>) -> Member {
    let (customer, records, today) = (&history.customer, &history.records, history.today);
    let birthday = customer.birthday.map(|date| yearly("birthday", date, today));
    let anniversaries = customer.anniversaries.iter().map(|one| yearly(&one.kind, one.date, today));
    let mut dates: Vec<YearlyRow> = birthday.into_iter().chain(anniversaries).collect();
    dates.sort_by_key(|row| row.next_on.unwrap_or(NaiveDate::MAX));
    let met = history.contacts.iter().filter(|contact| contact.outcome.code != OutcomeCode::Skipped);
    Member {
        since_on: customer.since_on,
        wecom_on: customer.wecom_on.filter(|on| *on <= today),
        is_lead: !history.days.iter().any(|day| day.net_fen() > 0),
        lead_on: customer.lead_on.filter(|on| *on <= today),
        lead: history.file.standing().find_map(|fact| match &fact.body {
            FactBody::LeadAdded(lead) => Some(lead_row(fact, lead)),
            _ => None,
        }),
        possible_duplicate: customer.possible_duplicate,
        wedding_on: customer.wedding_on,
        last_contact_on: met.map(|contact| contact.on()).max(),
        dates,
        level: records.levels.last().map(|record| {
            let (zh, en) = record.level.title();
            LevelRow { record: (*record).clone(), title: Text { zh: zh.to_owned(), en: en.to_owned() } }
        }),
        points: records.points.last().map(|points| (*points).clone()),
        risk: records.risks.last().map(|risk| (*risk).clone()),
        coupons: coupons(history),
        links: customer.links.clone(),
        consents: Channel::ALL.into_iter().filter_map(|channel| consent(history, channel)).collect(),
    }
}

/// What was noted of a person who was entered; the phone number is the card's.
pub fn lead_row(fact: &Fact, lead: &Lead) -> LeadRow {
    LeadRow { op_id: fact.id, on: lead.on, looked_at: lead.looked_at.clone(), budget_fen: lead.budget_fen }
}

fn yearly(kind: &str, date: Birthday, today: NaiveDate) -> YearlyRow {
    // a lunar date can fall on no day of a solar year
    let mut days = (today.year()..=today.year().saturating_add(2)).flat_map(|year| date.dates_in(year));
    let next_on = days.find(|day| today <= *day);
    let text = |of: &dyn Fn(Lang) -> String| Text { zh: of(Lang::Zh), en: of(Lang::En) };
    let lunar = match date.calendar {
        Calendar::Lunar => Some(text(&|lang| lunar::text(date.month, date.day, date.leap_month, lang))),
        Calendar::Solar => next_on.and_then(LunarDate::of).map(|day| text(&|lang| day.text(lang))),
        Calendar::Unknown => None,
    };
    YearlyRow { kind: kind.to_owned(), date, next_on, lunar }
}

fn coupons(history: &History<'_>) -> Vec<CouponRow> {
    let row = |coupon: &Coupon| CouponRow { state: coupon_state(coupon, history.today), coupon: coupon.clone() };
    let mut rows: Vec<CouponRow> = history.records.coupons.iter().map(|(_, coupon)| row(coupon)).collect();
    rows.sort_by_key(|row| match row.state {
        CouponState::Open => (row.state, row.coupon.until_on, Reverse(NaiveDate::MIN)),
        _ => (CouponState::Unknown, NaiveDate::MIN, Reverse(row.coupon.until_on)),
    });
    rows
}

fn coupon_state(coupon: &Coupon, today: NaiveDate) -> CouponState {
    let by_today = |on: Option<NaiveDate>| on.filter(|on| *on <= today);
    match (by_today(coupon.redeemed_on), by_today(coupon.voided_on)) {
        (Some(redeemed), voided) if voided.is_none_or(|voided| redeemed <= voided) => CouponState::Redeemed,
        (_, Some(_)) => CouponState::Voided,
        _ if coupon.until_on < today => CouponState::Expired,
        _ => CouponState::Open,
    }
}

fn consent(history: &History<'_>, channel: Channel) -> Option<ConsentRow> {
    let word = word_on(history, channel, history.today)?;
    Some(ConsentRow { channel, allowed: word.allowed, on: word.on, until_on: word.until_on })
}
