//! What the demo's customers do about what a guide sends: they answer after a while or not at all, come to the shop, buy.
//! It follows from the seed and from what was sent alone, so that a lesson that is played again goes the same way. The
//! rates are those of section 10 of the demo's content.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::dice::Dice;
use super::words::{
    AGREES_TO_COME, ASKS_FOR_PEACE, ASKS_TO_WAIT, COMPLAINS, HAS_NO_NEED, IS_KEEN, SCORES, THANKS_FOR_THE_WISH,
};
use super::{Both, catalogue, in_lang};
use crate::id::{CustomerId, TemplateId};
use crate::outcome::{Channel, OutcomeCode};
use crate::purchase::Item;
use crate::sop::plan::{Asks, Lang, Purpose};

/// How many of a thousand answer what serves them.
const SERVICE_PER_MILLE: u64 = 460;
/// How many of a thousand answer what sells to them.
const PROMO_PER_MILLE: u64 = 170;
/// How many of a thousand calls are taken.
const CALL_PER_MILLE: u64 = 580;
/// How many of a thousand who said that they come do.
const COMES_PER_MILLE: u64 = 800;
/// How many of a thousand who come buy.
const BUYS_PER_MILLE: u64 = 450;
/// How many of a hundred give each score, from 5 down.
const SCORE_WEIGHTS: [(u64, u8); 5] = [(62, 5), (24, 4), (9, 3), (3, 2), (2, 1)];
/// Nobody writes before, or after, these hours.
const AWAKE: (u32, u32) = (8, 22);

/// What a guide sent, or asked on the telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// To whom.
    pub customer: CustomerId,
    /// The customer's name, as the guide sees it; nothing follows from it.
    pub name: String,
    /// When, shop-local.
    pub at: NaiveDateTime,
    /// Over what.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// What the step asks for.
    pub asks: Option<Asks>,
    /// The script.
    pub template: TemplateId,
}

/// Something that a customer does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// When, shop-local.
    pub at: NaiveDateTime,
    /// Who.
    pub customer: CustomerId,
    /// The name, as the guide sees it.
    pub name: String,
    /// What.
    pub what: What,
}

/// What a customer does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The customer says something, and a guide who understands it logs it so.
    Says {
        /// The words.
        words: String,
        /// What they come to.
        means: Means,
    },
    /// The telephone rings and nobody takes it.
    RingsOut,
    /// The customer comes to the shop.
    Comes,
    /// The customer has bought; headquarters hears of it from the till.
    Buys {
        /// What it cost, in fen.
        amount_fen: i64,
        /// What it was.
        item: Item,
    },
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Means {
    /// The outcome to log.
    pub code: OutcomeCode,
    /// The score that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The day that was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<NaiveDate>,
    /// The time that was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_time: Option<NaiveTime>,
}

impl Means {
    fn only(code: OutcomeCode) -> Self {
        Self { code, score: None, next_on: None, next_time: None }
    }
}

/// What follows from what was sent, by time; nothing where the customer does not answer.
pub fn follow(seed: u64, sent: &Sent, lang: Lang) -> Vec<Happening> {
    let mut dice = dice_of(seed, sent);
    let is_call = sent.channel == Channel::Phone;
    let per_mille = match sent.purpose {
        _ if is_call => CALL_PER_MILLE,
        Purpose::Promo => PROMO_PER_MILLE,
        Purpose::Service | Purpose::Answer | Purpose::Unknown => SERVICE_PER_MILLE,
    };
    let happening = |at, what| Happening { at, customer: sent.customer.clone(), name: sent.name.clone(), what };
    if !dice.happens(per_mille) {
        // a call that is not taken is heard at once, a message that is not answered never
        return if is_call { vec![happening(sent.at, What::RingsOut)] } else { Vec::new() };
    }
    let at = if is_call { sent.at } else { awake(sent.at + wait(&mut dice)) };
    let (words, means) = answer(&mut dice, sent, at.date());
    let mut found = vec![happening(at, What::Says { words: in_lang(words, lang), means })];
    if let (OutcomeCode::Appointment, Some(on), Some(time)) = (means.code, means.next_on, means.next_time)
        && dice.happens(COMES_PER_MILLE)
    {
        let comes_at = on.and_time(time) + TimeDelta::minutes(dice.between(-5, 20));
        found.push(happening(comes_at, What::Comes));
        if dice.happens(BUYS_PER_MILLE) {
            let (piece, amount_fen) = catalogue::draw(&mut dice);
            let bought_at = comes_at + TimeDelta::minutes(dice.between(15, 50));
            found.push(happening(bought_at, What::Buys { amount_fen, item: piece.item(lang) }));
        }
    }
    found
}

/// A stream for each customer, day and script, so that the order in which scripts are sent changes nothing.
fn dice_of(seed: u64, sent: &Sent) -> Dice {
    let purpose = format!("answer {} {} {:?}", sent.customer, sent.template, sent.channel);
    let days = (sent.at.date() - NaiveDate::default()).num_days();
    Dice::new(seed, &purpose, days.unsigned_abs())
}

/// How long somebody takes to answer: half of them within forty minutes, most on the same day.
fn wait(dice: &mut Dice) -> TimeDelta {
    let &(from, to) = dice.weighted(&[(50, (2, 40)), (32, (40, 360)), (18, (360, 1_560))]);
    TimeDelta::minutes(dice.between(from, to))
}

/// The next time at which people write.
fn awake(at: NaiveDateTime) -> NaiveDateTime {
    use chrono::Timelike;
    let morning = |day: NaiveDate| day.and_hms_opt(AWAKE.0, at.minute(), 0).unwrap_or(at);
    match at.hour() {
        hour if hour < AWAKE.0 => morning(at.date()),
        hour if hour >= AWAKE.1 => morning(at.date().succ_opt().unwrap_or(at.date())),
        _ => at,
    }
}

/// What is said, and what it comes to.
fn answer(dice: &mut Dice, sent: &Sent, on: NaiveDate) -> (Both, Means) {
    use OutcomeCode::{Appointment, CallLater, Complaint, DoNotContact, Interested, NoNeed};
    if sent.asks == Some(Asks::Satisfaction) {
        let &score = dice.weighted(&SCORE_WEIGHTS);
        let words = dice.pick(SCORES[usize::from(5 - score)]);
        return (*words, Means { score: Some(score), ..Means::only(if score <= 3 { NoNeed } else { Interested }) });
    }
    let codes: &[(u64, OutcomeCode)] = match (sent.purpose, sent.asks) {
        (Purpose::Answer, None) => &[(70, Interested), (30, NoNeed)],
        (_, Some(Asks::Appointment)) => &[(34, Appointment), (26, NoNeed), (22, Interested), (18, CallLater)],
        (Purpose::Promo, _) => {
            &[(34, Interested), (18, Appointment), (34, NoNeed), (8, CallLater), (3, Complaint), (3, DoNotContact)]
        }
        _ => &[(44, Interested), (14, Appointment), (30, NoNeed), (9, CallLater), (2, Complaint), (1, DoNotContact)],
    };
    let &code = dice.weighted(codes);
    let in_days = |n: i64| on.checked_add_days(Days::new(n.unsigned_abs()));
    match code {
        Appointment => {
            let (days, words) = dice.pick(&AGREES_TO_COME);
            let hour = if *days == 1 { 15 } else { 11 };
            let next_time = NaiveTime::from_hms_opt(hour, 0, 0);
            (*words, Means { next_on: in_days(*days), next_time, ..Means::only(code) })
        }
        CallLater => {
            let (days, words) = dice.pick(&ASKS_TO_WAIT);
            (*words, Means { next_on: in_days(*days), ..Means::only(code) })
        }
        Complaint => (*dice.pick(&COMPLAINS), Means::only(code)),
        DoNotContact => (*dice.pick(&ASKS_FOR_PEACE), Means::only(code)),
        NoNeed => (*dice.pick(&HAS_NO_NEED), Means::only(code)),
        _ if sent.purpose == Purpose::Answer => (*dice.pick(&THANKS_FOR_THE_WISH), Means::only(code)),
        _ => (*dice.pick(&IS_KEEN), Means::only(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(n: usize, purpose: Purpose, channel: Channel, asks: Option<Asks>) -> Sent {
        Sent {
            customer: format!("C{n:04}").parse().unwrap(),
            name: String::new(),
            at: "2026-08-12T15:00:00".parse().unwrap(),
            channel,
            purpose,
            asks,
            template: "T10".parse().unwrap(),
        }
    }

    fn all(purpose: Purpose, channel: Channel, asks: Option<Asks>) -> Vec<Vec<Happening>> {
        (0..10_000).map(|n| follow(7, &sent(n, purpose, channel, asks), Lang::Zh)).collect()
    }

    /// Of a thousand.
    fn share(found: &[Vec<Happening>], has: impl Fn(&[Happening]) -> bool) -> usize {
        found.iter().filter(|of| has(of)).count() * 1_000 / found.len()
    }

    fn says(of: &[Happening]) -> Option<Means> {
        of.iter().find_map(|one| if let What::Says { means, .. } = &one.what { Some(*means) } else { None })
    }

    #[test]
    fn as_many_answer_as_the_demo_s_content_says() {
        let near = |share: usize, expected: usize| share.abs_diff(expected) <= 15;
        let service = all(Purpose::Service, Channel::Wecom, None);
        assert!(near(share(&service, |of| says(of).is_some()), 460));
        let promo = all(Purpose::Promo, Channel::Wecom, None);
        assert!(near(share(&promo, |of| says(of).is_some()), 170));
        let calls = all(Purpose::Service, Channel::Phone, None);
        assert!(near(share(&calls, |of| says(of).is_some()), 580));
        assert!(calls.iter().all(|of| !of.is_empty() && of[0].at == sent(0, Purpose::Promo, Channel::Phone, None).at));
        let scores = all(Purpose::Service, Channel::Wecom, Some(Asks::Satisfaction));
        let answered: Vec<_> = scores.iter().filter_map(|of| says(of)).collect();
        let of_score =
            |score| answered.iter().filter(|means| means.score == Some(score)).count() * 1_000 / answered.len();
        for (score, expected) in [(5, 620), (4, 240), (3, 90), (2, 30), (1, 20)] {
            assert!(near(of_score(score), expected), "{score}: {}", of_score(score));
        }
        let booked = all(Purpose::Service, Channel::Wecom, Some(Asks::Appointment));
        let agreed: Vec<_> = booked.into_iter().filter(|of| says(of).is_some_and(|m| m.next_time.is_some())).collect();
        assert!(share(&agreed, |of| of.iter().any(|one| one.what == What::Comes)).abs_diff(800) <= 30);
        assert!(share(&agreed, |of| of.iter().any(|one| matches!(one.what, What::Buys { .. }))).abs_diff(360) <= 40);
    }

    #[test]
    fn what_follows_comes_in_its_order_after_what_was_sent_and_nobody_writes_at_night() {
        use chrono::Timelike;
        for purpose in [Purpose::Promo, Purpose::Service, Purpose::Answer] {
            for of in all(purpose, Channel::Wecom, None) {
                assert!(of.is_sorted_by_key(|one| one.at));
                for one in &of {
                    assert!(one.at > "2026-08-12T15:00:00".parse().unwrap());
                    assert!((AWAKE.0..AWAKE.1).contains(&one.at.hour()), "{one:?}");
                }
                if let Some(means) = says(&of) {
                    let needs_day = matches!(means.code, OutcomeCode::Appointment | OutcomeCode::CallLater);
                    assert_eq!(means.next_on.is_some(), needs_day);
                }
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
        let bytes = |seed| {
            let of = |n| follow(seed, &sent(n, Purpose::Service, Channel::Wecom, None), Lang::En);
            serde_json::to_string(&(0..200).map(of).collect::<Vec<_>>()).unwrap()
        };
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }

    #[test]
    fn the_words_differ_by_language_and_nothing_else_does() {
        for n in 0..500 {
            let of = |lang| follow(3, &sent(n, Purpose::Service, Channel::Wecom, None), lang);
            let plain = |found: Vec<Happening>| found.into_iter().map(|one| (one.at, one.customer)).collect::<Vec<_>>();
            assert_eq!(plain(of(Lang::Zh)), plain(of(Lang::En)));
        }
    }
}
