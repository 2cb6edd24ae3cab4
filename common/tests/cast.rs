//! The cast of the demo behaves as it is told of: each over the days of the virtual clock, at the desk of their guide.
use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use guide_common::apply::CustomerFile;
use guide_common::demo::{Chain, SEED, chain, d0};
use guide_common::fact::FactBody;
use guide_common::id::{DeviceId, OpId};
use guide_common::lunar::LunarDate;
use guide_common::op::{Op, OpBody, Stamp};
use guide_common::outcome::OutcomeCode::{self, *};
use guide_common::outcome::{Channel, Outcome};
use guide_common::promise::PromiseKept;
use guide_common::sop::plan::{Lang, Plan};
use guide_common::sop::queue::{CustomerDay, TermName, customer_day, held_at, order};
use guide_common::sop::rules::Rules;
use guide_common::sop::starts::Starts;
use guide_common::sop::{plan_file, settings_file};
use guide_common::template::source::{ScriptFacts, values};
use guide_common::template::{Script, Withheld, file, render};
use guide_common::wire::hub::GuideProfile;
use guide_common::wire::local::{DueRow, TaskRow};

/// The desk of one of the cast's guides, and who of its customers the story is about.
struct Desk {
    chain: Chain,
    guide: GuideProfile,
    rules: Rules,
    files: Vec<CustomerFile>,
    about: usize,
    n_ops: u64,
}

fn date(n: i64) -> NaiveDate {
    d0() + TimeDelta::days(n)
}

fn desk_of(name: &str) -> Desk {
    let chain = chain(SEED, Lang::Zh);
    let (customer, guide) = chain.customers.iter().find(|(customer, _)| customer.name == name).unwrap();
    let guide = chain.guides.iter().find(|profile| Some(&profile.id) == guide.as_ref()).unwrap().clone();
    let own = chain.files().into_iter().filter(|(of, _)| of.as_ref() == Some(&guide.id));
    let files: Vec<CustomerFile> = own.map(|(_, file)| file).collect();
    let about = files.iter().position(|file| file.customer.id == customer.id).unwrap();
    let plans: Vec<Plan> = chain.plans.iter().map(|(_, text)| plan_file::parse(text).unwrap()).collect();
    let mut rules = Rules::new(plans);
    rules.settings = settings_file::parse(chain.settings.1).unwrap().into();
    rules.store_tier = guide.store.tier;
    Desk { chain, guide, rules, files, about, n_ops: 0 }
}

impl Desk {
    fn file(&self) -> &CustomerFile {
        &self.files[self.about]
    }

    fn rules_on(&self, n: i64) -> Rules {
        let mut rules = self.rules.clone();
        rules.calendar = self.chain.calendar(&self.guide.id, date(n));
        rules.with_starts(Starts::work_out(self.files.iter(), &rules, date(n)))
    }

    fn day(&self, n: i64) -> CustomerDay {
        customer_day(self.file(), &self.rules_on(n), date(n))
    }

    /// The guide's queue of a day.
    fn queue(&self, n: i64) -> Vec<TaskRow> {
        let rules = self.rules_on(n);
        let mut tasks: Vec<TaskRow> =
            self.files.iter().filter_map(|file| customer_day(file, &rules, date(n)).task).collect();
        order(&mut tasks);
        tasks
    }

    /// On which days each step of these plans is offered, or held and why: one line a step, in order.
    #[track_caller]
    fn check(&self, plans: &[&str], days: std::ops::RangeInclusive<i64>, expected: &[&str]) {
        let mut seen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for n in days {
            let CustomerDay { task, held } = self.day(n);
            let offered = task.iter().flat_map(|task| &task.dues).map(|due| (due, String::new()));
            let held = held
                .iter()
                .flat_map(|row| row.dues.iter().map(move |due| (due, format!(" held {:?}", row.hold.reason))));
            for (due, how) in offered.chain(held).filter(|(due, _)| plans.contains(&due.plan.as_str())) {
                seen.entry(format!("{}.{}{how}", due.plan, due.step)).or_default().push(n);
            }
        }
        let lines: Vec<String> = seen.iter().map(|(what, days)| format!("{what} {}", spans(days))).collect();
        assert_eq!(lines, expected);
    }

    fn due(&self, n: i64, step: &str) -> DueRow {
        let task = self.day(n).task.unwrap();
        task.dues.into_iter().find(|due| due.step.as_str() == step).unwrap()
    }

    fn apply(&mut self, n: i64, body: FactBody) {
        self.n_ops += 1;
        let stamp = Stamp {
            op_id: OpId(uuid::Uuid::from_u128(u128::from(self.n_ops))),
            device: DeviceId::new("test").unwrap(),
            local_seq: self.n_ops,
            base_rev: None,
            at_wall: date(n).and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(2),
            at_mono: 0,
        };
        let op = Op::new(stamp, self.file().customer.id.clone(), &OpBody::Fact(body));
        self.files[self.about].apply(&op, &self.guide.id).unwrap();
    }

    /// Contacts the customer about everything that is offered.
    fn log(&mut self, n: i64, code: OutcomeCode, change: impl FnOnce(&mut Outcome)) {
        let task = self.day(n).task.unwrap();
        let mut outcome = Outcome::new(date(n), code);
        (outcome.due_ids, outcome.channel) = (task.dues.iter().map(|due| due.due_id).collect(), task.channel);
        change(&mut outcome);
        self.apply(n, FactBody::Outcome(outcome));
    }

    /// The script of a template for a due, as it stands at a time.
    fn script(&self, template: &str, due: Option<&DueRow>, now: NaiveDateTime) -> Script {
        let (_, text) =
            self.chain.templates.iter().find(|(name, _)| name.starts_with(&format!("{template}-"))).unwrap();
        let facts = ScriptFacts {
            due,
            gold_price: Some(self.chain.gold_price),
            ..ScriptFacts::new(self.file(), &self.guide, now)
        };
        render::script(&file::parse(text).unwrap(), &values(&facts), now, Lang::Zh)
    }
}

/// Days as `1..3, 7`.
fn spans(days: &[i64]) -> String {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for n in days {
        match spans.last_mut() {
            Some(span) if span.1 + 1 == *n => span.1 = *n,
            _ => spans.push((*n, *n)),
        }
    }
    let text = |(from, to): &(i64, i64)| if from == to { from.to_string() } else { format!("{from}..{to}") };
    spans.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn at(n: i64, time: &str) -> NaiveDateTime {
    date(n).and_time(time.parse().unwrap())
}

#[test]
fn zeng_yumo_a_broken_promise_to_the_best_customer_leads_the_queue_until_it_is_kept() {
    let mut desk = desk_of("曾予墨");
    assert_eq!(desk.file().customer.tier.letter(), "S");
    desk.check(&["P16"], -14..=20, &["P16.due -2..12", "P16.manager -1..12", "P16.prepare -3"]);
    for n in [-1, 0, 5] {
        let first = &desk.queue(n)[0];
        assert_eq!((first.name.as_str(), first.terms[0].name), ("曾予墨", TermName::PromiseOverdue), "{n}");
        assert_eq!(first.dues[0].template.as_ref().unwrap().as_str(), "T34", "the promise is what is spoken of");
    }
    assert_eq!(desk.queue(0)[0].terms[0].points, 2_020, "two days overdue");
    let promise = desk.file().facts.iter().find(|fact| matches!(fact.body, FactBody::Promise(_))).unwrap().id;
    desk.apply(1, FactBody::PromiseKept(PromiseKept { on: date(1), promise }));
    desk.check(&["P16"], 1..=20, &[]);
    assert!(desk.queue(1).iter().all(|task| task.name != "曾予墨" || task.terms[0].name != TermName::PromiseOverdue));
}

#[test]
fn xie_wenxi_nothing_is_said_of_the_ring_before_the_proposal() {
    let desk = desk_of("解闻溪");
    // the question after three days falls into the secret as a whole; the knowledge of three weeks comes after it
    let expected = ["P01.care 87..117", "P01.knowledge 16..30", "P01.satisfaction held Secrecy -2..2"];
    desk.check(&["P01"], -4..=130, &expected);
    let held = desk.day(0).held;
    assert_eq!(held[0].hold.until_on, Some(date(10)), "the secret's last day is the ninth");
    let satisfaction = &held[0].dues[0];
    let hides = |n| desk.script("T03", Some(satisfaction), at(n, "10:00"));
    assert!(matches!(hides(0).withheld(), Some(Withheld::Secret { .. })), "{:?}", hides(0));
}

#[test]
fn he_mingyuan_the_partner_s_reminder_stays_silent_as_long_as_the_secret_is_kept() {
    let mut desk = desk_of("贺明远");
    // the whole window of the reminder, fourteen to four days before the day on which the two met
    // on the first of these days, a Friday, his guide is off
    desk.check(&["P02b"], -5..=40, &["P02b.partner held Secrecy -4..5"]);
    let held = desk.day(0).held;
    let reminder = &held[0].dues[0];
    assert_eq!(reminder.template.as_ref().unwrap().as_str(), "T14");
    let script = desk.script("T14", Some(reminder), at(0, "10:00"));
    assert!(matches!(script.withheld(), Some(Withheld::Secret { .. })), "{script:?}");
    // it is the secret alone that silences it: a year later it is due
    desk.check(&["P02b"], 355..=375, &["P02b.partner 360..370"]);
    let about = desk.about;
    desk.files[about].facts.retain(|fact| !matches!(fact.body, FactBody::Secret(_)));
    desk.check(&["P02b"], -5..=40, &["P02b.partner -4..5"]);
}

#[test]
fn ou_ruotong_a_score_of_two_for_workmanship_starts_the_recovery_with_its_clock() {
    let mut desk = desk_of("区若彤");
    desk.check(&["P01", "P10"], -1..=10, &["P01.satisfaction -1..3"]);
    desk.log(0, NoNeed, |outcome| {
        (outcome.score, outcome.note) = (Some(2), Some("工艺瑕疵：链扣有毛刺".to_owned()));
    });
    // told to the manager within two hours, called within a day, asked again after three days
    desk.check(&["P01", "P10"], 0..=16, &["P10.call 0..1", "P10.check 3..7", "P10.manager 0"]);
    let clock = |step: &str| desk.due(0, step).deadline_at.unwrap();
    assert_eq!((clock("manager"), clock("call")), (at(0, "12:00:00"), at(1, "10:00:00")));
    let call = desk.due(0, "call");
    assert_eq!((call.channel, call.template.unwrap().as_str().to_owned()), (Channel::Phone, "T04".to_owned()));
    desk.log(0, Interested, |_| {});
    desk.check(&["P10"], 0..=16, &["P10.check 3..7"]);
    desk.log(3, Interested, |outcome| outcome.score = Some(5));
    desk.check(&["P10"], 3..=16, &[]);
}

#[test]
fn ou_ruotong_a_complaint_holds_all_but_the_recovery_until_it_is_closed_with_her_words() {
    let mut desk = desk_of("区若彤");
    desk.log(0, Complaint, |outcome| outcome.score = Some(2));
    let expected = ["P01.knowledge held OpenComplaint 17..19", "P10.call 0..1", "P10.check 3..7", "P10.manager 0"];
    desk.check(&["P01", "P10"], 0..=19, &expected);
    let words = "换了新链扣，满意".to_owned();
    desk.apply(20, FactBody::ComplaintClosed(guide_common::fact::ComplaintClosed { on: date(20), words }));
    desk.check(&["P01"], 20..=40, &["P01.knowledge 20..31"]);
}

#[test]
fn piao_yunxi_born_in_a_leap_eighth_month_is_wished_well_on_15_september() {
    let desk = desk_of("朴允熙");
    let birthday = desk.file().customer.birthday.unwrap();
    assert!(birthday.leap_month && (birthday.month, birthday.day) == (8, 5));
    assert_eq!(date(34).to_string(), "2026-09-15");
    let lunar = LunarDate::of(date(34)).unwrap();
    assert_eq!((lunar.month, lunar.day, lunar.leap_month), (8, 5, false), "2026 has no leap eighth month");
    desk.check(&["P02"], -10..=60, &["P02.remind 39..46", "P02.treat 27..32", "P02.wish 34"]);
    let wish = desk.due(34, "wish");
    assert_eq!(wish.template.as_ref().unwrap().as_str(), "T13", "the words for a lunar birthday");
    // not before ten in the morning
    let task = TaskRow { dues: vec![wish], ..desk.day(34).task.unwrap() };
    assert!(held_at(&task, &desk.rules.settings, at(34, "09:59")).is_some());
    assert!(held_at(&task, &desk.rules.settings, at(34, "10:00")).is_none());
}

#[test]
fn ge_qinghe_care_a_birthday_and_a_promise_on_one_day_are_one_contact() {
    let mut desk = desk_of("盖青禾");
    let task = desk.day(0).task.unwrap();
    let steps: Vec<String> = task.dues.iter().map(|due| format!("{}.{}", due.plan, due.step)).collect();
    assert_eq!(steps, ["P16.due", "P01.care", "P02.wish"], "the promise is spoken of, the others are its notes");
    assert_eq!(desk.queue(0).iter().filter(|task| task.name == "盖青禾").count(), 1);
    desk.log(0, Interested, |_| {});
    assert_eq!(desk.day(0).task, None);
    // what was merged is done; the promise itself is open until it is marked as kept
    desk.check(&["P01", "P02", "P16"], 0..=4, &["P16.manager 1..4"]);
    let promise = desk.file().facts.iter().find(|fact| matches!(fact.body, FactBody::Promise(_))).unwrap().id;
    desk.apply(0, FactBody::PromiseKept(PromiseKept { on: d0(), promise }));
    desk.check(&["P01", "P02", "P16"], 0..=4, &[]);
}

#[test]
fn xian_qingyue_a_lead_is_followed_and_the_wedding_counted_down() {
    let mut desk = desk_of("冼清越");
    assert_eq!(desk.file().customer.wedding_on, Some(date(95)));
    let expected =
        ["P05.close 54..69", "P05.comparison -2..1", "P05.hold 4..9", "P05.wedding_30 58..72", "P05.wedding_60 28..42"];
    desk.check(&["P05"], -4..=130, &expected);
    let countdown = desk.due(35, "wedding_60");
    let script = desk.script("T25", Some(&countdown), at(35, "10:00"));
    assert!(script.withheld().is_none() && format!("{script:?}").contains("60"), "{script:?}");
    // who buys is no lead any more
    desk.log(35, Bought, |outcome| outcome.amount_fen = Some(1_280_000));
    desk.check(&["P05"], 36..=130, &[]);
    desk.check(&["P01"], 36..=45, &["P01.satisfaction 38..42"]);
}

#[test]
fn miao_ke_the_gold_price_of_yesterday_is_not_said_today() {
    let mut desk = desk_of("缪可");
    desk.check(&["P05"], -1..=20, &["P05.hold 5..10", "P05.price -1..1"]);
    let quoted = desk.file().facts.iter().find_map(|fact| match &fact.body {
        FactBody::Outcome(outcome) => outcome.quoted.map(|quoted| (outcome.on, quoted)),
        _ => None,
    });
    let (said_on, quoted) = quoted.unwrap();
    assert_eq!((said_on, quoted.price_fen), (date(-1), desk.chain.gold_price.price_fen));
    let due = desk.due(0, "price");
    assert_eq!(due.template.as_ref().unwrap().as_str(), "T35");
    // fresh for thirty minutes, stale from then on
    let set_at = desk.chain.gold_price.at;
    let refused = |minutes: i64| {
        let script = desk.script("T35", Some(&due), set_at + TimeDelta::minutes(minutes));
        matches!(script.withheld(), Some(Withheld::Stale { .. }))
    };
    assert_eq!([refused(0), refused(29), refused(31)], [false, false, true]);
    assert!(matches!(desk.script("T35", Some(&due), at(0, "10:00")).withheld(), Some(Withheld::Stale { .. })));
    // headquarters sets the price of the hour
    desk.chain.gold_price = guide_common::sop::settings::GoldPrice { price_fen: 80_100, at: at(0, "09:55") };
    let script = desk.script("T35", Some(&due), at(0, "10:00"));
    assert!(script.withheld().is_none() && format!("{script:?}").contains("801"), "{script:?}");
}
