//! What is told of the cast holds on the first day and on the days that follow from it.

use super::*;
use crate::fact::Fact;
use crate::id::DeviceId;
use crate::outcome::{Channel, Outcome, OutcomeCode};
use crate::record::{Level, Risk};
use crate::sop::history::History;
use crate::template::Withheld;
use crate::undone::Undos;

/// One of the cast at the desk of their guide.
struct Seat {
    file: CustomerFile,
    rules: Rules,
    guide: GuideId,
}

fn seat(name: &str) -> Seat {
    let chain = lesson();
    let (customer, guide) = chain.customers.iter().find(|(customer, _)| customer.name == name).unwrap();
    let guide = guide.clone().unwrap();
    let desk = desks(&chain, d0()).remove(&guide).unwrap();
    let file = desk.files.into_iter().find(|file| file.customer.id == customer.id).unwrap();
    Seat { file, rules: desk.rules, guide }
}

impl Seat {
    /// Plans and steps that are open on a day.
    fn open(&self, on: i64) -> Vec<String> {
        let task = customer_day(&self.file, &self.rules, day(on)).task;
        let mut open: Vec<String> =
            task.iter().flat_map(|task| &task.dues).map(|due| format!("{}.{}", due.plan, due.step)).collect();
        open.sort();
        open
    }

    /// Plans and steps that the gate holds on a day, and why.
    fn held(&self, on: i64) -> Vec<(String, HoldReason)> {
        let held = customer_day(&self.file, &self.rules, day(on)).held;
        let dues = held.iter().flat_map(|row| row.dues.iter().map(|due| (due, row.hold.reason)));
        dues.map(|(due, reason)| (format!("{}.{}", due.plan, due.step), reason)).collect()
    }

    fn says(&mut self, outcome: Outcome, number: u64) {
        let at = outcome.on.and_hms_opt(4, 0, 0).unwrap().and_utc();
        self.file.facts.push(Fact {
            id: OpId(uuid::Uuid::from_u64_pair(7, number)),
            customer: self.file.customer.id.clone(),
            guide: self.guide.clone(),
            device: DeviceId::new("test").unwrap(),
            at,
            body: FactBody::Outcome(outcome),
            number: 1_000 + number,
            undone: Undos::default(),
            group: None,
        });
    }
}

#[test]
fn the_one_overdue_promise_of_the_first_guide_stands_first() {
    let chain = lesson();
    let queues = queues(&chain, d0());
    let tasks = &queues[&chain.guides[0].id].0;
    let is_overdue = |task: &&TaskRow| task.terms.iter().any(|term| term.name == TermName::PromiseOverdue);
    assert_eq!(tasks.iter().filter(is_overdue).count(), 1);
    let first = &tasks[0];
    assert_eq!((first.name.as_str(), first.tier), ("曾予墨", Tier::S));
    assert_eq!(first.terms[0].name, TermName::PromiseOverdue);
    assert_eq!((d0() - first.dues[0].anchor_on).num_days(), 2);
}

#[test]
fn a_friend_s_purchase_gives_points_only_after_the_days_of_return() {
    let zeng = seat("曾予墨");
    assert!(!zeng.open(5).contains(&"P09c.credited".to_owned()));
    assert!(zeng.open(6).contains(&"P09c.credited".to_owned()));
}

#[test]
fn a_secret_gift_is_thanked_for_and_then_passed_over_in_silence() {
    let xie = seat("解闻溪");
    assert!(xie.held(0).contains(&("P01.satisfaction".to_owned(), HoldReason::Secrecy)));
    assert!(!xie.open(0).iter().any(|step| step.starts_with("P01")));
    let thanked = History::of(&xie.file, d0()).contacts[0].outcome.due_ids.len();
    assert_eq!(thanked, 1);
}

#[test]
fn the_partner_s_reminder_is_due_and_only_the_secret_holds_it() {
    let mut he = seat("贺明远");
    assert_eq!(he.held(0), [("P02b.partner".to_owned(), HoldReason::Secrecy)]);
    he.file.facts.retain(|fact| !matches!(fact.body, FactBody::Secret(_)));
    assert_eq!(he.open(0), ["P02b.partner"]);
}

#[test]
fn who_bought_once_700_days_ago_is_seen_as_nearly_lost() {
    let qiu = seat("仇知秋");
    let history = History::of(&qiu.file, d0());
    assert_eq!(history.records.risks.last().unwrap().risk, Risk::Red);
    assert_eq!((d0() - history.days[0].on).num_days(), 700);
    let waits = qiu.rules.starts.is_waiting(&"P03".parse().unwrap(), &qiu.file.customer.id, d0());
    assert!(waits || qiu.open(0) == ["P03.service"]);
}

#[test]
fn a_score_of_two_after_three_days_calls_for_recovery_within_a_day() {
    let mut ou = seat("区若彤");
    assert_eq!(ou.open(0), ["P01.satisfaction"]);
    let task = customer_day(&ou.file, &ou.rules, d0()).task.unwrap();
    let mut outcome = Outcome::new(d0(), OutcomeCode::Complaint);
    outcome.due_ids = vec![task.dues[0].due_id];
    outcome.score = Some(2);
    ou.says(outcome, 1);
    let task = customer_day(&ou.file, &ou.rules, d0()).task.unwrap();
    assert_eq!(ou.open(0), ["P10.call", "P10.manager"]);
    assert_eq!((task.channel, task.dues[0].template.as_ref().unwrap().as_str()), (Channel::Phone, "T04"));
    assert!(ou.held(21).contains(&("P01.knowledge".to_owned(), HoldReason::OpenComplaint)));
}

#[test]
fn a_birthday_of_a_lunar_leap_month_falls_on_the_thirty_fourth_day() {
    let piao = seat("朴允熙");
    assert!(piao.open(27).contains(&"P02.treat".to_owned()));
    assert!(piao.open(34).contains(&"P02.wish".to_owned()));
    let wish = customer_day(&piao.file, &piao.rules, day(34)).task.unwrap();
    assert!(wish.dues.iter().any(|due| due.template.as_ref().is_some_and(|template| template.as_str() == "T13")));
}

#[test]
fn a_customer_who_refused_in_another_shop_is_held_not_missing() {
    let mut hua = seat("华绍棠");
    assert_eq!(hua.open(0), Vec::<String>::new());
    assert_eq!(hua.held(0), [("P01.care".to_owned(), HoldReason::NoConsent)]);
    hua.file.facts.retain(|fact| !matches!(fact.body, FactBody::Consent(_)));
    assert_eq!(hua.open(0), ["P01.care"]);
}

#[test]
fn three_due_steps_of_one_customer_are_one_contact() {
    let mut ge = seat("盖青禾");
    assert_eq!(ge.open(0), ["P01.care", "P02.wish", "P16.due"]);
    let task = customer_day(&ge.file, &ge.rules, d0()).task.unwrap();
    let mut outcome = Outcome::new(d0(), OutcomeCode::Interested);
    outcome.due_ids = task.dues.iter().map(|due| due.due_id).collect();
    ge.says(outcome, 1);
    assert_eq!(ge.open(0), Vec::<String>::new());
}

#[test]
fn two_sales_of_one_day_are_one_question_after_three_days() {
    let yuchi = seat("尉迟嘉");
    let task = customer_day(&yuchi.file, &yuchi.rules, d0()).task.unwrap();
    assert_eq!(task.dues.iter().filter(|due| due.step.as_str() == "satisfaction").count(), 1);
    let level = History::of(&yuchi.file, d0()).records.levels.last().unwrap().level;
    assert_eq!((yuchi.file.customer.tier, level), (Tier::S, Level::Diamond));
}

#[test]
fn a_coupon_to_be_taken_in_two_shops_is_open() {
    let ren = seat("任晚舟");
    let history = History::of(&ren.file, d0());
    assert!(history.records.coupons.iter().any(|(_, coupon)| coupon.no == "Q88001" && coupon.is_open_on(d0())));
}

#[test]
fn a_lead_is_followed_up_and_the_wedding_counted_down() {
    let xian = seat("冼清越");
    assert_eq!(xian.open(0), ["P05.comparison", "P16.prepare"]);
    assert_eq!((xian.file.customer.wedding_on.unwrap() - d0()).num_days(), 95);
    for (on, step) in [(28, "P05.wedding_60"), (42, "P05.wedding_60"), (58, "P05.wedding_30"), (72, "P05.wedding_30")] {
        assert!(xian.open(on).contains(&step.to_owned()), "{on}: {:?}", xian.open(on));
    }
    assert!(!xian.open(43).contains(&"P05.wedding_60".to_owned()));
}

#[test]
fn the_gold_price_of_yesterday_cannot_be_said_today() {
    let (chain, miao) = (lesson(), seat("缪可"));
    assert!(miao.open(0).contains(&"P05.price".to_owned()));
    let task = customer_day(&miao.file, &miao.rules, d0()).task.unwrap();
    let due = task.dues.iter().find(|due| due.step.as_str() == "price").unwrap();
    let (_, text) = chain.templates.iter().find(|(name, _)| name.starts_with("T35-")).unwrap();
    let guide = chain.guides.iter().find(|guide| guide.id == miao.guide).unwrap();
    let script = |now: chrono::NaiveDateTime| {
        let file = ScriptFacts::new(&miao.file, guide, now);
        let facts = ScriptFacts { due: Some(due), gold_price: Some(chain.gold_price), ..file };
        render::script(&file::parse(text).unwrap(), &values(&facts), now, Lang::Zh)
    };
    assert_eq!(script(chain.gold_price.at).withheld(), None);
    let this_morning = script(d0().and_hms_opt(10, 0, 0).unwrap());
    assert!(matches!(this_morning.withheld(), Some(Withheld::Stale { .. })), "{this_morning:?}");
    let quoted = History::of(&miao.file, d0()).contacts.last().unwrap().outcome.quoted.unwrap();
    assert_eq!(quoted.price_fen, chain.gold_price.price_fen);
}
