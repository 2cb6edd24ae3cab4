//! A shop that never changes: the data of snapshots and pictures, and a desk that answers the app's requests from it
//! without a daemon.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use guide_common::customer::{Birthday, Tag, Tier};
use guide_common::id::{CustomerId, DueId, OpId, TaskId};
use guide_common::op::Promise;
use guide_common::outcome::{Channel, Outcome, OutcomeCode};
use guide_common::purchase::{Item, Purchase};
use guide_common::sop::plan::{Asks, Lang, Purpose, Text};
use guide_common::sop::queue::{Hold, HoldReason, Term, TermName};
use guide_common::template::{Piece, Script};
use guide_common::wire::hub::{GuideProfile, StoreProfile};
use guide_common::wire::local::{
    Clock, ClockKind, ContactRow, CustomerCard, CustomerList, CustomerRow, DoneRow, DueRow, HeldRow, PromiseRow,
    QueueCount, SavedResponse, SavedState, ScriptView, Status, SyncStatus, TaskDetail, TaskRow, Today,
};

use super::app::App;
use super::effect::{Effect, Request};
use super::event::{Answer, Event, Failure, FailureKind};

/// Answers what a daemon would, from fixed data.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The state of everything.
    pub status: Status,
    /// The queue.
    pub today: Today,
    /// Every customer.
    pub cards: BTreeMap<CustomerId, CustomerCard>,
    /// What was copied last.
    pub copied: Option<String>,
    /// What was asked, in order.
    pub asked: Vec<Request>,
    /// Answers every request with this failure instead.
    pub failing: Option<Failure>,
    lang: Lang,
}

/// What differs between the customers.
struct Person {
    id: &'static str,
    name: [&'static str; 2],
    tier: Tier,
    steps: &'static [StepKind],
    left_days: i64,
    channel: Channel,
    amounts: &'static [i64],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StepKind {
    Promise,
    Satisfaction,
    Knowledge,
    Care,
    Birthday,
    Thanks,
}

const PEOPLE: &[Person] = &[
    person("C0002", ["曾予墨", "Zeng Yumo"], Tier::S, &[StepKind::Promise], -2, Channel::Phone, &[1_868_000, 528_000, 328_000]),
    person("C0009", ["盖青禾", "Ge Qinghe"], Tier::A, &[StepKind::Satisfaction, StepKind::Knowledge, StepKind::Care], 0, Channel::Wecom, &[326_000, 98_050]),
    person("C0001", ["单雅宁", "Shan Yaning"], Tier::B, &[StepKind::Satisfaction], 4, Channel::Wecom, &[268_000]),
    person("C0007", ["朴允熙", "Piao Yunxi"], Tier::A, &[StepKind::Birthday], 0, Channel::Wecom, &[1_280_000, 899_000]),
    person("C0011", ["尉迟嘉", "Yuchi Jia"], Tier::S, &[StepKind::Thanks], 0, Channel::Wecom, &[6_000_000, 4_500_000]),
    person("C0012", ["查思源", "Zha Siyuan"], Tier::B, &[StepKind::Knowledge], 9, Channel::Wecom, &[189_900]),
    person("C0010", ["任晚舟", "Ren Wanzhou"], Tier::C, &[StepKind::Care], 12, Channel::Phone, &[88_000]),
    person("C0015", ["方以沫", "Fang Yimo"], Tier::B, &[StepKind::Knowledge], 11, Channel::Wecom, &[456_000]),
    person("C0016", ["鲁南枝", "Lu Nanzhi"], Tier::C, &[StepKind::Satisfaction], 3, Channel::Phone, &[59_900]),
    person("C0017", ["闻人语", "Wenren Yu"], Tier::B, &[StepKind::Care], 21, Channel::Wecom, &[732_000]),
    person("C0018", ["沈知微", "Shen Zhiwei"], Tier::C, &[StepKind::Knowledge], 6, Channel::Wecom, &[129_000]),
    person("C0019", ["顾明澈", "Gu Mingche"], Tier::C, &[StepKind::Care], 25, Channel::Wecom, &[99_900]),
];

const HELD: [(&str, [&str; 2], HoldReason); 2] = [
    ("C0006", ["区若彤", "Ou Ruotong"], HoldReason::OpenComplaint),
    ("C0020", ["陶映雪", "Tao Yingxue"], HoldReason::PromoRest),
];

const fn person(
    id: &'static str,
    name: [&'static str; 2],
    tier: Tier,
    steps: &'static [StepKind],
    left_days: i64,
    channel: Channel,
    amounts: &'static [i64],
) -> Person {
    Person { id, name, tier, steps, left_days, channel, amounts }
}

/// The shop's day.
pub fn on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 8, 12).unwrap_or_default()
}

impl Desk {
    /// The desk in a language; on the virtual clock it is a training desk.
    pub fn new(lang: Lang, clock: ClockKind) -> Self {
        let cards: BTreeMap<_, _> = PEOPLE
            .iter()
            .map(|person| card(person.id, person.name, person.tier, person.amounts, lang))
            .chain([card("C0014", ["缪可", "Miao Ke"], Tier::C, &[388_000], lang)])
            .chain(HELD.iter().map(|(id, name, _)| card(id, *name, Tier::B, &[268_000], lang)))
            .map(|mut card| {
                particulars(&mut card, lang);
                (card.id.clone(), card)
            })
            .collect();
        let today = today(lang);
        let queue = QueueCount { n_open: today.tasks.len(), n_held: today.held.len(), n_done: today.done.len() };
        let status = Status {
            guide: Some(profile(lang)),
            now: on().and_time(time(10, 0)),
            clock,
            queue,
            n_customers: 120,
            sync: SyncStatus {
                state: SavedState::Saved,
                hub: Some("https://hub.example".to_owned()),
                last_ok_at: "2026-08-12T01:58:00Z".parse().ok(),
                n_unsent: 1,
                ..SyncStatus::default()
            },
        };
        Self { status, today, cards, copied: None, asked: Vec::new(), failing: None, lang }
    }

    /// A desk of a terminal that is not enrolled.
    pub fn not_enrolled(lang: Lang) -> Self {
        let mut desk = Self::new(lang, ClockKind::Real);
        desk.status.guide = None;
        desk.empty();
        desk.status.sync = SyncStatus::default();
        desk
    }

    /// Takes all customers away.
    pub fn empty(&mut self) {
        self.cards.clear();
        self.status.n_customers = 0;
        self.status.queue = QueueCount::default();
        (self.today.tasks, self.today.held, self.today.done) = (Vec::new(), Vec::new(), Vec::new());
    }

    /// Starts an app at this desk.
    pub fn open(&mut self, app: &mut App) {
        let effects = app.start();
        self.serve(app, effects);
    }

    /// Presses keys: single characters, or names in angle brackets such as `<Enter>`, `<Tab>`, `<F2>`.
    pub fn press(&mut self, app: &mut App, keys: &str) {
        for key in parse_keys(keys) {
            let effects = app.update(Event::Key(key));
            self.serve(app, effects);
        }
    }

    /// Answers effects until nothing is asked any more.
    pub fn serve(&mut self, app: &mut App, effects: Vec<Effect>) {
        let mut waiting: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = waiting.pop_front() {
            match effect {
                Effect::Ask { query, request } => {
                    self.asked.push(request.clone());
                    let answer = self.failing.clone().map_or_else(|| self.answer(request), Err);
                    waiting.extend(app.update(Event::Answered { query, answer }));
                }
                Effect::Copy(text) => self.copied = Some(text),
                Effect::ExpireToast(_) | Effect::Quit => {}
            }
        }
    }

    fn answer(&mut self, request: Request) -> Result<Answer, Failure> {
        Ok(match request {
            Request::Status => Answer::Status(Box::new(self.status.clone())),
            Request::Today => Answer::Today(Box::new(self.today.clone())),
            Request::Task(id, lang) => Answer::Task(id, Box::new(self.task(id, lang)?)),
            Request::Customers { q, .. } => Answer::Customers(self.find(&q)),
            Request::Card(id) => {
                let card = self.cards.get(&id).cloned().ok_or_else(|| refused("unknown_customer"))?;
                Answer::Card(id, Box::new(card))
            }
            Request::LogTask(id, request) => {
                let idx = self.today.tasks.iter().position(|row| row.id == id).ok_or_else(|| refused("task_closed"))?;
                let row = self.today.tasks.remove(idx);
                let steps = row.dues.iter().map(|due| due.step_name.clone()).collect();
                Answer::Saved(self.log(row.customer, row.name, &request.code, steps))
            }
            Request::LogContact(id, request) => {
                let name = self.cards.get(&id).map(|card| card.name.clone()).unwrap_or_default();
                Answer::Saved(self.log(id, name, &request.code, Vec::new()))
            }
            Request::CloseComplaint(id, _) => {
                if let Some(card) = self.cards.get_mut(&id) {
                    card.holds.clear();
                }
                self.today.held.retain(|row| row.customer != id);
                Answer::Saved(self.saved(id, String::new()))
            }
            Request::Undo => {
                if self.today.done.is_empty() {
                    return Err(refused("unknown_target"));
                }
                let row = self.today.done.remove(0);
                let again = today(self.lang);
                let task = again.tasks.into_iter().find(|task| task.customer == row.customer);
                self.today.tasks.extend(task);
                let order: Vec<TaskId> = today(self.lang).tasks.iter().map(|row| row.id).collect();
                self.today.tasks.sort_by_key(|row| order.iter().position(|id| *id == row.id));
                let mut saved = self.saved(row.customer, row.name);
                saved.undone = Some(row.op_id);
                Answer::Saved(saved)
            }
            Request::SetClock(now) => {
                self.status.now = now;
                Answer::Clock(Clock { kind: ClockKind::Virtual, now })
            }
            Request::SyncNow => {
                self.status.sync.state = SavedState::Received;
                self.status.sync.n_unsent = 0;
                Answer::Synced(Box::new(self.status.sync.clone()))
            }
        })
    }

    fn task(&self, id: TaskId, lang: Lang) -> Result<TaskDetail, Failure> {
        let task = self.today.tasks.iter().find(|row| row.id == id).cloned().ok_or_else(|| refused("unknown_task"))?;
        let customer = self.cards.get(&task.customer).cloned().ok_or_else(|| refused("unknown_customer"))?;
        let scripts = task.dues.iter().map(|due| script(due, &customer, lang)).collect();
        Ok(TaskDetail { task, customer, scripts })
    }

    fn find(&self, q: &str) -> CustomerList {
        let matches = |card: &&CustomerCard| {
            card.name.to_lowercase().contains(&q.to_lowercase())
                || card.phone_masked.as_ref().is_some_and(|phone| q.len() > 2 && phone.ends_with(q))
        };
        let rows: Vec<_> = self.cards.values().filter(matches).map(row_of).collect();
        let n_all = self.status.n_customers;
        let n_found = if q.is_empty() { n_all } else { rows.len() };
        CustomerList { q: q.to_owned(), n_all, n_found, rows }
    }

    fn log(&mut self, customer: CustomerId, name: String, code: &str, steps: Vec<Text>) -> SavedResponse {
        let saved = self.saved(customer.clone(), name.clone());
        let outcome = Outcome::new(on(), code.parse().unwrap_or(OutcomeCode::Unknown));
        let at = self.status.now;
        self.today.done.insert(0, DoneRow { op_id: saved.op_id, customer, name, at, outcome, steps });
        self.status.sync.n_unsent += 1;
        self.status.sync.state = SavedState::Saved;
        saved
    }

    fn saved(&mut self, customer: CustomerId, name: String) -> SavedResponse {
        let name = self.cards.get(&customer).map_or(name, |card| card.name.clone());
        let n_done = self.today.done.len() + 1;
        let queue = QueueCount { n_open: self.today.tasks.len(), n_held: self.today.held.len(), n_done };
        let op_id = OpId(uuid(u64::try_from(self.asked.len()).unwrap_or(0)));
        SavedResponse { op_id, customer, name, gone: Vec::new(), undone: None, queue }
    }
}

/// A failure as the daemon refuses.
pub fn refused(code: &str) -> Failure {
    Failure { kind: FailureKind::Refused, code: code.to_owned(), detail: code.to_owned(), hint: None }
}

/// The failure of a daemon that is not there.
pub fn unreachable() -> Failure {
    let detail = "no daemon answers at run/guided.sock: Connection refused".to_owned();
    Failure { kind: FailureKind::Unreachable, code: "unreachable".to_owned(), detail, hint: None }
}

fn uuid(n: u64) -> uuid::Uuid {
    uuid::Uuid::from_u64_pair(0, n)
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

fn day(days: i64) -> NaiveDate {
    on() + chrono::TimeDelta::days(days)
}

fn text(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

fn pick(lang: Lang, pair: [&str; 2]) -> String {
    pair[lang as usize].to_owned()
}

#[expect(clippy::expect_used, reason = "the ids of the fixture are written in this file and are well formed")]
fn id<T: std::str::FromStr<Err = guide_common::id::IdError>>(text: &str) -> T {
    text.parse().expect("a well-formed id")
}

fn profile(lang: Lang) -> GuideProfile {
    let store = StoreProfile { id: id("S1"), name: pick(lang, ["云杉路店", "Spruce Road"]), phone: None };
    GuideProfile { id: id("G1"), name: pick(lang, ["林知夏", "Lin Zhixia"]), store }
}

fn today(lang: Lang) -> Today {
    let held = HELD.iter().map(|(customer, name, reason)| {
        let until_on = (*reason == HoldReason::PromoRest).then(|| day(41));
        HeldRow {
            customer: id(customer),
            name: pick(lang, *name),
            tier: Tier::B,
            hold: Hold { reason: *reason, until_on },
            dues: vec![due(StepKind::Care, customer, 12)],
        }
    });
    let done_at: NaiveDateTime = on().and_time(time(9, 41));
    let mut bought = Outcome::new(on(), OutcomeCode::Bought);
    bought.amount_fen = Some(388_000);
    let done = DoneRow {
        op_id: OpId(uuid(77)),
        customer: id("C0014"),
        name: pick(lang, ["缪可", "Miao Ke"]),
        at: done_at,
        outcome: bought,
        steps: vec![text("三月保养", "Care visit")],
    };
    Today { on: on(), checked: true, tasks: PEOPLE.iter().map(|person| task(person, lang)).collect(), held: held.collect(), done: vec![done] }
}

fn task(person: &Person, lang: Lang) -> TaskRow {
    let customer: CustomerId = id(person.id);
    let mut terms = vec![Term { name: TermName::Priority, points: 80 }];
    let tier_points = match person.tier {
        Tier::S => 60,
        Tier::A => 40,
        Tier::B => 20,
        Tier::C | Tier::Unknown => 0,
    };
    terms.push(Term { name: TermName::Tier, points: tier_points });
    if person.left_days < 0 {
        terms.push(Term { name: TermName::PromiseOverdue, points: 200 });
    } else if person.left_days < 3 {
        terms.push(Term { name: TermName::WindowClosing, points: 50 });
    }
    TaskRow {
        id: TaskId::of(&customer, on()),
        name: pick(lang, person.name),
        tier: person.tier,
        score: terms.iter().map(|term| term.points).sum(),
        terms,
        channel: person.channel,
        dues: person.steps.iter().map(|step| due(*step, person.id, person.left_days)).collect(),
        customer,
    }
}

fn due(step: StepKind, customer: &str, left_days: i64) -> DueRow {
    let (plan, plan_name, step_id, step_name, template) = match step {
        StepKind::Promise => ("P16", ["承诺兑现", "Promises"], "due", ["兑现承诺", "Keep promise"], "T34"),
        StepKind::Satisfaction => ("P01", ["0-3-3-3 售后", "After-sale"], "satisfaction", ["三天满意度", "3-day score"], "T03"),
        StepKind::Knowledge => ("P01", ["0-3-3-3 售后", "After-sale"], "knowledge", ["三周知识", "Care tips"], "T06"),
        StepKind::Care => ("P01", ["0-3-3-3 售后", "After-sale"], "care", ["三月保养", "Care visit"], "T10"),
        StepKind::Birthday => ("P02", ["生日", "Birthday"], "wish", ["生日祝福", "Birthday wish"], "T12"),
        StepKind::Thanks => ("P01", ["0-3-3-3 售后", "After-sale"], "thanks", ["当日致谢", "Thanks"], "T01"),
    };
    let customer: CustomerId = id(customer);
    let until_on = if step == StepKind::Promise { day(30) } else { day(left_days.max(0)) };
    let anchor_on = if step == StepKind::Promise { day(left_days) } else { day(-3) };
    DueRow {
        due_id: DueId::of(&id(plan), &id(step_id), &customer, &anchor_on.to_string(), 0),
        plan: id(plan),
        plan_name: text(plan_name[0], plan_name[1]),
        step: id(step_id),
        step_name: text(step_name[0], step_name[1]),
        anchor_on,
        anchor_key: anchor_on.to_string(),
        opens_on: anchor_on,
        until_on,
        attempt: 0,
        channel: Channel::Wecom,
        purpose: Purpose::Service,
        asks: (step == StepKind::Satisfaction).then_some(Asks::Satisfaction),
        template: Some(id(template)),
    }
}

fn script(due: &DueRow, customer: &CustomerCard, lang: Lang) -> ScriptView {
    let call = |zh: &str, en: &str| Piece::Text(pick(lang, [zh, en]));
    let name = match lang {
        Lang::Zh => format!("{}女士", customer.name.chars().next().unwrap_or_default()),
        Lang::En => format!("Ms {}", customer.name.split(' ').next().unwrap_or_default()),
    };
    let (title, pieces) = match due.step.as_str() {
        "due" => (
            text("代寻到货", "Sourced item"),
            vec![
                Piece::Text(name),
                call("您好，答应帮您找的", ", the "),
                Piece::Gap(pick(lang, ["商品", "item"])),
                call("到了，先给您留三天，不合适不用买。", " you asked for is here. I keep it for three days; no need to buy if it does not suit."),
            ],
        ),
        "satisfaction" => (
            text("三天满意度", "3-day score"),
            vec![
                Piece::Text(name),
                call("您好，古法金手镯戴了三天，感觉怎么样？1 到 5 分您给打几分？有一点不顺手也请直说，我来处理。", ", you have worn the bracelet for three days. How does it feel, from 1 to 5? Tell me if anything bothers you, and I will see to it."),
            ],
        ),
        "knowledge" => (
            text("知识·足金", "Gold care"),
            vec![call("足金比较软，提重物、运动时先摘下来；化妆品和含汞、含硫的东西尽量别碰。沾了汗用清水冲一下、软布吸干，单独收着更好。", "Pure gold is soft: take it off for sport and heavy bags, keep it from make-up. Rinse off sweat, dry it with a soft cloth and store it alone.")],
        ),
        "wish" => (
            text("生日祝福", "Birthday wish"),
            vec![
                Piece::Text(name),
                call("，生日快乐！愿新的一岁顺心、发光。（今天只祝福，不打扰您）——林知夏", ", happy birthday! May the new year shine. (Only a wish today.) Lin Zhixia"),
            ],
        ),
        _ => (
            text("保养提醒", "Care reminder"),
            vec![
                Piece::Text(name),
                call("您好，5月12日选的金手镯该做清洗了，大约二十分钟，坐着喝杯水就好。这周哪个时段您方便？", ", the bracelet of 12 May is due for a clean. It takes twenty minutes. Which day suits you this week?"),
            ],
        ),
    };
    #[expect(clippy::expect_used, reason = "every due of the fixture names a template")]
    let template = due.template.clone().expect("a template");
    ScriptView { name: title, channel: due.channel, script: Script { template, pieces } }
}

fn card(id_text: &str, name: [&str; 2], tier: Tier, amounts: &[i64], lang: Lang) -> CustomerCard {
    let what = [["古法金手镯", "Gold bracelet"], ["钻石戒指", "Diamond ring"], ["足金项链", "Gold necklace"]];
    let purchase = |(idx, amount): (usize, &i64)| Purchase {
        id: id(&format!("{id_text}-{idx}")),
        customer: id(id_text),
        bought_on: day(-3 - 97 * i64::try_from(idx).unwrap_or(0)),
        amount_fen: *amount,
        items: vec![Item { name: Some(pick(lang, what[idx % 3])), ..Item::default() }],
        sale_no: None,
        returns_sale_no: None,
        store: None,
        extra: serde_json::Map::new(),
    };
    CustomerCard {
        id: id(id_text),
        name: pick(lang, name),
        name_generated: false,
        phone_masked: Some(format!("100****{}", &id_text[1..])),
        tier,
        birthday: Birthday::solar(Some(1990), 8, 12),
        tags: Vec::new(),
        purchases: amounts.iter().enumerate().map(purchase).collect(),
        total_fen: amounts.iter().sum(),
        contacts: Vec::new(),
        promises: Vec::new(),
        holds: Vec::new(),
        task: None,
    }
}

fn particulars(card: &mut CustomerCard, lang: Lang) {
    let tag = |zh: &str, en: &str| Tag { group: "TST".to_owned(), value: pick(lang, [zh, en]), on: None, source: None };
    card.tags = vec![tag("国风", "Chinese style"), tag("戒指", "rings"), tag("纪念日", "anniversaries")];
    let contact = |days: i64, code: OutcomeCode, channel: Channel| {
        let outcome = Outcome { channel, ..Outcome::new(day(days), code) };
        ContactRow { op_id: OpId(uuid(9)), at: day(days).and_time(time(15, 20)), outcome, received: true }
    };
    card.contacts = vec![contact(-9, OutcomeCode::NoReply, Channel::Wecom), contact(-40, OutcomeCode::Visited, Channel::Visit)];
    match card.id.as_str() {
        "C0002" => {
            let text = pick(lang, ["找同款 6.5 号戒圈", "find the ring in size 6.5"]);
            let promise = Promise { on: day(-12), text, item: None, due_on: day(-2) };
            card.promises = vec![PromiseRow { op_id: OpId(uuid(5)), promise }];
        }
        "C0006" => card.holds = vec![Hold { reason: HoldReason::OpenComplaint, until_on: None }],
        "C0020" => card.holds = vec![Hold { reason: HoldReason::PromoRest, until_on: Some(day(41)) }],
        _ => {}
    }
}

fn row_of(card: &CustomerCard) -> CustomerRow {
    CustomerRow {
        id: card.id.clone(),
        name: card.name.clone(),
        phone_masked: card.phone_masked.clone(),
        tier: card.tier,
        last_bought_on: card.purchases.first().map(|purchase| purchase.bought_on),
        total_fen: card.total_fen,
        task: PEOPLE.iter().any(|person| person.id == card.id.as_str()).then(|| TaskId::of(&card.id, on())),
    }
}

/// Reads keys as [`Desk::press`] takes them.
pub fn parse_keys(keys: &str) -> Vec<KeyEvent> {
    let mut parsed = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let (code, ctrl) = match named.and_then(|(name, after)| Some((named_key(name)?, after))) {
            Some((key, after)) => {
                rest = after;
                key
            }
            None => {
                rest = &rest[c.len_utf8()..];
                (KeyCode::Char(c), false)
            }
        };
        parsed.push(KeyEvent::new(code, if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE }));
    }
    parsed
}

fn named_key(name: &str) -> Option<(KeyCode, bool)> {
    Some(match name {
        "Enter" => (KeyCode::Enter, false),
        "Esc" => (KeyCode::Esc, false),
        "Tab" => (KeyCode::Tab, false),
        "Up" => (KeyCode::Up, false),
        "Down" => (KeyCode::Down, false),
        "Left" => (KeyCode::Left, false),
        "Right" => (KeyCode::Right, false),
        "End" => (KeyCode::End, false),
        "Backspace" => (KeyCode::Backspace, false),
        "C-c" => (KeyCode::Char('c'), true),
        _ => (KeyCode::F(name.strip_prefix('F')?.parse().ok()?), false),
    })
}
