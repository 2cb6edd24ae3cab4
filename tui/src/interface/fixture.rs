//! A shop that never changes: the data of snapshots and pictures, and a desk that answers the app's requests from it
//! without a daemon.

mod library;
mod member;
mod person;
mod report;
mod shop;
pub mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use crossterm::event::KeyEvent;
use guide_common::id::{CustomerId, OpId, TaskId};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::search;
use guide_common::search::note::{Note, NoteCode};
use guide_common::sop::backlog::Amnesty;
use guide_common::sop::plan::{Lang, Plan, Text};
use guide_common::template::Template;
use guide_common::wire::card::CustomerCard;
use guide_common::wire::hub::Role;
use guide_common::wire::list::SavedList;
use guide_common::wire::local::{
    Clock, ClockKind, CustomerList, CustomerRow, DoneRow, FeedState, QueueCount, SavedState, Status, SyncStatus,
    TaskDetail, TaskRow, Today,
};
use guide_common::wire::record::SavedResponse;
use guide_common::wire::remind::ReminderRow;
use guide_common::wire::seat::{Seat, Seats};
use guide_common::wire::support::Faults;

use self::shop::{all_cards, id, profile, row_of, script, time, today, uuid};
use super::app::App;
use super::clipboard::Copied;
use super::effect::{Effect, Request};
use super::event::{Answer, Event, Failure, FailureKind};
use super::session::Session;
use super::settings::Setting;
use super::theme::{Theme, ThemeError};
use super::typed;
use crate::lesson::run::Running;
use crate::training::Order;

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
    /// What was shown on the bare terminal last.
    pub printed: Option<String>,
    /// What the terminal was to tell of, in order.
    pub rung: Vec<String>,
    /// What was chosen, in order.
    pub chosen: Vec<Setting>,
    /// Where the interface was left.
    pub session: Option<Box<Session>>,
    /// What was taken back, in order.
    pub undone: Vec<DoneRow>,
    /// What the user's own editor was to change last.
    pub edited: Option<String>,
    /// How often it was asked to say that a moment has passed.
    pub n_ticks: usize,
    /// What was asked, in order.
    pub asked: Vec<Request>,
    /// What the demo's director was told to do.
    pub orders: Vec<Order>,
    /// The results of lessons that were kept.
    pub results: Vec<Running>,
    /// What an amnesty would do.
    pub amnesty: Option<Box<Amnesty>>,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// What support looks at.
    pub support: support::Support,
    /// Answers every request with this failure instead.
    pub failing: Option<Failure>,
    /// What was published.
    pub templates: Vec<Template>,
    /// What was published.
    pub plans: Vec<Plan>,
    /// The saved lists.
    pub lists: Vec<SavedList>,
    /// What is reminded of.
    pub reminders: Vec<ReminderRow>,
    /// The guides of the terminal.
    pub seats: Seats,
    /// The PIN that unlocks it.
    pub pin: String,
    lang: Lang,
}

/// The shop's day.
pub fn on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 8, 12).unwrap_or_default()
}

impl Desk {
    /// The desk in a language; on the virtual clock it is a training desk.
    pub fn new(lang: Lang, clock: ClockKind) -> Self {
        let cards = all_cards(lang).into_iter().map(|card| (card.id.clone(), card)).collect();
        let today = today(lang);
        let status = Status {
            locked: false,
            turn: None,
            guide: Some(profile(lang)),
            role: Some(Role::Guide),
            now: on().and_time(time(10, 0)),
            clock,
            disk_full: false,
            queue: QueueCount::default(),
            n_customers: 120,
            sync: SyncStatus {
                state: SavedState::Saved,
                hub: Some("https://hub.example".to_owned()),
                last_ok_at: "2026-08-12T01:58:00Z".parse().ok(),
                n_unsent: 1,
                skew_ms: Some(-380),
                is_waiting: true,
                guide_feed: FeedState {
                    epoch: Some("e-0198a2c4".to_owned()),
                    seq: 1_204,
                    n_live: 386,
                    ..FeedState::default()
                },
                shared_feed: FeedState {
                    epoch: Some("e-0198a2c4".to_owned()),
                    seq: 97,
                    n_live: 68,
                    ..FeedState::default()
                },
                ..SyncStatus::default()
            },
        };
        Self {
            status,
            today,
            cards,
            copied: None,
            printed: None,
            rung: Vec::new(),
            chosen: Vec::new(),
            undone: Vec::new(),
            session: None,
            asked: Vec::new(),
            orders: Vec::new(),
            results: Vec::new(),
            amnesty: None,
            faults: Faults::default(),
            support: support::Support::new(lang),
            failing: None,
            edited: None,
            n_ticks: 0,
            templates: library::templates(),
            plans: library::plans(),
            lists: person::lists(lang),
            reminders: person::reminders(),
            seats: Seats::default(),
            pin: "271828".to_owned(),
            lang,
        }
    }

    /// The same with three guides, the first at it, with a PIN or without; the second has one, the third none.
    pub fn with_guides(mut self, has_pin: bool) -> Self {
        let seat = |guide: &str, name: &str, has_pin, in_front, n_unsent| Seat {
            guide: id(guide),
            name: name.to_owned(),
            store: "云杉路店".to_owned(),
            has_pin,
            in_front,
            sealed: false,
            n_unsent,
        };
        let seats = vec![
            seat("G1", "林知夏", has_pin, true, 0),
            seat("G2", "周予安", true, false, 3),
            seat("G3", "沈乔", false, false, 0),
        ];
        self.seats = Seats { seats, locked: false, turn: Some("1".to_owned()) };
        self.status.turn = Some("1".to_owned());
        self
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
        (self.today.tasks, self.today.held, self.today.done) = (Vec::new(), Vec::new(), Vec::new());
    }

    /// Fills the queue up to `n` tasks, with a customer for each.
    pub fn lengthen(&mut self, n: usize) {
        let Some((model, card)) = self.today.tasks.last().cloned().zip(self.cards.values().next().cloned()) else {
            return;
        };
        for idx in self.today.tasks.len()..n {
            let Ok(customer) = format!("C1{idx:05}").parse::<CustomerId>() else { return };
            let (id, name) = (TaskId::of(&customer, on()), format!("客户{idx}"));
            let card = CustomerCard { id: customer.clone(), name: name.clone(), task: Some(id), ..card.clone() };
            self.cards.insert(customer.clone(), card);
            self.today.tasks.push(TaskRow { id, customer, name, ..model.clone() });
        }
    }

    /// An app that is open at this desk, in the terminal's own colours.
    pub fn seat(&mut self, size: (u16, u16)) -> Result<App, ThemeError> {
        let mut app = App::new(self.lang, Theme::built_in("ansi")?, size);
        self.open(&mut app);
        Ok(app)
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
                    let answer = self.failing.clone().map_or_else(|| self.answer_alone(request), Err);
                    waiting.extend(app.update(Event::Answered { query, answer }));
                }
                Effect::Copy(text) => {
                    self.copied = Some(text);
                    waiting.extend(app.update(Event::Copied(Copied::Asked)));
                }
                Effect::Print(text) => self.printed = Some(text),
                Effect::Ring(title) => self.rung.push(title),
                Effect::SaveSetting(setting) => self.chosen.push(setting),
                Effect::ExpireToast(..) | Effect::Quit | Effect::Resume | Effect::Capture(_) | Effect::Here => {}
                Effect::EditOutside(text) => self.edited = Some(text),
                Effect::Tick => self.n_ticks += 1,
                Effect::Train(order) => {
                    self.orders.push(order);
                    if let Some(mut state) = app.training.as_deref().cloned() {
                        state.n_orders += 1;
                        waiting.extend(app.update(Event::Training(Arc::new(state))));
                    }
                }
                Effect::KeepResult(running) => self.results.push(*running),
            }
        }
    }

    /// Answers one request as a daemon would.
    pub fn answer_alone(&mut self, request: Request) -> Result<Answer, Failure> {
        Ok(match request {
            Request::Status => Answer::Status(Box::new(Status { queue: self.count(), ..self.status.clone() })),
            Request::Today { limit } => {
                let mut today = self.today.clone();
                today.n_open = today.tasks.len();
                today.tasks.truncate(limit.unwrap_or(usize::MAX));
                Answer::Today(Box::new(today))
            }
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
                Answer::saved(self.log(row.customer, row.name, &request.code, steps))
            }
            Request::LogContact(id, request) => {
                let name = self.cards.get(&id).map(|card| card.name.clone()).unwrap_or_default();
                Answer::saved(self.log(id, name, &request.code, Vec::new()))
            }
            Request::CloseComplaint(id, _) => {
                if let Some(card) = self.cards.get_mut(&id) {
                    card.holds.clear();
                }
                self.today.held.retain(|row| row.customer != id);
                Answer::saved(self.saved(id, String::new()))
            }
            Request::KeepPromise(promise) => {
                let is_it = |card: &&mut CustomerCard| card.promises.iter().any(|row| row.op_id == promise);
                let card = self.cards.values_mut().find(is_it).ok_or_else(|| refused("unknown_record"))?;
                card.promises.retain(|row| row.op_id != promise);
                let (id, name) = (card.id.clone(), card.name.clone());
                Answer::saved(self.saved(id, name))
            }
            Request::Undo(_) => {
                if self.today.done.is_empty() {
                    return Err(refused("unknown_target"));
                }
                let row = self.today.done.remove(0);
                let again = today(self.lang);
                let task = again.tasks.into_iter().find(|task| task.customer == row.customer);
                self.today.tasks.extend(task);
                let order: Vec<TaskId> = today(self.lang).tasks.iter().map(|row| row.id).collect();
                self.today.tasks.sort_by_key(|row| order.iter().position(|id| *id == row.id));
                let mut saved = self.saved(row.customer.clone(), row.name.clone());
                saved.undone = Some(row.op_id);
                saved.step = Some(person::step(&row));
                self.undone.push(row);
                Answer::saved(saved)
            }
            Request::Session => Answer::Session(self.session.clone()),
            Request::KeepSession(session) => {
                self.session = Some(session);
                Answer::SessionKept
            }
            Request::Redo
            | Request::Steps
            | Request::Snooze(..)
            | Request::AddNote(..)
            | Request::TagGroups
            | Request::AddTag(..)
            | Request::RemoveTag(..)
            | Request::Timeline(_)
            | Request::Amnesty
            | Request::ApplyAmnesty
            | Request::AddLead(_)
            | Request::List(_)
            | Request::Reminders(_)
            | Request::RevealPhone(_) => return self.answer_person(request),
            Request::SetClock(now) => {
                self.status.now = now;
                Answer::Clock(Clock { kind: ClockKind::Virtual, now })
            }
            Request::SyncNow => {
                self.status.sync.state = SavedState::Received;
                self.status.sync.n_unsent = 0;
                Answer::Synced(Box::new(self.status.sync.clone()))
            }
            Request::Faults => Answer::Faults(Box::new(self.faults.clone())),
            Request::Sync(request) => self.answer_sync(request)?,
            Request::Report(period) => Answer::Report(Box::new(report::report(period))),
            Request::Names => Answer::Names(Box::new(report::names())),
            Request::Write(request) => self.support.write(*request)?,
            Request::Seats { .. } => Answer::Seats(self.seats.clone()),
            Request::Lock => {
                (self.seats.locked, self.seats.turn) = (true, None);
                Answer::Seats(self.seats.clone())
            }
            Request::Unlock(guide, pin) => {
                let seat = self.seats.seats.iter().find(|seat| seat.guide == guide);
                if seat.is_some_and(|seat| seat.has_pin) && pin.as_ref() != Some(&self.pin) {
                    let detail = "this is not the PIN; 4 more may be wrong".to_owned();
                    return Err(Failure { detail, ..refused("wrong_pin") });
                }
                for seat in &mut self.seats.seats {
                    seat.in_front = seat.guide == guide;
                }
                self.seats.locked = false;
                Answer::Seats(self.seats.clone())
            }
            Request::Template(request) => Answer::Template(self.template(request)?),
            Request::Plan(request) => Answer::Plan(self.plan(request)?),
        })
    }

    fn task(&self, id: TaskId, lang: Lang) -> Result<TaskDetail, Failure> {
        let task = self.today.tasks.iter().find(|row| row.id == id).cloned().ok_or_else(|| refused("unknown_task"))?;
        let customer = self.cards.get(&task.customer).cloned().ok_or_else(|| refused("unknown_customer"))?;
        let scripts = task.dues.iter().map(|due| script(due, &customer, lang)).collect();
        Ok(TaskDetail { task, customer, scripts, hold: None })
    }

    fn find(&self, q: &str) -> CustomerList {
        let found = |card: &CustomerCard| {
            let phone = card.phone_masked.as_ref().is_some_and(|phone| q.len() > 2 && phone.ends_with(q));
            let name = search::matches(&card.name, q).map(|hit| hit.spans);
            let spans = name.or_else(|| phone.then(Vec::new))?;
            Some(CustomerRow { name_spans: spans, ..row_of(card) })
        };
        let rows: Vec<_> = self.cards.values().filter_map(found).collect();
        let n_all = self.status.n_customers;
        let n_found = if q.is_empty() { n_all } else { rows.len() };
        let note = |word: &str| Note { code: NoteCode::UnknownKey, word: word.to_owned(), suggestions: Vec::new() };
        let notes = q.split(' ').filter(|word| word.contains(':')).map(note).collect();
        CustomerList { q: q.to_owned(), n_all, n_found, rows, notes, is_partial: false }
    }

    fn log(&mut self, customer: CustomerId, name: String, code: &str, steps: Vec<Text>) -> SavedResponse {
        let mut saved = self.saved(customer.clone(), name.clone());
        let outcome = Outcome::new(on(), code.parse().unwrap_or(OutcomeCode::Unknown));
        let at = self.status.now;
        self.today.done.insert(0, DoneRow { op_id: saved.op_id, customer, name, at, outcome, steps });
        saved.queue = self.count();
        self.status.sync.n_unsent += 1;
        self.status.sync.state = SavedState::Saved;
        saved
    }

    fn count(&self) -> QueueCount {
        let today = &self.today;
        QueueCount { n_open: today.tasks.len(), n_held: today.held.len(), n_done: today.done.len() }
    }

    pub(super) fn saved(&mut self, customer: CustomerId, name: String) -> SavedResponse {
        let name = self.cards.get(&customer).map_or(name, |card| card.name.clone());
        let queue = self.count();
        let op_id = OpId(uuid(u64::try_from(self.asked.len()).unwrap_or(0)));
        SavedResponse {
            op_id,
            customer,
            name,
            gone: Vec::new(),
            undone: None,
            redone: None,
            step: None,
            n_ops: 1,
            elsewhere: None,
            queue,
        }
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

/// Reads keys as [`Desk::press`] takes them.
pub fn parse_keys(keys: &str) -> Vec<KeyEvent> {
    typed::parse_keys(keys).unwrap_or_else(|fault| unreachable!("{fault}"))
}
